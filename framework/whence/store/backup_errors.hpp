/// What can stand in the way of a backup.
#pragma once

#include <string>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>

namespace whence::inline v0 {

/// `backup.busy`: another process makes a backup of that name. Nothing was touched.
struct backup_busy final : error {
  backup_busy(std::string path, long holder_pid);
  std::string path;
  long holder_pid;
};

/// `backup.of_memory`: the log is in no file.
struct backup_of_memory final : error {
  explicit backup_of_memory(std::string name);
};

/// `backup.not_one`: the file is no backup. A copy of a log that was made some other way may have parts of two moments.
struct not_a_backup final : error {
  explicit not_a_backup(std::string path);
  std::string path;
};

/// `restore.log_exists`: there is a log at the path, or what belongs to one. It was left as it is.
struct restore_over_log final : error {
  /// `found`: the file that is there. `holder_pid`: of who writes the log; 0: nobody does.
  restore_over_log(std::string log, const std::string& found, long holder_pid);
  std::string path;  ///< of the log
  long holder_pid;
};

/// `restore.onto_backup`: the backup has a name that belongs to the log that is to be made. Nothing was touched.
struct restore_onto_backup final : error {
  restore_onto_backup(std::string backup, const std::string& log);
  std::string path;  ///< of the backup
};

/// `restore.not_in_backup`: the backup does not go so far, or does not begin so early. Nothing was made.
struct not_in_backup final : error {
  not_in_backup(std::string backup, const std::string& wanted, std::string why);
  std::string path;
};

/// `log.is_backup`: a backup was to be opened as a log that is written. It stays what it is.
struct log_is_backup final : error {
  explicit log_is_backup(std::string path);
  std::string path;
};

}  // namespace whence::inline v0
