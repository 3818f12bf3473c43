/// An upcaster: what is made of one version of an event when it is read. A pure function, and what it leads to.
///
///     whence::upcasters::of(
///         whence::upcast<OrderPlaced, 1>([](whence::document& data) { data.set("currency", "EUR"); }),  // to version 2
///         whence::upcast<OrderPlaced, 2>(&in_capitals),              // from struct to struct, to version 3
///         whence::upcast<OrderCreated, 1>().to<OrderPlaced, 1>(),    // a new name
///         whence::upcast<OrderClosed, 1>().to<OrderShipped, 1>(&shipped).to<OrderBilled, 1>(&billed),  // two of one
///         whence::upcast<OrderTouched, 1>().dropped(),               // no longer told
///         whence::upcast<PriceSet, 1>().merged_with<OrderOpened, 1>().to<OrderPlaced, 3>(&opened))     // one of two
///
/// A function takes `document&` and changes it; or it takes an archivable type, the event as it was, and returns what it leads to:
/// today's event, or a struct as that version was. Where events can be told from their data not to be, it returns a bool: false,
/// and this one is not. One for events that are merged takes the document of the second, and that of the first:
/// `[](document& data, const document& first)`.
///
/// An event that is only read any more needs its `type`, and nothing else: `struct OrderCreated { static constexpr
/// whence::event_type type{"OrderCreated", 1}; };`.
///
/// Pure      what it makes of an event depends on the event's data alone: a read model that is built anew is the same again.
/// See       upcasters.hpp: the upcasters of a log, checked against each other when they are compiled.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include <whence/serialization/event.hpp>
#include <whence/upcasting/document.hpp>

namespace whence::inline v0 {

namespace detail {

/// False: there is no such event. `first` is there if two are merged.
using upcast_function = std::function<bool(document& data, const document* first)>;

struct upcast_result {
  event_type to;
  upcast_function make;  ///< null: the data stay
};

struct upcast_rule {
  event_type from;
  std::uint32_t today = 0;  ///< the version of `from` in its `type`
  event_type next{"", 0};   ///< the event that has to follow in the stream, if two are merged
  std::uint32_t next_today = 0;
  std::vector<upcast_result> results;
};

template <class Event, std::uint32_t Version>
concept has_version = has_event_type<Event> && (Version >= 1) && (Version <= Event::type.version);

/// A version of an event, as a type.
template <class Event, std::uint32_t Version>
struct event_at {
  static constexpr event_type type{Event::type.name, Version};
  static constexpr std::uint32_t today = Event::type.version;
};
struct nothing_at_all {
  static constexpr event_type type{"", 0};
  static constexpr std::uint32_t today = 0;
};

template <class Function>
struct typed_upcast : std::false_type {};
template <class Old, class New>
struct typed_upcast_types : std::true_type {
  using old_type = std::remove_cvref_t<Old>;
  using new_type = std::remove_cvref_t<New>;
};
template <class Class, class New, class Old>
struct typed_upcast<New (Class::*)(Old) const> : typed_upcast_types<Old, New> {};
template <class Class, class New, class Old>
struct typed_upcast<New (Class::*)(Old)> : typed_upcast_types<Old, New> {};
template <class New, class Old>
struct typed_upcast<New (*)(Old)> : typed_upcast_types<Old, New> {};

/// The signature of a function, or of an object with one `operator()`.
template <class Function>
struct signature {
  using type = Function;
};
template <class Function>
  requires requires { &Function::operator(); }
struct signature<Function> {
  using type = decltype(&Function::operator());
};
template <class Function>
using typed = typed_upcast<typename signature<std::decay_t<Function>>::type>;

template <class Result>
concept upcast_verdict = std::same_as<Result, void> || std::same_as<Result, bool>;

/// One with `auto&&`: what it takes is a reference. Its address tells it apart from `auto`, which takes a copy.
template <class Function, class... First>
concept forwards_document = requires {
  static_cast<std::invoke_result_t<const Function&, document&, First...> (Function::*)(document&&, First...) const>(
      &Function::operator());
} && !requires {
  static_cast<std::invoke_result_t<const Function&, document&, First...> (Function::*)(document, First...) const>(
      &Function::operator());
};

/// One that takes a document by value or as const: what it changes is a copy. Such a one could be given what nobody keeps.
template <class Function, class... First>
concept changes_a_copy = requires(const Function& function, document& data, First... first) {
  { function(data, first...) } -> upcast_verdict;
  { function(document(), first...) } -> upcast_verdict;
} && !forwards_document<Function, First...>;
template <class Function, class... First>
concept changes_what_is_kept = !changes_a_copy<Function, First...>;

template <class Function>
concept changes_document = requires(const std::decay_t<Function>& function, document& data) {
  { function(data) } -> upcast_verdict;
} && changes_what_is_kept<std::decay_t<Function>>;
template <class Function>
concept merges_documents = requires(const std::decay_t<Function>& function, document& data, const document& first) {
  { function(data, first) } -> upcast_verdict;
} && changes_what_is_kept<std::decay_t<Function>, const document&>;
/// An object in JSON.
template <class T>
concept struct_of_data =
    archivable<T> && std::default_initializable<T> && (has_serialize_member<T> || has_serialize_function<T>);

template <class Function>
concept turns_structs = typed<Function>::value && [] {
  if constexpr (typed<Function>::value)
    return struct_of_data<typename typed<Function>::old_type> && struct_of_data<typename typed<Function>::new_type>;
  return false;
}();

/// Returns no event, or the one that it leads to, in that version.
template <class Function, class To>
concept returns_what_it_leads_to = !turns_structs<Function> || [] {
  if constexpr (turns_structs<Function>) {
    using new_type = typename typed<Function>::new_type;
    if constexpr (has_event_type<new_type>)
      return new_type::type.name == To::type.name && new_type::type.version == To::type.version;
  }
  return true;
}();

}  // namespace detail

/// What an upcaster is made of.
template <class Function>
concept upcasts = detail::changes_document<Function> || detail::turns_structs<Function>;

template <class Function, class... First>
struct must_change_what_is_kept {
  static_assert(detail::changes_what_is_kept<Function, First...>,
                "an upcaster changes the `whence::document&` that it takes; what it changes in one that it takes by "
                "value or as const is lost");
};
template <class Function>
struct must_upcast {
  static_assert(upcasts<Function>,
                "an upcaster is a function that takes `whence::document&` and returns nothing (or a bool), or one that "
                "takes a struct with `serialize` and returns another");
};
template <class Function, class To>
struct must_return_what_it_leads_to {
  static_assert(detail::returns_what_it_leads_to<Function, To>,
                "an upcaster returns another event than the one that it leads to, or another version of it: return "
                "that one, or a struct with `serialize` as that version was");
};
template <class Function>
struct must_merge {
  static_assert(
      detail::merges_documents<Function>,
      "an upcaster that merges two events is a function that takes `whence::document&` (the second one's data) "
      "and `const whence::document&` (the first one's), and returns nothing (or a bool)");
};
template <class Event, std::uint32_t Version>
struct must_be_a_past_version {
  static_assert(detail::has_version<Event, Version> && detail::has_version<Event, Version + 1>,
                "`upcast<Event, N>(function)` leads from version N to version N + 1: N is at least 1 and below the "
                "version in the "
                "event's `type`; to lead to another event, write `upcast<Event, N>().to<Other, M>(function)`");
};
template <class Event, std::uint32_t Version>
struct must_be_a_version {
  static_assert(detail::has_version<Event, Version>,
                "an upcaster names an event, which has `static constexpr whence::event_type type{\"Name\", version}`, "
                "and one of its versions, from 1 to that one");
};

namespace detail {

template <class To, class Function>
upcast_function erase_upcast(Function function) {
  static_cast<void>(must_change_what_is_kept<Function>{});
  if constexpr (changes_what_is_kept<Function>) static_cast<void>(must_upcast<Function>{});
  static_cast<void>(must_return_what_it_leads_to<Function, To>{});
  if constexpr (changes_document<Function>) {
    return [function](document& data, const document*) {
      if constexpr (std::same_as<decltype(function(data)), bool>)
        return function(data);
      else
        return function(data), true;
    };
  } else if constexpr (turns_structs<Function>) {
    using old_type = typename typed<Function>::old_type;
    return [function](document& data, const document*) {
      data.become(function(data.as<old_type>()));
      return true;
    };
  } else {
    return nullptr;
  }
}

template <class Function>
upcast_function erase_merge(Function function) {
  static_cast<void>(must_change_what_is_kept<Function, const document&>{});
  if constexpr (changes_what_is_kept<Function, const document&>) static_cast<void>(must_merge<Function>{});
  if constexpr (merges_documents<Function>) {
    return [function](document& data, const document* first) {
      if constexpr (std::same_as<decltype(function(data, *first)), bool>)
        return function(data, *first);
      else
        return function(data, *first), true;
    };
  } else {
    return nullptr;
  }
}

}  // namespace detail

/// A complete upcaster: what `upcasters::of` takes.
template <class From, class Next, class... To>
class upcaster {
 public:
  explicit upcaster(detail::upcast_rule rule) : rule_(std::move(rule)) {}

  /// It becomes this one too, behind those named before. Each begins with the same data.
  template <class Event, std::uint32_t Version, class... Function>
  [[nodiscard]] auto to(Function... function) && {
    static_cast<void>(must_be_a_version<Event, Version>{});
    static_assert(sizeof...(Function) <= 1, "`to<Event, Version>` takes one function, or none: then the data stay");
    using to_type = detail::event_at<Event, Version>;
    detail::upcast_function make;
    if constexpr (std::same_as<Next, detail::nothing_at_all>)
      ((make = detail::erase_upcast<to_type>(std::move(function))), ...);
    else
      ((make = detail::erase_merge(std::move(function))), ...);
    rule_.results.push_back({to_type::type, std::move(make)});
    return upcaster<From, Next, To..., to_type>(std::move(rule_));
  }

  const detail::upcast_rule& rule() const noexcept { return rule_; }

 private:
  detail::upcast_rule rule_;
};

/// The beginning of an upcaster: it needs to be said what becomes of the event.
template <class From, class Next = detail::nothing_at_all>
class upcast_from {
 public:
  template <class Event, std::uint32_t Version, class... Function>
  [[nodiscard]] auto to(Function... function) && {
    return std::move(*this).dropped().template to<Event, Version>(std::move(function)...);
  }

  /// No reader is told of it.
  [[nodiscard]] upcaster<From, Next> dropped() && {
    return upcaster<From, Next>(
        {.from = From::type, .today = From::today, .next = Next::type, .next_today = Next::today, .results = {}});
  }

  /// Together with the event that follows in its stream, if that is of this version. Alone, it goes its own way: another
  /// upcaster's, or as it stands. Neither may be appended any more: what an event becomes would depend on when it is read. No
  /// upcaster leads to either version: events are merged as they are stored.
  template <class Event, std::uint32_t Version>
  [[nodiscard]] auto merged_with() && {
    static_cast<void>(must_be_a_version<Event, Version>{});
    static_assert(std::same_as<Next, detail::nothing_at_all>, "two events are merged at a time");
    return upcast_from<From, detail::event_at<Event, Version>>{};
  }
};

/// From version `Version` of the event to the next one.
template <class Event, std::uint32_t Version, class Function>
[[nodiscard]] auto upcast(Function function) {
  static_cast<void>(must_be_a_past_version<Event, Version>{});
  return upcast_from<detail::event_at<Event, Version>>{}.template to<Event, Version + 1>(std::move(function));
}

/// From version `Version` of the event to whatever follows: `.to<Event, Version>(…)`, `.dropped()`, `.merged_with<…>()`.
template <class Event, std::uint32_t Version>
[[nodiscard]] auto upcast() {
  static_cast<void>(must_be_a_version<Event, Version>{});
  return upcast_from<detail::event_at<Event, Version>>{};
}

}  // namespace whence::inline v0
