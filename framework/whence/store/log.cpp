#include <algorithm>
#include <utility>

#include <whence/store/event_page_builder.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

bool event_link::joins(const recorded_event& event) const noexcept {
  switch (what) {
    case kind::correlation: return !id.is_nil() && event.correlation.value() == id;
    case kind::causation: return !id.is_nil() && event.causation.value() == id;
    case kind::tag: return std::ranges::find(event.tags, std::string_view(text)) != event.tags.end();
  }
  return false;
}

std::uint64_t log_reader::epoch_of_last_event() {
  const std::uint64_t epoch = identity().epoch;
  return head() == global_position{} ? epoch - 1 : epoch;
}

std::string log_reader::reading_of(std::span<const std::string>) const { return {}; }

event_page log_reader::read_linked(const event_link& link, global_position after, page_limit limit) {
  const event_page all = read(after, {}, {.events = limit.scanned, .bytes = limit.bytes, .scanned = limit.scanned});
  event_page_builder linked;
  global_position scanned_to = after;
  for (const recorded_event& event : all) {
    if (link.joins(event)) {
      if (!linked.has_room_for(event, limit)) return linked.finish(scanned_to, false);
      linked.add(event);
    }
    scanned_to = event.position;
  }
  return linked.finish(all.scanned_to(), all.at_end());
}

namespace {

/// The types that the query's items name; all, if one of them names none.
event_filter types_of(const event_query& query) {
  event_filter filter;
  for (const query_item& item : query.items) {
    if (item.event_types.empty()) return {};
    for (const std::string& type : item.event_types)
      if (std::ranges::find(filter.event_types, type) == filter.event_types.end()) filter.event_types.push_back(type);
  }
  return filter;
}

}  // namespace

event_page log_reader::read_matching(const event_query& query, global_position after, page_limit limit) {
  event_page found = read(after, types_of(query), limit);
  const global_position scanned_to = found.scanned_to();
  const bool at_end = found.at_end();
  event_page_builder matching;
  for (const recorded_event& event : matching.take_over(std::move(found)))
    if (query.matches(event)) matching.add_kept(event);
  return matching.finish(scanned_to, at_end);
}

}  // namespace whence::inline v0
