#include <whence/testing/event_differences.hpp>

#include <whence/serialization/binary.hpp>
#include <whence/testing/alignment.hpp>
#include <whence/testing/json_differences.hpp>
#include <whence/testing/shown_text.hpp>

namespace whence::testing::inline v0 {
namespace {

std::string name_of(const decided_event& event) {
  std::string name(event.type.name);
  if (event.type.version != 1) name.append(" version ").append(std::to_string(event.type.version));
  return name;
}

std::string json_of(const std::string& data) { return form_of(data) == form::binary ? binary_to_json(data) : data; }

int cost_of(const decided_event& expected, const decided_event& found) {
  if (expected.type.name != found.type.name) return never_together;
  const bool alike = expected.type.version == found.type.version && expected.data == found.data;
  // A little dearer than one alone: events that are alike find each other, whatever stands before them.
  return alike ? 0 : cost_of_one_alone + 1;
}

std::string numbered(std::size_t index) { return "event " + std::to_string(index + 1); }

void add_differences(const decided_event& expected, const decided_event& found, const std::string& place,
                     difference_list& list) {
  if (expected.type.version != found.type.version)
    list.add(place + ", version: expected " + std::to_string(expected.type.version) + ", found " +
             std::to_string(found.type.version));
  for (const std::string& line : json_differences(json_of(expected.data), json_of(found.data)))
    list.add(place + ", " + std::string(expected.type.name) + " " + line);
}

}  // namespace

std::string shown_event(const decided_event& event) {
  return name_of(event).append(" ").append(shown(json_of(event.data)));
}

difference_list event_differences(std::span<const decided_event> expected, std::span<const decided_event> found) {
  difference_list list;
  const auto cost = [&](std::size_t i, std::size_t j) { return cost_of(expected[i], found[j]); };
  for (const aligned_pair& pair : align(expected.size(), found.size(), cost)) {
    if (!pair.found)
      list.add(numbered(*pair.expected) + " is missing: " + shown_event(expected[*pair.expected]));
    else if (!pair.expected)
      list.add(numbered(*pair.found) + " was not expected: " + shown_event(found[*pair.found]));
    else
      add_differences(expected[*pair.expected], found[*pair.found], numbered(*pair.found), list);
  }
  return list;
}

}  // namespace whence::testing::inline v0
