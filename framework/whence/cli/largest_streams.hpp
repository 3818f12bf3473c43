/// The streams of a log with the most events first; those of one size by name.
///
/// One pass finds as many as are held: a version counts a stream's events, so that the last one met is its size, and a stream
/// that found no room before its last event finds it there if it belongs among them. For more, the log is passed over again,
/// and a stream is let in only if its size, which the log knows, comes after what was given out.
#pragma once

#include <cstddef>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <whence/cli/selection.hpp>
#include <whence/cli/stream_summaries.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// Limits   holds `held` streams. Of a log that grows meanwhile, a stream beyond the first so many may be missed or come twice.
/// Throws   log_damaged, when what was found before the damage was given out.
class largest_streams {
 public:
  /// Of the selection as in stream_summaries.
  largest_streams(log_reader& log, selection wanted, std::size_t held = stream_summaries::held_max);

  /// Nothing at the end.
  std::optional<stream_summary> next();

 private:
  /// The larger comes first, then the lesser name.
  struct rank {
    stream_version version;
    std::string name;
    bool operator<(const rank& other) const {
      return version != other.version ? version > other.version : name < other.name;
    }
  };
  struct last_event {
    global_position position;
    timestamp recorded;
  };

  void pass();
  void meet(const recorded_event& event);
  bool given_before(const std::string& stream);
  std::optional<stream_summary> summary_of(const rank& place, const last_event& last);

  log_reader& log_;
  selection wanted_;
  std::optional<timestamp> since_;  // of last events: not what a stream is found by
  std::size_t held_size_;

  std::map<rank, last_event> ranked_;
  std::unordered_map<std::string, stream_version, text_hash, std::equal_to<>> versions_;  // of ranked_
  std::map<rank, last_event>::const_iterator given_;
  std::optional<rank> bound_;  // the last one that was given out by passes before
  std::unordered_set<std::string, text_hash, std::equal_to<>> known_as_given_;  // some of them, to spare looking up
  bool more_ = true;  // a stream found no room in the last pass
  std::exception_ptr damage_;
};

}  // namespace whence::inline v0::cli
