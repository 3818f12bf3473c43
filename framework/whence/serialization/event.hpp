/// What an event is, and how a stored one finds its type.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <whence/serialization/binary.hpp>
#include <whence/serialization/event_type.hpp>
#include <whence/serialization/json.hpp>

namespace whence::inline v0 {

/// A type with a name in the log.
template <class Event>
concept has_event_type = requires {
  { Event::type } -> std::convertible_to<const event_type&>;
} && Event::type.version >= 1 && !Event::type.name.empty();

template <class Event>
concept event = has_event_type<Event> && archivable<Event> && std::default_initializable<Event>;

/// The form in which an event is stored: JSON, unless it says `static constexpr auto form = whence::form::binary;`.
template <class Event>
inline constexpr form written_form = form::json;
template <class Event>
  requires requires {
    { Event::form } -> std::same_as<const form&>;
  }
inline constexpr form written_form<Event> = Event::form;

/// An event's data as they are stored. Throws encode_error.
template <class Event>
std::string encode_event(const Event& event) {
  if constexpr (written_form<Event> == form::binary)
    return encode_binary(event);
  else
    return encode(event);
}

template <class Event>
struct must_be_an_event {
  static_assert(
      event<Event>,
      "an event needs `static constexpr whence::event_type type{\"Name\", version}` (version from 1), a default "
      "constructor and `template <class Archive> void serialize(Archive& ar)`");
};

namespace detail {

template <class List>
inline constexpr bool is_event_list = false;
template <class... Events>
inline constexpr bool is_event_list<events<Events...>> = true;

template <class Event, class List>
inline constexpr bool is_listed = false;
template <class Event, class... Events>
inline constexpr bool is_listed<Event, events<Events...>> = (std::same_as<Event, Events> || ...);

template <class List>
inline constexpr bool are_events = false;
template <class... Events>
inline constexpr bool are_events<events<Events...>> = (event<Events> && ...);

template <class List>
struct event_types;
template <class... Events>
struct event_types<events<Events...>> {
  static constexpr std::array<event_type, sizeof...(Events)> value{event_type{Events::type}...};
};

template <class List>
constexpr bool have_different_names() {
  const auto& types = event_types<List>::value;
  for (std::size_t i = 0; i < types.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (types[i].name == types[j].name) return false;
  return true;
}

}  // namespace detail

template <class List>
struct must_have_different_event_names {
  static_assert(detail::have_different_names<List>(), "two events in one list have the same name");
};

/// An event as it is stored.
struct stored_event {
  std::string_view type;
  std::uint32_t version = 1;
  std::string_view data;  ///< a JSON document, or binary
};

namespace detail {

inline constexpr std::size_t no_such_event = static_cast<std::size_t>(-1);

/// Throws unknown_event_version: the name is there with another version.
std::size_t find_event(std::span<const event_type> types, std::string_view name, std::uint32_t version);

template <class Event, class Handler>
void react(std::string_view data, json_decoder& decoder, Handler& handler) {
  const Event event = decoder.decode<Event>(data);
  handler(event);
}

}  // namespace detail

/// Reads a stored event as the one of `Events` that it is, and calls `handler(const Event&)`.
/// False: it is none of them, and nothing was called.
///
/// Costs    no allocation but what the event's members need.
/// Throws   unknown_event_version: it is one of them in a version that isn't listed. decode_error. What the handler throws.
template <class... Events, class Handler>
bool dispatch(events<Events...> list, const stored_event& stored, json_decoder& decoder, Handler&& handler) {
  static_cast<void>((sizeof(must_be_an_event<Events>) + ... + 0));
  if constexpr (sizeof...(Events) > 0 && detail::are_events<decltype(list)>) {
    static_cast<void>(must_have_different_event_names<decltype(list)>{});
    const std::size_t found =
        detail::find_event(detail::event_types<decltype(list)>::value, stored.type, stored.version);
    if (found == detail::no_such_event) return false;
    using handler_type = std::remove_reference_t<Handler>;
    using reaction = void (*)(std::string_view, json_decoder&, handler_type&);
    static constexpr reaction reactions[] = {&detail::react<Events, handler_type>...};
    reactions[found](stored.data, decoder, handler);
    return true;
  }
  return false;
}

}  // namespace whence::inline v0
