/// The events of a log as a stream for coroutines: a page whenever the reader asks for one, to the log's end or beyond it.
///
///     event_stream events(log, {.follow = true});
///     for (;;) {
///       const event_page page = co_await events.next(stop);
///       for (const recorded_event& event : page) handle(event);
///     }
///
/// Nothing is read ahead: whoever is slow slows the reading, and holds one page. Whoever wants to know how far it came after a
/// restart has a subscription.
#pragma once

#include <stop_token>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

struct event_stream_options {
  global_position after = {};  ///< begins behind it
  event_filter filter = {};
  page_limit limit = {};
  bool follow = false;  ///< at the end waits for more, instead of ending
};

/// Order    positions ascend, and none that the filter lets through is left out.
/// Limits   one page in memory, whatever the size of the log.
/// Threads  one call of `next` at a time, from any thread; the log must outlive it and its calls.
class event_stream {
 public:
  explicit event_stream(log_reader& log, event_stream_options options = {}) : log_(log), options_(std::move(options)) {}

  /// The next page; it is empty only at the end of a stream that does not follow, where it will ask again what has come since.
  /// Reads on the thread that asks; a stream that follows goes on on the log's executor once there is more.
  /// Throws   what `log_reader::read` and `log_reader::wait_beyond` throw; operation_cancelled after a stop request. Nothing is
  ///          skipped by that: the next call begins where this one did.
  async<event_page> next(std::stop_token stop = {});

  /// Everything up to here was given out, or not let through by the filter.
  global_position position() const noexcept { return options_.after; }

 private:
  log_reader& log_;
  event_stream_options options_;
};

}  // namespace whence::inline v0
