#include <bit>
#include <cstring>
#include <vector>

#include <xxhash.h>

#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/backup/backup_file.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/schema.hpp>

namespace whence::inline v0 {
namespace {

/// Integers little-endian.
std::int64_t checksum_of(const log_row& about, const log_backup& says) {
  std::vector<std::uint8_t> bytes;
  const auto add = [&bytes](const auto& more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
  const auto number = [&bytes](std::uint64_t value) {
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  const auto time = [&number](timestamp value) {
    number(static_cast<std::uint64_t>(value.time_since_epoch().count()));
  };
  add(about.identity.id.value().bytes());
  number(about.identity.epoch);
  number(about.began_after.value());
  time(says.made_at);
  number(says.head.value());
  add(says.chain);
  time(says.recorded_at);
  return std::bit_cast<std::int64_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

timestamp time_in(const sql::statement& row, int column) {
  return timestamp{std::chrono::microseconds{row.integer(column)}};
}

}  // namespace

void write_manifest(sql::database& to, const log_row& about, const log_backup& says) {
  to.run("UPDATE log SET epoch = ?, began_after = ?", {about.identity.epoch, about.began_after.value()});
  make_table_of_backup(to);
  to.run("INSERT INTO backup VALUES(1, ?, ?, ?, ?, ?)",
         {says.made_at.time_since_epoch().count(), says.head.value(), says.chain,
          says.recorded_at.time_since_epoch().count(), checksum_of(about, says)});
}

log_backup read_manifest(log_reader_connection& backup) {
  const log_row about = backup.about();
  log_backup found;
  found.path = backup.database().path();
  found.log = about.identity;
  const auto damaged = [&](const std::string& why) {
    return log_damaged(found.path, global_position{}, "what it says of itself as a backup cannot be read: " + why);
  };
  try {
    sql::statement row = backup.database().prepare(
        "SELECT made_at, position, chain, recorded_at, checksum FROM backup WHERE number = 1");
    if (!row.step()) throw damaged("the row is missing");
    const std::span<const std::uint8_t> chain = row.blob(2);
    if (chain.size() != found.chain.size()) throw damaged("the row is not as it was written");
    std::memcpy(found.chain.data(), chain.data(), chain.size());
    found.made_at = time_in(row, 0);
    found.head = global_position{static_cast<std::uint64_t>(row.integer(1))};
    found.recorded_at = time_in(row, 3);
    if (row.integer(4) != checksum_of(about, found)) throw damaged("the row is not as it was written");
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure) && failure.primary() != 1) throw;  // 1: there is no such table
    throw damaged(failure.what());
  }
  return found;
}

bool is_backup(log_reader_connection& reader) {
  return reader.database().integer("PRAGMA application_id") == log_format::application_id_of_backups;
}

witness_reading manifest_as_witness(log_reader_connection& backup) {
  witness_reading reading{.present = true, .latest = std::nullopt, .readable_slots = 0};
  const log_reader_connection::snapshot now(backup);
  try {
    const log_backup says = read_manifest(backup);
    reading.latest = testimony{.log = says.log, .position = says.head, .chain = says.chain};
    reading.readable_slots = 2;
  } catch (const log_damaged&) {
    // That it cannot be read is what the reading says.
  }
  return reading;
}

}  // namespace whence::inline v0
