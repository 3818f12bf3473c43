/// The events of a selection, one after the other, in its order. Holds one page at a time, however long the log is.
#pragma once

#include <cstddef>

#include <whence/cli/selection.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// Ends where the log ended when this was made, so that a log that grows faster than it is read has an end.
///
/// Throws   log_damaged: all that comes before it, in this order, was given out.
class selected_events {
 public:
  selected_events(log_reader& log, selection wanted);

  /// Null at the end. Valid until the next call.
  const recorded_event* next();

 private:
  event_page fetch();
  event_page fetch_forward();
  event_page fetch_backward();
  event_page fetch_stream();
  const recorded_event* take();

  log_reader& log_;
  selection wanted_;
  event_filter filter_;
  std::optional<event_link> link_;
  event_page page_;
  std::size_t taken_ = 0;       // of page_
  bool backward_page_ = false;  // page_ is ascending and is taken from its end
  bool at_end_ = false;
  global_position at_;      // forward: read up to here; backward: read down to the one after this
  stream_version version_;  // of one stream: the next to read
  std::size_t window_;      // backward: how many positions to read at once
};

}  // namespace whence::inline v0::cli
