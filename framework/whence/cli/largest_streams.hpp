/// The streams of a log with the most events first; those of one size by name.
///
/// One pass finds as many as are held: a version counts a stream's events, so that the last one met is its size, and a stream
/// that found no room before its last event finds it there if it belongs among them. For more, the log is passed over again,
/// and a stream is let in only if its size, which the log knows, comes after what was given out.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
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
  struct ends {
    global_position last_position;
    timestamp last_recorded;
    global_position first_position{};  ///< 0: the stream was let in later, and its first event has to be found
    timestamp first_recorded{};
    std::string aggregate_type{};
  };

  void pass();
  void read_all(const std::function<void(const recorded_event&)>& use);
  void meet(const recorded_event& event);
  void find_first_events();
  bool given_before(const std::string& stream);
  std::optional<stream_summary> summary_of(const rank& place, const ends& last);

  log_reader& log_;
  selection wanted_;
  std::optional<timestamp> since_;  // of last events: not what a stream is found by
  std::size_t held_size_;

  std::map<rank, ends> ranked_;
  std::unordered_map<std::string, stream_version, text_hash, std::equal_to<>> versions_;  // of ranked_
  std::map<rank, ends>::const_iterator given_;
  std::optional<rank> bound_;  // the last one that was given out by passes before
  // Some of those that were given out, the last ones first of all, to spare looking them up.
  std::unordered_set<std::string, text_hash, std::equal_to<>> known_as_given_;
  bool more_ = true;  // a stream found no room in the last pass
  std::exception_ptr damage_;
};

}  // namespace whence::inline v0::cli
