#include <filesystem>
#include <system_error>

#include <whence/core/files.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/near_file.hpp>

namespace whence::inline v0 {
namespace {

std::filesystem::path real(const std::string& path) {
  std::error_code failure;
  std::filesystem::path found = std::filesystem::weakly_canonical(path, failure);
  if (failure) throw file_error("look at", path, failure.value());
  return found;
}

}  // namespace

std::string name_from_log(const std::string& log, const std::string& file, near_log near) {
  const std::filesystem::path whole = real(file);
  const std::string seen = whole.lexically_relative(real(directory_of(log_paths::of(log).log))).string();
  const bool is_near = !seen.empty() && !seen.starts_with(near == near_log::below ? "../" : "../../");
  return is_near ? seen : whole.string();
}

std::string place_from_log(const std::string& log, const std::string& name) {
  if (name.starts_with('/')) return name;
  const std::string folder = directory_of(log_paths::of(log).log);
  if (folder == ".") return name.starts_with('-') ? "./" + name : name;  // an option to every command, else
  return folder + (folder.ends_with('/') ? "" : "/") + name;
}

}  // namespace whence::inline v0
