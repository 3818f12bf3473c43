/// An event's data as people read it: a line for each member, a line for each entry of a list, what is deeper in one piece.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whence::inline v0::cli {

struct data_line {
  std::string name;   ///< "customerId", "items[0]"; empty if the data are no object
  std::string value;  ///< `"42"`, `{ sku "A1", qty 2 }`
};

/// Numbers stand as they were stored. What is no JSON is one line, as it is. Both parts are visible text.
std::vector<data_line> data_lines(std::string_view json);

}  // namespace whence::inline v0::cli
