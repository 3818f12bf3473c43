/// The index's database (shop.db.index), table by table.
///
///     checkpoint   one row: the log's id and epoch, and up to which position, with which chain hash, the runs go.
///                  No row: the index is empty
///     runs         the runs. Those that are `live` follow each other without gap or overlap, from position 1 to the checkpoint;
///                  one that is not is still being merged, and is thrown away if the process ends first
///     blocks       their blocks, written at the end of the table, never changed
///     pages        the pages of their filters, in the same way
///     garbage      blocks and pages of runs that are gone, to be deleted
///     state        one row: where the next block and the next page go, the number of the next run, how often the set of runs has
///                  changed, and up to which position the live ones go
///
/// Each row has a checksum over what it says, XXH3-64, and is believed by it alone; and runs that are not found, though they are
/// there, are missed by what `state` says.
///
/// application_id 0x57484E49 ("WHNI"), user_version 6 (an index of another is made anew), pages of 16 KiB, WAL,
/// synchronous=NORMAL: a power cut may take the newest runs, with their checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/sql/database.hpp>
#include <whence/sql/statement.hpp>
#include <whence/store/sqlite/index/checkpoint.hpp>
#include <whence/store/sqlite/index/run.hpp>

namespace whence::inline v0 {

/// How long a connection waits for another that stands in its way.
constexpr int index_busy_milliseconds = 10'000;

/// Opens the index to write, or makes it, for those who `access` says; makes its tables if it is empty. Throws sql_error:
/// NOTADB if it is another database, or one of another format.
sql::database open_index_to_write(files& files, const std::string& path, const std::optional<file_access>& access);

/// Throws sql_error: NOTADB if it is another database, an index of another format, or one that has something else than its tables:
/// a view in the place of one says what no checksum vouches for, and a trigger writes.
void check_index_format(sql::database& db);

/// What `state` says. The default is that of an empty index.
struct index_state {
  std::int64_t next_block = 1;
  std::int64_t next_page = 1;
  std::uint64_t next_run = 1;
  std::int64_t generation = 1;
  std::uint64_t last = 0;  ///< the position at which the live runs end; 0: there is none

  friend bool operator==(const index_state&, const index_state&) = default;
};

/// Reads `state`, as often as it is asked for. Throws sql_error: CORRUPT if it is not as it was written.
class state_reading {
 public:
  explicit state_reading(sql::database& db);
  index_state read();

 private:
  std::string path_;
  sql::statement select_;
};

void write_state(sql::database& db, const index_state& state);

/// Nothing if the index is empty. Throws sql_error: CORRUPT if it is not as it was written.
std::optional<index_checkpoint> read_checkpoint(sql::database& db);
void write_checkpoint(sql::database& db, const index_checkpoint& checkpoint);

/// Blocks, or pages, that are to be deleted.
struct index_garbage {
  bool of_pages = false;
  block_extent all;
};

/// The first of it; nothing if there is none. Throws sql_error: CORRUPT if it is not as it was written.
std::optional<index_garbage> first_garbage(sql::database& db);
void insert_garbage(sql::database& db, const index_garbage& garbage);

/// What `runs` says, in the order of positions: those that are live, or those that are not. Throws sql_error: CORRUPT if they
/// do not follow each other.
std::vector<index_run> read_runs(sql::database& db, bool live);

void insert_run(sql::database& db, const index_run& run, bool live);

/// The index is not as it was written.
[[noreturn]] void index_is_damaged(const std::string& path, const std::string& detail);

}  // namespace whence::inline v0
