#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include <sqlite3.h>

#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/index/base_index.hpp>
#include <whence/store/sqlite/index/indexer.hpp>
#include <whence/store/sqlite/index/reader.hpp>

namespace whence::inline v0 {
namespace {

/// Between two attempts after a failure. Only while there is something to write.
constexpr std::chrono::milliseconds pause_after_failure{500};

/// Sorted batches of this size fill an index from nothing; of fewer events, where these have many tags.
constexpr std::size_t batch_events = 65'536;
constexpr std::size_t batch_entries = 8 * batch_events;

/// So much of what there is to merge is merged after each of them: as much as a batch adds, in the long run, on all levels. What is
/// left over keeps nobody waiting until the index is filled.
constexpr int parts_of_merges_after_batch = 8;

/// After a part of a large merge appends have the disk and the processors for themselves so many times as long as it took; so the
/// merge of sixteen million events is spread over the next ten million, and none of these is much slower.
constexpr int rest_of_large_merge = 4;
constexpr std::chrono::milliseconds rest_of_large_merge_max{100};

constexpr std::chrono::milliseconds between_looks_at_file{200};

/// Whoever removes the index while it is made anew may do so again: it is begun again at once so many times.
constexpr int losses_in_a_row = 16;

}  // namespace

indexer::indexer(std::shared_ptr<files> files, std::shared_ptr<executor> executor, log_paths paths,
                 reader_pool& readers, log_identity log, global_position head)
    : files_(std::move(files)), executor_(std::move(executor)), paths_(std::move(paths)), log_(log), readers_(readers) {
  shared_.lock()->head = head;
  open_index();  // here, so that who opens the log learns why it cannot be
  thread_ = std::thread([this] { run(); });
}

indexer::~indexer() { close(); }

std::optional<indexer::obstacle> indexer::wait_until_complete() {
  auto own = shared_.lock();
  own.wait(changed_, [&] { return own->now != stage::filling || own->failure; });
  if (own->now == stage::complete) return std::nullopt;
  return own->failure ? own->failure : obstacle{"the log is closed"};
}

std::optional<indexer::obstacle> indexer::wait_for_room() {
  auto own = shared_.lock();
  const auto room = [&] { return tail_.size() < tail_events_max && tail_.entries() < tail_entries_max; };
  own.wait(changed_, [&] { return room() || own->failure || own->now == stage::closed; });
  if (room()) return std::nullopt;
  return own->failure ? own->failure : obstacle{"the log is closed"};
}

void indexer::add(const index_batch& events) {
  if (events.empty()) return;
  watch_file();
  const bool full = tail_.add(events);
  {
    const auto own = shared_.lock();
    own->head = global_position{events.last};
    own->ids.add(events.ids);
  }
  // A part that has become full is worth a wake-up; nothing smaller is.
  if (full) wake_up_.notify_one();
}

id_range indexer::ids() { return shared_.lock()->ids; }

void indexer::rebuild() {
  {
    auto own = shared_.lock();
    if (own->now == stage::closed) return;
    own->now = stage::filling;
    own->replace = true;
  }
  wake_up_.notify_one();
}

bool indexer::rebuild_if_lost(const sql::sql_error& failure) {
  if (failure.path != paths_.index) return false;
  const bool without_tables = failure.primary() == SQLITE_ERROR;
  if (!without_tables && !is_damage(failure)) {
    if (filling()) return true;  // it is being made anew: whoever waits for that finds another
    // A file that cannot be opened may be out of reach for now (no descriptors, no permission): then it is not made anew.
    if (!files_are_lost()) return false;
  }
  if (!filling() && files_are_lost()) tell_lost();
  rebuild();
  return true;
}

void indexer::watch_file() noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  if (now.count() < next_look_at_file_.load(std::memory_order_relaxed)) return;
  const std::chrono::steady_clock::duration pause = between_looks_at_file;
  next_look_at_file_.store((now + pause).count(), std::memory_order_relaxed);
  const std::uint64_t generation = generation_.load();
  try {
    // While it is made anew it is another, and for a moment there is none.
    if (files_are_ours() || !is_complete(generation)) return;
  } catch (const std::exception&) {
    return;  // it cannot be looked at now
  }
  tell_lost();
  rebuild();
}

void indexer::tell_lost() noexcept { executor_->report(std::make_exception_ptr(log_index_lost(paths_.index))); }

std::unique_ptr<index_reader> indexer::open(index_reader::filters use) {
  auto opened = std::make_unique<index_reader>(paths_.index, use);
  must_be_ours(*opened);
  return opened;
}

void indexer::must_be_ours(index_reader& opened) {
  if (files_are_ours() && !opened.has_moved()) return;
  index_is_damaged(paths_.index, "another file stands in its place");
}

bool indexer::is_complete(std::uint64_t generation) {
  const auto own = shared_.lock();
  return own->now == stage::complete && generation_.load() == generation;
}

void indexer::close() noexcept {
  shared_.lock()->closing = true;
  wake_up_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void indexer::run() noexcept {
  pthread_setname_np(pthread_self(), "whence-index");
  bool anew = false;  // the last attempt found it unsound
  int losses = 0;     // in a row
  for (;;) {
    std::optional<obstacle> failure;
    bool unsound = false;
    bool lost = false;
    const bool last = closing();  // what came into the tail since the work before this
    try {
      work();
    } catch (const sql::sql_error& error) {
      failure = obstacle{error.what(), error.primary() == SQLITE_FULL};
      unsound = is_damage(error);
      lost = error.path == paths_.index && error.primary() != SQLITE_FULL && files_are_lost();
    } catch (const std::exception& error) {
      failure = obstacle{error.what()};
    }
    // What a connection that failed believes may be the trouble: the next attempt opens its own.
    if (failure) index_.reset();

    losses = lost ? losses + 1 : 0;
    if (lost && !filling()) tell_lost();
    auto own = shared_.lock();
    if (unsound || lost) {
      own->now = stage::filling;
      own->replace = true;
      // It is made anew at once, and nobody learns of it; unless that one is unsound too, or always lost.
      if (lost ? losses < losses_in_a_row : !anew) failure.reset();
    }
    anew = unsound;
    own->failure = std::move(failure);
    const bool ends = last || (own->closing && own->failure);
    if (ends) own->now = stage::closed;
    changed_.notify_all();
    if (ends) break;
    if (own->failure) {
      own.wait_for(wake_up_, pause_after_failure, [&] { return own->closing; });
    } else {
      own.wait(wake_up_, [&] { return own->closing || own->now == stage::filling || tail_.has_full_part(); });
    }
  }
  index_.reset();
}

/// All that there is to do now.
void indexer::work() {
  // Whoever closes while the index is filled leaves it where it is: it is filled on from there.
  if (filling() && (closing() || !fill())) return;
  index_oldest();
}

void indexer::open_index() {
  forget_files();
  index_ = index_writer::open(*files_, paths_.index, access_of(*files_, paths_.log));
  remember_files();
}

/// Both belong together: what was committed last is in the -wal alone.
void indexer::remember_files() {
  const std::optional<file_status> file = files_->status(paths_.index);
  const std::optional<file_status> wal = files_->status(wal_path_);
  inode_ = file ? file->inode : 0;
  wal_inode_ = wal ? wal->inode : 0;
}

/// Once nobody has a file open that was removed, a new one may get its number.
void indexer::forget_files() noexcept { inode_ = wal_inode_ = 0; }

bool indexer::files_are_ours() const {
  const std::optional<file_status> file = files_->status(paths_.index);
  if (!file || file->inode != inode_.load()) return false;
  const std::optional<file_status> wal = files_->status(wal_path_);
  return (wal ? wal->inode : 0) == wal_inode_.load();
}

/// False as well if they cannot be looked at.
bool indexer::files_are_lost() const noexcept {
  try {
    return !files_are_ours();
  } catch (const std::exception&) {
    return false;
  }
}

void indexer::replace_index() {
  forget_files();
  index_.reset();
  index_ = index_writer::replace(*files_, paths_.index, access_of(*files_, paths_.log));
  remember_files();
  ++generation_;
  shared_.lock()->replace = false;
}

bool indexer::fits_log(const std::optional<index_checkpoint>& checkpoint, global_position head) {
  if (!checkpoint || checkpoint->log.id != log_.id || checkpoint->position > head) return false;
  return readers_.with_snapshot([&](log_reader_connection& reader) { return reader.is_on(*checkpoint); });
}

/// Looks some events up in the index, all over the log, by all of their keys. What was lost in between is not always found
/// here; a reader that meets the gap makes the index anew.
bool indexer::sample_fits(global_position head) {
  constexpr int samples = 16;
  std::vector<index_entry> expected;
  readers_.with_snapshot([&](log_reader_connection& reader) {
    std::uint64_t random = head.value();
    for (int i = 0; i < samples; ++i) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      try {
        const recorded_event* const event = reader.event_at(global_position{1 + (random >> 20) % head.value()});
        if (event == nullptr) return;
        index_batch one;
        one.add(*event, {});
        expected.insert(expected.end(), one.entries.begin(), one.entries.end());
        expected.insert(expected.end(), one.sparse.all().begin(), one.sparse.all().end());
      } catch (const log_damaged&) {
        // That is no fault of the index: the next sample.
      }
    }
  });
  try {
    index_reader index(paths_.index);
    const index_reader::snapshot now(index);
    return std::ranges::all_of(expected, [&index](const index_entry& entry) {
      // Of a sparse key, the first event of the group that has it may be another.
      const std::uint64_t from = is_sparse(entry.key) ? position_group::of(entry.position).first : entry.position;
      const std::vector<std::uint64_t> found = index.ascending(entry.key, from - 1, 1);
      return !found.empty() && found.front() <= entry.position;
    });
  } catch (const sql::sql_error& failure) {
    if (is_damage(failure) || failure.primary() == SQLITE_CANTOPEN || failure.primary() == SQLITE_ERROR) return false;
    throw;
  }
}

/// Brings the index to the head, or to where the tail begins. False: it has to be done again, or the log is closed.
bool indexer::fill() {
  if (!index_) open_index();
  bool replace = false;
  global_position to;
  {
    auto own = shared_.lock();
    replace = own->replace;
    to = own->head;
  }
  if (const std::uint64_t first = tail_.first(); first != 0) to = global_position{first - 1};
  if (replace) replace_index();
  std::optional<index_checkpoint> checkpoint = index_->checkpoint();
  if (checkpoint && !(fits_log(checkpoint, to) && sample_fits(checkpoint->position))) {
    replace_index();
    checkpoint.reset();
  }
  global_position done = checkpoint ? checkpoint->position : global_position{};
  // In one that was found unsound, what was taken over may be what is wrong: the next time that would be no better.
  if (!replace) done = fill_from_base(done);
  if (closing()) return false;
  while (done < to) {
    const global_position next{std::min(to.value(), done.value() + batch_events)};
    done = fill_batch(done, next);
    for (int part = 0; part < parts_of_merges_after_batch && !closing() && index_->merge_a_part(); ++part) {
    }
    if (closing()) return false;
  }
  auto own = shared_.lock();
  own->ids.add(index_->ids());
  if (own->replace || own->closing) return false;
  own->now = stage::complete;
  own->failure.reset();
  changed_.notify_all();
  return true;
}

/// Of a fork: what the base's index has of their past, behind `after`, is taken over from there, and not made of events that have
/// to be read, so that the first append waits for little. Returns how far the index goes then. Whatever that index lacks, or
/// whatever is wrong with it, costs nothing but time.
global_position indexer::fill_from_base(global_position after) {
  global_position shared_to;
  const std::optional<log_paths> base = base_with_more(after, shared_to);
  if (!base) return after;
  global_position done = after;
  try {
    base_index source(*files_, *base);
    if (!fits_base(source.checkpoint())) return done;
    while (done < shared_to) {
      const index_run* const run = source.run_from(done.next());
      if (run == nullptr) break;
      index_checkpoint end{log_, std::min(global_position{run->last}, shared_to), {}};
      const std::optional<chain_hash> chain =
          readers_.with_snapshot([&](log_reader_connection& reader) { return reader.chain_at(end.position); });
      if (!chain) break;
      end.chain = *chain;
      if (!index_->take_over(*run, source.database(), end, [this] { return closing(); })) return done;
      done = end.position;
    }
    source.must_still_hold();
    if (done == after || sample_fits(done)) return done;
  } catch (const sql::sql_error& failure) {
    if (failure.path != base->index) throw;
    if (done == after) return done;
  }
  replace_index();
  return {};
}

std::optional<log_paths> indexer::base_with_more(global_position after, global_position& shared_to) {
  return readers_.with_snapshot([&](log_reader_connection& reader) -> std::optional<log_paths> {
    const opened_base* const base = reader.open_base();
    if (base == nullptr || base->position() <= after) return std::nullopt;
    shared_to = base->position();
    return log_paths::of(base->path());
  });
}

/// The snapshot of the log is of a later moment than that of the index, which follows behind: what is in the index is in the log.
bool indexer::fits_base(const std::optional<index_checkpoint>& checkpoint) {
  if (!checkpoint || checkpoint->log.id != log_.id) return false;
  return readers_.with_snapshot(
      [&](log_reader_connection& reader) { return reader.open_base()->reader().is_on(*checkpoint); });
}

/// The events behind `after`, up to `to` at most. Returns the last of them.
global_position indexer::fill_batch(global_position after, global_position to) {
  index_batch events;
  readers_.with_snapshot([&](log_reader_connection& reader) {
    return reader.scan(after, [&](const entry_row& row, const recorded_event& event) {
      events.add(event, row.chain);
      return event.position < to && events.entries.size() < batch_entries;
    });
  });
  const global_position last{events.last};
  if (events.empty() || (last < to && events.entries.size() < batch_entries)) {
    throw log_damaged(paths_.log, after.next(), "the log ends before its head");
  }
  index_->add(std::move(events), log_);
  return last;
}

void indexer::merge_a_part() {
  const auto begun = std::chrono::steady_clock::now();
  index_->merge_a_part();
  const auto ended = std::chrono::steady_clock::now();
  large_part_from_ = ended + std::min<std::chrono::steady_clock::duration>(rest_of_large_merge * (ended - begun),
                                                                           rest_of_large_merge_max);
  head_at_last_part_ = shared_.lock()->head;
}

/// Between the parts of large merges, while events are appended. False: something else has to be done first.
bool indexer::give_way() {
  auto own = shared_.lock();
  if (own->head == head_at_last_part_) return true;
  const auto rest = large_part_from_ - std::chrono::steady_clock::now();
  return !own.wait_for(wake_up_, rest,
                       [&] { return own->closing || own->now == stage::filling || tail_.has_full_part(); });
}

/// Whatever the tail has when the log is closed, as far as it is full before; and merges, until the tail has something again.
void indexer::index_oldest() {
  if (!index_) {
    // What the file has of the log was looked at when it was filled: another has anything.
    const bool replaced = !files_are_ours();
    if (replaced) tell_lost();
    if (!replaced) index_ = index_writer::open(*files_, paths_.index, access_of(*files_, paths_.log));
    if (replaced || !files_are_ours()) return rebuild();
  }
  for (;;) {
    const bool also_begun = closing();
    index_batch oldest = tail_.oldest(also_begun);
    if (oldest.empty()) {
      if (also_begun || filling()) return;
      const index_writer::merging next = index_->to_merge();
      if (next == index_writer::merging::nothing) return;
      if (next == index_writer::merging::pressing || give_way()) merge_a_part();
      continue;
    }
    const std::uint64_t last = oldest.last;
    index_->add(std::move(oldest), log_);
    tail_.drop_through(last);
    {
      const auto own = shared_.lock();
    }  // so that the wake-up cannot fall between somebody's look and sleep
    changed_.notify_all();
  }
}

}  // namespace whence::inline v0
