/// What a program makes of a log, its types forgotten: which aggregates it folds, which events its projections read, and through
/// which upcasters it sees the log.
///
///     const auto types = whence::program_types().aggregate<Account>().projection<Balances>().upcasting(account_upcasters());
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/modelling/aggregate.hpp>
#include <whence/projection/projection.hpp>
#include <whence/serialization/event.hpp>
#include <whence/serialization/json.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace whence::inline v0 {

namespace detail {

/// Reads data as a type, and does nothing with it. Two that read as the same type are the same function. Throws decode_error.
using data_reading = void (*)(std::string_view data, json_decoder& decoder);

template <class Event>
void read_data_as(std::string_view data, json_decoder& decoder) {
  static_cast<void>(decoder.decode<Event>(data));
}
inline void take_as_stored(std::string_view, json_decoder&) {}

/// How whoever handles some events reads one. Null: it is none of them. Throws unknown_event_version.
using reading_of_event = data_reading (*)(std::string_view type, std::uint32_t version);

template <class... Events>
data_reading find_reading(events<Events...>, const std::array<data_reading, sizeof...(Events)>& readings,
                          std::string_view type, std::uint32_t version) {
  const std::size_t found = find_event(event_types<events<Events...>>::value, type, version);
  return found == no_such_event ? nullptr : readings[found];
}

template <class... Events>
data_reading reading_for_aggregate(events<Events...> list, std::string_view type, std::uint32_t version) {
  static constexpr std::array<data_reading, sizeof...(Events)> readings{&read_data_as<Events>...};
  return find_reading(list, readings, type, version);
}

/// What a projection takes as it is stored, it does not read.
template <class Projection, class Event>
constexpr data_reading reading_for_handler() {
  if constexpr (handles_in_database<Projection, Event> || handles_in_memory<Projection, Event>)
    return &read_data_as<Event>;
  else
    return &take_as_stored;
}

template <class Projection, class... Events>
data_reading reading_for_projection(events<Events...> list, std::string_view type, std::uint32_t version) {
  static constexpr std::array<data_reading, sizeof...(Events)> readings{reading_for_handler<Projection, Events>()...};
  return find_reading(list, readings, type, version);
}

struct known_aggregate {
  const aggregate_facts* facts;
  std::span<const event_type> events;
  reading_of_event reading;
  std::string (*encode)(const void* state);  ///< null: it has no `serialize`
};

struct known_projection {
  const projection_definition* definition;
  reading_of_event reading;
};

template <class Aggregate>
constexpr known_aggregate known_aggregate_of() {
  known_aggregate aggregate{.facts = &facts_of<Aggregate>,
                            .events = event_types<typename Aggregate::events>::value,
                            .reading =
                                [](std::string_view type, std::uint32_t version) {
                                  return reading_for_aggregate(typename Aggregate::events{}, type, version);
                                },
                            .encode = nullptr};
  if constexpr (has_serialize_member<Aggregate> || has_serialize_function<Aggregate>)
    aggregate.encode = [](const void* state) {
      return encode_json(erase(*static_cast<Aggregate*>(const_cast<void*>(state))));
    };
  return aggregate;
}

}  // namespace detail

/// A value. Each type once.
class program_types {
 public:
  /// Its streams can be folded. Where it has a `serialize`, as events have, its states can be shown and compared:
  /// `template <class Archive> void serialize(Archive& ar) { ar(cereal::make_nvp("status", status)); }`
  template <class Aggregate>
  program_types aggregate() && {
    if constexpr (detail::check_aggregate<Aggregate>()) aggregates_.push_back(detail::known_aggregate_of<Aggregate>());
    return std::move(*this);
  }

  template <class Projection>
  program_types projection() && {
    if constexpr (detail::check_projection<Projection>())
      projections_.push_back({&detail::definition_of<Projection>, [](std::string_view type, std::uint32_t version) {
                                return detail::reading_for_projection<Projection>(typename Projection::events{}, type,
                                                                                  version);
                              }});
    return std::move(*this);
  }

  program_types upcasting(whence::upcasters through) && {
    upcasters_ = std::move(through);
    return std::move(*this);
  }

  /// For the library. Null: the program does not have it.
  const detail::known_aggregate* aggregate_named(std::string_view type) const noexcept;
  const std::vector<detail::known_aggregate>& aggregates() const noexcept { return aggregates_; }
  const detail::projection_definition* projection_named(std::string_view name) const noexcept;
  const std::vector<detail::known_projection>& projections() const noexcept { return projections_; }
  const whence::upcasters& upcasters() const noexcept { return upcasters_; }
  /// Of an event that an upcaster leads to, or that an aggregate or a projection handles. 0: nothing has to do with it.
  std::uint32_t version_of_today(std::string_view event) const;

 private:
  std::vector<detail::known_aggregate> aggregates_;
  std::vector<detail::known_projection> projections_;
  whence::upcasters upcasters_;
};

}  // namespace whence::inline v0
