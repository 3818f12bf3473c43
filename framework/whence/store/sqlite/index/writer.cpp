#include <algorithm>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include <whence/core/detail/fault_points.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/sqlite/index/format.hpp>
#include <whence/store/sqlite/index/merge.hpp>
#include <whence/store/sqlite/index/writer.hpp>

namespace whence::inline v0 {
namespace {

/// A transaction of a merge, or of a deletion, has so many blocks: 4 MiB, a few milliseconds.
constexpr int blocks_of_a_part = 256;

/// Pages in the WAL: from here on it is copied after each commit, as far as readers allow, which need not be enough to begin it
/// anew: who appends to streams that were not seen for long looks into the index all the time.
constexpr int wal_frames_to_copy = 1'024;
/// From here on readers of what it has are waited for: they are done in a few milliseconds. Whoever opens the index reads all of
/// it.
constexpr int wal_frames_max = 4'096;

/// A merge of fewer events is over in a second.
constexpr std::uint64_t events_of_large_merge = 4'000'000;

}  // namespace

index_writer index_writer::open(files& files, const std::string& path, const std::optional<file_access>& access,
                                std::chrono::milliseconds patience) {
  try {
    index_writer opened(open_index_to_write(files, path, access));
    opened.patience_ = patience;
    return opened;
  } catch (const sql::sql_error& failure) {
    if (failure.primary() != SQLITE_NOTADB && failure.primary() != SQLITE_CORRUPT && failure.primary() != SQLITE_ERROR)
      throw;
  }
  return replace(files, path, access);
}

index_writer index_writer::replace(files& files, const std::string& path, const std::optional<file_access>& access) {
  // Nothing is lost with it. Readers that have the old file open keep reading that, and see how far it goes.
  for (const char* const part : {"", "-wal", "-shm", "-journal"}) files.remove(path + part);
  return index_writer(open_index_to_write(files, path, access));
}

index_writer::index_writer(sql::database db)
    : wal_frames_(std::make_unique<int>(0)),
      restart_wal_at_(wal_frames_max),
      db_(std::move(db)),
      insert_block_(db_.prepare("INSERT INTO blocks VALUES(?, ?)")),
      insert_page_(db_.prepare("INSERT INTO pages VALUES(?, ?)")),
      runs_(read_runs(db_, true)),
      state_(state_reading(db_).read()) {
  if (db_.integer("SELECT max(number) FROM blocks").value_or(0) >= state_.next_block ||
      db_.integer("SELECT max(number) FROM pages").value_or(0) >= state_.next_page) {
    index_is_damaged(db_.path(), "its blocks go beyond where the next is to be");
  }
  const std::optional<index_checkpoint> checkpoint = read_checkpoint(db_);
  const std::uint64_t last = runs_.empty() ? 0 : runs_.back().last;
  if (last != state_.last || last != (checkpoint ? checkpoint->position.value() : 0)) {
    index_is_damaged(db_.path(), "its runs do not end at its checkpoint");
  }
  sqlite3_wal_hook(
      db_.handle(),
      [](void* frames, sqlite3*, const char*, int now) {
        *static_cast<int*>(frames) = now;
        return SQLITE_OK;
      },
      wal_frames_.get());
  throw_away_unfinished();
}

index_writer::index_writer(index_writer&&) noexcept = default;
index_writer& index_writer::operator=(index_writer&&) noexcept = default;
index_writer::~index_writer() = default;

void index_writer::throw_away_unfinished() {
  const std::vector<index_run> unfinished = read_runs(db_, false);
  if (unfinished.empty() || detail::mutant(75)) return;
  sql::transaction throwing_away(db_);
  for (const index_run& run : unfinished) throw_away(run);
  throwing_away.commit();
}

std::optional<index_checkpoint> index_writer::checkpoint() { return read_checkpoint(db_); }

id_range index_writer::ids() const noexcept {
  id_range all;
  for (const index_run& run : runs_) all.add(run.ids);
  return all;
}

std::int64_t index_writer::put(block_kind kind, std::span<const std::uint8_t> block) {
  const bool is_page = kind == block_kind::filter;
  sql::statement& insert = is_page ? insert_page_ : insert_block_;
  std::int64_t& next = is_page ? state_.next_page : state_.next_block;
  insert.bind(1, next);
  insert.bind_view(2, block);
  insert.run();
  return next++;
}

void index_writer::write_state() {
  ++state_.generation;
  whence::write_state(db_, state_);
}

void index_writer::add(index_batch batch, const log_identity& log) {
  if (batch.first != state_.last + 1) index_is_damaged(db_.path(), "it does not end where its next events begin");
  batch.entries.insert(batch.entries.end(), batch.sparse.all().begin(), batch.sparse.all().end());
  sort_entries(batch.entries);
  index_run planned;
  planned.number = state_.next_run++;
  planned.first = batch.first;
  planned.last = batch.last;
  planned.entries = batch.entries.size();
  planned.ids = batch.ids;

  const run_builder::sink put_block = [this](block_kind kind, std::span<const std::uint8_t> block) {
    return put(kind, block);
  };
  run_builder builder(std::move(planned));
  const index_checkpoint checkpoint{log, global_position{batch.last}, batch.chain};
  if (detail::mutant(67)) write_checkpoint(db_, checkpoint);
  sql::transaction adding(db_);
  for (const index_entry& entry : batch.entries) builder.add(entry, put_block);
  builder.finish(put_block);
  insert_run(db_, builder.run(), true);
  write_checkpoint(db_, checkpoint);
  state_.last = batch.last;
  write_state();
  detail::reach(detail::phase::index);
  adding.commit();
  runs_.push_back(builder.run());
  keep_wal_short();
}

bool index_writer::take_over(const index_run& run, sql::database& of, const index_checkpoint& end,
                             const std::function<bool()>& stop) {
  const run_builder::sink put_block = [this](block_kind kind, std::span<const std::uint8_t> block) {
    return put(kind, block);
  };
  merge copy({run}, state_.next_run++, of, end.position.value());
  bool begun = false;
  try {
    for (bool done = false; !done;) {
      if (stop()) {
        if (begun) take_back(copy.made());
        return false;
      }
      sql::transaction writing(db_);
      done = copy.advance(blocks_of_a_part, put_block);
      insert_run(db_, copy.made(), done);
      if (done) {
        write_checkpoint(db_, end);
        state_.last = end.position.value();
      }
      write_state();
      detail::reach(detail::phase::merge);
      writing.commit();
      begun = true;
      keep_wal_short();
    }
  } catch (const sql::sql_error& failure) {
    if (begun && failure.path != db_.path()) take_back(copy.made());
    throw;
  }
  runs_.push_back(copy.made());
  return true;
}

/// What has been made of a run that will not be whole.
void index_writer::take_back(const index_run& unfinished) {
  sql::transaction taking_back(db_);
  throw_away(unfinished);
  taking_back.commit();
}

/// A failure costs nothing but disk: it is tried again after the next commit.
void index_writer::keep_wal_short() noexcept {
  if (*wal_frames_ < wal_frames_to_copy) {
    restart_wal_at_ = wal_frames_max;  // it has begun anew: whoever kept it from that is gone
    return;
  }
  if (*wal_frames_ < restart_wal_at_) {
    sqlite3_wal_checkpoint_v2(db_.handle(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    return;
  }
  sqlite3_busy_timeout(db_.handle(), static_cast<int>(patience_.count()));
  const int result = sqlite3_wal_checkpoint_v2(db_.handle(), "main", SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  sqlite3_busy_timeout(db_.handle(), index_busy_milliseconds);
  restart_wal_at_ = result == SQLITE_OK ? wal_frames_max : *wal_frames_ + wal_frames_to_copy;
}

index_writer::merging index_writer::to_merge() {
  begin_merge();
  if (merges_.empty()) return has_garbage_ ? merging::can_wait : merging::nothing;
  const index_run& source = merges_.back()->sources().front();
  const index_run& made = merges_.back()->made();
  const auto alike = std::ranges::count(runs_, source.level(), &index_run::level);
  const bool is_large = made.last - made.first >= events_of_large_merge;
  return is_large && alike < 2 * static_cast<std::ptrdiff_t>(merge::fan_in) ? merging::can_wait : merging::pressing;
}

bool index_writer::merge_a_part() {
  begin_merge();
  if (merges_.empty()) return delete_garbage();
  merge& smallest = *merges_.back();
  const run_builder::sink put_block = [this](block_kind kind, std::span<const std::uint8_t> block) {
    return put(kind, block);
  };
  sql::transaction writing(db_);
  const bool done = smallest.advance(blocks_of_a_part, put_block);
  if (done) {
    for (const index_run& source : smallest.sources()) throw_away(source);
  }
  insert_run(db_, smallest.made(), done);
  write_state();
  detail::reach(detail::phase::merge);
  writing.commit();
  detail::reach(detail::phase::merge);
  if (done) {
    const auto first = std::find_if(runs_.begin(), runs_.end(), [&smallest](const index_run& run) {
      return run.number == smallest.sources().front().number;
    });
    const auto after = runs_.erase(first, first + static_cast<std::ptrdiff_t>(smallest.sources().size()));
    runs_.insert(after, smallest.made());
    merges_.pop_back();
  }
  keep_wal_short();
  return true;
}

/// The lowest level first, of that the oldest runs; unless runs of that level, or of a lower one, are being merged.
void index_writer::begin_merge() {
  std::size_t end = runs_.size();
  while (end > 0) {
    const int level = runs_[end - 1].level();
    if (!merges_.empty() && level >= merges_.back()->sources().front().level()) return;
    std::size_t begin = end;
    while (begin > 0 && runs_[begin - 1].level() == level) --begin;
    if (end - begin >= merge::fan_in) {
      const auto first = runs_.begin() + static_cast<std::ptrdiff_t>(begin);
      merges_.push_back(std::make_unique<merge>(
          std::vector<index_run>(first, first + static_cast<std::ptrdiff_t>(merge::fan_in)), state_.next_run++, db_));
      return;
    }
    end = begin;
  }
}

void index_writer::throw_away(const index_run& run) {
  db_.run("DELETE FROM runs WHERE number = ?", {run.number});
  for (const bool of_pages : {false, true}) {
    for (const block_extent& extent : (of_pages ? run.pages : run.blocks).extents) {
      insert_garbage(db_, {of_pages, extent});
    }
  }
  has_garbage_ = true;
}

bool index_writer::delete_garbage() {
  if (!has_garbage_) return false;
  sql::transaction deleting(db_);
  const std::optional<index_garbage> garbage = first_garbage(db_);
  if (!garbage) {
    has_garbage_ = false;
    return false;
  }
  const auto& [of_pages, all] = *garbage;
  const std::int64_t now = std::min<std::int64_t>(all.count, blocks_of_a_part);
  db_.run(std::string("DELETE FROM ") + (of_pages ? "pages" : "blocks") + " WHERE number >= ? AND number < ?",
          {all.first, all.first + now});
  db_.run("DELETE FROM garbage WHERE of_pages = ? AND first = ?", {of_pages ? 1 : 0, all.first});
  if (now < all.count) insert_garbage(db_, {of_pages, {all.first + now, all.count - now}});
  detail::reach(detail::phase::merge);
  deleting.commit();
  keep_wal_short();
  return true;
}

}  // namespace whence::inline v0
