#include <algorithm>

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

}  // namespace whence::inline v0
