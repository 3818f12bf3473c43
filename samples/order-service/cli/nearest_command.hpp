/// "Did you mean".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shop {

/// The command that the word may have been meant to be: at most two letters of it, and less than half of it, are added, left
/// out, changed or swapped. Empty if there is none.
std::string nearest_command(std::string_view word, const std::vector<std::string>& commands);

}  // namespace shop
