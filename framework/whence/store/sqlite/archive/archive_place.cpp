#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/archive/archive_place.hpp>
#include <whence/store/sqlite/near_file.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::string_view end_of_partial = ".partial";

/// What an attempt leaves that was cut short: nothing yet, or a file with the mark of archives. All else is somebody's.
bool is_begun_archive(file& found) {
  std::array<std::byte, 72> header{};
  const std::size_t there = found.read_at(0, header);
  if (there == 0) return true;
  std::uint32_t mark = 0;
  for (std::size_t at = 68; at < header.size(); ++at) mark = mark << 8 | std::to_integer<std::uint32_t>(header[at]);
  return there == header.size() && mark == log_format::application_id_of_archives;
}

bool has_name(const std::vector<archive_row>& archives, const log_paths& log, const std::string& place) {
  const std::string name = name_from_log(log.log, place, near_log::below);
  return std::ranges::any_of(archives, [&name](const archive_row& row) { return row.name == name; });
}

/// Of another log, it may be one that is registered there already, and has only no name yet.
void must_be_left_by_an_attempt(files& files, const log_id& id, const std::string& partial) {
  const std::optional<file_status> there = files.status(partial);
  if (!there) return;
  if (!there->regular) throw file_error("make", partial, EEXIST);  // whoever opened a pipe would wait for ever
  if (!is_begun_archive(*files.open(partial, open_file::read))) throw file_error("make", partial, EEXIST);
  bool is_of_other_log = false;
  try {
    archive_reader reader(partial);
    sql::statement row = reader.database().prepare("SELECT id FROM log");
    is_of_other_log = row.step() && !std::ranges::equal(row.blob(0), id.value().bytes());
  } catch (const sql::sql_error&) {
    // What cannot be read is what an attempt left that was cut short.
  }
  if (is_of_other_log) throw file_error("make", partial, EEXIST);
}

}  // namespace

std::string partial_of(const std::string& archive) { return archive + std::string(end_of_partial); }

std::string free_place(files& files, const log_paths& log, const std::vector<archive_row>& archives,
                       std::uint64_t number) {
  for (;; ++number) {
    std::string place = log.log + ".archive." + std::to_string(number);
    if (!files.status(place) && !has_name(archives, log, place)) return place;
  }
}

bool is_at(const std::string& name, files& files, const log_paths& log, const std::string& place) {
  return !place.empty() && name == name_from_log(log.log, files.behind_links(place), near_log::below);
}

void must_be_free(files& files, const log_paths& log, const log_id& id, const std::vector<archive_row>& archives,
                  const std::string& place) {
  const std::string folder = directory_of(place);
  const std::optional<file_status> found = files.status(folder);
  if (!found || !found->directory) throw file_error("make", place, found ? ENOTDIR : ENOENT);
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) throw file_error("make", place, errno);
  // A name that belongs to a log is not free, also if there is no such file at the moment: SQLite would take it for its own, and an
  // archive that was moved away could not be brought back.
  must_not_belong_to_log(files, place);
  // Nor one of attempts: what the next one finds there it takes for left over.
  if (place.ends_with(end_of_partial)) throw log_name_taken(place, log.log);
  const bool is_of_database = place.ends_with("-wal") || place.ends_with("-shm") || place.ends_with("-journal");
  if (is_of_database || files.status(place) || has_name(archives, log, place)) throw file_error("make", place, EEXIST);
  if (has_name(archives, log, partial_of(place))) throw file_error("make", partial_of(place), EEXIST);
  must_be_left_by_an_attempt(files, id, partial_of(place));
}

}  // namespace whence::inline v0
