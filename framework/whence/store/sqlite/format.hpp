/// The log's file, table by table, and how it comes into the world.
///
///     shop.db                 a SQLite database (3.37 or newer) in WAL mode, pages of 8 KiB, UTF-8;
///                             application_id 0x57484E43 ("WHNC"), user_version 1: the format, which stands in `log` too.
///                             It was 0 before the first release, while the tables still changed. While an import into it has
///                             not come to its end, application_id is 0x57484E55 ("WHNU"): no application opens it
///     log                     one row: the log's id, its epoch and the position after which that began, the format,
///                             and a count of markers (see writer.hpp)
///     types                   number -> aggregate type, event type, version of the event type
///     entries                 the events, one row each, in position order, without any other index:
///       position              from 1, dense
///       stream                the stream's number: the position of its first event
///       version               from 1, dense in its stream
///       type                  a number in `types`
///       occurred_at, recorded_at   microseconds since 1970, UTC
///       id                    16 bytes
///       correlation, causation     16 bytes, or null for none
///       chain                 16 bytes, see chain.hpp
///       name                  the stream's name; in every row: see docs/decisions
///       causation_type, source, traceparent   null for none
///       tags                  one tag a line (a tag has no control characters); null for none
///       encoding              0: JSON, 1: binary (CBOR behind its mark)
///       data                  the document; JSON as text, binary as a blob
///     events                  a view of the same for people: names, times and ids written out
///
/// These stand there with the very texts by which they are made, or nothing is believed: see schema.hpp.
///
/// A log whose events lie partly in other files has format 2, and two tables more: a program that would not look there refuses it.
///     bases                   0 or 1 row: the log whose events up to `position` are this one's past. See fork_base.hpp
///     archives                the files that events were moved to, see archive/archive_file.hpp. In `entries` each of these
///                             has a stub: its position and chain hash, the archive's number as its version, encoding 2
///
/// A database without a secondary index is written in one place, at its end; the price of any other way is in
/// docs/decisions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <whence/core/files.hpp>
#include <whence/core/payload_form.hpp>
#include <whence/core/position.hpp>
#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/reading_mode.hpp>

namespace whence::inline v0 {

struct log_format {
  static constexpr std::int64_t application_id = 0x57484E43;
  static constexpr std::int64_t application_id_of_backups = 0x57484E42;   // "WHNB": see backup/backup_file.hpp
  static constexpr std::int64_t application_id_of_archives = 0x57484E41;  // "WHNA": see archive/archive_file.hpp
  static constexpr std::int64_t application_id_of_imports = 0x57484E55;   // "WHNU": not come to their end
  static constexpr int format = 1;           ///< of a log that has all of its events in its own file
  static constexpr int format_of_parts = 2;  ///< of one that has some of them elsewhere
  static constexpr int newest = format_of_parts;
  static constexpr std::int64_t encoding_json = 0;
  static constexpr std::int64_t encoding_binary = 1;
  static constexpr std::int64_t encoding_archived = 2;  ///< a stub: the event lies in an archive

  static constexpr std::int64_t encoding_of(std::string_view data) noexcept {
    return form_of(data) == form::binary ? encoding_binary : encoding_json;
  }
};

/// The files that belong to the log at `path`.
struct log_paths {
  explicit log_paths(std::string log);
  /// Of the file that the path leads to: who comes by a symbolic link finds the same lock and witness.
  static log_paths of(const std::string& path);
  std::string log, wal, lock, witness, index, directory;
};

/// Whether a file of that name is one of the log's, also if there is none at the moment. See must_not_belong_to_log.
bool belongs_to_log(const std::string& file, const log_paths& paths);

/// What is made beside a log has its name and more. Throws file_error: there is no room for that. Found before there is any of it.
void must_have_room_in_name(files& files, const log_paths& paths);
/// Also for what is made beside it later: its archives, and the copy that a repair keeps.
void must_have_room_in_name_of_new_log(files& files, const log_paths& paths);

/// Locks `lock` so that `path` can be made. Throws file_error: of `path`, if there is no folder for either.
lock_attempt lock_beside(files& files, const std::string& path, const std::string& lock);

/// What a file is by its first bytes. Those of a log may lag behind: what its last commits say is still in the WAL.
enum class log_file { log, unfinished_import, backup, archive };

/// Makes the tables of a log, without an event, in an empty file, open to be filled. It is a draft that nobody else knows, and is
/// synced whole when it is published: until then it has no journal on the disk, and nothing that is written to it is synced.
sql::database begin_log_file(const std::string& draft, log_file what, const log_identity& identity);

/// Gives a log the tables and the format of one that has events elsewhere. Within a transaction.
void begin_parts(sql::database& log);

/// Throws newer_format, older_format: what the log at `path` says of its format is none that this program knows.
void must_be_known_format(const std::string& path, int found);

/// Looks at the first bytes of the file, without opening it as a database: no lock, no file beside it.
/// Throws not_a_log, newer_format, older_format, log_missing, file_error, sql_error.
log_file check_log_header(files& files, const std::string& path);
/// The same, without a failure; of another format it is taken for a log. Nothing: it is none of Whence's, or cannot be read.
std::optional<log_file> mark_of(files& files, const std::string& path);

/// How a visitor opens the log or its index, `database`. A log that has a writer is never taken for one that nobody changes.
sql::reading_mode reading_mode_of_visitors(files& files, const log_paths& paths, const std::string& database);

/// The file that SQLite would have to make beside the database to read it, and cannot. Nothing: that is not why it failed.
std::optional<std::string> lacks_files(const sql::sql_error& failure, files& files, const std::string& database);

/// Says what is behind the failure of a connection that only reads where the -wal or -shm is not there: SQLite makes them, also to
/// read, and this user may not write in the folder. That matters where there is something in the -wal, or a writer: else the log
/// is read without them. Returns if it is something else.
/// Throws file_error.
void must_not_lack_files(const sql::sql_error& failure, files& files, const std::string& path);

}  // namespace whence::inline v0
