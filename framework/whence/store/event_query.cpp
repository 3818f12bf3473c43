#include <algorithm>
#include <cstddef>
#include <string_view>

#include <whence/store/event_query.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t items_shown_max = 4;

std::string joined(const std::vector<std::string>& names, std::string_view between) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : between).append(name);
  return text;
}

std::string shown(const query_item& item) {
  if (item.event_types.empty() && item.tags.empty()) return "any event";
  std::string text = item.event_types.empty() ? "any type" : joined(item.event_types, " or ");
  if (!item.tags.empty()) text += ", tagged " + joined(item.tags, " and ");
  return text;
}

}  // namespace

bool query_item::matches(const recorded_event& event) const noexcept {
  const auto has = [&event](const std::string& tag) {
    return std::ranges::find(event.tags, std::string_view(tag)) != event.tags.end();
  };
  return (event_types.empty() || std::ranges::find(event_types, event.type) != event_types.end()) &&
         std::ranges::all_of(tags, has);
}

bool event_query::matches(const recorded_event& event) const noexcept {
  return std::ranges::any_of(items, [&event](const query_item& item) { return item.matches(event); });
}

std::string event_query::to_string() const {
  if (items.empty()) return "(nothing)";
  std::string text;
  for (const query_item& item : items) {
    if (&item == &items.front() + items_shown_max) {
      return text + " or " + std::to_string(items.size() - items_shown_max) + " more";
    }
    text += (text.empty() ? "(" : " or (") + shown(item) + ")";
  }
  return text;
}

}  // namespace whence::inline v0
