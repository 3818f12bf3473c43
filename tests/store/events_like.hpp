/// Events that differ from one in a single part each: what sums up an event has to differ for all of them.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/store/event_page.hpp>

namespace tests {

/// `event` has the tags "a" and "b", the type OrderPlaced of Order in the stream order-1, and a cause of the type PlaceOrder. In
/// the last two a byte that one part loses is won by the next one.
inline std::vector<whence::recorded_event> events_like(const whence::recorded_event& event) {
  using namespace whence;
  static constexpr std::string_view joined[] = {"ab"};
  static constexpr std::string_view shifted[] = {"", "ab"};
  std::vector<recorded_event> changed(20, event);
  changed[0].position = global_position{event.position.value() + 1};
  changed[1].version = stream_version{event.version.value() + 1};
  changed[2].id = event_id::parse("0192f0c1-2345-7abc-8def-0123456789ae");
  changed[3].stream = "order-2";
  changed[4].aggregate_type = "order";
  changed[5].type = "OrderPlacee";
  changed[6].type_version += 1;
  changed[7].occurred_at += std::chrono::microseconds{1};
  changed[8].recorded_at += std::chrono::microseconds{1};
  changed[9].correlation = correlation_id(event.id.value());
  changed[10].causation = causation_id(event_id::parse("0192f0c1-2345-7abc-8def-0123456789af"));
  changed[11].causation_type = "PlaceOrde";
  changed[12].source = std::string_view("another");
  changed[13].traceparent = "01";
  changed[14].data = "[]";
  changed[15].tags = joined;
  changed[16].tags = shifted;
  changed[17].tags = {};
  changed[18].stream = "order-";
  changed[18].aggregate_type = "1Order";
  changed[19].source = "PlaceOrder";
  changed[19].causation_type = event.source;
  return changed;
}

}  // namespace tests
