/// What events are tagged with: an event says so itself.
///
///     std::vector<std::string> tags() const { return {"course:" + course, "student:" + student}; }
///
/// They are kept beside the event when it is appended, for as long as the log exists: an event that is in the log has those that it
/// was given then.
#pragma once

#include <concepts>
#include <string>
#include <vector>

namespace whence::inline v0 {

/// Has a function `tags`, whatever it returns.
template <class Event>
concept calls_tags = requires(Event& event) { event.tags(); };

template <class Event>
concept says_its_tags = requires(const Event& event) {
  { event.tags() } -> std::same_as<std::vector<std::string>>;
};

template <class Event>
struct must_say_its_tags {
  static_assert(says_its_tags<Event> || !calls_tags<Event>,
                "the `tags` of an event are `std::vector<std::string> tags() const`");
};

/// Those of an event without `tags`: none.
template <class Event>
std::vector<std::string> tags_of(const Event& event) {
  static_cast<void>(must_say_its_tags<Event>{});
  if constexpr (says_its_tags<Event>)
    return event.tags();
  else
    return {};
}

}  // namespace whence::inline v0
