#include <whence/testing/json_differences.hpp>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

#include <whence/testing/shown_text.hpp>

namespace whence::testing::inline v0 {
namespace {

using json = nlohmann::ordered_json;
using pointer = nlohmann::json_pointer<std::string>;

std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

class comparison {
 public:
  std::vector<std::string> lines;

  void compare(const json& expected, const json& found, const pointer& at) {
    if (expected.is_object() && found.is_object()) return compare_members(expected, found, at);
    if (expected.is_array() && found.is_array()) return compare_elements(expected, found, at);
    const std::string left = text_of(expected);
    const std::string right = text_of(found);
    if (left == right) return;
    const auto [shown_left, shown_right] = shown_difference(left, right);
    add(at, shown_left, shown_right);
  }

 private:
  void compare_members(const json& expected, const json& found, const pointer& at) {
    for (const auto& [name, value] : expected.items()) {
      const auto other = found.find(name);
      if (other != found.end())
        compare(value, *other, at / name);
      else
        add(at / name, shown(text_of(value)), "nothing");
    }
    for (const auto& [name, value] : found.items())
      if (!expected.contains(name)) add(at / name, "nothing", shown(text_of(value)));
  }

  void compare_elements(const json& expected, const json& found, const pointer& at) {
    for (std::size_t index = 0; index < std::max(expected.size(), found.size()); ++index) {
      if (index >= found.size())
        add(at / index, shown(text_of(expected[index])), "nothing");
      else if (index >= expected.size())
        add(at / index, "nothing", shown(text_of(found[index])));
      else
        compare(expected[index], found[index], at / index);
    }
  }

  void add(const pointer& at, const std::string& expected, const std::string& found) {
    lines.push_back(at.to_string().append(": expected ").append(expected).append(", found ").append(found));
  }
};

}  // namespace

std::vector<std::string> json_differences(std::string_view expected, std::string_view found) {
  if (expected == found) return {};
  comparison compared;
  if (json::accept(expected) && json::accept(found))
    compared.compare(json::parse(expected), json::parse(found), pointer{});
  if (compared.lines.empty()) {  // the members' order, a number's digits, no JSON: nothing is passed over
    const auto [left, right] = shown_difference(expected, found);
    compared.lines.push_back("is written in another way: expected " + left + ", found " + right);
  }
  return compared.lines;
}

}  // namespace whence::testing::inline v0
