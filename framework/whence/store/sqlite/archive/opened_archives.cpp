#include <algorithm>
#include <cstring>
#include <exception>
#include <string>

#include <sqlite3.h>

#include <whence/core/files.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/archive/opened_archives.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/near_file.hpp>
#include <whence/store/sqlite/reader.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t open_max = 16;

log_id id_of(sql::database& log) {
  sql::statement row = log.prepare("SELECT id FROM log WHERE number = 1");
  uuid::bytes_type bytes{};
  if (row.step() && row.blob(0).size() == bytes.size()) std::memcpy(bytes.data(), row.blob(0).data(), bytes.size());
  return log_id(uuid(bytes));
}

}  // namespace

struct opened_archives::opened {
  opened(std::uint64_t of, std::string at) : number(of), path(std::move(at)), reader(path) {}

  std::uint64_t number;
  std::string path;
  archive_reader reader;
};

opened_archives::opened_archives() noexcept = default;
opened_archives::~opened_archives() = default;

/// What is wrong with it is wrong with the event that cannot be found.
std::vector<archive_row> opened_archives::read_list(sql::database& log, global_position wanted) const {
  if (!no_list_.empty()) throw log_damaged(log.path(), wanted, "it lies in an archive, and " + no_list_);
  try {
    return read_archive_rows(log);
  } catch (const log_damaged& damage) {
    throw log_damaged(log.path(), wanted, "it lies in an archive, and " + damage.text().why);
  }
}

opened_archives::opened& opened_archives::open(sql::database& log, std::uint64_t number, global_position wanted) {
  for (const std::unique_ptr<opened>& each : open_)
    if (each->number == number) return *each;
  const std::vector<archive_row> rows = read_list(log, wanted);
  const auto row = std::ranges::find(rows, number, &archive_row::number);
  if (row == rows.end())
    throw log_damaged(log.path(), wanted,
                      "it is said to lie in archive " + std::to_string(number) + ", which the log does not know");
  const std::string path = place_from_log(log.path(), row->name);
  try {
    if (!system_files()->status(path)) throw log_damaged::archive_missing(log.path(), path, wanted);
    if (const auto why = differs_from(path, id_of(log), *row))
      throw log_damaged::archive_damaged(log.path(), path, wanted, *why);
    if (open_.size() == open_max) open_.erase(open_.begin());
    open_.push_back(std::make_unique<opened>(number, path));
  } catch (const file_error& refusal) {
    throw log_damaged::archive_refused(log.path(), path, wanted, refusal);
  } catch (const sql::sql_error& failure) {
    if (is_refusal(failure)) throw log_damaged::archive_refused(log.path(), path, wanted, failure);
    throw log_damaged::archive_damaged(log.path(), path, wanted, failure.what());
  }
  return *open_.back();
}

void opened_archives::complete(sql::database& log, entry_row& row) {
  if (unlisted_.empty()) return complete_as_listed(log, row);
  const std::uint64_t number = row.version;
  const std::uint64_t position = row.position;
  const chain_hash expected = row.chain;
  const auto is_there = [&] { return complete_unlisted(number, position, expected, row); };
  try {
    return complete_as_listed(log, row);
  } catch (const log_damaged&) {
    if (!is_there()) throw;
  }
}

/// The chain hash of the stub says whether it is the event.
bool opened_archives::complete_unlisted(std::uint64_t number, std::uint64_t position, const chain_hash& chain,
                                        entry_row& row) {
  for (const unlisted_archive& one : unlisted_) {
    if (one.number != number) continue;
    try {
      if (!open_unlisted_ || open_unlisted_->path != one.path)
        open_unlisted_ = std::make_unique<opened>(number, one.path);
      if (!open_unlisted_->reader.read(position, row) || row.chain != chain) continue;
      completed_ = position;
      is_unlisted_ = true;
      file_ = one.path;
      return true;
    } catch (const sql::sql_error& failure) {
      if (is_refusal(failure)) throw;
    }
  }
  row.chain = chain;
  return false;
}

void opened_archives::complete_as_listed(sql::database& log, entry_row& row) {
  const std::uint64_t number = row.version;
  const global_position wanted{row.position};
  const chain_hash expected = row.chain;
  std::string why;
  std::exception_ptr refused;
  try {
    opened& archive = open(log, number, wanted);
    if (archive.reader.read(wanted.value(), row) && row.chain == expected) {
      completed_ = wanted.value();
      is_unlisted_ = false;
      if (file_ != archive.path) file_ = archive.path;
      return;
    }
    why = "its row there is missing, or is not as it was written";
  } catch (const sql::sql_error& failure) {
    if (failure.path == log.path()) throw;
    if (is_refusal(failure)) refused = std::make_exception_ptr(failure);
    why = failure.what();
  }
  // Another file may be put in its place: the next one who asks looks anew.
  std::string path = log.path();
  const auto found = std::ranges::find(open_, number, [](const auto& each) { return each->number; });
  if (found != open_.end()) {
    path = (*found)->path;
    open_.erase(found);
  }
  row.chain = expected;
  try {
    if (refused) std::rethrow_exception(refused);
  } catch (const sql::sql_error& refusal) {
    throw log_damaged::archive_refused(log.path(), std::move(path), wanted, refusal);
  }
  throw log_damaged::archive_damaged(log.path(), std::move(path), wanted, why);
}

}  // namespace whence::inline v0
