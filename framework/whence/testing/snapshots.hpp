/// The check that a snapshot has all that a state is made of.
///
///     whence::testing::goes_on_from_snapshots<Stock>();
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <source_location>

#include <whence/modelling/aggregate.hpp>

namespace whence::testing::inline v0 {

template <class Aggregate>
struct must_have_snapshots {
  static_assert(
      whence::with_snapshots<Aggregate>,
      "`goes_on_from_snapshots` takes an aggregate with `static constexpr whence::snapshot_policy snapshots`");
};

namespace detail {

void check_snapshots(const whence::detail::aggregate_facts& facts, bool (*equal)(const void* left, const void* right),
                     std::size_t lives, std::uint64_t seed, const std::source_location& where);

}  // namespace detail

/// Makes up so many lives of the aggregate, of 64 events each. Behind each event a second state is made, as a snapshot is, of what
/// `serialize` says of the first, and both live on. Fails where one of them comes to something else than the other: `serialize`
/// leaves out what `apply` changes or looks at. If the aggregate has an `operator==`, that is asked too; else what only `decide`
/// looks at, and `serialize` doesn't name, is not missed. The failure says which event it was, and what both come to.
template <class Aggregate>
void goes_on_from_snapshots(std::size_t lives = 20, std::uint64_t seed = 1,
                            const std::source_location& where = std::source_location::current()) {
  static_cast<void>(must_have_snapshots<Aggregate>{});
  if constexpr (whence::with_snapshots<Aggregate> && whence::detail::check_aggregate<Aggregate>()) {
    detail::check_snapshots(
        whence::detail::facts_of<Aggregate>,
        [](const void* left, const void* right) {
          if constexpr (std::equality_comparable<Aggregate>)
            return *static_cast<const Aggregate*>(left) == *static_cast<const Aggregate*>(right);
          else
            return true;
        },
        lives, seed, where);
  }
}

}  // namespace whence::testing::inline v0
