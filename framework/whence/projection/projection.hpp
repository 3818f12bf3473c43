/// What a projection is: a struct that lists its events and has an `on` for each; and the checks that say so in a sentence.
///
///     struct OrderSummary {                                            // a read model in a database
///       static constexpr whence::projection_info info{"order_summary", 1};
///       using events = whence::events<OrderPlaced, OrderShipped>;
///       void create(whence::sql::database& db);                        // its tables
///       void on(const OrderPlaced&, const whence::event_context&, whence::sql::database& db);
///       void on(const OrderShipped&, const whence::event_context&, whence::sql::database& db);
///     };
///
/// One in memory has `void on(const Event&, const whence::event_context&)`, no `create`, and keeps its state in itself.
///
/// `void on(const whence::stored_event&, …)` gets the events of the list that have no `on` of their own, as they are stored: for
/// what can be done without looking at payloads, which is several times faster than to decode them.
///
/// Order    an `on` sees the events of its list, and no others, in log order.
/// Again    a page of events is one transaction with the checkpoint; one that failed is rolled back and comes again. So `on`
///          changes nothing but the database, and takes nothing from anywhere but its arguments and the database: no clock,
///          no randomness, no other I/O. Then a rebuilt model is equal to the last byte.
/// Threads  one page at a time, on the executor.
/// Limits   the database in `on` and `create` is confined: no ATTACH, PRAGMA, transactions, nor access to the checkpoint.
#pragma once

#include <concepts>
#include <memory>
#include <string_view>
#include <type_traits>

#include <whence/projection/detail/definition.hpp>
#include <whence/projection/event_context.hpp>
#include <whence/projection/projection_info.hpp>
#include <whence/serialization/event.hpp>

namespace whence::inline v0 {

namespace detail {

constexpr bool is_projection_name(std::string_view name) {
  if (name.empty() || name.size() > 63 || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

/// Takes anything, worse than every handler does.
struct no_handler {};

template <class Projection>
struct handler_spy : Projection {
  using Projection::on;
  no_handler on(...);
};

/// Turns into any type that is not listed: a call with it finds an `on` that no event of the list would call.
template <class List>
struct unlisted_on_probe {
  template <class Event>
    requires(!is_listed<Event, List> && !std::same_as<Event, stored_event>)
  operator const Event&() const;
};

}  // namespace detail

/// A struct that says it is a projection: it has `info` and `events`.
template <class Projection>
concept described_projection = requires {
  requires std::same_as<std::remove_cvref_t<decltype(Projection::info)>, projection_info>;
  requires detail::is_event_list<typename Projection::events>;
  requires !std::same_as<typename Projection::events, events<>>;
};

template <class Projection, class Event>
concept handles_in_database = requires {
  static_cast<void (Projection::*)(const Event&, const event_context&, sql::database&)>(&Projection::on);
} || requires {
  static_cast<void (Projection::*)(const Event&, const event_context&, sql::database&) const>(&Projection::on);
};

template <class Projection, class Event>
concept handles_in_memory =
    requires { static_cast<void (Projection::*)(const Event&, const event_context&)>(&Projection::on); };

/// An event with no `on` of its own goes, not decoded, to the `on` that takes any `stored_event`, if there is one.
template <class Projection, class Event>
concept handled_in_database = handles_in_database<Projection, Event> || handles_in_database<Projection, stored_event>;
template <class Projection, class Event>
concept handled_in_memory = handles_in_memory<Projection, Event> || handles_in_memory<Projection, stored_event>;

template <class Projection>
concept creates_its_tables = requires(Projection& projection, sql::database& database) {
  { projection.create(database) } -> std::same_as<void>;
};

namespace detail {

template <class Projection, class List>
struct projection_facts;

template <class Projection, class... Events>
struct projection_facts<Projection, events<Events...>> {
  static constexpr bool in_database = (handled_in_database<Projection, Events> && ...);
  static constexpr bool in_memory = (handled_in_memory<Projection, Events> && ...);

  static constexpr bool events_are_sound() {
    static_cast<void>((sizeof(must_be_an_event<Events>) + ...));
    if constexpr (are_events<events<Events...>>) {
      static_cast<void>(must_have_different_event_names<events<Events...>>{});
      return have_different_names<events<Events...>>();
    }
    return false;
  }

  /// No `on` for events beyond the list, of either form. A final class cannot be looked into.
  static constexpr bool handles_nothing_else() {
    if constexpr (std::is_final_v<Projection>) {
      return true;
    } else {
      return requires(handler_spy<Projection>& spy, unlisted_on_probe<events<Events...>> probe,
                      const event_context& context, sql::database& database) {
        { spy.on(probe, context, database) } -> std::same_as<no_handler>;
        { spy.on(probe, context) } -> std::same_as<no_handler>;
      };
    }
  }
};

template <class Projection>
using projection_facts_of = projection_facts<Projection, typename Projection::events>;

}  // namespace detail

template <class Projection>
struct must_be_a_projection {
  static_assert(described_projection<Projection>,
                "a projection needs `static constexpr whence::projection_info info{\"name\", 1}` and `using events = "
                "whence::events<…>` with at least one event");
};

template <class Projection>
struct must_have_a_plain_name {
  static_assert(
      detail::is_projection_name(Projection::info.name) && Projection::info.version >= 1,
      "a projection's name is 1 to 63 of a-z, 0-9 and _, begins with no digit, and its version is at least 1");
};

template <class Projection>
struct must_handle_its_events {
  static_assert(
      detail::projection_facts_of<Projection>::in_database || detail::projection_facts_of<Projection>::in_memory,
      "a projection needs `void on(const Event&, const event_context&, sql::database&)`, or the same without a "
      "database, for every event in `events`");
};

template <class Projection>
struct must_handle_nothing_else {
  static_assert(detail::projection_facts_of<Projection>::handles_nothing_else(),
                "a projection has an `on` for an event that is not in its `events`");
};

template <class Projection>
struct must_create_its_tables {
  static_assert(creates_its_tables<Projection>,
                "a projection that writes to a database needs `void create(sql::database&)`");
};

template <class Projection>
struct must_begin_empty {
  static_assert(
      std::default_initializable<Projection>,
      "a projection that writes to a database needs a default constructor: each page of events has a new one");
};

namespace detail {

/// Each rule in turn, so that the first sentence printed is the one that matters.
template <class Projection>
consteval bool check_projection() {
  static_cast<void>(must_be_a_projection<Projection>{});
  if constexpr (described_projection<Projection>) {
    using facts = projection_facts_of<Projection>;
    static_cast<void>(must_have_a_plain_name<Projection>{});
    if constexpr (facts::events_are_sound()) {
      static_cast<void>(must_handle_its_events<Projection>{});
      if constexpr (facts::in_database || facts::in_memory) {
        static_cast<void>(must_handle_nothing_else<Projection>{});
        if constexpr (facts::in_database) {
          static_cast<void>(must_create_its_tables<Projection>{});
          static_cast<void>(must_begin_empty<Projection>{});
          return creates_its_tables<Projection> && std::default_initializable<Projection>;
        }
        return true;
      }
    }
  }
  return false;
}

template <class Projection, class Event>
void call_on(Projection& self, const Event& event, const event_context& context, sql::database* database) {
  if constexpr (projection_facts_of<Projection>::in_database) {
    self.on(event, context, *database);
  } else {
    self.on(event, context);
  }
}

/// What a projection does with one of its events.
template <class Projection, class Event>
void handle_as(Projection& self, const stored_event& event, json_decoder& decoder, const event_context& context,
               sql::database* database) {
  if constexpr (handles_in_database<Projection, Event> || handles_in_memory<Projection, Event>) {
    const Event decoded = decoder.decode<Event>(event.data);
    call_on(self, decoded, context, database);
  } else {
    call_on(self, event, context, database);
  }
}

template <class Projection, class... Events>
bool handle_listed(events<Events...>, Projection& self, const stored_event& event, json_decoder& decoder,
                   const event_context& context, sql::database* database) {
  using reaction = void (*)(Projection&, const stored_event&, json_decoder&, const event_context&, sql::database*);
  static constexpr reaction reactions[] = {&handle_as<Projection, Events>...};
  const std::size_t found = find_event(event_types<events<Events...>>::value, event.type, event.version);
  if (found == no_such_event) return false;
  reactions[found](self, event, decoder, context, database);
  return true;
}

template <class Projection>
bool handle_event(void* projection, const stored_event& event, json_decoder& decoder, const event_context& context,
                  sql::database* database) {
  return handle_listed(typename Projection::events{}, *static_cast<Projection*>(projection), event, decoder, context,
                       database);
}

template <class Projection>
constexpr projection_definition define_projection() {
  projection_definition definition{.info = Projection::info,
                                   .events = event_types<typename Projection::events>::value,
                                   .handle = &handle_event<Projection>};
  if constexpr (projection_facts_of<Projection>::in_database) {
    definition.create = [](void* self, sql::database& database) { static_cast<Projection*>(self)->create(database); };
    definition.make = []() -> void* { return new Projection(); };
    definition.destroy = [](void* self) { delete static_cast<Projection*>(self); };
  }
  return definition;
}

template <class Projection>
inline constexpr projection_definition definition_of = define_projection<Projection>();

/// True if the projection keeps its state in a database, not in itself. Also for a wrong one.
template <class Projection>
inline constexpr bool is_in_database = [] {
  if constexpr (described_projection<Projection>) {
    return projection_facts_of<Projection>::in_database;
  } else {
    return true;
  }
}();

}  // namespace detail
}  // namespace whence::inline v0
