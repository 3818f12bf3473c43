#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <sqlite3.h>

#include <whence/core/files.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/fork_errors.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/fork_base.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/near_file.hpp>
#include <whence/store/sqlite/reader.hpp>

namespace whence::inline v0 {
namespace {

std::string event(global_position position) { return "event " + std::to_string(position.value()); }

/// What stands in the row there, whatever the event itself says: whoever reads that is told what is wrong with it.
std::optional<chain_hash> stored_chain(sql::database& base, global_position position) {
  sql::statement row = base.prepare("SELECT chain FROM entries WHERE position = ?");
  row.bind(1, position.value());
  if (!row.step()) return std::nullopt;
  const std::span<const std::uint8_t> bytes = row.blob(0);
  chain_hash chain{};
  if (bytes.size() == chain.size()) std::memcpy(chain.data(), bytes.data(), chain.size());
  return chain;
}

constexpr std::string_view is_fork = "the row that says which log it is a fork of";

std::optional<base_row> row_of_base(sql::database& log) {
  sql::statement row = log.prepare("SELECT path, log, position, chain FROM bases");
  if (!row.step()) return std::nullopt;
  base_row found;
  found.path = row.text(0);
  const std::span<const std::uint8_t> id = row.blob(1);
  const std::span<const std::uint8_t> chain = row.blob(3);
  uuid::bytes_type bytes{};
  if (found.path.empty() || id.size() != bytes.size() || chain.size() != found.chain.size() || row.integer(2) < 0) {
    must_be_no_fork(log, std::string(is_fork) + " is not readable");
    return std::nullopt;
  }
  std::memcpy(bytes.data(), id.data(), id.size());
  std::memcpy(found.chain.data(), chain.data(), chain.size());
  found.log = log_id(uuid(bytes));
  found.position = global_position{static_cast<std::uint64_t>(row.integer(2))};
  return found;
}

/// What stands before the epoch of a fork began is in its base, and no row of it is the fork's own.
enum class past_rows { there, missing, unknown };

struct past_of_log {
  past_rows rows = past_rows::unknown;
  std::int64_t began_after = 0;
};

past_of_log look_for_past(sql::database& log) {
  past_of_log found;
  try {
    sql::statement about = log.prepare("SELECT epoch, began_after FROM log WHERE number = 1");
    if (!about.step()) return found;
    found.began_after = std::max<std::int64_t>(about.integer(1), 0);
    // No checksum is over these two numbers. A fork has neither the one nor the other.
    const bool is_of_first_epoch = about.integer(0) == 1 && found.began_after == 0;
    found.rows = is_of_first_epoch ? past_rows::there : past_rows::missing;
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    return found;
  }
  if (found.rows == past_rows::there) return found;
  const std::int64_t last_of_past = std::max<std::int64_t>(found.began_after, 1);
  // From both ends: a damaged page hides what is behind it.
  for (const std::string_view order : {" ORDER BY position", " ORDER BY position DESC"}) {
    try {
      sql::statement row =
          log.prepare("SELECT 1 FROM entries WHERE position BETWEEN 1 AND ?1" + std::string(order) + " LIMIT 1");
      row.bind(1, last_of_past);
      const bool has_past = row.step();
      const bool is_empty = !has_past && found.began_after == 0 && !log.integer("SELECT 1 FROM entries LIMIT 1");
      if (!has_past && !is_empty) continue;
      found.rows = past_rows::there;
      return found;
    } catch (const sql::sql_error& failure) {
      if (!is_damage(failure)) throw;
      found.rows = past_rows::unknown;
    }
  }
  return found;
}

}  // namespace

std::optional<base_row> read_base_row(sql::database& log) {
  if (log.integer("PRAGMA user_version") != log_format::format_of_parts) return std::nullopt;
  try {
    std::optional<base_row> found = row_of_base(log);
    if (found) return found;
    if (look_for_past(log).rows == past_rows::missing) must_be_no_fork(log, std::string(is_fork) + " is missing");
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    must_be_no_fork(log, std::string(is_fork) + " cannot be read: " + failure.what());
  }
  return std::nullopt;
}

void must_be_no_fork(sql::database& log, const std::string& why) {
  if (log.integer("PRAGMA user_version") != log_format::format_of_parts) return;
  const past_of_log past = look_for_past(log);
  if (past.rows == past_rows::there) return;
  std::string more;
  if (past.rows == past_rows::missing && past.began_after > 0)
    more = ": it has nothing of its own up to event " + std::to_string(past.began_after);
  throw log_damaged(log.path(), global_position{}, why + more);
}

void write_base_row(sql::database& fork, const base_row& base) {
  fork.run("INSERT INTO bases VALUES(1, ?, ?, ?, ?)",
           {base.path, base.log.value().bytes(), base.position.value(), base.chain});
}

std::vector<log_base> bases_of(const log_reader_connection& log) {
  std::vector<log_base> found;
  for (const opened_base* base = log.open_base(); base != nullptr; base = base->opened().open_base())
    found.push_back({base->path(), base->position()});
  return found;
}

opened_base::opened_base(const std::string& fork, const base_row& row)
    : path_(log_paths::of(place_from_log(fork, row.path)).log),
      position_(row.position),
      chain_(row.chain),
      mode_(sql::reading_mode::ordinary()) {
  try {
    open(fork, row);
  } catch (const sql::sql_error& failure) {
    if (is_damage(failure)) throw log_damaged(path_, global_position{}, failure.what());
    must_not_lack_files(failure, *system_files(), path_);
    throw;
  }
}

opened_base::~opened_base() = default;

void opened_base::open(const std::string& fork, const base_row& row) {
  const std::shared_ptr<files> files = system_files();
  try {
    check_log_header(*files, path_);
  } catch (const log_missing&) {
    throw base_missing(fork, path_, row.log, row.position);
  } catch (const not_a_log& other) {
    throw base_differs(fork, path_, row.log, row.position, other.text().why);
  }
  constexpr int attempts_max = 3;  // what is taken for unchanging may be changed before it is open
  for (int attempt = 1; attempt <= attempts_max; ++attempt) {
    mode_ = reading_mode_of_visitors(*files, log_paths::of(path_), path_);
    try {
      reader_ = std::make_unique<log_reader_connection>(path_, mode_.mode(), position_);
      must_be(fork, row);
      if (mode_.still_holds()) return;
    } catch (const error&) {
      if (mode_.still_holds()) throw;
    }
    reader_.reset();
  }
  throw log_changed(path_);
}

void opened_base::must_be(const std::string& fork, const base_row& row) {
  const auto differs = [&](const std::string& why) { return base_differs(fork, path_, row.log, row.position, why); };
  const log_reader_connection::snapshot now(*reader_);
  const log_row about = reader_->about();
  must_be_known_format(path_, about.format);
  if (about.identity.id != row.log) throw differs("it is another log, " + about.identity.id.to_string());
  if (const base_row* const further = reader_->base(); further != nullptr && further->position >= row.position)
    throw differs("it is a fork itself, and " + event(row.position) + " is none of its own");
  if (row.position == global_position{}) return;
  const global_position head = reader_->head();
  if (head < row.position) throw differs("it ends at " + event(head));
  const std::optional<chain_hash> chain = stored_chain(reader_->database(), row.position);
  if (!chain) throw log_damaged(path_, row.position, "no search finds its row");
  if (*chain != row.chain) throw differs("its " + event(row.position) + " is another one: it went on in another way");
}

log_reader_connection& opened_base::reader() {
  sql::database& database = reader_->database();
  if (!database.in_transaction()) database.run("BEGIN", {});
  return *reader_;
}

void opened_base::end_snapshot() noexcept { reader_->end_snapshot(); }

bool opened_base::still_holds() const { return mode_.still_holds() && reader_->still_holds(); }

}  // namespace whence::inline v0
