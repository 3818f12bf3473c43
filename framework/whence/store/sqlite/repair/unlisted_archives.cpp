#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/repair_errors.hpp>
#include <whence/store/sqlite/archive/archive_file.hpp>
#include <whence/store/sqlite/repair/unlisted_archives.hpp>

namespace whence::inline v0 {
namespace {

struct told {
  log_id of;
  std::uint64_t number = 0;
};

/// What an archive says of itself; nothing: that is not what an archive says. Throws sql_error.
std::optional<told> read_told(const std::string& path) {
  archive_reader reader(path);
  sql::statement row = reader.database().prepare("SELECT l.id, a.number FROM log l, archive a");
  uuid::bytes_type bytes{};
  if (!row.step() || row.blob(0).size() != bytes.size() || row.integer(1) < 1) return std::nullopt;
  std::memcpy(bytes.data(), row.blob(0).data(), bytes.size());
  return told{.of = log_id(uuid(bytes)), .number = static_cast<std::uint64_t>(row.integer(1))};
}

/// Of one that somebody gave. What SQLite cannot read in it is damaged, also if it only misses a table.
std::optional<told> told_by_given(const std::string& path) {
  try {
    return read_told(path);
  } catch (const sql::sql_error& failure) {
    if (is_refusal(failure)) throw;
    throw log_damaged(path, global_position{}, failure.what());
  }
}

/// Of one that lies there, and may be anything.
std::optional<told> told_by_found(const std::string& path) {
  try {
    return read_told(path);
  } catch (const sql::sql_error& failure) {
    if (is_refusal(failure)) throw;
    return std::nullopt;
  }
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char one) { return one >= '0' && one <= '9'; });
}

std::vector<std::string> found_beside(files& files, const log_paths& log) {
  const std::string folder = directory_of(log.log);
  const std::string begin = (folder == "." ? log.log : log.log.substr(log.log.find_last_of('/') + 1)) + ".archive.";
  std::vector<std::string> found;
  for (const std::string& name : files.list(folder)) {
    if (!name.starts_with(begin) || !is_number(std::string_view(name).substr(begin.size()))) continue;
    std::string path = log.log + name.substr(begin.size() - std::string_view(".archive.").size());
    if (is_archive(files, path)) found.push_back(std::move(path));
  }
  return found;
}

}  // namespace

bool is_archive(files& files, const std::string& path) {
  const std::optional<file_status> there = files.status(path);
  if (!there || !there->regular) return false;
  std::array<std::byte, 72> header{};
  if (files.open(path, open_file::read)->read_at(0, header) != header.size()) return false;
  std::uint32_t mark = 0;
  for (std::size_t at = 68; at < header.size(); ++at) mark = mark << 8 | std::to_integer<std::uint32_t>(header[at]);
  return mark == log_format::application_id_of_archives;
}

std::vector<unlisted_archive> unlisted_archives(files& files, const log_paths& log, const log_id& id,
                                                const std::vector<std::string>& given) {
  std::vector<unlisted_archive> found;
  for (const std::string& path : given) {
    const std::optional<told> what = told_by_given(path);
    if (!what || what->of != id)
      throw repair_from_other_log(
          log.log, path,
          what ? "it is an archive of " + what->of.to_string() + ", and the log is " + id.to_string()
               : "it is an archive, and does not say of which log");
    found.push_back({.number = what->number, .path = path});
  }
  for (const std::string& path : found_beside(files, log)) {
    const std::optional<told> what = told_by_found(path);
    if (what && what->of == id) found.push_back({.number = what->number, .path = path});
  }
  return found;
}

}  // namespace whence::inline v0
