/// What caused what, as a tree: commands that led to events, events that led to others.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <whence/cli/trace_source.hpp>

namespace whence::inline v0::cli {

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
  bool in_circle = false;  ///< a root because what caused it is its own effect: the log's causes contradict each other
};

/// Holds what it was given, and what caused that. Causes that contradict each other are drawn too: each event stands once.
///
/// Limits   follows causes that are not among its events over `climbs_max` steps in all.
class trace_tree {
 public:
  static constexpr std::size_t climbs_max = 1'000;

  /// `events` in the log's order. Of causes that are not among them, the source is asked.
  trace_tree(std::vector<traced_event> events, trace_source& source);

  /// Each cause before its effects; siblings in the order of their first event.
  const std::vector<trace_node>& nodes() const noexcept { return nodes_; }
  const std::vector<traced_event>& events() const noexcept { return events_; }

  /// The node of this event or command; `none` if there is none.
  std::size_t find(const uuid& id) const;

  /// Keeps that node, with `causes` what led to it, with `effects` what follows from it.
  void keep_only(std::size_t node, bool causes, bool effects);

  /// Leaves out what is `levels` or more below a root.
  void cut_below(std::size_t levels);

 private:
  void climb(trace_source& source);
  void arrange(trace_source& source);
  void keep(const std::vector<bool>& kept);

  std::vector<traced_event> events_;
  std::vector<trace_node> nodes_;
};

}  // namespace whence::inline v0::cli
