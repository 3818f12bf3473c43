/// Where in a vector something stands, found by a hash of it.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace whence::inline v0 {

/// Open addressing, eight bytes a slot, at most half of them full: one look into memory finds most things, and nothing is
/// allocated for each of them, as std::unordered_map does. The things themselves stay with whoever asks; a place is their number.
///
/// Limits   2^32 - 1 places.
class place_table {
 public:
  /// Room for so many without growing.
  void reserve(std::size_t places) {
    const std::size_t wanted = std::bit_ceil(std::max<std::size_t>(2 * places, 16));
    if (wanted > slots_.size()) grow_to(wanted);
  }

  /// The place with that hash for which `is_it(place)` is true.
  template <class IsIt>
  std::optional<std::uint32_t> find(std::uint64_t hash, IsIt is_it) const {
    if (slots_.empty()) return std::nullopt;
    const slot& found = slots_[slot_of(hash, is_it)];
    if (found.place_and_one == 0) return std::nullopt;
    return found.place_and_one - 1;
  }

  /// Puts a place where one was for which `is_it` is true, and returns the one before; else where there was none.
  template <class IsIt>
  std::optional<std::uint32_t> put(std::uint64_t hash, std::uint32_t place, IsIt is_it) {
    slot& into = slot_for_one_more(hash, is_it);
    const std::optional<std::uint32_t> before = fill_if_free(into, hash, place);
    if (before) into.place_and_one = place + 1;
    return before;
  }

  /// Puts a place where there was none; if there is one for which `is_it` is true, that stays, and is returned.
  template <class IsIt>
  std::optional<std::uint32_t> insert(std::uint64_t hash, std::uint32_t place, IsIt is_it) {
    return fill_if_free(slot_for_one_more(hash, is_it), hash, place);
  }

 private:
  struct slot {
    std::uint32_t hash = 0;
    std::uint32_t place_and_one = 0;  // 0: it is free
  };

  /// Of a hash, the bits of which the lowest are used for something else.
  static std::uint32_t part_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 16); }

  template <class IsIt>
  std::size_t slot_of(std::uint64_t hash, IsIt is_it) const {
    const std::uint32_t part = part_of(hash);
    const std::size_t last = slots_.size() - 1;
    std::size_t at = part & last;
    while (slots_[at].place_and_one != 0 && (slots_[at].hash != part || !is_it(slots_[at].place_and_one - 1))) {
      at = (at + 1) & last;
    }
    return at;
  }

  template <class IsIt>
  slot& slot_for_one_more(std::uint64_t hash, IsIt is_it) {
    if (2 * (used_ + 1) > slots_.size()) grow_to(std::max<std::size_t>(2 * slots_.size(), 16));
    return slots_[slot_of(hash, is_it)];
  }

  /// The place that is there, if the slot is not free.
  std::optional<std::uint32_t> fill_if_free(slot& into, std::uint64_t hash, std::uint32_t place) {
    if (into.place_and_one != 0) return into.place_and_one - 1;
    into = {part_of(hash), place + 1};
    ++used_;
    return std::nullopt;
  }

  void grow_to(std::size_t slots) {
    const std::vector<slot> before = std::exchange(slots_, std::vector<slot>(slots));
    for (const slot& each : before) {
      if (each.place_and_one == 0) continue;
      std::size_t at = each.hash & (slots - 1);
      while (slots_[at].place_and_one != 0) at = (at + 1) & (slots - 1);
      slots_[at] = each;
    }
  }

  std::vector<slot> slots_;  // a power of two
  std::size_t used_ = 0;
};

}  // namespace whence::inline v0
