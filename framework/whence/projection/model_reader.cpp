#include <sqlite3.h>

#include <string>

#include <whence/projection/errors.hpp>
#include <whence/projection/model_database.hpp>
#include <whence/projection/model_reader.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0 {

struct model_reader::connection {
  model_generation generation;
  sql::reading_mode mode;
  sql::database database;
  sql::statement select_checkpoint;
};

/// Holds a read transaction, and brings its connection back.
class model_reader::snapshot final : public model_snapshot {
 public:
  snapshot(std::shared_ptr<model_reader> reader, std::unique_ptr<connection> used)
      : reader_(std::move(reader)), used_(std::move(used)) {
    try {
      used_->database.run("BEGIN", {});
      const auto found = read_checkpoint(used_->select_checkpoint);  // the first statement fixes the snapshot
      if (!found) throw read_model_damaged(reader_->files_->name(), used_->generation.path, "it has no checkpoint");
      at_ = *found;
    } catch (...) {
      must_hold();
      throw;
    }
    must_hold();
  }
  ~snapshot() override { reader_->give_back(std::move(used_)); }

  sql::database& database() noexcept override { return used_->database; }
  const checkpoint& at() const noexcept override { return at_; }
  void must_hold() const final {
    if (!used_->mode.still_holds()) throw log_changed(used_->generation.path);
  }

 private:
  const std::shared_ptr<model_reader> reader_;
  std::unique_ptr<connection> used_;
  checkpoint at_;
};

model_reader::model_reader(const detail::projection_definition& definition, std::shared_ptr<const model_files> files)
    : definition_(definition), files_(std::move(files)) {}

model_reader::~model_reader() = default;

std::unique_ptr<model_snapshot> model_reader::open() {
  constexpr int swaps_max = 5;  // a generation may be swapped out, or written to, between looking and opening
  for (int swaps = 0;; ++swaps) {
    const auto current = files_->current();
    if (!current || current->version < definition_.info.version) return nullptr;
    if (current->version > definition_.info.version) {
      throw read_model_newer(files_->name(), current->version, definition_.info.version);
    }
    try {
      return std::make_unique<snapshot>(shared_from_this(), take(*current));
    } catch (const log_changed&) {
      if (swaps == swaps_max) throw;
    } catch (const sql::sql_error& failure) {
      if (swaps < swaps_max && files_->current() != current) continue;
      const int kind = failure.primary();
      if (kind != SQLITE_ERROR && kind != SQLITE_CORRUPT && kind != SQLITE_NOTADB) throw;
      throw read_model_damaged(files_->name(), current->path, failure.what());
    }
  }
}

std::unique_ptr<model_reader::connection> model_reader::take(const model_generation& current) {
  std::vector<std::unique_ptr<connection>> outdated;
  {
    auto own = pool_.lock();
    if (own->generation != current) {
      outdated.swap(own->idle);
      own->generation = current;
    }
    while (!own->idle.empty()) {
      auto used = std::move(own->idle.back());
      own->idle.pop_back();
      if (used->mode.still_holds()) return used;
      outdated.push_back(std::move(used));
    }
  }
  auto mode = sql::reading_mode::of(current.path);
  try {
    auto database = sql::database::open(current.path, mode.mode());
    database.run("PRAGMA busy_timeout=5000");
    auto select = prepare_checkpoint(database, definition_.info);
    return std::unique_ptr<connection>(new connection{current, mode, std::move(database), std::move(select)});
  } catch (const sql::sql_error&) {
    if (!mode.still_holds()) throw log_changed(current.path);
    throw;
  }
}

/// Of a generation that was swapped out, or beyond the limit, it is closed.
void model_reader::give_back(std::unique_ptr<connection> used) noexcept {
  constexpr std::size_t idle_max = 4;
  if (!used) return;
  try {
    used->database.run("ROLLBACK", {});
    auto own = pool_.lock();
    if (own->generation == used->generation && own->idle.size() < idle_max) own->idle.push_back(std::move(used));
  } catch (...) {
    // Closed with `used`: whatever state it is in, nobody gets it again.
  }
}

}  // namespace whence::inline v0
