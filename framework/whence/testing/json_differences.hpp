/// Where two JSON documents differ.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whence::testing::inline v0 {

/// "/lines/1/quantity: expected 2, found 3" for each place that differs, by JSON pointer (RFC 6901); none if, and only if, the two
/// are the same text. One that is no JSON differs as a whole.
std::vector<std::string> json_differences(std::string_view expected, std::string_view found);

}  // namespace whence::testing::inline v0
