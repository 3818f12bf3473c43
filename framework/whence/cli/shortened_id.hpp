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

#include <whence/cli/id_pattern.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

class shortened_id {
 public:
  static constexpr std::uint64_t events_max = 1'000'000;
  /// The ids of an event among which it is looked for; nil ones are none.
  using ids_of = std::function<std::array<uuid, 3>(const recorded_event&)>;

  /// Between these positions, both included, in the last `at_most` events there.
  shortened_id(log_reader& log, global_position from, global_position to, std::uint64_t at_most = events_max);

  /// Nothing if there is none.
  /// Throws   id_ambiguous; log_damaged.
  std::optional<uuid> find(const id_pattern& pattern, const ids_of& ids);

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

}  // namespace whence::inline v0::cli
