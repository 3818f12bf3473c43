/// Tests of projections: given events, then rows. Needs neither disk nor test framework; time stands where the test says.
///
///     given_events(in(order, OrderPlaced{"ada"}), in(order, OrderPaid{450}, {.occurred_at = noon}))
///         .into<OrderSummary>()
///         .then_rows("SELECT customer, cents FROM order_summary ORDER BY customer", {{"ada", 450}});
///
/// It is the way that events take in an application: they are written into a log (in memory), read back, and handled by the
/// projection's own `create` and `on`, on a database in memory. Each event is a page, that is a transaction, of its own: a
/// projection that keeps in its members what belongs into its database is found out.
///
/// Throws   failed_expectation, unless `on_failure` says otherwise. encode_error.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <whence/core/id.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>
#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/decide.hpp>
#include <whence/projection/projection.hpp>
#include <whence/testing/failed_expectation.hpp>
#include <whence/testing/row.hpp>

namespace whence::inline v0 {
class log_source;
class upcasters;
}  // namespace whence::inline v0

namespace whence::testing::inline v0 {

template <class Aggregate, class Event>
concept has_event = requires { sizeof(Aggregate); } && aggregate<Aggregate> &&
                    whence::detail::is_listed<Event, typename Aggregate::events>;

template <class Aggregate, class Event>
struct must_be_in_the_aggregate {
  static_assert(
      has_event<Aggregate, Event>,
      "`in(id, event)` takes an event that is in the `events` of the id's aggregate, whose definition is included");
};

template <class Aggregate>
concept defined_aggregate = requires { sizeof(Aggregate); } && aggregate<Aggregate>;

template <class Aggregate>
struct must_be_a_defined_aggregate {
  static_assert(
      defined_aggregate<Aggregate>,
      "`in(id, stored(…))` takes the id of an aggregate, whose definition is included: the stream is of its type");
};

template <class Projection>
struct must_have_rows {
  static_assert(whence::detail::is_in_database<Projection>,
                "`then_rows` asks a read model in a database; one in memory is looked at with `then_model`");
};

/// What is recorded about an event beside its data. What is left out is made up, the same in each run.
struct event_details {
  std::optional<timestamp> occurred_at{};       ///< otherwise when it is recorded
  std::optional<correlation_id> correlation{};  ///< otherwise its own
  std::optional<causation_id> causation{};      ///< otherwise the correlation, as if a first command had caused it
  std::string causation_type{};
  std::string source = "test";
  std::string traceparent{};
};

/// An event that is given, in the stream "stream-1" unless `in` says otherwise.
struct given_event {
  template <class Event>
  given_event(const Event& event) {
    static_cast<void>(must_be_an_event<Event>{});
    if constexpr (whence::event<Event>) {
      type = Event::type.name;
      version = Event::type.version;
      data = encode_event(event);
      read_and_write = [](std::string_view text) { return encode(decode<Event>(text)); };
    }
  }
  /// As it is stored, or was once: see `stored` (given_stored.hpp).
  given_event(std::string stored_type, std::uint32_t stored_version, std::string stored_data)
      : type(std::move(stored_type)), version(stored_version), data(std::move(stored_data)) {}

  std::optional<std::string> stream{};
  std::string aggregate_type = "Aggregate";
  std::string type;
  std::uint32_t version = 1;
  std::string data{};  ///< JSON, or binary
  event_details details{};
  /// Reads data as the event's type, and writes them as JSON; null: it was given as it is stored. Throws decode_error.
  std::string (*read_and_write)(std::string_view data) = nullptr;

  std::string stream_name() const { return stream.value_or("stream-1"); }
};

/// The event in the stream of that aggregate.
template <class Aggregate, class Event>
[[nodiscard]] given_event in(const id<Aggregate>& stream, const Event& event, event_details details = {}) {
  static_cast<void>(must_be_in_the_aggregate<Aggregate, Event>{});
  given_event given(event);
  given.stream = stream.value();
  if constexpr (has_event<Aggregate, Event>) given.aggregate_type = Aggregate::type.name;
  given.details = std::move(details);
  return given;
}

/// The same of one as it is stored: `in(order, stored("OrderPlaced", 1, …))`.
template <class Aggregate>
[[nodiscard]] given_event in(const id<Aggregate>& stream, const given_event& stored, event_details details = {}) {
  static_cast<void>(must_be_a_defined_aggregate<Aggregate>{});
  given_event given = stored;
  given.stream = stream.value();
  if constexpr (defined_aggregate<Aggregate>) given.aggregate_type = Aggregate::type.name;
  given.details = std::move(details);
  return given;
}

/// An event that a test expects, and where it says so.
struct expectation {
  template <class Event>
  expectation(const Event& expected, std::source_location place = std::source_location::current())
      : event(expected), where(place) {}
  given_event event;
  std::source_location where;
};

namespace detail {

template <class... Events>
std::vector<given_event> all_given(const Events&... events) {
  std::vector<given_event> all;
  all.reserve(sizeof...(Events));
  (all.push_back(given_event(events)), ...);
  return all;
}

/// Events in the order in which they happened, and how they are read: as of today, or (null) as they are.
struct history {
  std::vector<given_event> events;
  std::shared_ptr<const upcasters> through = nullptr;
};

/// A projection that has seen the given events, its type forgotten. Copies are of the same model.
class projected {
 public:
  projected(const whence::detail::projection_definition& definition, std::shared_ptr<void> object, const history& past,
            const std::source_location& where);

  void then_rows(std::string_view query, const std::vector<row>& expected, const std::source_location& where) const;

  using look_at_database = void (*)(void* look, sql::database& database);
  void then_model(look_at_database call, void* look) const;
  using look_at_object = void (*)(void* look, const void* object);
  void then_model(look_at_object call, void* look) const;

 private:
  struct parts;
  std::shared_ptr<parts> parts_;
};

template <class Projection>
using model_of = std::conditional_t<whence::detail::is_in_database<Projection>, sql::database, const Projection>;

}  // namespace detail

template <class Look, class Projection>
concept looks_at_model = requires(Look& look, detail::model_of<Projection>& model) {
  { look(model) } -> std::same_as<void>;
};

template <class Look, class Projection>
struct must_look_at_the_model {
  static_assert(
      looks_at_model<Look, Projection>,
      "`then_model` takes a function that returns nothing, of `whence::sql::database&`, or of `const Projection&` if "
      "the projection keeps its state in itself: it checks by itself, with the test framework's means");
};

/// A read model that has seen all given events.
template <class Projection>
class projected_model {
 public:
  /// The query (whose order should be given) finds these rows, cell by cell: a text is no number, and 5.0 is not 5.
  projected_model then_rows(std::string_view query, const std::vector<row>& expected,
                            std::source_location where = std::source_location::current()) const {
    static_cast<void>(must_have_rows<Projection>{});
    if constexpr (whence::detail::is_in_database<Projection>) projected_.then_rows(query, expected, where);
    return *this;
  }

  /// Calls `look(sql::database&)`, on a database that can only be read, or `look(const Projection&)`.
  template <class Look>
  projected_model then_model(Look&& look) const {
    static_cast<void>(must_look_at_the_model<Look, Projection>{});
    if constexpr (looks_at_model<Look, Projection>) {
      using look_type = std::remove_reference_t<Look>;
      void* const erased = const_cast<void*>(static_cast<const void*>(&look));
      if constexpr (whence::detail::is_in_database<Projection>) {
        projected_.then_model([](void* call, sql::database& database) { (*static_cast<look_type*>(call))(database); },
                              erased);
      } else {
        projected_.then_model(
            [](void* call, const void* object) {
              (*static_cast<look_type*>(call))(*static_cast<const Projection*>(object));
            },
            erased);
      }
    }
    return *this;
  }

 private:
  friend class given_history;
  explicit projected_model(detail::projected model) : projected_(std::move(model)) {}
  detail::projected projected_;
};

/// Events that have happened, in this order, a second apart from 2026-01-01T00:00:00Z on.
class given_history {
 public:
  explicit given_history(std::vector<given_event> events) : past_{std::move(events)} {}

  /// What the projection makes of them. One that keeps its state in itself begins with its default constructor.
  template <class Projection>
  [[nodiscard("say what is there then: `.then_rows(…)`")]]
  projected_model<Projection> into(std::source_location where = std::source_location::current()) const {
    if constexpr (!whence::detail::check_projection<Projection>()) {
      return whence::detail::never_called<projected_model<Projection>>();
    } else {
      std::shared_ptr<void> object;
      if constexpr (!whence::detail::is_in_database<Projection>) object = std::make_shared<Projection>();
      return make<Projection>(std::move(object), where);
    }
  }

  /// The same for one that keeps its state in itself: in this object.
  template <class Projection>
  [[nodiscard("say what is there then: `.then_model(…)`")]]
  projected_model<Projection> into(std::shared_ptr<Projection> object,
                                   std::source_location where = std::source_location::current()) const {
    if constexpr (!whence::detail::check_projection<Projection>()) {
      return whence::detail::never_called<projected_model<Projection>>();
    } else {
      static_assert(!whence::detail::is_in_database<Projection>,
                    "a projection that writes to a database is made anew for each page of events: `.into<Type>()`");
      return make<Projection>(std::move(object), where);
    }
  }

  /// A log in memory with these events in it, for `application::on`.
  log_source as_log(std::source_location where = std::source_location::current()) const;

 protected:
  explicit given_history(detail::history past) : past_(std::move(past)) {}
  const detail::history& past() const noexcept { return past_; }

 private:
  template <class Projection>
  projected_model<Projection> make(std::shared_ptr<void> object, const std::source_location& where) const {
    return projected_model<Projection>(
        detail::projected(whence::detail::definition_of<Projection>, std::move(object), past_, where));
  }

  detail::history past_;
};

/// `given_events(OrderPlaced{…}, in(payment, PaymentTaken{…}))`
template <class... Events>
[[nodiscard("say what comes of it: `.into<Projection>()`")]]
given_history given_events(const Events&... events) {
  return given_history(detail::all_given(events...));
}

/// The same for events that were put together beforehand.
[[nodiscard("say what comes of it: `.into<Projection>()`")]]
inline given_history given_events(std::vector<given_event> events) {
  return given_history(std::move(events));
}

}  // namespace whence::testing::inline v0
