/// One event applied to a state, as every fold does it.
#pragma once

#include <memory>

#include <whence/serialization/event.hpp>

namespace whence::inline v0::detail {

/// `Aggregate::books_closed_by`; of an aggregate that does not close its books: no events.
template <class Aggregate>
struct closing_events_of {
  using type = events<>;
};
template <class Aggregate>
  requires requires { typename Aggregate::books_closed_by; }
struct closing_events_of<Aggregate> {
  using type = typename Aggregate::books_closed_by;
};
template <class Aggregate>
using closing_events = typename closing_events_of<Aggregate>::type;

/// Makes a state as it is before the first event, where it is.
template <class Aggregate>
void restart(Aggregate& state) {
  std::destroy_at(&state);
  std::construct_at(&state);
}

/// An event that closes the books finds a fresh state, so that nothing can be known afterwards that it doesn't say.
template <class Aggregate, class Event>
void fold_in(Aggregate& state, const Event& event) {
  if constexpr (is_listed<Event, closing_events<Aggregate>>) restart(state);
  state.apply(event);
}

}  // namespace whence::inline v0::detail
