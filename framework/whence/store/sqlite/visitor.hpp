/// A visitor: reads a log that another process may be writing, and never changes a byte of its files.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include <whence/core/guarded.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/announcements.hpp>
#include <whence/store/log.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/reader_pool.hpp>
#include <whence/store/sqlite/stream_lookup.hpp>

namespace whence::inline v0 {

/// Sees what is committed when it looks. Uses the index where it is good, and reads on in the log from where it ends; without
/// one it reads the whole log, in pages.
///
/// A thread named "whence-watch" looks for new events, every 1 to 50 ms: only while somebody waits for them.
///
/// `head` and that thread look whether another file stands in the log's place. If that is the same log in the same epoch, and has
/// what was there, all goes on in it; else every wait, and whatever is asked from then on, ends with log_replaced. Of another file
/// that was copied over the log they see that with the first event that is appended to it.
///
/// Threads  any.
class sqlite_visitor final : public log_reader {
 public:
  sqlite_visitor(const log_paths& paths, const runtime& runtime);
  ~sqlite_visitor() override;

  log_identity identity() const override;
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

 private:
  struct watch {
    bool wanted = false;
    bool closing = false;
    std::thread thread;
  };

  /// The log as it was when its head was asked for last.
  struct known_log {
    std::uint64_t inode = 0;
    log_identity identity;
    global_position head;
    chain_hash chain{};
  };

  how_to_read how();
  log_row look_inside();
  static void take_in(known_log& known, log_reader_connection& reader, global_position head);
  std::uint64_t come_to_file_of_now();
  std::string why_not_the_same(const known_log& before);
  static std::string why_other_events(const known_log& before, log_reader_connection& reader);
  bool goes_on(const known_log& before, log_reader_connection& reader);
  [[noreturn]] void end(const std::string& why);

  template <class Read>
  auto look_up(Read read);
  template <class Read>
  auto look_up_with(log_readers& lent, Read& read);
  void watch_log() noexcept;

  const log_paths paths_;
  const std::shared_ptr<files> files_;
  mutable reader_pool readers_;
  announcements told_;
  guarded<known_log> known_;
  guarded<watch> watch_;
  std::condition_variable wake_up_;
};

}  // namespace whence::inline v0
