/// Types of every shape that can be archived: one of each kind, kinds inside kinds, and what events are really like.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace shapes {

/// A type, with its name and what can be done with its values.
struct shape {
  std::string name;
  std::string (*schema)();
  /// The JSON text of a generated value.
  std::string (*document)(std::uint64_t seed);
  /// Why the text is not read; empty: it was.
  std::string (*refusal)(const std::string& json);
  /// Throws failed_expectation.
  void (*round_trips)(std::size_t values, std::uint64_t seed);
};

const std::vector<shape>& all();

}  // namespace shapes
