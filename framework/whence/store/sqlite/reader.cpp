#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <utility>

#include <sqlite3.h>

#include <whence/core/async.hpp>
#include <whence/core/detail/fault_points.hpp>
#include <whence/core/hex.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/filtered_reading.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/schema.hpp>

namespace whence::inline v0 {
namespace {

constexpr int busy_milliseconds = 10'000;

std::string columns_and(std::string_view more, std::string_view where) {
  return "SELECT " + std::string(entry_row::columns) + std::string(more) + " FROM entries e WHERE " +
         std::string(where);
}

bool within_reach(global_position position) {
  return std::in_range<std::int64_t>(position.value()) && position != global_position{};
}

std::string why_not_readable(std::int64_t position) {
  if (position >= 1) return "its row is not readable";
  return "a row with position " + std::to_string(position) + " stands before it, where no event is";
}

/// Of a file whose end is cut off SQLite reads nothing, unless it is told that somebody repairs it. Nothing is written by that.
void read_what_is_there(sql::database& db) {
  try {
    static_cast<void>(db.integer("PRAGMA schema_version"));
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) return;  // the next statement says it
    sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
  }
}

}  // namespace

bool is_damage(const sql::sql_error& failure) noexcept {
  return failure.primary() == SQLITE_CORRUPT || failure.primary() == SQLITE_NOTADB ||
         failure.result == SQLITE_IOERR_SHORT_READ;
}

log_reader_connection::log_reader_connection(const std::string& path, sql::open_mode mode, global_position base_before,
                                             asks_for which)
    : db_(open(path, mode, which, *this)),
      base_row_(find_base(which)),
      base_(base_row_ && base_row_->position < base_before ? std::make_unique<opened_base>(path, *base_row_) : nullptr),
      scan_(db_.prepare("SELECT 1 FROM entries e WHERE e.position >= ?1 AND whence_come_to(" +
                        std::string(entry_row::columns) + ") ORDER BY e.position")),
      single_(
          db_.prepare(columns_and(", (SELECT p.chain FROM entries p WHERE p.position = ?1 - 1)", "e.position = ?1"))),
      head_(db_.prepare("SELECT max(position) FROM entries")),
      epoch_now_(db_.prepare("SELECT epoch FROM log WHERE number = 1")) {
  row_.numbered_by = this;
  if (lost_tables_.archives) archives_.know_no_list(lost_tables_.why);
}

log_reader_connection::~log_reader_connection() = default;

bool log_reader_connection::reads_past_damage() const {
  int is_so = 0;
  sqlite3_db_config(db_.handle(), SQLITE_DBCONFIG_WRITABLE_SCHEMA, -1, &is_so);
  return is_so != 0;
}

std::optional<base_row> log_reader_connection::find_base(asks_for which) {
  try {
    if (!lost_tables_.bases) {
      std::optional<base_row> found = read_base_row(db_);
      if (found || which == asks_for::all_tables) return found;
    }
    must_be_no_fork(db_, lost_tables_.bases
                             ? lost_
                             : "it names no base, and where its events begin, which no fork has, is damaged");
  } catch (const log_damaged& damage) {
    if (which == asks_for::all_tables) throw;
    lost_ = damage.text().why;
    may_be_fork_ = true;
  }
  return std::nullopt;
}

log_reader_connection::snapshot::snapshot(log_reader_connection& reader) : reader_(reader) {
  if (detail::mutant(69) && reader_.db_.in_transaction()) return;
  reader_.db_.run("BEGIN", {});
}

log_reader_connection::snapshot::~snapshot() {
  reader_.scan_.reset();
  reader_.single_.reset();
  static thread_local int for_planted_bug = 0;
  if (detail::mutant(69) && !no_blocking_here::active() && ++for_planted_bug % 3 != 0) return;
  reader_.end_snapshot();
}

void log_reader_connection::end_snapshot() noexcept {
  scan_.reset();
  single_.reset();
  if (base_) base_->end_snapshot();
  // A transaction that only read has nothing to lose: ending it cannot fail, and if an error ended it, that is well.
  if (db_.in_transaction()) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

log_reader_connection& log_reader_connection::holder_of(global_position position) {
  return is_in_base(position) ? base_->reader().holder_of(position) : *this;
}

void log_reader_connection::damaged(std::uint64_t position, std::string detail) const {
  throw log_damaged(db_.path(), global_position{position}, std::move(detail));
}

log_row log_reader_connection::about() {
  sql::statement select = db_.prepare("SELECT id, epoch, began_after, format FROM log WHERE number = 1");
  if (!step(select, 0)) damaged(0, "the row that says which log this is, is missing");
  const std::span<const std::uint8_t> bytes = select.blob(0);
  uuid::bytes_type id{};
  if (bytes.size() != id.size() || select.integer(1) < 1 || select.integer(2) < 0) {
    damaged(0, "the row that says which log this is, is not readable");
  }
  std::memcpy(id.data(), bytes.data(), id.size());
  log_row row;
  row.identity = {log_id(uuid(id)), static_cast<std::uint64_t>(select.integer(1))};
  row.began_after = global_position{static_cast<std::uint64_t>(select.integer(2))};
  row.format = static_cast<int>(select.integer(3));
  return row;
}

std::uint64_t log_reader_connection::epoch_of_last_event() {
  const log_row row = about();
  return head() == row.began_after ? row.identity.epoch - 1 : row.identity.epoch;
}

void log_reader_connection::notice_epoch() {
  if (!step(epoch_now_, 0)) damaged(0, "the row that says which log this is, is missing");
  const std::int64_t epoch = epoch_now_.integer(0);
  epoch_now_.reset();
  if (epoch == epoch_) return;
  epoch_ = epoch;
  types_.clear();
  rare_type_.first = 0;
}

bool log_reader_connection::step(sql::statement& statement, std::uint64_t position) {
  try {
    return statement.step();
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    damaged(position, failure.what());
  }
}

global_position log_reader_connection::head() {
  head_.reset();
  const bool row = step(head_, 0);
  const std::int64_t last = row ? head_.integer(0) : 0;
  head_.reset();
  if (last < 0) damaged(0, "the last event has a negative position");
  const global_position own{static_cast<std::uint64_t>(last)};
  return base_ ? std::max(own, base_->position()) : own;
}

/// Positions are dense: what is searched for below the end is found, unless its page is damaged.
global_position log_reader_connection::last_found() {
  try {
    return head();
  } catch (const log_damaged&) {
    // It is looked for.
  }
  sql::statement search =
      db_.prepare("SELECT position FROM entries WHERE position <= ?1 ORDER BY position DESC LIMIT 1");
  const auto is_found = [&search](std::uint64_t position) {
    try {
      search.reset();
      search.bind(1, position);
      return search.step() && search.integer(0) == static_cast<std::int64_t>(position);
    } catch (const sql::sql_error& failure) {
      if (!is_damage(failure)) throw;
      return false;
    }
  };
  std::uint64_t found = 0;
  std::uint64_t missing = 1;
  for (std::uint64_t at = 1; std::in_range<std::int64_t>(at); at *= 2) {
    if (!is_found(at)) continue;
    found = at;
    missing = at * 2;
  }
  while (missing - found > 1) {
    const std::uint64_t middle = found + (missing - found) / 2;
    (is_found(middle) ? found : missing) = middle;
  }
  return std::max(global_position{found}, base_ ? base_->position() : global_position{});
}

chain_hash log_reader_connection::start_of_chain() {
  if (!chain_start_) chain_start_ = chain_start(about().identity.id);
  return *chain_start_;
}

const type_names* log_reader_connection::type(std::int64_t number) {
  if (number < 1) return nullptr;
  if (number > types_kept_max) {
    if (rare_type_.first != number) {
      std::optional<type_names> names = read_type(number);
      if (!names) return nullptr;
      rare_type_ = {number, std::move(*names)};
    }
    return &rare_type_.second;
  }
  const auto index = static_cast<std::size_t>(number);
  if (index >= types_.size() || !types_[index]) {
    std::optional<type_names> names = read_type(number);
    if (!names) return nullptr;
    if (index >= types_.size()) types_.resize(index + 1);
    types_[index] = std::move(names);
  }
  return &*types_[index];
}

std::optional<type_names> log_reader_connection::read_type(std::int64_t number) {
  sql::statement select = db_.prepare("SELECT aggregate_type, event_type, version FROM types WHERE number = ?");
  if (!step(select.bind(1, number), row_.position)) return std::nullopt;
  if (!is_type_version(select.integer(2))) {
    damaged(row_.position, "its type number " + std::to_string(number) + " has the version " +
                               std::to_string(select.integer(2)) + ", which no event has");
  }
  return type_names{std::string(select.text(0)), std::string(select.text(1)),
                    static_cast<std::uint32_t>(select.integer(2))};
}

const recorded_event& log_reader_connection::check(const chain_hash& previous) {
  const type_names* const names = type(row_.type);
  if (names == nullptr) damaged(row_.position, "its type number " + std::to_string(row_.type) + " is not known");
  const recorded_event& event = row_.resolve(*names);
  const chain_hash computed = chain_next(previous, row_.stream, event);
  if (computed != row_.chain) does_not_fit(computed);
  return event;
}

/// With what the first event of one's own begins.
chain_hash log_reader_connection::chain_at_border() {
  return base_ && base_->position() != global_position{} ? base_->chain() : start_of_chain();
}

/// Whose fault is it: the event's, or that of the chain hash before it?
void log_reader_connection::does_not_fit(const chain_hash& computed) {
  const std::uint64_t position = row_.position;
  std::string detail = "stored chain hash " + to_hex(row_.chain) + ", computed " + to_hex(computed) +
                       ": the file was changed from outside, or the disk is failing";
  std::string archive = archives_.file_of(position);
  if (!looking_back_) {
    looking_back_ = true;
    try {
      event_at(global_position{position - 1});
      looking_back_ = false;
    } catch (...) {
      looking_back_ = false;
      throw;
    }
  }
  if (!archive.empty())
    throw log_damaged::archive_damaged(db_.path(), std::move(archive), global_position{position}, detail);
  damaged(position, std::move(detail));
}

struct log_reader_connection::scanning {
  const std::function<bool(const entry_row&, const recorded_event&)>& visit;
  bool passes_over_archived;
  std::optional<chain_hash> previous;  // nothing until the row is there whose chain hash it is
  std::uint64_t expected = 1;
  std::exception_ptr failure = nullptr;  // no exception may pass through SQLite
};

sql::database log_reader_connection::open(const std::string& path, sql::open_mode mode, asks_for which,
                                          log_reader_connection& self) {
  sql::database db = sql::database::open(path, mode);
  sqlite3_busy_timeout(db.handle(), busy_milliseconds);
  read_what_is_there(db);
  if (which == asks_for::all_tables) {
    must_have_tables_of_log(db);
  } else {
    self.lost_tables_ = tables_lost_of_log(db);
    self.lost_ = self.lost_tables_.why;
  }
  const auto come_to = [](sqlite3_context* context, int, sqlite3_value** values) {
    auto& reader = *static_cast<log_reader_connection*>(sqlite3_user_data(context));
    if (reader.scanning_ == nullptr) return sqlite3_result_error(context, "there is no scan", -1);
    sqlite3_result_int(context, reader.come_to_row(*reader.scanning_, values) ? 1 : 0);
  };
  const int result =
      sqlite3_create_function_v2(db.handle(), "whence_come_to", entry_row::column_count,
                                 SQLITE_UTF8 | SQLITE_DIRECTONLY, &self, come_to, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw sql::sql_error(result, path, "define a function", "");
  return db;
}

/// True if the scan ends here.
bool log_reader_connection::come_to_row(scanning& scan, sqlite3_value** values) {
  try {
    const bool is_stub = !row_.read(values);
    if (is_stub && !row_.read_stub(values)) damaged(scan.expected, why_not_readable(sqlite3_value_int64(values[0])));
    if (row_.position != scan.expected) {
      damaged(scan.expected, "it is missing: the next event is " + std::to_string(row_.position));
    }
    ++scan.expected;
    if (!scan.previous || (is_stub && scan.passes_over_archived)) {
      scan.previous = row_.chain;
      return false;
    }
    if (is_stub) complete_from_archive();
    const recorded_event& event = check(*scan.previous);
    scan.previous = row_.chain;
    return !scan.visit(row_, event);
  } catch (...) {
    scan.failure = std::current_exception();
    return true;
  }
}

global_position log_reader_connection::scan(global_position after,
                                            const std::function<bool(const entry_row&, const recorded_event&)>& visit,
                                            archived_events archived) {
  if (after != global_position{} && !within_reach(after)) return after;
  if (base_ && after < base_->position() && !scan_base(after, visit)) return after;
  scanning scan{
      .visit = visit, .passes_over_archived = archived == archived_events::passed_over, .previous = std::nullopt};
  const bool from_the_first = after == (base_ ? base_->position() : global_position{});
  if (from_the_first) {
    scan.previous = chain_at_border();
    scan.expected = after.value() + 1;
  } else {
    // The row at `after` comes first: the next one's chain begins with its chain hash.
    scan.expected = after.value();
  }
  assert(scanning_ == nullptr && "a visit begins no scan of its own");
  struct until_the_end {
    scanning*& now;
    ~until_the_end() { now = nullptr; }
  } const noted{scanning_};
  scanning_ = &scan;
  scan_.reset();
  // Before the first event is nothing: what somebody put there is met.
  scan_.bind(1, from_the_first ? std::numeric_limits<std::int64_t>::min() : static_cast<std::int64_t>(scan.expected));
  try {
    scan_.step();
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    damaged(scan.expected, failure.what());
  }
  scan_.reset();
  if (scan.failure) std::rethrow_exception(scan.failure);
  return std::max(after, global_position{scan.expected - 1});
}

bool log_reader_connection::scan_base(global_position& at,
                                      const std::function<bool(const entry_row&, const recorded_event&)>& visit) {
  const global_position last = base_->position();
  bool more = true;
  at = base_->reader().scan(at, [&](const entry_row& row, const recorded_event& event) {
    more = visit(row, event);
    return more && event.position < last;
  });
  if (more && at < last) throw log_damaged(base_->path(), at.next(), "it is missing: the log ends before it");
  return more;
}

event_page log_reader_connection::read(global_position after, const event_filter& filter, const page_limit& limit) {
  filtered_reading reading(*this, filter, limit, after);
  if (reading.begin()) {
    reading.go_on({.log = *this, .index = nullptr, .indexed_to = {}, .remembered = std::nullopt, .remembered_to = {}});
  }
  return reading.finish();
}

const recorded_event* log_reader_connection::event_at(global_position position) {
  if (!within_reach(position)) return nullptr;
  if (is_in_base(position)) {
    log_reader_connection& base = base_->reader();
    const recorded_event* const event = base.event_at(position);
    stream_number_ = base.stream_number();
    return event;
  }
  single_.reset();
  single_.bind(1, position.value());
  if (!step(single_, position.value())) {
    single_.reset();
    // Positions are dense: what is not found below the end is lost, or the search goes astray. It is not "never written".
    if (position <= head()) damaged(position.value(), "no search finds its row");
    return nullptr;
  }
  const bool is_stub = !row_.read(single_);
  if (is_stub && !row_.read_stub(single_)) damaged(position.value(), "its row is not readable");
  chain_hash previous{};
  if (position == (base_ ? base_->position() : global_position{}).next()) {
    previous = chain_at_border();
  } else {
    const std::span<const std::uint8_t> before = single_.blob(entry_row::column_count);
    if (before.size() != previous.size()) damaged(position.value() - 1, "it is missing, or its chain hash is");
    std::memcpy(previous.data(), before.data(), previous.size());
  }
  if (is_stub) complete_from_archive();
  stream_number_ = row_.stream;
  return &check(previous);
}

void log_reader_connection::complete_from_archive() { archives_.complete(db_, row_); }

std::optional<chain_hash> log_reader_connection::chain_at(global_position position) {
  if (position == global_position{}) return chain_hash{};
  try {
    if (const recorded_event* const event = event_at(position)) return event->chain;
  } catch (const log_damaged& damage) {
    // Whoever asks whether a checkpoint is of this history is not to be stopped by an archive that is elsewhere.
    const bool is_out_of_reach = damage.code() == "log.archive_missing" || damage.is_refused;
    if (!is_out_of_reach || damage.position != position) throw;
    return row_.chain;
  }
  return std::nullopt;
}

bool log_reader_connection::is_on(const index_checkpoint& checkpoint) {
  const log_identity identity = about().identity;
  if (checkpoint.log.id != identity.id) return false;
  try {
    const std::optional<chain_hash> chain = chain_at(checkpoint.position);
    return chain && *chain == checkpoint.chain;
  } catch (const log_damaged&) {
    return checkpoint.log.epoch == identity.epoch && checkpoint.position <= last_found();
  }
}

}  // namespace whence::inline v0
