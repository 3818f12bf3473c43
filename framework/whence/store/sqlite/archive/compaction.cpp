#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>

#include <sqlite3.h>

#include <whence/core/async.hpp>
#include <whence/core/detail/fault_points.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/temporary_folder.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/archive/archiving.hpp>

namespace whence::inline v0 {
namespace {

/// How long a reader in another process is waited for: its snapshots last as long as a page.
constexpr int attempts_to_settle = 40;
constexpr std::chrono::milliseconds between_attempts{50};

/// Rows are copied by so many operations of SQLite each, as measured: what is said of the progress is no more than that.
constexpr std::uint64_t rows_between_questions = 3'333;

void must_have_room(const std::string& path, std::uint64_t bytes, files& files) {
  const std::optional<std::uint64_t> free = files.free_bytes(path);
  if (free && *free < bytes) throw file_error("compact", path, ENOSPC);
}

/// As SQLite itself says of a database that it puts there, and in words that name the folder.
void must_have_temporary_room(std::uint64_t bytes, files& files) {
  const std::optional<std::uint64_t> free = files.free_bytes(sql::temporary_folder());
  if (!free || *free >= bytes) return;
  throw sql::sql_error(
      SQLITE_FULL, "", "",
      "compacting takes " + std::to_string(bytes) + " bytes, and " + std::to_string(*free) + " are free there");
}

std::uint64_t size_of(const std::string& path, files& files) {
  const std::optional<file_status> there = files.status(path);
  return there ? there->size : 0;
}

bool settle(const held_log& held) {
  for (int attempt = 0; attempt < attempts_to_settle; ++attempt) {
    bool done = false;
    held.with_writer([&](group_writer& writer) { done = writer.settle(); });
    if (done) return true;
    std::this_thread::sleep_for(between_attempts);
  }
  return false;
}

}  // namespace

namespace {

compacted_log compact_sound(const held_log& held, const compact_options& options) {
  files& files = *held.running.files;
  compacted_log result;
  settle(held);
  result.bytes_before = size_of(held.paths.log, files);
  held.with_writer([&](group_writer& writer) {
    const log_writer::pages pages = writer.look_at_pages();
    const std::uint64_t bytes = (pages.all - pages.free) * pages.bytes;
    must_have_room(held.paths.log, bytes, files);
    must_have_temporary_room(bytes, files);
    const std::uint64_t rows = writer.head().value();
    std::uint64_t done = 0;
    const auto go_on = [&] {
      detail::reach(detail::phase::archive);
      done = std::min(rows, done + rows_between_questions);
      if (options.on_progress) options.on_progress({"rewriting", done, rows});
      return !options.stop.stop_requested();
    };
    try {
      detail::reach(detail::phase::archive);
      writer.compact(go_on);
      detail::reach(detail::phase::archive);
    } catch (const sql::sql_error& failure) {
      if (failure.primary() == SQLITE_INTERRUPT) throw operation_cancelled();
      throw;
    }
  });
  result.settled = settle(held);
  result.bytes_after = size_of(held.paths.log, files);
  return result;
}

}  // namespace

compacted_log compact_in(const held_log& held, const compact_options& options) {
  try {
    return compact_sound(held, options);
  } catch (const sql::sql_error& failure) {
    if (is_damage(failure)) throw log_damaged(held.paths.log, global_position{}, failure.what());
    throw;
  }
}

}  // namespace whence::inline v0
