/// What a user finds who may read a folder and not write in it, whoever runs the tests.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace tests {

/// While one lives, this process may make no file in the folder: root is somebody else for so long, everybody else has taken the
/// right away. Holds for all threads.
class no_right_to_write {
 public:
  explicit no_right_to_write(const std::filesystem::path& folder) : folder_(folder) {
    using std::filesystem::perms;
    constexpr perms all_read = perms::owner_read | perms::owner_exec | perms::group_read | perms::group_exec |
                               perms::others_read | perms::others_exec;
    std::filesystem::permissions(folder_, is_root_ ? all_read | perms::owner_write : all_read);
    constexpr uid_t nobody = 65534;
    if (is_root_ && ::seteuid(nobody) != 0) std::abort();
  }
  no_right_to_write(const no_right_to_write&) = delete;
  no_right_to_write& operator=(const no_right_to_write&) = delete;
  ~no_right_to_write() {
    if (is_root_ && ::seteuid(0) != 0) std::abort();
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
  }

 private:
  const std::filesystem::path folder_;
  const bool is_root_ = ::geteuid() == 0;
};

}  // namespace tests
