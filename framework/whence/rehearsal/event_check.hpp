/// Reads the events of a part of the log as a program does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <whence/rehearsal/program_types.hpp>
#include <whence/rehearsal/rehearsal_findings.hpp>
#include <whence/serialization/json.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::detail {

/// The first event of a stream.
struct stream_begin {
  global_position position;
  std::string stream;
  std::string aggregate_type;
};

/// Threads  one.
class event_check {
 public:
  /// `today`: the log as this program reads it.
  event_check(log_reader& today, const program_types& types, rehearsal_findings& findings)
      : today_(today), types_(types), findings_(findings) {}

  /// Reads the events behind `after`, up to and with `to`. Returns the streams that begin there.
  std::vector<stream_begin> check(global_position after, global_position to, rehearsal_counts& counts,
                                  kinds_of_events& kinds);

 private:
  /// What is wrong with an event.
  struct fault {
    std::string code;
    std::string detail;
  };
  /// How all that handle an event of today's read it.
  struct ways {
    std::vector<data_reading> readings;  // each once; none: nothing handles it
    std::optional<fault> refused;        // whatever its data are
  };
  struct seen {
    const recorded_event* stored;
    bool handled = true;  // unless what it is today is handled by nobody: one that is dropped is dealt with
    std::optional<fault> wrong = std::nullopt;
    bool told = false;   // something is read of it
    bool other = false;  // of another type or version
  };

  void check_page(const event_page& stored, global_position after, rehearsal_counts& counts, kinds_of_events& kinds);
  void read_as_stored(std::vector<seen>& page);
  void read_as_today(std::vector<seen>& page, global_position after);
  void count_what_was_made(const seen& each, kind_counts& kind);
  bool is_merged_with_next(const recorded_event& event);
  void look_at(const recorded_event& event, seen& at);
  const ways& ways_of(const recorded_event& event);
  ways find_ways(const recorded_event& event) const;

  log_reader& today_;
  const program_types& types_;
  rehearsal_findings& findings_;
  json_decoder decoder_;
  std::map<kind_key, ways, std::less<>> ways_;
};

}  // namespace whence::inline v0::detail
