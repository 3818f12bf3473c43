#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/backup/backup_file.hpp>
#include <whence/store/sqlite/format.hpp>

namespace whence::inline v0 {

log_backup back_up(const log_source& source, const std::string& to, const runtime& runtime,
                   const backup_options& options) {
  if (!source.ways_in().back_up) throw backup_of_memory(source.name());
  return source.ways_in().back_up(to, runtime, options);
}

log_backup read_backup(const std::string& path, const runtime& runtime) {
  if (check_log_header(*runtime.files, path) != log_file::backup) throw not_a_backup(path);
  log_reader_connection reader(path, sql::reading_mode::of(path).mode());
  const log_reader_connection::snapshot now(reader);
  log_backup found = read_manifest(reader);
  const std::optional<file_status> there = runtime.files->status(path);
  found.bytes = there ? there->size : 0;
  return found;
}

}  // namespace whence::inline v0
