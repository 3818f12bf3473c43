/// Queries: which events, of whatever streams, a decision depends on. They mean what dcb.events says.
///
///     const event_query seats{{{.event_types = {"CourseDefined", "StudentSubscribed"}, .tags = {"course:c1"}},
///                              {.event_types = {"StudentSubscribed"}, .tags = {"student:s1"}}}};
///
/// finds what is known of the seats of a course, and which courses a student has.
#pragma once

#include <string>
#include <vector>

#include <whence/core/position.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

/// An event is found by an item if its type is one of these and it has all of these tags. No types: any type will do; no tags:
/// none is needed.
struct query_item {
  std::vector<std::string> event_types{};
  std::vector<std::string> tags{};

  bool matches(const recorded_event& event) const noexcept;
  friend bool operator==(const query_item&, const query_item&) = default;
};

/// An event is found by a query if one of its items finds it. One without items finds nothing.
struct event_query {
  std::vector<query_item> items{};

  /// Finds every event.
  static event_query all() { return {{query_item{}}}; }

  bool matches(const recorded_event& event) const noexcept;
  /// "(CourseDefined or CourseRenamed, tagged course:c1) or (any type, tagged student:s1)"; of many items the first four.
  std::string to_string() const;
  friend bool operator==(const event_query&, const event_query&) = default;
};

/// "No event that the query finds comes after this position": what an append may be conditional on. Whoever has read all that the
/// query finds, up to a position, and appends behind it, appends on what he has read, or not at all.
struct append_condition {
  event_query query;
  global_position after{};  ///< 0: no event that the query finds is in the log at all

  friend bool operator==(const append_condition&, const append_condition&) = default;
};

}  // namespace whence::inline v0
