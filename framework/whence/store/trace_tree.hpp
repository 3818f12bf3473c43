/// What caused what, as a tree: commands that led to events, events that led to others.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

/// An event without its data, of which there may be many.
struct traced_event {
  traced_event() = default;
  explicit traced_event(const recorded_event& event);

  global_position position;
  stream_version version;
  event_id id;
  std::string stream;
  std::string aggregate_type;
  std::string type;
  std::uint32_t type_version = 1;
  timestamp recorded_at;
  correlation_id correlation;
  causation_id causation;
  std::string causation_type;
};

/// Whom a tree asks about causes that are not among its events.
class traced_log {
 public:
  virtual ~traced_log() = default;

  /// Nothing if there is no such event, or it cannot be read.
  virtual std::optional<traced_event> event(const uuid& id) = 0;

  /// Whether events of this type are in the log. What caused an event is named in it by id and type only: this tells an event that
  /// is missing from a command, which is never in the log.
  virtual bool is_event_type(std::string_view type) = 0;
};

struct trace_node {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  enum class kind {
    command,  ///< not in the log itself: its events name it
    event,
    unknown,  ///< a cause that should be in the log, and isn't
  };

  kind what = kind::event;
  uuid id;
  std::string name;                ///< of the type; of a cause it may be empty
  std::size_t event = none;        ///< of an event: its place in `events()`
  std::size_t first_event = none;  ///< of a cause: the first event that names it, in `events()`
  std::size_t parent = none;       ///< its place in `nodes()`
  std::size_t depth = 0;
  std::size_t left_out = 0;  ///< how much below it is not shown
  bool last = false;         ///< no other effect of its cause follows; of a root: no other root
  bool in_circle = false;  ///< a root because what caused it is its own effect: the log's causes contradict each other
};

/// Holds what it was given, and what caused that. Causes that contradict each other are drawn too: each event stands once.
///
/// Limits   follows causes that are not among its events over `climbs_max` steps in all.
class trace_tree {
 public:
  static constexpr std::size_t climbs_max = 1'000;

  /// `events` in the log's order. Of causes that are not among them, the log is asked.
  trace_tree(std::vector<traced_event> events, traced_log& log);

  /// Each cause before its effects; siblings in the order of their first event.
  const std::vector<trace_node>& nodes() const noexcept { return nodes_; }
  const std::vector<traced_event>& events() const noexcept { return events_; }

  /// The event itself, or the first one that names the cause.
  const traced_event& event_of(const trace_node& node) const;

  /// When the first command was given, if its id tells, else when the first event was recorded.
  timestamp begins() const;
  /// "+9 ms": how long after the beginning that was; empty: nobody knows.
  std::string time_text(const trace_node& node) const;

  /// What is drawn before the line of a node, or (`below`) before what hangs on it: "│  └─ ". Deeper than `levels_max`: "⋯  ".
  std::string guides(std::size_t node, bool below, std::size_t levels_max = 60) const;

  /// The node of this event or command; `none` if there is none.
  std::size_t find(const uuid& id) const;

  /// Keeps that node, with `causes` what led to it, with `effects` what follows from it.
  void keep_only(std::size_t node, bool causes, bool effects);

  /// Leaves out what is `levels` or more below a root.
  void cut_below(std::size_t levels);

 private:
  void climb(traced_log& log);
  void arrange(traced_log& log);
  void keep(const std::vector<bool>& kept);
  void mark_last();

  std::vector<traced_event> events_;
  std::vector<trace_node> nodes_;
};

/// "9 ms", "1.84 s", "3.1 min": two or three digits that count.
std::string span_text(std::chrono::microseconds span);

}  // namespace whence::inline v0
