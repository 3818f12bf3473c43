/// From a regular expression to its program.
#pragma once

#include <string>
#include <vector>

#include <whence/contracts/pattern.hpp>

namespace whence::inline v0::detail {

/// The first instruction is where it begins. Behind one that looks ahead stands what it looks for, which ends with `matched`.
///
/// Limits   4,096 characters; 32 groups inside each other; 20,000 instructions, as a counted repetition is written out.
/// Throws   pattern_refused.
std::vector<pattern::instruction> parse_pattern(const std::u32string& expression);

}  // namespace whence::inline v0::detail
