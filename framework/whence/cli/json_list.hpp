/// A JSON array of what has a text of its own.
#pragma once

#include <string>
#include <vector>

namespace whence::inline v0::cli {

/// `json_of` gives the JSON of one item.
template <class Item, class Text>
std::string json_list(const std::vector<Item>& items, Text json_of) {
  std::string out = "[";
  for (const Item& item : items) out += (out.size() > 1 ? "," : "") + json_of(item);
  return out + "]";
}

}  // namespace whence::inline v0::cli
