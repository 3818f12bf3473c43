/// For tests of `decide` as the plain function that it is: what was decided, as text.
#pragma once

#include <string>

#include <whence/modelling/outcome.hpp>

namespace decisions {

/// "OrderPlaced {…}" for each event, one a line; "rejected order.empty" for a refusal.
template <class Aggregate>
std::string text(const whence::outcome<Aggregate>& decided) {
  if (const auto* refusal = decided.rejection()) return "rejected " + refusal->code;
  std::string lines;
  for (const auto& event : decided.events()) lines.append(event.type.name).append(" ").append(event.data).append("\n");
  return lines;
}

/// The state after the events.
template <class Aggregate, class... Events>
Aggregate after(const Events&... events) {
  Aggregate state;
  (state.apply(events), ...);
  return state;
}

}  // namespace decisions
