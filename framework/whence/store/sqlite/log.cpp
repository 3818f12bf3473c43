#include <unistd.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include <whence/core/detail/fault_points.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/backup/backup.hpp>
#include <whence/store/sqlite/filtered_reading.hpp>
#include <whence/store/sqlite/import.hpp>
#include <whence/store/sqlite/judge.hpp>
#include <whence/store/sqlite/log.hpp>
#include <whence/store/sqlite/verify/verifier.hpp>
#include <whence/store/sqlite/visitor.hpp>

namespace whence::inline v0 {
namespace {

template <class Part>
void leave_open(std::unique_ptr<Part>& part) {
  [[maybe_unused]] const Part* const left = part.release();
}

/// What is committed and not confirmed yet is seen by other processes, and by whoever reads by position: so it is here too. There
/// is mostly nothing, and at most a group: each of its events may be one that is searched.
void remember_newest(lookup_sources& sources) {
  const global_position head = sources.log.head();
  if (head <= sources.remembered_to || detail::mutant(70)) return;
  std::vector<std::uint64_t>& remembered = *sources.remembered;
  std::erase_if(remembered, [&](std::uint64_t position) { return position > sources.remembered_to.value(); });
  for (std::uint64_t at = sources.remembered_to.value() + 1; at <= head.value(); ++at) remembered.push_back(at);
  sources.remembered_to = head;
}

}  // namespace

sqlite_log::sqlite_log(const log_paths& paths, const sqlite_options& options, const runtime& runtime,
                       const std::optional<log_identity>& identity, std::unique_ptr<file_lock> held)
    : paths_(paths), runtime_(runtime), executor_(runtime.executor), process_(::getpid()) {
  opened_log opened = open_log(paths_, options, runtime, identity, std::move(held));
  identity_ = opened.identity;
  lock_ = std::move(opened.lock);
  readers_ = std::make_unique<reader_pool>(paths_.log, nullptr, identity_.id);
  readers_->add(std::move(opened.readers));
  told_ = std::make_unique<announcements>(runtime.executor, paths_.log);
  index_ = std::make_unique<indexer>(runtime.files, runtime.executor, paths_, *readers_, identity_, opened.tip.head);
  auto writer = std::make_unique<group_writer>(
      group_writer::parts{.paths = paths_,
                          .clock = runtime.clock,
                          .identity = identity_,
                          .tip = opened.tip,
                          .writer = std::move(opened.writer),
                          .witness = std::move(opened.witness),
                          .index = *index_,
                          .told = *told_,
                          .checkpoint_bytes = detail::checkpoint_bytes(options.checkpoint_bytes)});
  committer_ = std::make_shared<committer>(std::move(writer), runtime, options);
}

sqlite_log::~sqlite_log() {
  if (::getpid() == process_) {
    sqlite_log::close();
    return;
  }
  // In a fork there are neither our threads nor our locks: closing would disturb the parent's log. So nothing is closed.
  static_cast<void>(new std::shared_ptr<committer>(std::move(committer_)));
  leave_open(index_);
  leave_open(told_);
  leave_open(readers_);
  leave_open(lock_);
}

void sqlite_log::refuse_in_fork() const {
  if (::getpid() != process_) throw log_closed(paths_.log + " (in a fork of the process that opened it)");
}

/// Of an import that goes on it is unfinished; anything else was refused.
log_condition sqlite_log::condition() {
  refuse_in_fork();
  const bool unfinished =
      readers_->with_snapshot([](log_reader_connection& reader) { return has_unfinished_import(reader); });
  return {unfinished ? log_condition::kind::import_unfinished : log_condition::kind::whole, head(), head()};
}

global_position sqlite_log::head() { return committer_->writer().head(); }

std::uint64_t sqlite_log::epoch_of_last_event() {
  refuse_in_fork();
  return readers_->with_snapshot([](log_reader_connection& reader) { return reader.epoch_of_last_event(); });
}

event_page sqlite_log::read(global_position after, const event_filter& filter, page_limit limit) {
  refuse_in_fork();
  return readers_->with_readers([&](log_readers& lent) {
    filtered_reading reading(lent.log, filter, limit, after);
    const auto begin = [&] {
      const log_reader_connection::snapshot snapshot(lent.log);
      return reading.begin();
    };
    if (begin()) go_on(reading, lent);
    return reading.finish();
  });
}

index_reader& sqlite_log::index_of(log_readers& lent, std::uint64_t generation) {
  const bool opened = lent.has_index(generation);
  index_reader& index = lent.index_at(paths_.index, generation);
  if (opened) return index;
  try {
    index_->must_be_ours(index);
  } catch (...) {
    lent.close_index();
    throw;
  }
  return index;
}

/// By the index, if that has all that it says it has: nobody waits for one that is filled anew.
void sqlite_log::go_on(filtered_reading& reading, log_readers& lent) {
  lookup_sources sources{
      .log = lent.log, .index = nullptr, .indexed_to = {}, .remembered = std::nullopt, .remembered_to = {}};
  index_->watch_file();
  const std::uint64_t generation = index_->generation();
  if (index_->is_complete(generation)) {
    try {
      index_reader& index = index_of(lent, generation);
      const index_reader::snapshot index_snapshot(index);
      const log_reader_connection::snapshot log_snapshot(lent.log);
      use_index(sources, index);
      if (!index_->is_complete(generation)) sources.index = nullptr;
      return reading.go_on(sources);
    } catch (const sql::sql_error& failure) {
      // What was read until then stays.
      if (failure.path != paths_.index) throw;
      index_->rebuild_if_lost(failure);
      sources.index = nullptr;
    }
  }
  const log_reader_connection::snapshot log_snapshot(lent.log);
  reading.go_on(sources);
}

/// Of one key mostly, whose positions ascend already.
std::vector<std::uint64_t> sqlite_log::remembered_of(const std::vector<index_key>& keys) const {
  std::vector<std::uint64_t> all = index_->tail().find(keys.front());
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const std::vector<std::uint64_t> more = index_->tail().find(keys[i]);
    all.insert(all.end(), more.begin(), more.end());
  }
  if (keys.size() > 1) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }
  return all;
}

/// Memory first, then the index, then the log: what one hands on to the next meanwhile is found there. An index that cannot be
/// read is none; one that is damaged is made anew.
template <class Read>
auto sqlite_log::look_up(const std::vector<index_key>& keys, Read read) {
  using result = std::invoke_result_t<Read&, const lookup_sources&>;
  refuse_in_fork();
  for (;;) {
    index_->watch_file();
    const bool complete = !index_->wait_until_complete();
    std::optional<result> found = readers_->with_readers([&](log_readers& lent) -> std::optional<result> {
      if (complete) {
        try {
          return look_up_in_index(keys, lent, read);
        } catch (const sql::sql_error& failure) {
          if (failure.path != paths_.index) throw;
          index_->rebuild_if_lost(failure);
        }
      }
      const log_reader_connection::snapshot log_snapshot(lent.log);
      return read(lookup_sources{
          .log = lent.log, .index = nullptr, .indexed_to = {}, .remembered = std::nullopt, .remembered_to = {}});
    });
    if (found) return *std::move(found);
  }
}

/// Nothing if the index is made anew: then it may lack anything. It is asked before, too: what is complete by the end may have been
/// half filled when its snapshot was taken.
template <class Read>
auto sqlite_log::look_up_in_index(const std::vector<index_key>& keys, log_readers& lent, Read& read)
    -> std::optional<std::invoke_result_t<Read&, const lookup_sources&>> {
  const std::uint64_t generation = index_->generation();
  if (!index_->is_complete(generation)) return std::nullopt;
  const global_position remembered_to = head();  // a group is in memory before the head is behind it
  std::vector<std::uint64_t> remembered = remembered_of(keys);
  index_reader& index = index_of(lent, generation);
  const index_reader::snapshot index_snapshot(index);
  const log_reader_connection::snapshot log_snapshot(lent.log);
  lookup_sources sources{.log = lent.log,
                         .index = nullptr,
                         .indexed_to = {},
                         .remembered = std::move(remembered),
                         .remembered_to = remembered_to};
  remember_newest(sources);
  const index_fit fit = use_index(sources, index);
  if (!index_->is_complete(generation)) return std::nullopt;
  if (fit == index_fit::other) sources.remembered.reset();
  return read(sources);
}

event_page sqlite_log::read_stream(std::string_view stream, stream_version from, read_direction direction,
                                   page_limit limit) {
  lookup_findings findings;
  event_page page = look_up({key_of_stream(stream)}, [&](const lookup_sources& sources) {
    return whence::read_stream(sources, stream, from, direction, limit, findings);
  });
  if (findings.index_incomplete) index_->rebuild();
  return page;
}

event_page sqlite_log::read_linked(const event_link& link, global_position after, page_limit limit) {
  return look_up({key_of(link)},
                 [&](const lookup_sources& sources) { return whence::read_linked(sources, link, after, limit); });
}

event_page sqlite_log::read_matching(const event_query& query, global_position after, page_limit limit) {
  const std::vector<index_key> keys = keys_of(query);
  if (keys.empty()) return log::read_matching(query, after, limit);
  return look_up(keys,
                 [&](const lookup_sources& sources) { return whence::read_matching(sources, query, after, limit); });
}

stream_version sqlite_log::stream_head(std::string_view stream) {
  const event_page last = sqlite_log::read_stream(stream, stream_version{std::numeric_limits<std::uint64_t>::max()},
                                                  read_direction::backward, {.events = 1});
  return last.empty() ? stream_version{} : last.front().version;
}

std::optional<global_position> sqlite_log::find_event(event_id id) {
  return look_up({key_of_event(id)}, [&](const lookup_sources& sources) { return whence::find_event(sources, id); });
}

std::optional<chain_hash> sqlite_log::chain_at(global_position position) {
  refuse_in_fork();
  return readers_->with_snapshot([&](log_reader_connection& reader) { return reader.chain_at(position); });
}

std::optional<global_position> sqlite_log::indexed_to() {
  return look_up({key_of_stream({})}, [](const lookup_sources& sources) { return end_of_index(sources); });
}

async<global_position> sqlite_log::wait_beyond(global_position after, std::stop_token stop) {
  refuse_in_fork();
  return told_->wait_beyond(after, [this] { return head(); }, std::move(stop));
}

async<append_outcome> sqlite_log::append(append_batch batch) {
  refuse_in_fork();
  return committer_->append(std::move(batch));
}

async<append_outcome> sqlite_log::append_recorded(append_batch batch, recorded_before recorded) {
  refuse_in_fork();
  return committer_->append(std::move(batch), recorded);
}

announcement_handle sqlite_log::on_committed(std::function<void(global_position)> callback) {
  return told_->listen(std::move(callback));
}

held_log sqlite_log::held() {
  refuse_in_fork();
  return {.paths = paths_, .running = runtime_, .with_writer = [this](const std::function<void(group_writer&)>& work) {
            committer_->between_groups(work);
          }};
}

made_archive sqlite_log::archive(const archive_selection& which, const archive_options& options) {
  return archive_in(held(), which, options);
}

compacted_log sqlite_log::compact(const compact_options& options) { return compact_in(held(), options); }

void sqlite_log::close() {
  refuse_in_fork();
  std::call_once(closed_, [this] { close_parts(); });
}

void sqlite_log::close_parts() noexcept {
  try {
    committer_->close();
  } catch (...) {
    // What was acknowledged is in the WAL, durably; only the tidying up failed.
    executor_->report(std::current_exception());
  }
  told_->close();
  readers_->close();
  index_->close();
  lock_.reset();
}

log_source sqlite(std::string path, sqlite_options options) {
  return log_source(
      {.name = path,
       .models_directory = log_paths::of(path).log + ".models",
       .snapshots_path = log_paths::of(path).log + ".snapshots",
       .control_path = log_paths::of(path).log + ".ctl",
       .open = [path, options](const runtime& runtime) -> std::unique_ptr<log> {
         return std::make_unique<sqlite_log>(log_paths::of(path), options, runtime);
       },
       .visit = [path](const runtime& runtime) -> std::unique_ptr<log_reader> {
         return std::make_unique<sqlite_visitor>(log_paths::of(path), runtime);
       },
       .open_import = [path](const runtime& runtime, const log_identity& identity) -> std::unique_ptr<log_import> {
         return std::make_unique<sqlite_import>(log_paths::of(path), runtime, identity);
       },
       .verify = [path](
                     const runtime& runtime,
                     const verify_options& wanted) { return verify_sqlite_log(log_paths::of(path), runtime, wanted); },
       .back_up =
           [path](const std::string& to, const runtime& runtime, const backup_options& wanted) {
             return back_up_sqlite_log(log_paths::of(path), to, runtime, wanted);
           }});
}

int sqlite_log_format() noexcept { return log_format::newest; }

bool is_sqlite_log(files& files, const std::string& path) {
  const std::optional<log_file> mark = mark_of(files, path);
  return mark && *mark != log_file::backup;
}

}  // namespace whence::inline v0
