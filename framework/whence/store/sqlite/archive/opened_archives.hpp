/// The archives of a log, as one connection to it reads them: each is opened when an event of it is first met.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/store/sqlite/archive/archive_file.hpp>
#include <whence/store/sqlite/row.hpp>

namespace whence::inline v0 {

/// A file that has the mark of an archive of the log, and is not read by the log's own row of that number.
struct unlisted_archive {
  std::uint64_t number = 0;
  std::string path;
};

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

  /// For who repairs: the log cannot be asked where its archives are, and this is why.
  void know_no_list(std::string why) { no_list_ = std::move(why); }
  /// For who repairs: an event that is not where the log says, or of which the log does not say where it is, is in one of these.
  void look_into(std::vector<unlisted_archive> others) { unlisted_ = std::move(others); }
  const std::vector<unlisted_archive>& unlisted() const noexcept { return unlisted_; }
  /// Whether the event at the position was completed last, and from one of these.
  bool was_unlisted(std::uint64_t position) const noexcept { return position == completed_ && is_unlisted_; }

  /// The file of the event that was completed last, if that is the one at the position; else empty.
  std::string file_of(std::uint64_t position) const { return position == completed_ ? file_ : std::string(); }

 private:
  struct opened;
  std::vector<archive_row> read_list(sql::database& log, global_position wanted) const;
  opened& open(sql::database& log, std::uint64_t number, global_position wanted);
  void complete_as_listed(sql::database& log, entry_row& row);
  bool complete_unlisted(std::uint64_t number, std::uint64_t position, const chain_hash& chain, entry_row& row);

  std::vector<std::unique_ptr<opened>> open_;
  std::vector<unlisted_archive> unlisted_;
  std::string no_list_;
  std::unique_ptr<opened> open_unlisted_;
  bool is_unlisted_ = false;
  std::uint64_t completed_ = 0;
  std::string file_;
};

}  // namespace whence::inline v0
