#include <whence/store/sqlite/repair/repair_reader.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

#include <whence/core/files.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/archive/archive_file.hpp>

namespace whence::inline v0 {
namespace {

log_row read_about(log_reader_connection& connection) {
  try {
    const log_reader_connection::snapshot now(connection);
    return connection.about();
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    throw log_damaged(connection.database().path(), global_position{}, failure.what());
  }
}

}  // namespace

/// The first row from there on, as a scan comes to it: a search for the very number may go astray.
repair_reader::repair_reader(const log_paths& paths, const runtime& runtime)
    : mode_(reading_mode_of_visitors(*runtime.files, paths, paths.log)),
      connection_(paths.log, mode_.mode(), global_position{std::numeric_limits<std::uint64_t>::max()},
                  asks_for::tables_of_events),
      about_(read_about(connection_)),
      look_(connection_.database().prepare("SELECT " + std::string(entry_row::columns) +
                                           " FROM entries e WHERE e.position >= ?1 ORDER BY e.position LIMIT 1")),
      look_for_chain_(connection_.database().prepare(
          "SELECT position, chain FROM entries WHERE position >= ?1 ORDER BY position LIMIT 1")) {
  row_.numbered_by = this;
}

void repair_reader::identify(const log_identity& witnessed) {
  const auto fits = [this](const log_id& id) { return chain_behind(chain_start(id)) == row_.chain; };
  if (!look_at(global_position{1}) || fits(about_.identity.id) || !fits(witnessed.id)) return;
  about_.identity = witnessed;
}

global_position repair_reader::head() {
  const log_reader_connection::snapshot now(connection_);
  return connection_.last_found();
}

global_position repair_reader::next_row(global_position from) {
  if (!std::in_range<std::int64_t>(from.value())) return {};
  try {
    look_for_chain_.reset();
    look_for_chain_.bind(1, from.value());
    const bool is_there = look_for_chain_.step();
    const global_position found{is_there ? static_cast<std::uint64_t>(look_for_chain_.integer(0)) : 0};
    look_for_chain_.reset();
    return found;
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    return from;
  }
}

bool repair_reader::knows_its_end() {
  try {
    const log_reader_connection::snapshot now(connection_);
    static_cast<void>(connection_.head());
    return true;
  } catch (const log_damaged&) {
    return false;
  }
}

bool repair_reader::look_at(global_position position) {
  event_ = nullptr;
  if (!std::in_range<std::int64_t>(position.value())) return false;
  try {
    look_.reset();
    look_.bind(1, position.value());
    if (!look_.step()) return false;
    const bool is_stub = !row_.read(look_);
    if (is_stub && !row_.read_stub(look_)) return false;
    if (row_.position != position.value()) return false;
    if (is_stub) connection_.archives_.complete(connection_.db_, row_);
    const type_names* const names = connection_.type(row_.type);
    if (names == nullptr) return false;
    names_ = *names;
    event_ = &row_.resolve(names_);
    return true;
  } catch (const log_damaged& damage) {
    if (damage.is_refused && (!refused_ || refused_->position < damage.position)) refused_ = damage;
    return false;
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    return false;
  }
}

chain_hash repair_reader::chain_behind(const chain_hash& previous) const {
  return chain_next(previous, row_.stream, *event_);
}

void repair_reader::correct(const chain_hash& chain) {
  row_.chain = chain;
  event_ = &row_.resolve(names_);
}

std::optional<chain_hash> repair_reader::stored_chain(global_position position) {
  if (!std::in_range<std::int64_t>(position.value())) return std::nullopt;
  try {
    look_for_chain_.reset();
    look_for_chain_.bind(1, position.value());
    if (!look_for_chain_.step() || look_for_chain_.integer(0) != static_cast<std::int64_t>(position.value()))
      return std::nullopt;
    const std::span<const std::uint8_t> bytes = look_for_chain_.blob(1);
    chain_hash chain{};
    if (bytes.size() != chain.size()) return std::nullopt;
    std::memcpy(chain.data(), bytes.data(), chain.size());
    return chain;
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    return std::nullopt;
  }
}

const recorded_event* repair_reader::intact_at(global_position position) {
  try {
    return connection_.event_at(position);
  } catch (const log_damaged&) {
    return nullptr;
  }
}

bool repair_reader::has_unlisted(std::uint64_t number) const {
  return std::ranges::find(unlisted(), number, &unlisted_archive::number) != unlisted().end();
}

/// From both ends: a damaged page hides what is behind it.
std::map<std::uint64_t, global_position> repair_reader::archives_behind(global_position end) {
  std::map<std::uint64_t, global_position> found;
  for (const std::string_view order : {" ORDER BY position", " ORDER BY position DESC"}) {
    try {
      sql::statement stubs =
          connection_.database().prepare("SELECT version, position FROM entries WHERE position > ?1 AND encoding = " +
                                         std::to_string(log_format::encoding_archived) + std::string(order));
      stubs.bind(1, end.value());
      while (stubs.step()) {
        const global_position position{static_cast<std::uint64_t>(stubs.integer(1))};
        const auto [known, is_new] = found.try_emplace(static_cast<std::uint64_t>(stubs.integer(0)), position);
        if (!is_new) known->second = std::min(known->second, position);
      }
      break;
    } catch (const sql::sql_error& failure) {
      if (!is_damage(failure)) throw;
    }
  }
  return found;
}

void repair_reader::must_know_archives_behind(global_position end) {
  std::vector<archive_row> listed;
  try {
    if (!connection_.lost_tables_.archives) listed = read_archive_rows(connection_.database());
  } catch (const log_damaged&) {
    // Which there are is what cannot be read.
  }
  for (const auto& [number, position] : archives_behind(end)) {
    if (std::ranges::find(listed, number, &archive_row::number) != listed.end()) continue;
    const auto found = std::ranges::find(unlisted(), number, &unlisted_archive::number);
    const std::string usual = path() + ".archive." + std::to_string(number);
    if (found == unlisted().end() && !system_files()->status(usual))
      throw log_damaged::archive_missing(path(), usual, position);
    if (found == unlisted().end())
      throw log_damaged::archive_damaged(
          path(), usual, position,
          "the log does not know where its archive " + std::to_string(number) + " is, and this is not it");
    if (position == end.next())
      throw log_damaged::archive_damaged(path(), found->path, position,
                                         "it does not have the event to which the chain leads");
  }
}

void repair_reader::must_not_have_been_refused(global_position end) const {
  if (refused_ && refused_->position > end) throw log_damaged(*refused_);
}

void repair_reader::must_be_as_it_was() const {
  if (!mode_.still_holds()) throw log_changed(path());
}

}  // namespace whence::inline v0
