/// The events of a selection, one after the other, in its order. Holds one page at a time, however long the log is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include <whence/cli/selection.hpp>
#include <whence/core/error.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// Ends where the log ended when this was made, so that a log that grows faster than it is read has an end. Of a log that reads as
/// of today, an event that became several comes so often, one after the other, with one position.
///
/// Throws   log_damaged, upcast_failed, unknown_event_version: all that comes before it, in this order, was given out. An event
///          beyond `to` is none of them.
class selected_events {
 public:
  selected_events(log_reader& log, selection wanted);

  /// Is called again and again while the log is looked through, before what may take a while: time to show what was found.
  void while_looking(std::function<void()> show) { show_ = std::move(show); }

  /// Null at the end. Valid until the next call.
  const recorded_event* next();

 private:
  event_page fetch();
  event_page fetch_forward();
  static bool is_behind(const error& failure, global_position last);
  event_page fetch_backward();
  std::optional<event_page> read_window(global_position below, std::size_t window);
  void looked_on();
  /// By a link, or by types.
  bool is_looked_up() const { return link_ || !filter_.aggregate_types.empty() || !filter_.event_types.empty(); }
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
  global_position upto_;    // backward: what is beyond was in the page before
  std::size_t window_;      // backward: how many positions to read at once
  std::size_t steady_ = 0;  // backward: how many windows to come are not widened
  std::function<void()> show_;
  std::uint64_t shown_at_;
};

/// Where the event stands that cannot be read: it is damaged, or there is no form of today. Nothing: it is another failure.
std::optional<global_position> unreadable_at(const error& failure);

/// Whether a list ends before this event, of which so many were shown, up to that position: at the limit (0: none), or where the
/// next position begins. What one stored event became stands together, so that the list can go on at a position.
bool ends_before(const recorded_event& next, std::size_t limit, std::size_t shown, global_position shown_to);

}  // namespace whence::inline v0::cli
