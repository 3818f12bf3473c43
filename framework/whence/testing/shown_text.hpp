/// Texts as they are shown in differences: whole if they are short, else the part that matters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace whence::testing::inline v0 {

inline constexpr std::size_t shown_bytes_max = 160;

/// As it is, or its beginning and how long it is.
std::string shown(std::string_view text);

struct shown_pair {
  std::string expected;
  std::string found;
};

/// Two that differ: both as they are, or, if one is long, from shortly before the first difference on.
shown_pair shown_difference(std::string_view expected, std::string_view found);

}  // namespace whence::testing::inline v0
