#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/schema.hpp>

namespace whence::inline v0 {
namespace {

std::uint32_t big_endian(const std::byte* bytes) {
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i) number = number << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return number;
}

std::int64_t mark_of(log_file what) noexcept {
  switch (what) {
    case log_file::log: return log_format::application_id;
    case log_file::unfinished_import: return log_format::application_id_of_imports;
    case log_file::archive: return log_format::application_id_of_archives;
    case log_file::backup: break;
  }
  return log_format::application_id_of_backups;
}

using header_bytes = std::array<std::byte, 100>;

/// Reads through SQLite's own file layer: it knows which locks this process holds on the file, and closing loses none.
int read_header(const std::string& path, header_bytes& header) {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  const std::unique_ptr<const char, void (*)(const char*)> name(
      sqlite3_create_filename(path.c_str(), "", "", 0, nullptr), sqlite3_free_filename);
  const auto storage =
      std::make_unique<std::max_align_t[]>(static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) + 1);
  auto* const opened = reinterpret_cast<sqlite3_file*>(storage.get());
  if (!name) return SQLITE_NOMEM;
  constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  int result = vfs->xOpen(vfs, name.get(), opened, flags, nullptr);
  if (result == SQLITE_OK) {
    result = opened->pMethods->xRead(opened, header.data(), static_cast<int>(header.size()), 0);
  }
  if (opened->pMethods != nullptr) opened->pMethods->xClose(opened);
  return result;
}

/// 0: it can.
int why_nothing_can_be_made_beside(const std::string& path) {
  return ::faccessat(AT_FDCWD, directory_of(path).c_str(), W_OK, AT_EACCESS) == 0 ? 0 : errno;
}

/// What lies beside a log has its name and one of these.
constexpr std::string_view ends_beside_log[] = {"-wal",    "-shm",    "-journal",   ".lock",          ".witness",
                                                ".ctl",    ".index",  ".index-wal", ".index-shm",     ".index-journal",
                                                ".repair", ".models", ".snapshots", ".snapshots-wal", ".snapshots-shm"};

bool is_regular(files& files, const std::string& path) {
  const std::optional<file_status> there = files.status(path);
  return there && there->regular;
}

}  // namespace

log_paths::log_paths(std::string path)
    : log(std::move(path)),
      wal(log + "-wal"),
      lock(log + ".lock"),
      witness(log + ".witness"),
      index(log + ".index"),
      directory(directory_of(log)) {}

log_paths log_paths::of(const std::string& path) {
  // SQLite follows links itself, to the files that it puts beside the database: ours have to be beside the same.
  sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  std::string target(static_cast<std::size_t>(vfs->mxPathname) + 1, '\0');
  const int result = vfs->xFullPathname(vfs, path.c_str(), static_cast<int>(target.size()), target.data());
  return log_paths(result == SQLITE_OK_SYMLINK ? std::string(target.c_str()) : path);
}

lock_attempt lock_beside(files& files, const std::string& path, const std::string& lock) {
  try {
    return files.try_lock(lock);
  } catch (const file_error& refused) {
    if (refused.system_code != ENOENT && refused.system_code != ENOTDIR) throw;
    throw file_error("make", path, refused.system_code);
  }
}

sql::database begin_log_file(const std::string& draft, log_file what, const log_identity& identity) {
  sql::database db = sql::database::open(draft, sql::open_mode::create);
  db.run("PRAGMA page_size=8192; PRAGMA encoding='UTF-8'; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF");
  sql::transaction making(db);
  db.run("PRAGMA application_id=" + std::to_string(mark_of(what)));
  db.run("PRAGMA user_version=" + std::to_string(log_format::format));
  make_tables(db);
  db.run("INSERT INTO log VALUES(1, ?, ?, 0, ?, 0)", {identity.id.value().bytes(), identity.epoch, log_format::format});
  making.commit();
  return db;
}

void begin_parts(sql::database& log) {
  make_tables_of_parts(log);
  log.run("PRAGMA user_version=" + std::to_string(log_format::format_of_parts));
  log.run("UPDATE log SET format = ?", {log_format::format_of_parts});
}

bool belongs_to_log(const std::string& file, const log_paths& paths) {
  std::error_code unknown;
  const auto whole = [&unknown](const std::string& path) {
    return std::filesystem::weakly_canonical(path, unknown).string();
  };
  const std::string asked = whole(file);
  const auto is_it = [&](std::string_view end) { return asked == whole(paths.log + std::string(end)); };
  return is_it("") || std::ranges::any_of(ends_beside_log, is_it);
}

void must_not_belong_to_log(files& files, const std::string& path) {
  const std::string place = files.behind_links(path);
  const auto must_not_end_in = [&](std::string_view end, const std::string& whole) {
    if (!whole.ends_with(end)) return;
    const std::string owner = whole.substr(0, whole.size() - end.size());
    if (is_regular(files, owner) && mark_of(files, owner)) throw log_name_taken(path, owner);
  };
  for (const std::string_view end : ends_beside_log) must_not_end_in(end, place);
  must_not_end_in(".models", directory_of(place));
}

namespace {

void must_have_room_for(std::string_view longest, files& files, const log_paths& paths) {
  try {
    static_cast<void>(files.status(paths.log + std::string(longest)));
  } catch (const file_error& refused) {
    if (refused.system_code == ENAMETOOLONG)
      throw file_error("make a log and what lies beside it at", paths.log, ENAMETOOLONG);
    throw file_error("look at", paths.log, refused.system_code);
  }
}

}  // namespace

void must_have_room_in_name(files& files, const log_paths& paths) {
  must_have_room_for(".index-journal", files, paths);
}

void must_have_room_in_name_of_new_log(files& files, const log_paths& paths) {
  // Longer than that of an archive (".archive.1234.partial-journal") and of the events that a repair could not keep.
  must_have_room_for(".before-repair-20260127T103000Z-10.witness", files, paths);
}

void must_be_known_format(const std::string& path, int found) {
  if (found > log_format::newest) throw newer_format(path, found, log_format::newest);
  if (found < log_format::format) throw older_format(path, found, log_format::format);
}

log_file check_log_header(files& files, const std::string& path) {
  const std::optional<file_status> status = files.status(path);
  if (!status) throw log_missing(path);
  if (status->directory) throw not_a_log(path, "it is a directory");
  if (!status->regular) throw not_a_log(path, "it is no regular file");
  if (status->size == 0) throw not_a_log(path, "the file is empty");

  header_bytes header{};
  const int result = read_header(path, header);
  // SQLite says no more than that it cannot open it.
  if ((result & 0xff) == SQLITE_CANTOPEN && ::access(path.c_str(), R_OK) != 0) throw file_error("read", path, errno);
  if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ) throw sql::sql_error(result, path, "", "");
  constexpr std::string_view magic("SQLite format 3\0", 16);
  if (std::string_view(reinterpret_cast<const char*>(header.data()), magic.size()) != magic) {
    throw not_a_log(path, "it is no SQLite database");
  }
  if (status->size < header.size()) throw not_a_log(path, "the file is cut short");
  const std::uint32_t application = big_endian(&header[68]);
  if (application == log_format::application_id_of_archives)
    throw not_a_log(path, "it is an archive: the log that its events come from reads them");
  std::optional<log_file> what;
  for (const log_file one : {log_file::log, log_file::unfinished_import, log_file::backup})
    if (mark_of(one) == application) what = one;
  if (!what) throw not_a_log(path, "it is a database of another application");
  must_be_known_format(path, static_cast<int>(big_endian(&header[60])));
  return *what;
}

std::optional<log_file> mark_of(files& files, const std::string& path) {
  try {
    return check_log_header(files, path);
  } catch (const newer_format&) {
    return log_file::log;
  } catch (const older_format&) {
    return log_file::log;
  } catch (const error&) {
    return std::nullopt;
  }
}

sql::reading_mode reading_mode_of_visitors(files& files, const log_paths& paths, const std::string& database) {
  const sql::reading_mode how = sql::reading_mode::of(database);
  const bool at_rest = how.mode() == sql::open_mode::unchanging && !files.lock_holder(paths.lock);
  return at_rest ? how : sql::reading_mode::ordinary();
}

std::optional<std::string> lacks_files(const sql::sql_error& failure, files& files, const std::string& database) {
  if (failure.primary() != SQLITE_CANTOPEN && failure.primary() != SQLITE_READONLY) return std::nullopt;
  if (why_nothing_can_be_made_beside(database) == 0) return std::nullopt;
  for (const char* const beside : {"-wal", "-shm"}) {
    if (!files.status(database + beside)) return database + beside;
  }
  return std::nullopt;
}

void must_not_lack_files(const sql::sql_error& failure, files& files, const std::string& path) {
  const std::optional<std::string> lacked = lacks_files(failure, files, path);
  if (lacked) throw file_error("make", *lacked, why_nothing_can_be_made_beside(path));
}

}  // namespace whence::inline v0
