/// Tests of upcasters: given events as they were stored once, through the upcasters, then what is read of them today.
///
///     given_stored(stored("OrderPlaced", 1, R"({"customer":"ada","euros":5})"))
///         .through(order_upcasters())
///         .then(OrderPlaced{"ada", 500});
///     given_stored(in(order, stored("PriceSet", 1, R"({"cents":7})")),
///                  in(order, stored("OrderOpened", 1, R"({"customer":"ada"})")))  // two that became one
///         .through(order_upcasters())
///         .then(in(order, OrderPlaced{"ada", 7}));
///     given_stored(stored("OrderTouched", 1, "{}")).through(order_upcasters()).then_nothing();
///     given_stored(stored("OrderPlaced", 1, "{}"))
///         .through(order_upcasters())
///         .then_refused("event.upcast_failed", "/euros: is missing");
///
/// It is the way that events take in an application: they are written into a log (in memory) and read through the upcasters, by
/// what reads them today. So a test also finds what an upcaster makes that its event's type cannot be read from, and says which
/// upcaster it was.
///
/// Throws   failed_expectation, unless `on_failure` says otherwise. encode_error.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/testing/failed_expectation.hpp>
#include <whence/testing/given_events.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace whence::testing::inline v0 {

/// An event word for word as it is stored: by its name and version, and its data, as `event show --raw` shows them.
[[nodiscard]] inline given_event stored(std::string type, std::uint32_t version, std::string data) {
  return given_event(std::move(type), version, std::move(data));
}

template <class Through>
struct must_be_the_upcasters {
  static_assert(std::convertible_to<const Through&, const upcasters&>,
                "`through` takes the `whence::upcasters` with which the program opens its log: "
                "`.through(order_upcasters())`");
};

template <std::size_t Events>
struct must_expect_to_read_something {
  static_assert(Events != 0,
                "`then` takes at least one event; that nothing is read any more is expected with `then_nothing()`");
};

/// Stored events, as they are read today.
class upcast_history : public given_history {
 public:
  /// These events are read, all and in order, each with its name, its version and every member that `serialize` names; and where
  /// `in` says so, in that stream.
  template <class... More>
  const upcast_history& then(expectation first, const More&... more) const {
    check(detail::all_given(first.event, more...), first.where);
    return *this;
  }
  template <class... None>
    requires(sizeof...(None) == 0)
  const upcast_history& then(None...) const {
    static_cast<void>(must_expect_to_read_something<sizeof...(None)>{});
    return *this;
  }

  /// Nobody is told of them any more.
  const upcast_history& then_nothing(std::source_location where = std::source_location::current()) const;

  /// Reading comes to an event that is refused with this code: `event.upcast_failed`, or, if no upcaster begins at its version,
  /// `event.unknown_version`. `problem` is what its upcaster finds wrong: "/euros: is missing".
  const upcast_history& then_refused(std::string_view code,
                                     std::source_location where = std::source_location::current()) const;
  const upcast_history& then_refused(std::string_view code, std::string_view problem,
                                     std::source_location where = std::source_location::current()) const;

 private:
  friend class stored_history;
  explicit upcast_history(detail::history past) : given_history(std::move(past)) {}
  void check(const std::vector<given_event>& expected, const std::source_location& where) const;
  void check_refusal(std::string_view code, const std::string_view* problem, const std::source_location& where) const;
};

/// Events as they are stored, one behind the other, a second apart.
class stored_history {
 public:
  explicit stored_history(std::vector<given_event> events) : events_(std::move(events)) {}

  /// Reads them through the upcasters of the program. What is read can also be looked at as projections do: `.into<…>()`.
  template <class Through>
  [[nodiscard("say what is read then: `.then(…)`")]]
  upcast_history through(const Through& program) const {
    static_cast<void>(must_be_the_upcasters<Through>{});
    std::shared_ptr<const upcasters> shared;
    if constexpr (std::convertible_to<const Through&, const upcasters&>)
      shared = std::make_shared<const upcasters>(program);
    return upcast_history({events_, std::move(shared)});
  }

  /// A log in memory with these events as they are stored, for an application that brings its upcasters along.
  log_source as_log(std::source_location where = std::source_location::current()) const;

 private:
  std::vector<given_event> events_;
};

/// `given_stored(stored("OrderPlaced", 1, …), in(order, stored("OrderPaid", 1, …)), OrderShipped{})`
template <class... Events>
[[nodiscard("say how they are read: `.through(upcasters)`")]]
stored_history given_stored(const Events&... events) {
  return stored_history(detail::all_given(events...));
}

}  // namespace whence::testing::inline v0
