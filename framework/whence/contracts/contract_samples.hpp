/// Golden samples of former versions, read as a program reads them from its log today.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <whence/contracts/event_contracts.hpp>

namespace whence::inline v0::detail {

struct golden_sample {
  std::string event_type;
  std::uint32_t version = 0;
  std::string file;
  std::size_t line = 0;
  std::string_view data;
  bool fits = true;  ///< the schema of its version, if there is one

  /// "schemas/order/OrderPlaced.v1.samples.jsonl:3"
  std::string place() const { return file + ":" + std::to_string(line); }
};

struct unread_sample {
  const golden_sample* sample;
  const golden_sample* next;  ///< the one behind it, with which it is merged; null: it is read alone
  std::string cause;          ///< without where it was found
  std::string problem;
  std::string remedy;
};

/// Those that are not read any more, and of the versions that are merged the pairs that are not. A version is read alone if an
/// upcaster begins at it alone, if it is of today, or if it is merged with no other. Of two versions that are merged, each sample
/// stands in a pair: there are as many pairs as the one of more samples has. One that does not fit its schema stands in none.
///
/// `all` has to outlive what is found.
std::vector<unread_sample> unread_samples(const event_contracts& contracts, const std::vector<golden_sample>& all);

}  // namespace whence::inline v0::detail
