/// What an aggregate decided about a command: the events that happen, or a refusal.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <whence/modelling/event_tags.hpp>
#include <whence/modelling/rejected.hpp>
#include <whence/serialization/event.hpp>

namespace whence::inline v0 {

/// An event that was decided, already encoded.
struct decided_event {
  event_type type;
  std::string data;
  std::vector<std::string> tags{};
};

namespace detail {

/// What an outcome has, of whatever aggregate it is. Its functions are compiled once, and not in each file that decides.
class outcome_parts {
 public:
  outcome_parts() noexcept;
  explicit outcome_parts(rejected refusal) noexcept;
  outcome_parts(const outcome_parts&);
  outcome_parts(outcome_parts&&) noexcept;
  outcome_parts& operator=(const outcome_parts&);
  outcome_parts& operator=(outcome_parts&&) noexcept;
  ~outcome_parts();

  template <class Event>
  void add(const Event& event) {
    if constexpr (calls_tags<Event>)
      add(Event::type, encode_event(event), tags_of(event));
    else
      add(Event::type, encode_event(event));
  }

  const rejected* refusal() const noexcept { return is_rejected_ ? &refusal_ : nullptr; }
  const std::vector<decided_event>& events() const noexcept { return events_; }
  std::vector<decided_event> take_events() && noexcept { return std::move(events_); }

 private:
  void add(const event_type& type, std::string data);
  void add(const event_type& type, std::string data, std::vector<std::string> tags);

  std::vector<decided_event> events_;
  rejected refusal_;
  bool is_rejected_ = false;
};

template <class Event>
decided_event as_decided(const Event& event) {
  outcome_parts parts;
  parts.add(event);
  return std::move(std::move(parts).take_events().front());
}

}  // namespace detail

template <class Aggregate, class Event>
struct must_be_one_of_its_events {
  static_assert(detail::is_listed<Event, typename Aggregate::events>,
                "an outcome takes events that are in the aggregate's `events`, or `whence::rejected`");
};

/// What `decide` returns.
///
///     return whence::rejected{"order.empty", "an order needs a line"};   // refused: nothing happens
///     return OrderPlaced{c.customer, c.lines};                           // one event
///     return {OrderPaid{c.cents}, OrderClosed{}};                        // several
///     return {};                                                         // accepted, and nothing happens
///     whence::outcome<Order> all; for (const Line& line : c.lines) all.add(LineAdded{line}); return all;
template <class Aggregate>
class [[nodiscard]] outcome {
 public:
  outcome() = default;
  outcome(rejected refusal) : parts_(std::move(refusal)) {}

  template <class... Events>
    requires(sizeof...(Events) > 0 &&
             !(sizeof...(Events) == 1 && (std::same_as<std::remove_cvref_t<Events>, outcome> && ...)))
  outcome(Events&&... events) {
    (add(events), ...);
  }

  template <class Event>
  outcome& add(const Event& event) {
    static_cast<void>(must_be_one_of_its_events<Aggregate, Event>{});
    if constexpr (detail::is_listed<Event, typename Aggregate::events>) parts_.add(event);
    return *this;
  }

  /// The refusal, or null.
  const rejected* rejection() const noexcept { return parts_.refusal(); }
  /// In order; none if the command is refused.
  std::span<const decided_event> events() const noexcept { return parts_.events(); }
  std::vector<decided_event> take_events() && noexcept { return std::move(parts_).take_events(); }

 private:
  detail::outcome_parts parts_;
};

}  // namespace whence::inline v0
