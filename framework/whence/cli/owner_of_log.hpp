/// Root, who does something to the log of another user, does it as that user.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace whence::inline v0::cli {

/// As long as one lives, a process of root has the rights of the user that the file belongs to, and makes files that are this
/// user's: so the service can open what was made beside its log, and a link in a folder that is not root's leads nowhere where this
/// user could not go. For all others, and where the file is root's or is not there, nothing changes.
///
/// Threads  holds for all of the process.
/// Throws   std::system_error: the system does not let root be that user.
class owner_of_log {
 public:
  explicit owner_of_log(const std::string& log);
  ~owner_of_log();
  owner_of_log(const owner_of_log&) = delete;
  owner_of_log& operator=(const owner_of_log&) = delete;

 private:
  std::optional<gid_t> group_;  // to go back to; nothing: nothing was changed
  std::vector<gid_t> groups_;
};

}  // namespace whence::inline v0::cli
