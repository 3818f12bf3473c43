/// What an aggregate is: a plain type whose state is the fold of its events.
///
///     struct Order {
///       static constexpr whence::aggregate_type type{"Order"};
///       using events = whence::events<OrderPlaced, OrderShipped>;
///       void apply(const OrderPlaced&);     // total: it never fails, as what it is told has happened
///       void apply(const OrderShipped&);
///     };
///
/// One that lives long can close its books now and then, as a shop does at the end of the year: with an event that has all that
/// is to be known of what came before. That event is always applied to a fresh state, so that a load can begin at the last one:
///
///     struct Cashbook {
///       static constexpr whence::aggregate_type type{"Cashbook"};
///       using events = whence::events<Earned, Spent, YearClosed>;
///       using books_closed_by = whence::events<YearClosed>;
///
///       std::int64_t cents = 0;
///       void apply(const Earned& event) { cents += event.cents; }
///       void apply(const Spent& event) { cents -= event.cents; }
///       void apply(const YearClosed& event) { cents = event.cents; }
///     };
#pragma once

#include <concepts>
#include <span>
#include <string_view>
#include <type_traits>

#include <whence/modelling/detail/fold_in.hpp>
#include <whence/modelling/snapshot_policy.hpp>
#include <whence/serialization/event.hpp>

namespace whence::inline v0 {

/// What an aggregate is called in the log. Each stream belongs to one aggregate type for life.
struct aggregate_type {
  std::string_view name;
};

/// What the streams are called that a decision model's events go to. See decision_model.hpp.
struct decision_model : aggregate_type {
  constexpr explicit decision_model(std::string_view of) : aggregate_type{of} {}
};

template <class Aggregate>
concept is_decision_model = requires {
  { Aggregate::type } -> std::convertible_to<const decision_model&>;
};

/// A type that says that it is an aggregate.
template <class Aggregate>
concept aggregate = std::default_initializable<Aggregate> && requires {
  { Aggregate::type } -> std::convertible_to<const aggregate_type&>;
  typename Aggregate::events;
} && detail::is_event_list<typename Aggregate::events> && !Aggregate::type.name.empty();

template <class Aggregate, class Event>
concept folds = requires(Aggregate& state, const Event& event) {
  { state.apply(event) } -> std::same_as<void>;
};

namespace detail {

template <class Aggregate, class List>
inline constexpr bool folds_each = false;
template <class Aggregate, class... Events>
inline constexpr bool folds_each<Aggregate, events<Events...>> = (folds<Aggregate, Events> && ...);

template <class Aggregate, class List>
inline constexpr bool closes_with_listed = false;
template <class Aggregate, class... Events>
inline constexpr bool closes_with_listed<Aggregate, events<Events...>> =
    (is_listed<Events, typename Aggregate::events> && ...);

/// Converts to each type that is not in the list. A spy that is called with it tells by its return type whether the
/// aggregate itself can take one.
template <class List>
struct unlisted_event_probe {
  template <class Event>
    requires(!is_listed<Event, List>)
  operator const Event&() const;
};
struct no_apply {};
template <class Aggregate>
struct apply_spy : Aggregate {
  using Aggregate::apply;
  no_apply apply(...);
};

template <class Aggregate>
concept applies_only_listed =
    std::is_final_v<Aggregate> ||  // a final class cannot be spied on
    requires(apply_spy<Aggregate>& spy, unlisted_event_probe<typename Aggregate::events> probe) {
      { spy.apply(probe) } -> std::same_as<no_apply>;
    };

}  // namespace detail

template <class Aggregate>
struct must_be_an_aggregate {
  static_assert(aggregate<Aggregate>,
                "an aggregate needs `static constexpr whence::aggregate_type type{\"Name\"}`, "
                "`using events = whence::events<…>` and a default constructor");
};

template <class Aggregate>
struct must_have_an_event {
  static_assert(!std::is_same_v<typename Aggregate::events, events<>>,
                "an aggregate needs at least one event in its `events`");
};

template <class Aggregate, class Event>
struct must_fold {
  static_assert(folds<Aggregate, Event>, "an aggregate needs `void apply(const Event&)` for every event in `events`");
};

template <class Aggregate>
struct must_apply_only_listed_events {
  static_assert(detail::applies_only_listed<Aggregate>,
                "an aggregate has an `apply` for an event that is not in its `events`");
};

template <class Aggregate>
struct must_close_its_books_with_its_events {
  static_assert(detail::closes_with_listed<Aggregate, detail::closing_events<Aggregate>>,
                "an aggregate's `books_closed_by` is `whence::events<…>` of events that are in its `events`");
};

template <class Aggregate>
struct must_need_no_snapshot {
  static_assert(!is_decision_model<Aggregate> ||
                    (!with_snapshots<Aggregate> && std::is_same_v<detail::closing_events<Aggregate>, events<>>),
                "a decision model has neither `snapshots` nor `books_closed_by`: it is not the fold of one stream");
};

namespace detail {

template <class... Events>
constexpr bool check_events(events<Events...>) {
  return ((sizeof(must_be_an_event<Events>) + ... + 1) != 0);
}
template <class Aggregate, class... Events>
constexpr bool check_folds(events<Events...>) {
  return ((sizeof(must_fold<Aggregate, Events>) + ... + 1) != 0);
}

/// Each rule in turn, so that the first sentence printed is the one that matters.
template <class Aggregate>
constexpr bool check_aggregate() {
  static_cast<void>(must_be_an_aggregate<Aggregate>{});
  if constexpr (aggregate<Aggregate>) {
    using list = typename Aggregate::events;
    static_cast<void>(must_have_an_event<Aggregate>{});
    check_events(list{});
    if constexpr (are_events<list> && !std::is_same_v<list, events<>>) {
      static_cast<void>(must_have_different_event_names<list>{});
      check_folds<Aggregate>(list{});
      if constexpr (folds_each<Aggregate, list>) {
        static_cast<void>(must_apply_only_listed_events<Aggregate>{});
        static_cast<void>(must_close_its_books_with_its_events<Aggregate>{});
        static_cast<void>(must_need_no_snapshot<Aggregate>{});
        static_cast<void>(must_say_snapshots_by_a_policy<Aggregate>{});
        if constexpr (with_snapshots<Aggregate> && has_no_other_snapshots<Aggregate>())
          static_cast<void>(must_have_an_archivable_state<Aggregate>{});
        return have_different_names<list>() && has_no_other_snapshots<Aggregate>() && applies_only_listed<Aggregate> &&
               closes_with_listed<Aggregate, closing_events<Aggregate>> &&
               (!with_snapshots<Aggregate> || archivable<Aggregate>);
      }
    }
  }
  return false;
}

/// An aggregate type, for the library's compiled half.
struct aggregate_facts {
  std::string_view name;
  const void* key;  ///< of the C++ type
  void* (*create)();
  void (*destroy)(void* state);
  void (*restart)(void* state);  ///< makes it as `create` does, where it is
  bool (*apply)(void* state, const stored_event& event, json_decoder& decoder);  ///< false: the event isn't listed
  const snapshot_facts* snapshots = nullptr;                                     ///< if it has any
  std::span<const event_type> closing = {};                                      ///< what its books are closed by
};

template <class Aggregate>
bool apply_stored(void* state, const stored_event& stored, json_decoder& decoder) {
  return dispatch(typename Aggregate::events{}, stored, decoder,
                  [state](const auto& event) { fold_in(*static_cast<Aggregate*>(state), event); });
}

template <class Aggregate>
inline constexpr aggregate_facts facts_of{
    .name = Aggregate::type.name,
    .key = &type_key<Aggregate>,
    .create = []() -> void* { return new Aggregate{}; },
    .destroy = [](void* state) { delete static_cast<Aggregate*>(state); },
    .restart = [](void* state) { restart(*static_cast<Aggregate*>(state)); },
    .apply = &apply_stored<Aggregate>,
    .snapshots = snapshots_of<Aggregate>(),
    .closing = event_types<closing_events<Aggregate>>::value,
};

}  // namespace detail
}  // namespace whence::inline v0
