/// Chance that is the same on every machine: the standard's distributions are not.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shop {

/// SplitMix64 (Steele, Lea, Flood 2014).
class dice {
 public:
  /// Each (seed, number) is a sequence of its own.
  dice(std::uint64_t seed, std::uint64_t number) : state_(mixed(seed) ^ mixed(number * 2 + 1)) {}

  /// From 0 up to, not including, `bound`. The bias is below 2^-40 for the bounds of a shop.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

  bool happens(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    return mixed(state_);
  }
  static std::uint64_t mixed(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31);
  }

  std::uint64_t state_;
};

}  // namespace shop
