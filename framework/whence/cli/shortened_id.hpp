/// Ids that people have cut to their beginning or end, as tables show them: the whole ones are looked for in the newest events.
///
/// The log's index knows whole ids only. So that a look at a long log does not read all of it for eight characters, a search
/// goes back so many events and no further, and what was not found says where it ended.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <whence/cli/id_pattern.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// What a shortened id stands for.
struct found_ids {
  static constexpr std::size_t candidates_max = 5;

  struct candidate {
    uuid id;
    std::string kind;  ///< "event"
    std::string what;  ///< "OrderPlaced, order-12345@1"; empty: nothing more is known of it
  };
  std::vector<candidate> candidates;  ///< in the order of the log, the first few
  bool more = false;                  ///< there are more than these
  /// The correlation of all events that have one of the ids; nil if they have several.
  uuid correlation;
};

class shortened_id {
 public:
  static constexpr std::uint64_t events_max = 1'000'000;

  /// The ids of an event among which it is looked for.
  struct place {
    std::array<uuid, 3> (*ids)(const recorded_event&);  ///< nil ones are none
    /// Of the id at that place: what it is, as far as this event tells.
    std::function<found_ids::candidate(const recorded_event&, std::size_t)> describe;
  };

  /// Between these positions, both included, in the last `at_most` events there.
  shortened_id(log_reader& log, global_position from, global_position to, std::uint64_t at_most = events_max);

  /// All that it may stand for.
  /// Throws   log_damaged.
  found_ids find(const id_pattern& pattern, const place& where);

  /// The same, where it has to stand for one; nothing if there is none. `command_line`, with an id behind it, does what was
  /// asked for: "whence event show".
  /// Throws   id_ambiguous; log_damaged.
  std::optional<uuid> find_one(const id_pattern& pattern, const place& where, const std::string& command_line);

  /// Where the search began to read, if there are events before that among which it did not look.
  std::optional<global_position> begun_late_at() const noexcept { return begun_late_at_; }
  /// "an id that is cut was looked for from #9000001 to #10000000 only"; empty if that is the whole log.
  std::string why_not_found() const;
  /// How to look further back: "… --to 9000000", appended to a command line.
  std::string further_back(const std::string& command_line) const;

 private:
  log_reader& log_;
  global_position from_;
  global_position to_;
  std::optional<global_position> begun_late_at_;
};

/// An event, as one of several candidates.
found_ids::candidate event_candidate(const recorded_event& event);

/// Throws   id_ambiguous, always: with the candidates, and how to choose one of them.
[[noreturn]] void throw_ambiguous(const id_pattern& pattern, const found_ids& found, const std::string& command_line);

}  // namespace whence::inline v0::cli
