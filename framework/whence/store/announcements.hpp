/// Tells whoever listens in this process that a group was committed. Boost.Signals2 is behind it and does not show.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include <whence/core/async.hpp>
#include <whence/core/executor.hpp>
#include <whence/core/position.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

/// Order    heads are announced as they came, one call at a time, on the executor; never on the announcing thread.
/// Threads  any.
/// Costs    nothing, and wakes no thread, while nobody listens or waits.
/// Limits   at most 1,024 heads are kept for listeners that are slow; beyond that the newest stands for those before it.
class announcements {
 public:
  /// `name` is the log's, for log_closed.
  announcements(std::shared_ptr<executor> executor, std::string name);
  announcements(const announcements&) = delete;
  announcements& operator=(const announcements&) = delete;
  /// Closes.
  ~announcements();

  /// A callback that throws is reported to the executor, and stays registered.
  announcement_handle listen(std::function<void(global_position)> callback);

  /// Ready once a head beyond `after` was announced; at once if `head` is. Whoever calls has read `head` before, and no
  /// announcement that comes later is missed if `head` was read after the listener's own side became visible to `announce`:
  /// so `head` is a function, called when the wait is registered.
  async<global_position> wait_beyond(global_position after, const std::function<global_position()>& head,
                                     std::stop_token stop);

  /// True if somebody waits.
  bool awaited() noexcept;

  /// Queues the announcement and returns. Called in the order of the heads.
  void announce(global_position head) noexcept;

  /// Ends every wait with that failure. Who waits later is told by `head`, or waits.
  void fail(const std::exception_ptr& failure) noexcept;

  /// Ends every wait with log_closed, and each later one. What was announced before is still told.
  void close() noexcept;

 private:
  class board;
  std::shared_ptr<board> board_;
};

}  // namespace whence::inline v0
