#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include <whence/sql/moved_file.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/backup/backup_file.hpp>
#include <whence/store/sqlite/filtered_reading.hpp>
#include <whence/store/sqlite/judge.hpp>
#include <whence/store/sqlite/visitor.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::chrono::milliseconds look_again_min{1};
constexpr std::chrono::milliseconds look_again_max{50};

}  // namespace

sqlite_visitor::sqlite_visitor(const log_paths& paths, const runtime& runtime)
    : paths_(paths), files_(runtime.files), readers_(paths.log, how()), told_(runtime.executor, paths.log) {
  check_log_header(*files_, paths_.log);
  const std::optional<file_status> file = files_->status(paths_.log);  // before it is opened: another one is noticed
  const log_row about = look_inside();
  must_be_known_format(paths_.log, about.format);
  auto known = known_.lock();
  known->inode = file ? file->inode : 0;
  known->identity = about.identity;
}

how_to_read sqlite_visitor::how() {
  return [this](const std::string& database) { return reading_mode_of_visitors(*files_, paths_, database); };
}

log_row sqlite_visitor::look_inside() {
  try {
    return readers_.with_snapshot([](log_reader_connection& reader) { return reader.about(); });
  } catch (const sql::sql_error& failure) {
    must_not_lack_files(failure, *files_, paths_.log);
    throw;
  }
}

sqlite_visitor::~sqlite_visitor() {
  std::thread watching;
  {
    auto own = watch_.lock();
    own->closing = true;
    watching = std::move(own->thread);
  }
  wake_up_.notify_one();
  if (watching.joinable()) watching.join();
  told_.close();
}

log_identity sqlite_visitor::identity() const {
  return readers_.with_snapshot([](log_reader_connection& reader) { return reader.about().identity; });
}

log_condition sqlite_visitor::condition() {
  const witness_reading witness = read_witness(*files_, paths_.witness);
  return readers_.with_readers([&](log_readers& lent) {
    return judge_condition(is_backup(lent.log) ? manifest_as_witness(lent.log) : witness, lent.log);
  });
}

global_position sqlite_visitor::head() {
  constexpr int attempts_max = 8;  // files that take each other's place faster than one of them is opened
  for (int attempt = 1;; ++attempt) {
    come_to_file_of_now();
    known_log now = *known_.lock();
    bool is_known = true;
    const global_position head = readers_.with_snapshot([&](log_reader_connection& reader) {
      const global_position found = reader.last_found();
      if (found == now.head) return found;
      is_known = goes_on(now, reader);
      if (is_known) take_in(now, reader, found);
      return found;
    });
    if (!is_known && attempt < attempts_max) continue;
    // Who compares holds it, and waits for a connection: so it is asked for when there is none to give back.
    auto known = known_.lock();
    if (is_known && known->inode == now.inode) *known = now;
    return head;
  }
}

void sqlite_visitor::take_in(known_log& known, log_reader_connection& reader, global_position head) {
  try {
    const std::optional<chain_hash> chain = reader.chain_at(head);
    if (!chain) return;
    known.identity = reader.about().identity;
    known.head = head;
    known.chain = *chain;
  } catch (const log_damaged&) {
    // Nobody has read that event: what was known before is enough.
  }
}

/// Returns the inode of the file that is read from now on. While no file stands there, the old one has all that there is.
std::uint64_t sqlite_visitor::come_to_file_of_now() {
  auto known = known_.lock();
  const std::optional<file_status> file = files_->status(paths_.log);
  if (!file || file->inode == known->inode) return known->inode;
  readers_.renew();
  const std::string why = why_not_the_same(*known);
  if (!why.empty()) end(why);
  return known->inode = file->inode;
}

void sqlite_visitor::end(const std::string& why) {
  log_replaced replaced(paths_.log, why);
  readers_.end_with(std::make_exception_ptr(replaced));
  throw replaced;
}

/// Empty: the file that stands there now has all that was known. Within an epoch there is one history, unless somebody has written
/// a copy.
std::string sqlite_visitor::why_not_the_same(const known_log& before) {
  return readers_.with_snapshot([&before](log_reader_connection& reader) -> std::string {
    const log_identity now = reader.about().identity;
    if (now.id == before.identity.id && now.epoch != before.identity.epoch)
      return "it is of epoch " + std::to_string(now.epoch) + ", and what was read is of epoch " +
             std::to_string(before.identity.epoch) + ": the log was restored, or gave up what was lost";
    return why_other_events(before, reader);
  });
}

std::string sqlite_visitor::why_other_events(const known_log& before, log_reader_connection& reader) {
  const log_id now = reader.about().identity.id;
  if (now != before.identity.id)
    return "it is of log " + now.to_string() + ", and what was read is of " + before.identity.id.to_string();
  if (before.head == global_position{}) return {};
  const std::optional<chain_hash> chain = reader.chain_at(before.head);
  if (chain == before.chain) return {};
  return chain ? "it has other events up to position " + std::to_string(before.head.value())
               : "it ends before position " + std::to_string(before.head.value());
}

/// Who copies another file over the log leaves the file's inode as it is. `before` is of before the reader's snapshot. False: the
/// reader has a file open that does not stand there any more, and what is known may be of the one that does. Throws log_replaced.
bool sqlite_visitor::goes_on(const known_log& before, log_reader_connection& reader) {
  std::string why;
  try {
    why = why_other_events(before, reader);
  } catch (const log_damaged&) {
    // Whoever reads that event is told.
  }
  if (why.empty()) return true;
  if (!sql::has_moved(reader.database())) end(why);
  return false;
}

std::uint64_t sqlite_visitor::epoch_of_last_event() {
  return readers_.with_snapshot([](log_reader_connection& reader) { return reader.epoch_of_last_event(); });
}

/// The index first, then the log. An index that cannot be read is none.
template <class Read>
auto sqlite_visitor::look_up_with(log_readers& lent, Read& read) {
  try {
    if (const std::optional<file_status> index_file = files_->status(paths_.index)) {
      index_reader& index = lent.index_at(paths_.index, index_file->inode);
      const index_reader::snapshot index_snapshot(index);
      const log_reader_connection::snapshot log_snapshot(lent.log);
      lent.log.notice_epoch();
      lookup_sources sources{
          .log = lent.log, .index = nullptr, .indexed_to = {}, .remembered = std::nullopt, .remembered_to = {}};
      use_index(sources, index);
      // Replaced meanwhile, the old file may have been read with the WAL of the new one.
      const std::optional<file_status> now = files_->status(paths_.index);
      if (!now || now->inode != index_file->inode) sources.index = nullptr;
      return read(sources);
    }
  } catch (const sql::sql_error& failure) {
    if (failure.path != paths_.index) throw;
  }
  const log_reader_connection::snapshot log_snapshot(lent.log);
  lent.log.notice_epoch();
  return read(lookup_sources{
      .log = lent.log, .index = nullptr, .indexed_to = {}, .remembered = std::nullopt, .remembered_to = {}});
}

template <class Read>
auto sqlite_visitor::look_up(Read read) {
  return readers_.with_readers([&](log_readers& lent) { return look_up_with(lent, read); });
}

event_page sqlite_visitor::read(global_position after, const event_filter& filter, page_limit limit) {
  return readers_.with_readers([&](log_readers& lent) {
    filtered_reading reading(lent.log, filter, limit, after);
    const auto begin = [&] {
      const log_reader_connection::snapshot snapshot(lent.log);
      lent.log.notice_epoch();
      return reading.begin();
    };
    // What was read until the index failed stays.
    const auto go_on = [&reading](const lookup_sources& sources) { reading.go_on(sources); };
    if (begin()) look_up_with(lent, go_on);
    return reading.finish();
  });
}

event_page sqlite_visitor::read_stream(std::string_view stream, stream_version from, read_direction direction,
                                       page_limit limit) {
  lookup_findings findings;
  return look_up([&](const lookup_sources& sources) {
    return whence::read_stream(sources, stream, from, direction, limit, findings);
  });
}

event_page sqlite_visitor::read_linked(const event_link& link, global_position after, page_limit limit) {
  return look_up([&](const lookup_sources& sources) { return whence::read_linked(sources, link, after, limit); });
}

event_page sqlite_visitor::read_matching(const event_query& query, global_position after, page_limit limit) {
  if (keys_of(query).empty()) return log_reader::read_matching(query, after, limit);
  return look_up([&](const lookup_sources& sources) { return whence::read_matching(sources, query, after, limit); });
}

stream_version sqlite_visitor::stream_head(std::string_view stream) {
  const event_page last = sqlite_visitor::read_stream(stream, stream_version{std::numeric_limits<std::uint64_t>::max()},
                                                      read_direction::backward, {.events = 1});
  return last.empty() ? stream_version{} : last.front().version;
}

std::optional<global_position> sqlite_visitor::find_event(event_id id) {
  return look_up([&](const lookup_sources& sources) { return whence::find_event(sources, id); });
}

std::optional<chain_hash> sqlite_visitor::chain_at(global_position position) {
  return readers_.with_snapshot([&](log_reader_connection& reader) {
    reader.notice_epoch();
    return reader.chain_at(position);
  });
}

std::optional<global_position> sqlite_visitor::indexed_to() {
  return look_up([](const lookup_sources& sources) { return end_of_index(sources); });
}

async<global_position> sqlite_visitor::wait_beyond(global_position after, std::stop_token stop) {
  come_to_file_of_now();  // who is refused does not wait
  async<global_position> result = told_.wait_beyond(after, [this] { return head(); }, std::move(stop));
  {
    auto own = watch_.lock();
    own->wanted = true;
    if (!own->thread.joinable() && !own->closing) own->thread = std::thread([this] { watch_log(); });
  }
  wake_up_.notify_one();
  return result;
}

void sqlite_visitor::watch_log() noexcept {
  pthread_setname_np(pthread_self(), "whence-watch");
  const how_to_read how_now = how();
  std::unique_ptr<log_readers> readers;  // one's own: a data_version means something to its connection only
  std::uint64_t inode = 0;               // of what they read
  std::optional<std::int64_t> seen;
  std::chrono::milliseconds pause = look_again_min;
  for (;;) {
    {
      auto own = watch_.lock();
      if (!told_.awaited()) own->wanted = false;
      own.wait(wake_up_, [&] { return own->wanted || own->closing; });
      if (own->closing) return;
    }
    try {
      const std::uint64_t inode_now = come_to_file_of_now();
      if (readers && (inode != inode_now || !readers->still_hold())) {
        readers.reset();
        seen.reset();
      }
      inode = inode_now;
      if (!readers) readers = std::make_unique<log_readers>(paths_.log, how_now);
      const std::optional<std::int64_t> version = readers->log.database().integer("PRAGMA data_version");
      if (version != seen) {
        const known_log before = *known_.lock();
        const log_reader_connection::snapshot snapshot(readers->log);
        const global_position head = readers->log.head();
        if (readers->still_hold() && goes_on(before, readers->log)) {
          told_.announce(head);
          seen = version;
        }
        pause = look_again_min;
      }
    } catch (const log_replaced&) {
      told_.fail(std::current_exception());
      readers.reset();
    } catch (const std::exception&) {
      // Whoever reads next is told what stands in the way. Waiting goes on: the log may come back.
      readers.reset();
      seen.reset();
    }
    auto own = watch_.lock();
    own.wait_for(wake_up_, pause, [&] { return own->closing; });
    pause = std::min(pause * 2, look_again_max);
  }
}

}  // namespace whence::inline v0
