/// The archives of a log, as one connection to it reads them: each is opened when an event of it is first met.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/store/sqlite/archive/archive_file.hpp>
#include <whence/store/sqlite/row.hpp>

namespace whence::inline v0 {

/// Threads  one at a time.
/// Limits   sixteen open files; of more, the one that was opened first is closed.
class opened_archives {
 public:
  opened_archives() noexcept;
  opened_archives(const opened_archives&) = delete;
  opened_archives& operator=(const opened_archives&) = delete;
  ~opened_archives();

  /// `row` was read as a stub: makes it the row of the event that the archive has under its position. Its views are valid until the
  /// next call. Throws log_damaged: archive_missing, archive_damaged.
  void complete(sql::database& log, entry_row& row);

  /// The file of the event that was completed last, if that is the one at the position; else empty.
  std::string file_of(std::uint64_t position) const { return position == completed_ ? file_ : std::string(); }

 private:
  struct opened;
  opened& open(sql::database& log, std::uint64_t number, global_position wanted);

  std::vector<std::unique_ptr<opened>> open_;
  std::uint64_t completed_ = 0;
  std::string file_;
};

}  // namespace whence::inline v0
