/// One read-only connection to the log: pages and single events, each checked against the chain before it is given out.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/event_page_builder.hpp>
#include <whence/store/log.hpp>
#include <whence/store/sqlite/archive/opened_archives.hpp>
#include <whence/store/sqlite/fork_base.hpp>
#include <whence/store/sqlite/index/checkpoint.hpp>
#include <whence/store/sqlite/row.hpp>
#include <whence/store/sqlite/schema.hpp>

namespace whence::inline v0 {

/// What the row of table `log` says.
struct log_row {
  log_identity identity;
  global_position began_after;  ///< where the epoch began
  int format = 0;
};

/// True if SQLite found the file itself unsound, and not just out of its reach.
bool is_damage(const sql::sql_error& failure) noexcept;

/// What a scan does with the stub of an event that lies in an archive.
enum class archived_events {
  read,        ///< gives it out as any other
  passed_over  ///< takes it for granted: the archive is not opened
};

/// What a connection asks of the tables of a log.
enum class asks_for {
  all_tables,
  tables_of_events  ///< for who repairs: of the others, what is lost is told, and what they said is not asked for
};

/// Of a fork, the events up to its base's position are read in the base, and all others here; an event that was moved to an archive
/// is read there, and checked as any other: nobody who reads sees where an event lies.
///
/// Threads  one at a time.
/// Throws   log_damaged, with the file that has the event: nothing that does not fit the chain is returned; sql_error: SQLite could
///          not read. When it is made, base_missing and base_differs as well.
class log_reader_connection {
 public:
  /// `mode`: read_only or unchanging. Nothing of it ever writes or checkpoints.
  /// `base_before`: of the base of a fork; its own base has to end before that, or is not opened.
  explicit log_reader_connection(
      const std::string& path, sql::open_mode mode = sql::open_mode::read_only,
      global_position base_before = global_position{std::numeric_limits<std::uint64_t>::max()},
      asks_for which = asks_for::all_tables);
  ~log_reader_connection();
  log_reader_connection(const log_reader_connection&) = delete;
  log_reader_connection& operator=(const log_reader_connection&) = delete;

  /// All that is read while one lives is of one moment. Ends with its page: an open one keeps the WAL from being reset.
  class [[nodiscard]] snapshot {
   public:
    explicit snapshot(log_reader_connection& reader);
    ~snapshot();
    snapshot(const snapshot&) = delete;
    snapshot& operator=(const snapshot&) = delete;

   private:
    log_reader_connection& reader_;
  };

  /// Of `tables_of_events`: what is lost of all that says where events lie in other files; empty: nothing.
  const std::string& lost() const noexcept { return lost_; }
  /// Of that: whether the log may be a fork, and nobody knows of which log.
  bool may_be_fork() const noexcept { return may_be_fork_; }

  /// Null: the log is no fork.
  const base_row* base() const noexcept { return base_row_ ? &*base_row_ : nullptr; }
  const opened_base* open_base() const noexcept { return base_.get(); }
  opened_base* open_base() noexcept { return base_.get(); }
  /// Which connection has the row of that event: this one, or one of a base.
  log_reader_connection& holder_of(global_position position);
  /// False: what was read of a base since this was opened may be torn. Of this log itself, who chose the mode knows.
  bool still_holds() const { return base_ == nullptr || base_->still_holds(); }
  /// The file is shorter than it says. What can be read of it is read. Of a base, who asks that is told.
  bool reads_past_damage() const;

  // All of these want a snapshot around them.
  log_row about();
  /// Forgets what it knows of types if another epoch has begun: its writer may have given numbers away again. Only who reads
  /// a log that others write needs to ask.
  void notice_epoch();
  global_position head();
  /// The same; and where the end of the file is damaged, the last event before that which a search finds.
  global_position last_found();
  std::uint64_t epoch_of_last_event();

  /// Without an index. A page ends before an event that is damaged; a page that would begin with it throws.
  event_page read(global_position after, const event_filter& filter, const page_limit& limit);

  /// Checks every event after `after` and hands each to `visit` until that returns false. Returns where it ended.
  global_position scan(global_position after, const std::function<bool(const entry_row&, const recorded_event&)>& visit,
                       archived_events archived = archived_events::read);

  /// The event at a position, checked; null beyond the end. Valid until the next call.
  const recorded_event* event_at(global_position position);
  /// The number of the stream of the event that `event_at` returned last.
  std::uint64_t stream_number() const noexcept { return stream_number_; }

  /// All zeros at 0; nothing beyond the end. Where an event was archived, what the log says, also without the archive.
  std::optional<chain_hash> chain_at(global_position position);

  /// Whether the index, by its checkpoint, is one of this history. An event that is damaged there is no reason to doubt it: within
  /// an epoch there is one history.
  bool is_on(const index_checkpoint& checkpoint);

  /// What is known of types is kept for numbers up to this; there may be more.
  static constexpr std::int64_t types_kept_max = 65'536;

  sql::database& database() noexcept { return db_; }

 private:
  friend class opened_base;
  friend class repair_reader;  // which looks at rows that are not checked
  void end_snapshot() noexcept;
  bool is_in_base(global_position position) const noexcept { return base_ && position <= base_->position(); }
  /// Of a scan. False: `visit` has enough.
  bool scan_base(global_position& at, const std::function<bool(const entry_row&, const recorded_event&)>& visit);
  chain_hash chain_at_border();
  /// The names of a type number; null if there is no such number. Valid until the next call.
  const type_names* type(std::int64_t number);
  std::optional<type_names> read_type(std::int64_t number);
  /// A scan on its way: SQLite calls a function of ours for each row, in the order of their positions, until that says that it
  /// is enough. So a page is one call of SQLite, and not one for each row and one for each column of it.
  struct scanning;
  static sql::database open(const std::string& path, sql::open_mode mode, asks_for which, log_reader_connection& self);
  std::optional<base_row> find_base(asks_for which);
  bool come_to_row(scanning& scan, sqlite3_value** values);

  const recorded_event& check(const chain_hash& previous);
  /// Of a row that was read as a stub.
  void complete_from_archive();
  chain_hash start_of_chain();
  /// Steps; what SQLite calls damage becomes log_damaged at that position.
  bool step(sql::statement& statement, std::uint64_t position);
  [[noreturn]] void does_not_fit(const chain_hash& computed);
  [[noreturn]] void damaged(std::uint64_t position, std::string detail) const;
  lost_tables lost_tables_;
  std::string lost_;
  bool may_be_fork_ = false;
  sql::database db_;
  std::optional<base_row> base_row_;
  std::unique_ptr<opened_base> base_;
  sql::statement scan_;
  sql::statement single_;
  sql::statement head_;
  sql::statement epoch_now_;
  std::optional<chain_hash> chain_start_;
  std::vector<std::optional<type_names>> types_;
  std::pair<std::int64_t, type_names> rare_type_;  // the last of those beyond
  std::int64_t epoch_ = 0;
  entry_row row_;
  std::uint64_t stream_number_ = 0;
  opened_archives archives_;
  bool looking_back_ = false;
  scanning* scanning_ = nullptr;  // while one is on its way
};

}  // namespace whence::inline v0
