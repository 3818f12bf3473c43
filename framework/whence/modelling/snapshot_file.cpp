#include <cstring>
#include <filesystem>
#include <utility>

#include <sqlite3.h>
#include <xxhash.h>

#include <whence/modelling/errors.hpp>
#include <whence/modelling/snapshot_file.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/moved_file.hpp>
#include <whence/sql/transaction.hpp>

namespace whence::inline v0::detail {
namespace {

constexpr std::int64_t application_id = 0x57484E53;
constexpr std::int64_t format = 2;
constexpr std::uint64_t proofs_max = 16;  // of a type

constexpr std::string_view schema = R"sql(
CREATE TABLE snapshots(
  stream TEXT PRIMARY KEY,
  aggregate_type TEXT NOT NULL,
  version INTEGER NOT NULL,
  position INTEGER NOT NULL,
  chain BLOB NOT NULL,
  log BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  fingerprint BLOB NOT NULL,
  state BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE proven(
  number INTEGER PRIMARY KEY,
  aggregate_type TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  program BLOB NOT NULL,
  UNIQUE(aggregate_type, fingerprint, program)
) STRICT;
)sql";

std::int64_t checksum(const kept_snapshot& of) {
  std::string all;
  const auto add = [&all](const void* bytes, std::uint64_t size) {
    all.append(reinterpret_cast<const char*>(&size), sizeof size);
    all.append(static_cast<const char*>(bytes), size);
  };
  const auto number = [&add](std::uint64_t value) { add(&value, sizeof value); };
  add(of.stream.data(), of.stream.size());
  add(of.aggregate_type.data(), of.aggregate_type.size());
  number(of.version.value());
  number(of.position.value());
  add(of.chain.data(), of.chain.size());
  const uuid::bytes_type log = of.log.id.value().bytes();
  add(log.data(), log.size());
  number(of.log.epoch);
  add(of.fingerprint.data(), of.fingerprint.size());
  return static_cast<std::int64_t>(
      XXH3_64bits_withSeed(all.data(), all.size(), XXH3_64bits(of.state.data(), of.state.size())));
}

/// What is of another size is not taken, and not what the checksum is of.
template <class Bytes>
void take(const sql::statement& row, int column, Bytes& to) {
  const std::span<const std::uint8_t> bytes = row.blob(column);
  if (bytes.size() == to.size()) std::memcpy(to.data(), bytes.data(), bytes.size());
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

enum class content { ours, ours_of_another_format, nothing, another };

content content_of(sql::database& db) {
  if (db.integer("PRAGMA application_id") == application_id)
    return db.integer("PRAGMA user_version") == format ? content::ours : content::ours_of_another_format;
  return db.integer("SELECT count(*) FROM sqlite_schema") == 0 ? content::nothing : content::another;
}

kept_snapshot snapshot_in(const sql::statement& row, std::string_view stream) {
  kept_snapshot found;
  found.stream = stream;
  found.aggregate_type = row.text(0);
  found.version = stream_version{static_cast<std::uint64_t>(row.integer(1))};
  found.position = global_position{static_cast<std::uint64_t>(row.integer(2))};
  take(row, 3, found.chain);
  uuid::bytes_type log{};
  take(row, 4, log);
  found.log = {.id = log_id(uuid(log)), .epoch = static_cast<std::uint64_t>(row.integer(5))};
  take(row, 6, found.fingerprint);
  const std::span<const std::uint8_t> state = row.blob(7);
  found.state.assign(reinterpret_cast<const char*>(state.data()), state.size());
  return found;
}

}  // namespace

bool says_damaged(const sql::sql_error& failure) noexcept {
  return failure.primary() == SQLITE_NOTADB || failure.primary() == SQLITE_CORRUPT;
}

bool snapshot_reader::open() {
  if (open_ && !sql::has_moved(open_->db)) return true;
  open_.reset();
  if (!std::filesystem::exists(path_)) return false;
  sql::database db = sql::database::open(path_, sql::open_mode::read_only);
  if (content_of(db) != content::ours) return false;
  sql::statement by_stream = db.prepare(
      "SELECT aggregate_type, version, position, chain, log, epoch, fingerprint, state, checksum FROM snapshots "
      "WHERE stream = ?");
  sql::statement proof =
      db.prepare("SELECT 1 FROM proven WHERE aggregate_type = ? AND fingerprint = ? AND program = ?");
  open_.emplace(open_file{std::move(db), std::move(by_stream), std::move(proof)});
  return true;
}

std::optional<kept_snapshot> snapshot_reader::find(std::string_view stream) {
  try {
    if (!open()) return std::nullopt;
    sql::statement& row = open_->by_stream;
    row.bind(1, stream);
    std::optional<kept_snapshot> found;
    if (row.step()) {
      found = snapshot_in(row, stream);
      if (row.integer(8) != checksum(*found)) found.reset();
    }
    row.reset();
    return found;
  } catch (...) {
    open_.reset();
    throw;
  }
}

bool snapshot_reader::has(const proven_snapshots& which) {
  try {
    if (!open()) return false;
    sql::statement& row = open_->proof;
    row.bind(1, which.aggregate_type);
    row.bind(2, which.fingerprint);
    row.bind(3, which.program);
    const bool found = row.step();
    row.reset();
    return found;
  } catch (...) {
    open_.reset();
    throw;
  }
}

sql::database& snapshot_writer::open() {
  if (damaged_) remove_file();
  if (db_ && !sql::has_moved(*db_)) return *db_;
  db_.reset();
  const std::optional<file_access> access = access_of(*files_, like_);
  make_if_missing(*files_, path_, access);
  sql::database db = sql::database::open(path_, sql::open_mode::create);
  db.run("PRAGMA busy_timeout=1000");
  content found = content_of(db);
  if (found == content::another) throw not_a_snapshot_file(path_);
  if (found == content::ours_of_another_format) {
    remove_file();
    make_if_missing(*files_, path_, access);
    db = sql::database::open(path_, sql::open_mode::create);
    db.run("PRAGMA busy_timeout=1000");
    found = content::nothing;
  }
  db.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF");
  if (found == content::nothing) {
    sql::transaction making(db);
    if (content_of(db) == content::nothing) {  // else another process was first
      db.run(schema);
      db.run("PRAGMA application_id=" + std::to_string(application_id) +
             "; PRAGMA user_version=" + std::to_string(format));
    }
    making.commit();
  }
  return db_.emplace(std::move(db));
}

void snapshot_writer::remove_file() {
  db_.reset();
  for (const char* const part : {"", "-wal", "-shm", "-journal"}) files_->remove(path_ + part);
  damaged_ = false;
}

template <class Write>
void snapshot_writer::write(Write what) {
  try {
    try {
      what(open());
    } catch (const sql::sql_error& failure) {
      if (!says_damaged(failure)) throw;
      remove_file();
      what(open());
    }
  } catch (...) {
    db_.reset();
    throw;
  }
}

void snapshot_writer::put(std::span<const kept_snapshot> all) {
  write([&](sql::database& db) {
    sql::transaction writing(db);
    for (const kept_snapshot& one : all) {
      db.run("INSERT OR REPLACE INTO snapshots VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
             {one.stream, one.aggregate_type, one.version.value(), one.position.value(), one.chain,
              one.log.id.value().bytes(), one.log.epoch, one.fingerprint, bytes_of(one.state), checksum(one)});
    }
    writing.commit();
  });
}

void snapshot_writer::put(const proven_snapshots& one) {
  write([&](sql::database& db) {
    sql::transaction writing(db);
    db.run("INSERT OR REPLACE INTO proven(aggregate_type, fingerprint, program) VALUES(?, ?, ?)",
           {one.aggregate_type, one.fingerprint, one.program});
    db.run(
        "DELETE FROM proven WHERE aggregate_type = ?1 AND number NOT IN "
        "(SELECT number FROM proven WHERE aggregate_type = ?1 ORDER BY number DESC LIMIT ?2)",
        {one.aggregate_type, proofs_max});
    writing.commit();
  });
}

void snapshot_writer::drop_all_of(std::string_view aggregate_type) {
  write([&](sql::database& db) {
    sql::transaction writing(db);
    db.run("DELETE FROM snapshots WHERE aggregate_type = ?", {aggregate_type});
    db.run("DELETE FROM proven WHERE aggregate_type = ?", {aggregate_type});
    writing.commit();
  });
}

}  // namespace whence::inline v0::detail
