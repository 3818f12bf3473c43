/// A log on a disk in memory, what was appended to it, and what a process must find that opens what is left of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <tests/store/sqlite/memory_disk.hpp>

#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>

namespace tests {

inline constexpr const char* trial_log = "/disk/shop.db";

struct wrong final : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void require(bool condition, const std::string& sentence);

/// Runs everything where it is posted: so an acknowledgement is known at its moment.
whence::runtime runtime_on(memory_disk& disk, std::uint64_t seed);

/// What was appended, and what was said of it; appends by their number in `batches`.
struct history {
  std::vector<whence::append_batch> batches;
  std::map<whence::event_id, std::pair<std::size_t, std::string>> events;  // the number of the append, and the data
  std::set<std::size_t> acknowledged;
  std::set<std::size_t> refused;
  bool witness_may_be_torn = false;  // one of its slots, by a write that failed half-way

  whence::append_batch make(std::mt19937_64& dice);
};

/// How many events of each append are there; each is as it was written.
std::vector<std::size_t> events_there(whence::log_reader& log, const history& was);

/// Why it was not committed.
std::string detail_of(const whence::append_outcome& outcome);

struct found_in_trials {
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;
  std::uint64_t others_there = 0;
  std::uint64_t others_gone = 0;
  std::uint64_t without_log = 0;
  std::uint64_t index_made_anew = 0;
  std::uint64_t amid_merge = 0;
};

/// What is left of a disk is opened, by a verification as it lies, and then by a writer. Throws `wrong`, unless
///   - every append that was acknowledged is there, none that was refused is, and of every other all is there or nothing,
///   - nothing is missing in silence, and the index has just what the log has, as far as it goes (one that was never synced may be
///     unusable: it is known as such, and made anew),
///   - everything that is sent again is committed, each event once, and the index has the whole log then.
void examine(const disk_image& left, const history& was, bool index_was_synced, std::mt19937_64& dice,
             found_in_trials& counted);

}  // namespace tests
