/// The log that this process owns: the parts, and the order in which they start and stop.
#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>

#include <whence/core/runtime.hpp>
#include <whence/store/announcements.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/archive/archiving.hpp>
#include <whence/store/sqlite/committer.hpp>
#include <whence/store/sqlite/index/indexer.hpp>
#include <whence/store/sqlite/opening.hpp>
#include <whence/store/sqlite/stream_lookup.hpp>

namespace whence::inline v0 {

class filtered_reading;

/// Owns     its parts.
/// Threads  any: each part synchronises itself.
/// Limits   a fork of the process refuses use: a SQLite connection does not survive it.
class sqlite_log final : public log, public log_keeping {
 public:
  /// `identity`: of a log that is made. `held`: the log's lock, if the caller has it already.
  sqlite_log(const log_paths& paths, const sqlite_options& options, const runtime& runtime,
             const std::optional<log_identity>& identity = std::nullopt, std::unique_ptr<file_lock> held = nullptr);
  ~sqlite_log() override;

  log_identity identity() const override { return identity_; }
  log_condition condition() override;
  global_position head() override;
  std::uint64_t epoch_of_last_event() override;
  event_page read(global_position after, const event_filter& filter, page_limit limit) override;
  event_page read_stream(std::string_view stream, stream_version from, read_direction direction,
                         page_limit limit) override;
  event_page read_linked(const event_link& link, global_position after, page_limit limit) override;
  event_page read_matching(const event_query& query, global_position after, page_limit limit) override;
  stream_version stream_head(std::string_view stream) override;
  std::optional<global_position> find_event(event_id id) override;
  std::optional<chain_hash> chain_at(global_position position) override;
  std::optional<global_position> indexed_to() override;
  async<global_position> wait_beyond(global_position after, std::stop_token stop) override;
  async<append_outcome> append(append_batch batch) override;
  /// As another log recorded it, and in no other place.
  async<append_outcome> append_recorded(append_batch batch, recorded_before recorded);
  announcement_handle on_committed(std::function<void(global_position)> callback) override;
  void close() override;
  made_archive archive(const archive_selection& which, const archive_options& options) override;
  compacted_log compact(const compact_options& options) override;

 private:
  held_log held();
  void refuse_in_fork() const;
  void close_parts() noexcept;
  void go_on(filtered_reading& reading, log_readers& lent);
  index_reader& index_of(log_readers& lent, std::uint64_t generation);
  template <class Read>
  auto look_up(const std::vector<index_key>& keys, Read read);
  std::vector<std::uint64_t> remembered_of(const std::vector<index_key>& keys) const;
  template <class Read>
  auto look_up_in_index(const std::vector<index_key>& keys, log_readers& lent, Read& read)
      -> std::optional<std::invoke_result_t<Read&, const lookup_sources&>>;

  const log_paths paths_;
  const runtime runtime_;
  const std::shared_ptr<executor> executor_;
  const pid_t process_;
  log_identity identity_;
  std::once_flag closed_;

  std::unique_ptr<file_lock> lock_;
  std::unique_ptr<reader_pool> readers_;
  std::unique_ptr<announcements> told_;
  std::unique_ptr<indexer> index_;
  std::shared_ptr<committer> committer_;
};

}  // namespace whence::inline v0
