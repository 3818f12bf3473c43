#include <whence/contracts/contract_folder.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <optional>
#include <tuple>

#include <whence/contracts/errors.hpp>

namespace whence::inline v0::detail {
namespace {

constexpr std::string_view schema_ending = ".schema.json";
constexpr std::string_view samples_ending = ".samples.jsonl";
constexpr std::string_view before_version = ".v";
constexpr std::size_t content_max = 64u << 20;

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

void must_name_a_file(std::string_view name) {
  const bool fits = std::all_of(name.begin(), name.end(),
                                [](char c) { return is_capital(c) || is_small_or_digit(c) || c == '_' || c == '-'; });
  if (!fits || name.size() > 128) throw contract_unfit_name(std::string(name));
}

/// "OrderPlaced.v2" as an event and a version.
std::optional<contract_files> parse(std::string_view stem) {
  const std::size_t point = stem.rfind(before_version);
  if (point == std::string_view::npos || point == 0) return std::nullopt;
  const std::string_view digits = stem.substr(point + before_version.size());
  contract_files found;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), found.version);
  if (failure != std::errc{} || end != digits.data() + digits.size() || digits.starts_with('0')) return std::nullopt;
  found.event_type = stem.substr(0, point);
  return found;
}

}  // namespace

std::string kebab_case(std::string_view name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (is_capital(c)) {
      const bool begins_word =
          i > 0 && (is_small_or_digit(name[i - 1]) ||
                    (is_capital(name[i - 1]) && i + 1 < name.size() && is_small_or_digit(name[i + 1])));
      if (begins_word) words += '-';
      words += static_cast<char>(c - 'A' + 'a');
    } else {
      words += c == '_' ? '-' : c;
    }
  }
  return words;
}

std::string stem_of(std::string_view event, std::uint32_t version) {
  return std::string(event).append(before_version).append(std::to_string(version));
}

contract_files files_of(const std::string& folder, std::string_view aggregate, std::string_view event,
                        std::uint32_t version) {
  must_name_a_file(aggregate);
  must_name_a_file(event);
  contract_files made;
  made.event_type = event;
  made.version = version;
  made.folder = kebab_case(aggregate);
  const std::string stem = folder + "/" + made.folder + "/" + stem_of(event, version);
  made.schema_file = stem + std::string(schema_ending);
  made.samples_file = stem + std::string(samples_ending);
  return made;
}

std::vector<contract_files> contracts_in(const std::string& folder, files& on) {
  std::vector<contract_files> all;
  if (!on.status(folder)) return all;
  for (const std::string& aggregate : on.list(folder)) {
    const std::string inside = folder + "/" + aggregate;
    const auto status = on.status(inside);
    if (!status || !status->directory) continue;
    for (const std::string& name : on.list(inside)) {
      const bool is_schema = name.ends_with(schema_ending);
      if (!is_schema && !name.ends_with(samples_ending)) continue;
      const std::string_view ending = is_schema ? schema_ending : samples_ending;
      std::optional<contract_files> found = parse(std::string_view(name).substr(0, name.size() - ending.size()));
      if (!found) continue;
      const auto same = std::find_if(all.begin(), all.end(), [&](const contract_files& one) {
        return one.folder == aggregate && one.event_type == found->event_type && one.version == found->version;
      });
      contract_files& one = same == all.end() ? all.emplace_back(std::move(*found)) : *same;
      one.folder = aggregate;
      (is_schema ? one.schema_file : one.samples_file) = inside + "/" + name;
    }
  }
  std::sort(all.begin(), all.end(), [](const contract_files& a, const contract_files& b) {
    return std::tie(a.event_type, a.version, a.folder) < std::tie(b.event_type, b.version, b.folder);
  });
  return all;
}

std::string content_of(const std::string& path, files& on) {
  std::optional<std::string> content = on.read_whole(path, content_max);
  if (!content) throw file_error("read", path, ENOENT);
  return std::move(*content);
}

std::vector<std::pair<std::size_t, std::string_view>> lines_of(std::string_view text) {
  std::vector<std::pair<std::size_t, std::string_view>> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(number, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace whence::inline v0::detail
