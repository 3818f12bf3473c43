/// The upcasters of a log: how its events of former days read today.
///
///     inline whence::upcasters order_upcasters() {
///       return whence::upcasters::of(
///           whence::upcast<OrderPlaced, 1>([](whence::document& data) { data.set("currency", "EUR"); }),
///           whence::upcast<OrderPlaced, 2>([](whence::document& data) { data.rename("custId", "customer"); }),
///           whence::upcast<OrderCreated, 1>().to<OrderPlaced, 1>());
///     }
///
/// Each leads one step; what one leads to, another goes on from, up to an event's version of today. That there is no gap behind a
/// step, no fork and no circle is checked when this is compiled. Which versions were ever stored is not known then: where the
/// first step of an event is missing, `schema check` says so of what was released, and `schema upcast` of a log.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/serialization/event.hpp>
#include <whence/upcasting/errors.hpp>
#include <whence/upcasting/upcaster.hpp>

namespace whence::inline v0 {

namespace detail {

class upcast_table;

/// An edge of the graph that upcasters are: from a version of an event to another.
struct upcast_edge {
  event_type from;
  event_type next;
  event_type to;
  std::uint32_t today = 0;  ///< the version of `to` in its `type`
};

constexpr bool same(const event_type& one, const event_type& other) {
  return one.version == other.version && one.name == other.name;
}

template <class Upcaster>
inline constexpr bool is_begun = false;
template <class From, class Next>
inline constexpr bool is_begun<upcast_from<From, Next>> = true;
template <class Upcaster>
inline constexpr bool is_complete = false;
template <class From, class Next, class... To>
inline constexpr bool is_complete<upcaster<From, Next, To...>> = true;

template <class Upcaster>
struct edges_of;
template <class From, class Next, class... To>
struct edges_of<upcaster<From, Next, To...>> {
  static constexpr event_type from = From::type;
  static constexpr event_type next = Next::type;
  static constexpr std::array<upcast_edge, sizeof...(To)> value{
      upcast_edge{From::type, Next::type, To::type, To::today}...};
};

template <class... Upcasters>
constexpr auto all_edges() {
  std::array<upcast_edge, (edges_of<Upcasters>::value.size() + ... + 0)> all{};
  std::size_t count = 0;
  const auto add = [&](const auto& edges) {
    for (const upcast_edge& edge : edges) all[count++] = edge;
  };
  (add(edges_of<Upcasters>::value), ...);
  return all;
}

/// Two upcasters that one event could go through.
template <class... Upcasters>
constexpr bool begin_once() {
  const std::array<event_type, sizeof...(Upcasters)> from{edges_of<Upcasters>::from...};
  const std::array<event_type, sizeof...(Upcasters)> next{edges_of<Upcasters>::next...};
  for (std::size_t i = 0; i < from.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (same(from[i], from[j]) && same(next[i], next[j])) return false;
  return true;
}

/// An event that is the second of two which are merged is the first of no others: it would depend on where one begins.
template <class... Upcasters>
constexpr bool merge_one_way() {
  const std::array<event_type, sizeof...(Upcasters)> from{edges_of<Upcasters>::from...};
  const std::array<event_type, sizeof...(Upcasters)> next{edges_of<Upcasters>::next...};
  for (std::size_t i = 0; i < from.size(); ++i)
    for (std::size_t j = 0; j < from.size(); ++j)
      if (!next[i].name.empty() && !next[j].name.empty() && same(next[i], from[j])) return false;
  return true;
}

/// What an upcaster leads to is not merged with a neighbour: only what is stored has one.
template <class... Upcasters>
constexpr bool merge_what_is_stored() {
  const auto edges = all_edges<Upcasters...>();
  const std::array<event_type, sizeof...(Upcasters)> from{edges_of<Upcasters>::from...};
  const std::array<event_type, sizeof...(Upcasters)> next{edges_of<Upcasters>::next...};
  for (const upcast_edge& edge : edges)
    for (std::size_t i = 0; i < from.size(); ++i)
      if (!next[i].name.empty() && (same(edge.to, from[i]) || same(edge.to, next[i]))) return false;
  return true;
}

template <class... Upcasters>
constexpr bool lead_to_today() {
  const auto edges = all_edges<Upcasters...>();
  const std::array<event_type, sizeof...(Upcasters)> from{edges_of<Upcasters>::from...};
  const std::array<event_type, sizeof...(Upcasters)> next{edges_of<Upcasters>::next...};
  for (const upcast_edge& edge : edges) {
    bool goes_on = edge.to.version == edge.today;
    for (std::size_t i = 0; i < from.size(); ++i) goes_on = goes_on || (next[i].name.empty() && same(edge.to, from[i]));
    if (!goes_on) return false;
  }
  return true;
}

/// Takes away, again and again, what nothing leads on from: what is left at last goes round.
template <class... Upcasters>
constexpr bool come_to_an_end() {
  auto edges = all_edges<Upcasters...>();
  std::size_t left = edges.size();
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < left;) {
      bool goes_on = false;
      for (std::size_t j = 0; j < left; ++j)
        goes_on = goes_on || (edges[j].next.name.empty() && same(edges[i].to, edges[j].from));
      if (goes_on) {
        ++i;
      } else {
        edges[i] = edges[--left];
        changed = true;
      }
    }
  }
  return left == 0;
}

}  // namespace detail

template <class Upcaster>
struct must_say_what_becomes_of_it {
  static_assert(!detail::is_begun<Upcaster>,
                "an upcaster says what becomes of the event: behind `upcast<Event, N>()`, and `.merged_with<…>()`, "
                "comes `.to<Other, M>(…)` or `.dropped()`");
};
template <class Upcaster>
struct must_be_an_upcaster {
  static_assert(detail::is_begun<Upcaster> || detail::is_complete<Upcaster>,
                "`upcasters::of` takes upcasters, each made by `whence::upcast<Event, N>(…)`");
};
template <class Upcaster>
struct must_be_listed {
  static_assert(!detail::is_begun<Upcaster> && !detail::is_complete<Upcaster>,
                "one upcaster is not yet the upcasters of a log: write `whence::upcasters::of(…)` around it");
};
template <class... Upcasters>
struct must_begin_once {
  static_assert(detail::begin_once<Upcasters...>(), "two upcasters begin at the same version of the same event");
};
template <class... Upcasters>
struct must_merge_one_way {
  static_assert(detail::merge_one_way<Upcasters...>(),
                "an event that is merged as the second of two is merged as the first of two as well: what belongs "
                "together would depend on where one begins to read");
};
template <class... Upcasters>
struct must_merge_what_is_stored {
  static_assert(
      detail::merge_what_is_stored<Upcasters...>(),
      "an upcaster leads to a version that is merged with its neighbour: events are merged as they are stored; "
      "merge the version that it begins at too, and lead it beyond");
};
template <class... Upcasters>
struct must_lead_to_today {
  static_assert(
      detail::lead_to_today<Upcasters...>(),
      "an upcaster leads to a version that is not the event's version of today, and no other upcaster goes on "
      "from there: a step is missing");
};
template <class... Upcasters>
struct must_come_to_an_end {
  static_assert(detail::come_to_an_end<Upcasters...>(), "upcasters lead round in a circle");
};

/// An event as it reads today.
struct upcast_event {
  event_type type;
  std::string data;
  friend bool operator==(const upcast_event& one, const upcast_event& other) {
    return detail::same(one.type, other.type) && one.data == other.data;
  }
};

/// What becomes of an event, by itself or together with the one behind it in its stream.
struct upcast_way {
  event_type next{"", 0};  ///< the one that has to follow; of no name: none has to
  std::vector<event_type>
      today;  ///< in the order of its upcaster's results, of which a function may leave some out; none: it is dropped
};

/// What one upcaster makes of an event, on its way to today.
struct upcast_step {
  event_type from;
  event_type next{"", 0};  ///< the one that it is merged with; of no name: none
  event_type to;
  std::string data{};
  std::string problem{};  ///< why it could not: then there are no data, and no step follows
};

/// A value; copies share what is inside, which never changes.
///
/// Threads  any, at once.
class upcasters {
 public:
  /// None: everything reads as it is stored.
  upcasters() = default;

  template <class... Upcasters>
  static upcasters of(const Upcasters&... each) {
    (static_cast<void>(must_be_an_upcaster<Upcasters>{}), ...);
    (static_cast<void>(must_say_what_becomes_of_it<Upcasters>{}), ...);
    if constexpr ((detail::is_complete<Upcasters> && ...)) {
      static_cast<void>(must_begin_once<Upcasters...>{});
      static_cast<void>(must_merge_one_way<Upcasters...>{});
      static_cast<void>(must_merge_what_is_stored<Upcasters...>{});
      static_cast<void>(must_lead_to_today<Upcasters...>{});
      static_cast<void>(must_come_to_an_end<Upcasters...>{});
      return upcasters({each.rule()...});
    }
    return {};
  }

  /// Does not compile, and says what to write: `upcasters::of(…)`, around one as around many.
  template <class Upcaster>
    requires(detail::is_begun<Upcaster> || detail::is_complete<Upcaster>)
  upcasters(const Upcaster&) {
    static_cast<void>(must_be_listed<Upcaster>{});
  }

  bool empty() const noexcept { return table_ == nullptr; }

  /// What a stored event is today, without regard to what follows it: itself if there is no upcaster for its version.
  /// Throws upcast_failed.
  std::vector<upcast_event> upcast(const stored_event& stored) const;

  /// Whether these two, one behind the other in a stream, become one.
  bool merge(const stored_event& first, const stored_event& second) const;

  /// What they become. Throws upcast_failed.
  std::vector<upcast_event> upcast(const stored_event& first, const stored_event& second) const;

  /// The way that a stored event (or two that are merged) takes to today, upcaster by upcaster: what `upcast` does, for who
  /// wants to see what each of them makes of it.
  std::vector<upcast_step> steps(const stored_event& stored) const;
  std::vector<upcast_step> steps(const stored_event& first, const stored_event& second) const;

  /// The versions of events that upcasters begin at, each once, by name and version.
  std::vector<event_type> beginnings() const;

  /// What upcasters make of that version of an event; none: it reads as it is stored.
  std::vector<upcast_way> ways_from(const event_type& stored) const;

  /// Its version of today, if upcasters begin at its name, or 0: events of another one, at which none begins, are not known.
  std::uint32_t version_of_today(std::string_view name) const;

  /// What is read by those who want events of these types of today: their own names, and those of all that may become one of them.
  std::vector<std::string> stored_names_of(std::span<const std::string> wanted) const;

  /// Each step that begins at, or leads to, an event of one of these types, as text: `A v1 + B v1 -> C v2`, a line each, sorted.
  /// What the functions in between do is not told.
  std::string ways_of(std::span<const std::string> types) const;

  /// For the library.
  const detail::upcast_table* table() const noexcept { return table_.get(); }

 private:
  explicit upcasters(std::vector<detail::upcast_rule> rules);

  std::shared_ptr<const detail::upcast_table> table_;
};

}  // namespace whence::inline v0
