#include <sqlite3.h>

#include <algorithm>

#include <whence/store/sqlite/index/base_index.hpp>
#include <whence/store/sqlite/index/format.hpp>

namespace whence::inline v0 {

base_index::base_index(files& files, const log_paths& base)
    : mode_(reading_mode_of_visitors(files, base, base.index)), db_(sql::database::open(base.index, mode_.mode())) {
  sqlite3_busy_timeout(db_.handle(), index_busy_milliseconds);
  check_index_format(db_);
  db_.run("BEGIN", {});
  runs_ = read_runs(db_, true);
  const std::uint64_t last = runs_.empty() ? 0 : runs_.back().last;
  const std::optional<index_checkpoint> end = checkpoint();
  if (last != state_reading(db_).read().last || last != (end ? end->position.value() : 0))
    index_is_damaged(db_.path(), "its runs do not end at its checkpoint");
}

std::optional<index_checkpoint> base_index::checkpoint() { return read_checkpoint(db_); }

const index_run* base_index::run_from(global_position first) const {
  const auto found = std::ranges::find(runs_, first.value(), &index_run::first);
  return found == runs_.end() ? nullptr : &*found;
}

void base_index::must_still_hold() {
  int moved = 0;
  const bool asked = sqlite3_file_control(db_.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK;
  if (!asked || moved != 0 || !mode_.still_holds()) index_is_damaged(db_.path(), "another file stands in its place");
}

}  // namespace whence::inline v0
