/// The streams of a log, one after the other, each with its first event and its last.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <whence/cli/selected_events.hpp>
#include <whence/cli/selection.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// Finds names without copying them.
struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

/// What is known of a stream without reading its events.
struct stream_summary {
  std::string name;
  std::string aggregate_type;
  stream_version version;
  global_position first_position;
  global_position last_position;
  timestamp first_recorded;
  timestamp last_recorded;
};

stream_summary summarize(const recorded_event& first, const recorded_event& last);

/// The stream's last event; an empty page if there is no such stream.
event_page end_of_stream(log_reader& log, std::string_view stream);

/// Streams in the order of their first events.
///
/// Limits   holds the first `held_max` streams that are still to come, and passes over the log once for each so many.
/// Throws   log_damaged: what comes before it was given out, as far as it goes.
class stream_summaries {
 public:
  static constexpr std::size_t held_max = 131'072;

  /// How the end of a stream is found: by looking each up, which is quick for a few, or by passing over the whole log; or, if who
  /// reads will not wait for that, the first few in the one way and the rest in the other.
  enum class way { look_up, pass, look_up_first };
  static constexpr std::size_t looked_up_first = 50;

  /// Of the selection: `from` and `to` are for first events; `since` and `until` for the time between the first and the last.
  stream_summaries(log_reader& log, selection wanted, way way, std::size_t held = held_max);

  /// Called before the log is passed over, and time and again while it is: what was found until then can be shown.
  void while_looking(std::function<void()> show) { show_ = std::move(show); }

  /// Nothing at the end.
  std::optional<stream_summary> next();

 private:
  std::optional<stream_summary> look_up_next();
  std::optional<stream_summary> held_next();
  void pass();
  void meet(const recorded_event& event);

  log_reader& log_;
  selection wanted_;
  std::optional<timestamp> since_;  // of last events: not what a first event is chosen by
  way way_;
  std::size_t held_size_;

  std::function<void()> show_;

  selected_events births_;  // looking up
  std::size_t looked_up_ = 0;

  std::vector<stream_summary> held_;  // passing
  std::unordered_map<std::string, std::size_t, text_hash, std::equal_to<>> places_;
  std::size_t given_ = 0;
  std::optional<global_position> next_birth_;  // of the first stream that found no room
  std::exception_ptr damage_;
};

}  // namespace whence::inline v0::cli
