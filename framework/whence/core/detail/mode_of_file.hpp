/// The nine bits that say who may do what with a file.
#pragma once

namespace whence::inline v0::detail {

/// Of a file whose group cannot be the one that the bits are for: who is in which group is not known, so nobody gets more than he
/// has in either.
constexpr unsigned mode_for_any_group(unsigned mode) noexcept {
  constexpr unsigned of_owner = 0700;
  constexpr unsigned of_one = 07;
  const unsigned both = mode >> 3 & mode & of_one;
  return (mode & of_owner) | both << 3 | both;
}

}  // namespace whence::inline v0::detail
