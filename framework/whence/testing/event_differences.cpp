#include <whence/testing/event_differences.hpp>

#include <whence/serialization/binary.hpp>
#include <whence/testing/alignment.hpp>
#include <whence/testing/given_events.hpp>
#include <whence/testing/json_differences.hpp>
#include <whence/testing/shown_text.hpp>

namespace whence::testing::inline v0 {
namespace {

std::string json_of(const std::string& data) { return form_of(data) == form::binary ? binary_to_json(data) : data; }

bool in_one_stream(const compared_event& expected, const compared_event& found) {
  return expected.stream.empty() || expected.stream == found.stream;
}

int cost_of(const compared_event& expected, const compared_event& found) {
  if (expected.type.name != found.type.name) return never_together;
  const bool alike = expected.type.version == found.type.version && expected.data == found.data;
  // A little dearer than one alone: events that are alike find each other, whatever stands before them.
  return alike && in_one_stream(expected, found) ? 0 : cost_of_one_alone + 1;
}

std::string numbered(std::size_t index) { return "event " + std::to_string(index + 1); }

void add_differences(const compared_event& expected, const compared_event& found, const std::string& place,
                     difference_list& list) {
  if (!in_one_stream(expected, found))
    list.add(place + ", " + std::string(expected.type.name) + ": expected in " + expected.stream + ", found in " +
             found.stream);
  if (expected.type.version != found.type.version)
    list.add(place + ", version: expected " + std::to_string(expected.type.version) + ", found " +
             std::to_string(found.type.version));
  for (const std::string& line : json_differences(json_of(expected.data), json_of(found.data)))
    list.add(place + ", " + std::string(expected.type.name) + " " + line);
}

std::vector<compared_event> compared(std::span<const decided_event> decided) {
  std::vector<compared_event> events;
  events.reserve(decided.size());
  for (const decided_event& event : decided) events.push_back({event.type, event.data});
  return events;
}

}  // namespace

std::vector<compared_event> as_compared(const std::vector<given_event>& events) {
  std::vector<compared_event> compared;
  compared.reserve(events.size());
  for (const given_event& event : events)
    compared.push_back({{event.type, event.version}, event.data, event.stream.value_or("")});
  return compared;
}

std::string name_of(const event_type& type) {
  std::string name(type.name);
  if (type.version != 1) name.append(" version ").append(std::to_string(type.version));
  return name;
}

std::string count_expected(std::size_t events) {
  return events == 1 ? "1 event was expected" : std::to_string(events) + " events were expected";
}

std::string shown_refusal(const rejected& refusal) { return refusal.code + " (" + refusal.message + ")"; }

std::string shown_event(const compared_event& event) {
  return name_of(event.type).append(" ").append(shown(json_of(event.data)));
}

std::string shown_event(const decided_event& event) { return shown_event(compared_event{event.type, event.data}); }

difference_list event_differences(std::span<const compared_event> expected, std::span<const compared_event> found) {
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

difference_list event_differences(std::span<const decided_event> expected, std::span<const decided_event> found) {
  return event_differences(compared(expected), compared(found));
}

}  // namespace whence::testing::inline v0
