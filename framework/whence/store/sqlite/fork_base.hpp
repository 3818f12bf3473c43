/// The base of a fork: another log, whose events up to a position are the fork's own past, and are read there.
///
///     bases                   one row, written when the fork is made:
///       path                  of the base; one that is not absolute begins in the fork's folder: both can be moved together
///       log                   the base's id, 16 bytes. It is the fork's as well: the chain goes on
///       position              of the last event that they share
///       chain                 16 bytes, there
///
/// What is shared never changes in the base, as long as it is the same history: so nothing of it is copied. Whether it is the same
/// is looked at by the chain hash whenever the base is opened, and each event that is read there is checked as any other.
///
/// A base may be a fork itself; what they share is then behind its own base's: with each one the positions become less, so no row
/// of bases leads back to where it began.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_fork.hpp>

namespace whence::inline v0 {

class log_reader_connection;

struct base_row {
  std::string path;  ///< as it stands in the row: seen from the fork, if it lies beside it
  log_id log;
  global_position position;
  chain_hash chain{};
};

/// Nothing: the log has all events itself; also if the row cannot be read, and it has rows of the time before its epoch began,
/// which no fork has. Throws log_damaged, also where the row is gone and it has none of these; sql_error.
std::optional<base_row> read_base_row(sql::database& log);

/// Nobody knows what the row says. Throws log_damaged, with `why`, unless the log surely is no fork.
void must_be_no_fork(sql::database& log, const std::string& why);

void write_base_row(sql::database& fork, const base_row& base);

/// Its base, the base of that, and so on.
std::vector<log_base> bases_of(const log_reader_connection& log);

/// A base that is open: only read, and never held.
///
/// Threads  one at a time.
/// Throws   base_missing, base_differs; what opening a log to read it throws.
class opened_base {
 public:
  /// `fork`: the path of the log whose base it is.
  opened_base(const std::string& fork, const base_row& row);
  opened_base(const opened_base&) = delete;
  opened_base& operator=(const opened_base&) = delete;
  ~opened_base();

  global_position position() const noexcept { return position_; }
  const chain_hash& chain() const noexcept { return chain_; }  ///< there
  const std::string& path() const noexcept { return path_; }

  /// Within a snapshot, which is begun if there is none.
  log_reader_connection& reader();
  /// The same without one, for who asks how it was opened.
  const log_reader_connection& opened() const noexcept { return *reader_; }
  void end_snapshot() noexcept;

  /// False: what was read since it was opened may be torn. See sql::reading_mode.
  bool still_holds() const;

 private:
  void open(const std::string& fork, const base_row& row);
  void must_be(const std::string& fork, const base_row& row);

  const std::string path_;
  const global_position position_;
  const chain_hash chain_;
  sql::reading_mode mode_;
  std::unique_ptr<log_reader_connection> reader_;
};

}  // namespace whence::inline v0
