/// The file of a backup: the tables of a log, and one that says how far they go.
///
///     shop.backup             a SQLite database like a log (format.hpp), with application_id 0x57484E42 ("WHNB"). In no WAL mode:
///                             one file, which is read without making another, also where nothing can be made
///     backup                  one row, written when all else is there and verified:
///       made_at               microseconds since 1970, UTC
///       position, chain       of its last event. What a witness is to a log: an end that is missing is seen
///       recorded_at           of that event, or of none: 0
///       checksum              XXH3-64 over log id, epoch, began_after and the columns above
///
/// The mark is in the file's first bytes, so that a backup is told from a log before it is opened; and the epoch is the log's own:
/// as long as nobody writes, it is the same history.
#pragma once

#include <whence/core/files.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {

/// Writes the row, and with it the epoch of the log and where that began.
void write_manifest(sql::database& to, const log_row& about, const log_backup& says);

/// Within a snapshot. Throws log_damaged: it is not there, or not as it was written.
log_backup read_manifest(log_reader_connection& backup);

/// Whether the connection is one to a backup.
bool is_backup(log_reader_connection& reader);

/// What a witness beside the file would say. One that cannot be read has no testimony.
witness_reading manifest_as_witness(log_reader_connection& backup);

}  // namespace whence::inline v0
