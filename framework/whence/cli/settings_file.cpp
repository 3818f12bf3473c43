#include <whence/cli/settings_file.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t bytes_max = 64u << 10;
constexpr std::string_view spaces = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

usage_error not_understood(const std::string& path, std::size_t line, std::string what) {
  return usage_error("settings", std::move(what), "write it as: store = \"shop.db\"", {},
                     path + ", line " + std::to_string(line));
}

/// The text in double quotes; nothing if it is none, or has an escape in it.
std::optional<std::string> quoted(std::string_view text) {
  if (!text.starts_with('"')) return std::nullopt;
  const std::size_t end = text.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view behind = trimmed(text.substr(end + 1));
  const std::string_view value = text.substr(1, end - 1);
  if ((!behind.empty() && !behind.starts_with('#')) || value.find('\\') != std::string_view::npos) return std::nullopt;
  return std::string(value);
}

std::optional<std::string> store_in(const std::string& path, std::string_view content) {
  std::optional<std::string> store;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = trimmed(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t equals = line.find('=');
    const std::string key(trimmed(line.substr(0, equals)));
    if (key != "store") {
      throw not_understood(path, number, "whence.toml has \"" + key + "\", and only \"store\" is known");
    }
    if (store) throw not_understood(path, number, "whence.toml names a store twice");
    if (equals != std::string_view::npos) store = quoted(trimmed(line.substr(equals + 1)));
    if (!store || store->empty()) throw not_understood(path, number, "whence.toml: store is no path in double quotes");
  }
  return store;
}

}  // namespace

std::optional<std::string> store_of_settings(const surroundings& around) {
  namespace fs = std::filesystem;
  std::error_code unknown;
  fs::path here = fs::absolute(around.directory, unknown).lexically_normal();
  if (unknown) return std::nullopt;
  if (!here.has_filename() && here.has_relative_path()) here = here.parent_path();  // "/a/b/" is "/a/b"
  for (fs::path folder = here;; folder = folder.parent_path()) {
    const std::string path = (folder.string() == "/" ? "" : folder.string()) + "/whence.toml";
    if (const auto content = around.runtime.files->read_whole(path, bytes_max)) {
      std::optional<std::string> store = store_in(path, *content);
      if (!store || fs::path(*store).is_absolute()) return store;
      return folder == here && around.directory == "." ? store : (folder / *store).lexically_normal().string();
    }
    if (!folder.has_relative_path()) return std::nullopt;
  }
}

}  // namespace whence::inline v0::cli
