/// How a row of a log names a file that belongs to it, and where a file with that name is: what lies near the log is named as seen
/// from the log's folder, so that both can be moved together; what lies elsewhere has its whole path.
#pragma once

#include <string>

namespace whence::inline v0 {

enum class near_log {
  below,   ///< in the log's folder, or below it
  beside,  ///< there, or in a folder beside the log's
};

/// `log`: the path by which the log is opened, as it is. Throws file_error: this user may not go where the file lies.
std::string name_from_log(const std::string& log, const std::string& file, near_log near);

std::string place_from_log(const std::string& log, const std::string& name);

}  // namespace whence::inline v0
