#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <system_error>

#include <whence/sql/temporary_folder.hpp>

namespace whence::sql {
inline namespace v0 {

std::string temporary_folder() {
  for (const char* const folder : std::initializer_list<const char*>{
           std::getenv("SQLITE_TMPDIR"), std::getenv("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp"}) {
    if (folder == nullptr) continue;
    std::error_code none;
    if (std::filesystem::is_directory(folder, none) && ::access(folder, W_OK | X_OK) == 0) return folder;
  }
  return ".";
}

std::string room_for_temporary_files() {
  return "make room in " + temporary_folder() + ", or set SQLITE_TMPDIR to a folder that has it";
}

}  // namespace v0
}  // namespace whence::sql
