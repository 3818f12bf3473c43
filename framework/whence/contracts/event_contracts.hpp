/// What a program promises of its events: how each is described today, and that all that was promised before is still read.
///
///     whence::event_contracts tea_contracts() {
///       return whence::event_contracts{}.aggregate<TeaHouse>().upcasting(
///           whence::upcasters::of(whence::upcast<CupOrdered, 1>([](whence::document& data) { data.set("count", 1); })));
///     }
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/modelling/aggregate.hpp>
#include <whence/serialization/detail/value_generator.hpp>
#include <whence/serialization/json_schema.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace whence::inline v0 {

namespace detail {

/// An event's type, for the library's compiled half.
struct promised_event {
  std::vector<std::string_view> aggregates;  ///< whose event it is, as they were named
  event_type type;
  const void* key;  ///< of the C++ type
  std::string (*schema)();
  std::string (*sample)(std::uint64_t seed);  ///< the JSON of a value made up
  void (*read)(std::string_view data, json_decoder& decoder);
};

template <class Event>
promised_event promised(std::string_view aggregate) {
  return {.aggregates = {aggregate},
          .type = Event::type,
          .key = &type_key<Event>,
          .schema = &whence::json_schema<Event>,
          .sample =
              [](std::uint64_t seed) {
                Event event{};
                const visitable erased = erase(event);
                value_generator generator(seed);
                erased.visit(generator, erased.value);
                return encode(event);
              },
          .read = [](std::string_view data, json_decoder& decoder) { static_cast<void>(decoder.decode<Event>(data)); }};
}

}  // namespace detail

/// A value. What is done with it stands in released_contracts.hpp.
class event_contracts {
 public:
  event_contracts() = default;

  /// The events of an aggregate. One that several have belongs to the one in whose folder it was released; before that, to the
  /// first that is named.
  /// Throws duplicate_event_type: an event's name is another type's.
  template <class Aggregate>
  event_contracts aggregate() && {
    if constexpr (detail::check_aggregate<Aggregate>()) add_all(Aggregate::type.name, typename Aggregate::events{});
    return std::move(*this);
  }

  /// How events of former versions read today: what a log is opened with (`whence::upcasting`).
  event_contracts upcasting(whence::upcasters through) && {
    upcasters_ = std::move(through);
    return std::move(*this);
  }

  /// For the library: ascending by the event's name.
  const std::vector<detail::promised_event>& promised() const noexcept { return events_; }
  const detail::promised_event* find(std::string_view event) const noexcept;
  const whence::upcasters& upcasters() const noexcept { return upcasters_; }

 private:
  template <class... Events>
  void add_all(std::string_view aggregate, events<Events...>) {
    (add(detail::promised<Events>(aggregate)), ...);
  }
  void add(const detail::promised_event& event);

  std::vector<detail::promised_event> events_;
  whence::upcasters upcasters_;
};

}  // namespace whence::inline v0
