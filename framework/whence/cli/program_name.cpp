#include <whence/cli/program_name.hpp>

#include <algorithm>
#include <cctype>

#include <whence/cli/command_table.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view written = "whence";

/// Whether a command line goes on with this word.
bool is_first_word(std::string_view word) {
  if (word.starts_with('-') || word == "help") return true;
  const auto all = commands();
  return std::any_of(all.begin(), all.end(), [word](const command& one) {
    return word == (one.group.empty() ? one.name : one.group) || (!one.group.empty() && word == plural_of(one.group));
  });
}

bool begins_here(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  return before == ' ' || before == '`' || before == '\'' || before == '(';
}

}  // namespace

std::string as_started(std::string_view program, std::string_view text) {
  if (program == written) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find(written), text.size());
    const std::size_t behind = std::min(at + written.size(), text.size());
    const std::string_view rest = text.substr(behind);
    const std::string_view next = rest.starts_with(' ') ? rest.substr(1, rest.find_first_of(" `',;:)\n", 1) - 1) : "";
    out += text.substr(0, at);
    const bool meant = begins_here(text, at) && !next.empty() && is_first_word(next);
    out += meant ? program : text.substr(at, behind - at);
    text = rest;
  }
  return out;
}

std::string with_store(std::string_view text, std::string_view store) {
  const std::size_t at = text.rfind(std::string(written) + " ");
  if (at == std::string_view::npos || !begins_here(text, at)) return std::string(text);
  const std::string_view line = text.substr(at + written.size() + 1);
  const bool opens = is_first_word(line.substr(0, line.find(' '))) && line.find("--help") == std::string_view::npos &&
                     line.find("--version") == std::string_view::npos && line.find("--store") == std::string_view::npos;
  return opens ? std::string(text) + " --store " + shell_word(store) : std::string(text);
}

std::string shell_word(std::string_view text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./:@%+=,").find(c) != std::string_view::npos;
  });
  if (plain) return std::string(text);
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') word += "'\\'";
    word += c;
  }
  return word + "'";
}

}  // namespace whence::inline v0::cli
