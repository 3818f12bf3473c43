/// Which aggregates keep their state on the disk, so that a long stream is not folded from its first event each time.
///
///     struct Stock {
///       static constexpr whence::aggregate_type type{"Stock"};
///       static constexpr whence::snapshot_policy snapshots{.every = 500};
///       using events = whence::events<Received, Sold>;
///
///       std::int64_t left = 0;
///       void apply(const Received& event) { left += event.count; }
///       void apply(const Sold& event) { left -= event.count; }
///
///       template <class Archive>
///       void serialize(Archive& ar) {  // all that `apply` changes
///         ar(cereal::make_nvp("left", left));
///       }
///     };
///
/// A snapshot is a cache, never the truth: without it, the state is the same. What it says is believed by `whence::snapshots`'
/// rules.
///
/// `apply` is also called with made-up events (small numbers, short texts, of each type one behind the other), to see whether it
/// has changed since a snapshot was made: it has to bear those that no `decide` would have returned. What it throws then is no
/// harm; an index that it doesn't check is.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <whence/modelling/detail/fold_in.hpp>
#include <whence/serialization/binary.hpp>
#include <whence/serialization/event.hpp>
#include <whence/serialization/json_schema.hpp>

namespace whence::inline v0 {

/// When a load, by a command or a repository, leaves a new snapshot behind: when one of these says so.
struct snapshot_policy {
  std::uint64_t every = 100;                 ///< so many events came since the last one; 0: their number says nothing
  std::chrono::milliseconds slower_than{0};  ///< the load took longer than this; 0: its time says nothing
};

/// An aggregate whose state is kept: it says `static constexpr whence::snapshot_policy snapshots`.
template <class Aggregate>
concept with_snapshots = requires {
  { Aggregate::snapshots } -> std::convertible_to<const snapshot_policy&>;
};

namespace detail {

/// A member of the state may have that name too, if it is no policy.
template <class Aggregate>
constexpr bool has_no_other_snapshots() {
  if constexpr (requires { &Aggregate::snapshots; })
    return std::is_member_pointer_v<decltype(&Aggregate::snapshots)> != with_snapshots<Aggregate>;
  return true;
}

}  // namespace detail

template <class Aggregate>
struct must_say_snapshots_by_a_policy {
  static_assert(detail::has_no_other_snapshots<Aggregate>(),
                "an aggregate says `static constexpr whence::snapshot_policy snapshots{.every = 100}`, or nothing of "
                "that name");
};
template <class Aggregate>
struct must_have_an_archivable_state {
  static_assert(archivable<Aggregate>,
                "an aggregate with `snapshots` needs `template <class Archive> void serialize(Archive& ar)`, with all "
                "that its `apply` changes");
};

namespace detail {

/// An event of that type, made up from a seed. Its numbers are small, so that sums of them stay in range.
void make_up_sample(std::uint64_t seed, visitable into);

template <class Aggregate, class Event>
void apply_sample(void* state, std::uint64_t seed) {
  Event event{};
  make_up_sample(seed, erase(event));
  fold_in(*static_cast<Aggregate*>(state), event);
}

/// What snapshots of an aggregate type need, for the library's compiled half.
struct snapshot_facts {
  snapshot_policy policy;
  std::string (*encode)(const void* state);                ///< throws encode_error
  void (*decode)(std::string_view data, void* state);      ///< throws decode_error
  std::string (*schema)();                                 ///< of the state; throws encode_error
  std::span<void (*const)(void*, std::uint64_t)> samples;  ///< for each event type: makes one up, and applies it
  std::span<const event_type> events;                      ///< in the same order
};

template <class Aggregate, class List>
inline constexpr std::array<void (*)(void*, std::uint64_t), 0> samples_of{};
template <class Aggregate, class... Events>
inline constexpr std::array<void (*)(void*, std::uint64_t), sizeof...(Events)> samples_of<Aggregate, events<Events...>>{
    &apply_sample<Aggregate, Events>...};

template <class Aggregate>
inline constexpr snapshot_facts snapshot_facts_of{
    .policy = Aggregate::snapshots,
    .encode = [](const void* state) { return whence::encode_binary(*static_cast<const Aggregate*>(state)); },
    .decode = [](std::string_view data, void* state) { decode_binary(data, erase(*static_cast<Aggregate*>(state))); },
    .schema = [] { return whence::json_schema<Aggregate>(); },
    .samples = samples_of<Aggregate, typename Aggregate::events>,
    .events = event_types<typename Aggregate::events>::value,
};

/// Null for an aggregate without snapshots.
template <class Aggregate>
constexpr const snapshot_facts* snapshots_of() {
  if constexpr (with_snapshots<Aggregate>) {
    if constexpr (archivable<Aggregate>) return &snapshot_facts_of<Aggregate>;
  }
  return nullptr;
}

}  // namespace detail
}  // namespace whence::inline v0
