#include <whence/testing/snapshots.hpp>

#include <exception>
#include <memory>
#include <string>

#include <whence/serialization/binary.hpp>
#include <whence/testing/report_failure.hpp>

namespace whence::testing::inline v0::detail {
namespace {

constexpr std::size_t events_of_life = 64;

using state = std::unique_ptr<void, void (*)(void*)>;

/// What follows each other so is chosen as the fingerprint of a fold does it: the numbers of SplitMix64 are the same everywhere.
std::uint64_t mixed(std::uint64_t number) {
  number += 0x9E3779B97F4A7C15;
  number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9;
  number = (number ^ number >> 27) * 0x94D049BB133111EB;
  return number ^ number >> 31;
}

}  // namespace

void check_snapshots(const whence::detail::aggregate_facts& facts, bool (*equal)(const void* left, const void* right),
                     std::size_t lives, std::uint64_t seed, const std::source_location& where) {
  const whence::detail::snapshot_facts& snapshots = *facts.snapshots;
  const auto fresh = [&] { return state(facts.create(), facts.destroy); };
  for (std::size_t life = 0; life < lives; ++life) {
    state lived = fresh();
    state resumed = fresh();
    for (std::size_t i = 0; i < events_of_life && !snapshots.samples.empty(); ++i) {
      const std::uint64_t event = mixed(seed + life * events_of_life + i);
      const std::size_t type = event % snapshots.samples.size();
      try {
        snapshots.samples[type](lived.get(), event);
      } catch (const std::exception&) {
        break;  // no `decide` would have returned that
      }
      try {
        snapshots.samples[type](resumed.get(), event);
      } catch (const std::exception& refused) {
        report_failure(std::string(facts.name) +
                           " does not go on from a snapshot: its `serialize` leaves out what `apply` looks at\n" +
                           "  at " + std::string(snapshots.events[type].name) + ", event " + std::to_string(i + 1) +
                           " of life " + std::to_string(life + 1) + ", `apply` throws: " + refused.what(),
                       where);
        return;
      }
      const std::string one = snapshots.encode(lived.get());
      const std::string other = snapshots.encode(resumed.get());
      const bool same = one == other;
      state kept = fresh();
      snapshots.decode(one, kept.get());
      if (same && snapshots.encode(kept.get()) == one && equal(lived.get(), kept.get()) &&
          equal(lived.get(), resumed.get())) {
        resumed = std::move(kept);
        continue;
      }
      report_failure(
          std::string(facts.name) +
              " is another one after a snapshot: its `serialize` leaves out what `apply` changes\n  behind " +
              std::string(snapshots.events[type].name) + ", event " + std::to_string(i + 1) + " of life " +
              std::to_string(life + 1) + "\n  without: " + binary_to_json(one) +
              "\n  with:    " + binary_to_json(same ? snapshots.encode(kept.get()) : other),
          where);
      return;
    }
  }
  report_met();
}

}  // namespace whence::testing::inline v0::detail
