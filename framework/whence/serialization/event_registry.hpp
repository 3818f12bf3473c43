/// All event types that a program knows.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <whence/serialization/event.hpp>

namespace whence::inline v0 {

/// From an event's name and version to its type. A name belongs to one type: the second one to claim it is refused.
///
/// Threads  any for reading; `add` one at a time.
class event_registry {
 public:
  /// Types that are already there are passed over. Throws duplicate_event_type: the name is another type's.
  template <class... Events>
  void add(events<Events...>) {
    (add_one({Events::type, &detail::type_key<Events>, &read_as<Events>}), ...);
  }

  /// By name, ascending.
  std::vector<event_type> types() const;
  /// The type of that name; null if there is none.
  const event_type* find(std::string_view name) const;

  /// Whether a stored event can be read. False: no type has its name.
  /// Throws   unknown_event_version; decode_error.
  bool check(const stored_event& stored, json_decoder& decoder) const;

 private:
  struct entry {
    event_type type;
    const void* key;
    void (*read)(std::string_view data, json_decoder& decoder);
  };

  template <class Event>
  static void read_as(std::string_view data, json_decoder& decoder) {
    static_cast<void>(decoder.decode<Event>(data));
  }

  void add_one(entry added);
  const entry* find_entry(std::string_view name) const;

  std::vector<entry> entries_;  ///< ascending by name
};

}  // namespace whence::inline v0
