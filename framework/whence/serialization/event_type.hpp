/// What an event is called in the log, and the list of events that an aggregate or a projection lives on.
#pragma once

#include <cstdint>
#include <string_view>

namespace whence::inline v0 {

/// `static constexpr whence::event_type type{"OrderPlaced", 2};` in the event's struct.
/// The name is unique in the log; the version is that of the event's schema, from 1.
struct event_type {
  std::string_view name;
  std::uint32_t version = 1;
};

/// `using events = whence::events<OrderPlaced, OrderShipped>;`
template <class... Events>
struct events {};

}  // namespace whence::inline v0
