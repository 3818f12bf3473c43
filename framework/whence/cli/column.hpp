/// A column of a list: how people see it, and what programs call it.
#pragma once

#include <cstddef>
#include <string_view>

#include <whence/cli/style.hpp>

namespace whence::inline v0::cli {

struct column {
  std::string_view title;      ///< in tables
  std::string_view name = {};  ///< in machine forms, as in JSON: "globalPosition"; empty: the title
  bool right = false;          ///< numbers stand at the right
  tint colour = tint::plain;
  std::size_t least = 0;  ///< can be cut to this width; 0: is never cut
  std::size_t usual = 0;  ///< its width where the rows are not known yet
  int spare = 0;          ///< when there is no room, the one with the highest number goes first; 0: never
  bool in_tables = true;  ///< without being asked for
  bool in_csv = true;
};

constexpr std::string_view machine_name(const column& column) {
  return column.name.empty() ? column.title : column.name;
}

}  // namespace whence::inline v0::cli
