#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <whence/store/event_page_builder.hpp>

using namespace whence;

namespace {

recorded_event event_with(std::string_view stream, std::string_view data, std::span<const std::string_view> tags) {
  recorded_event event;
  event.position = global_position{1};
  event.version = stream_version{1};
  event.stream = stream;
  event.aggregate_type = "Order";
  event.type = "OrderPlaced";
  event.source = "shop";
  event.data = data;
  event.tags = tags;
  return event;
}

}  // namespace

TEST_CASE("a page owns what its events view") {
  event_page_builder builder;
  {
    std::string stream = "order-1";
    std::string data(200'000, 'x');
    std::string tag = "customer:42";
    const std::vector<std::string_view> tags{tag, "b"};
    builder.add(event_with(stream, data, tags));
    stream.assign(stream.size(), '?');
    data.assign(data.size(), '?');
    tag.assign(tag.size(), '?');
  }
  const event_page page = builder.finish(global_position{7}, false);
  REQUIRE(page.size() == 1);
  CHECK(page[0].stream == "order-1");
  CHECK(page[0].data == std::string(200'000, 'x'));
  REQUIRE(page[0].tags.size() == 2);
  CHECK(page[0].tags[0] == "customer:42");
  CHECK(page.scanned_to() == global_position{7});
  CHECK_FALSE(page.at_end());
}

TEST_CASE("a page that is moved keeps its events where they are") {
  event_page_builder builder;
  builder.add(event_with("order-1", "{}", {}));
  event_page first = builder.finish(global_position{1}, true);
  const char* const bytes = first[0].stream.data();
  const event_page second = std::move(first);
  CHECK(second[0].stream.data() == bytes);
  CHECK(second.at_end());
}

TEST_CASE("a builder starts afresh after a page") {
  event_page_builder builder;
  builder.add(event_with("order-1", "{}", {}));
  CHECK(builder.events() == 1);
  CHECK(builder.bytes() == 29);
  builder.finish(global_position{1}, true);
  CHECK(builder.events() == 0);
  CHECK(builder.bytes() == 0);
  CHECK(builder.finish(global_position{}, true).empty());
}

TEST_CASE("the tags of each event are its own, however many there are, and stay with their page") {
  event_page_builder builder;
  std::vector<event_page> pages;
  const std::vector<std::string> words{"a", "b", "c", "d", "e"};
  std::vector<std::string_view> many;
  for (std::size_t i = 0; i < 700; ++i) many.push_back(words[i % words.size()]);
  const auto tags_of = [&](std::size_t number) {
    return std::span(many).subspan(number % 5, number == 50 ? 690 : number % 4);
  };
  for (std::size_t page = 0; page < 3; ++page) {
    for (std::size_t number = 0; number < 100; ++number) builder.add(event_with("order-1", "{}", tags_of(number)));
    pages.push_back(builder.finish(global_position{page}, true));
  }
  for (const event_page& page : pages) {
    REQUIRE(page.size() == 100);
    for (std::size_t number = 0; number < 100; ++number) CHECK(std::ranges::equal(page[number].tags, tags_of(number)));
  }
}

TEST_CASE("an envelope has everything that the event has") {
  const std::vector<std::string_view> tags{"a:1"};
  recorded_event event = event_with("order-1", R"({"a":1})", tags);
  event.position = global_position{9};
  event.version = stream_version{3};
  event.type_version = 2;
  event.id = event_id::parse("0192f0c1-2345-7abc-8def-0123456789ab");
  event.correlation = correlation_id::parse("0192f0c1-2345-7abc-8def-0123456789ac");
  event.causation = causation_id(event.id);
  event.causation_type = "PlaceOrder";
  event.traceparent = "00-1";
  event.occurred_at = timestamp{std::chrono::microseconds{5}};
  event.recorded_at = timestamp{std::chrono::microseconds{6}};
  const envelope copy = to_envelope(event);
  CHECK(copy.id == event.id);
  CHECK(copy.event_type == "OrderPlaced");
  CHECK(copy.event_version == 2);
  CHECK(copy.occurred_at == event.occurred_at);
  CHECK(copy.aggregate_id == "order-1");
  CHECK(copy.aggregate_type == "Order");
  CHECK(copy.data == R"({"a":1})");
  CHECK(copy.metadata == metadata{event.correlation, event.causation, "PlaceOrder", "shop", "00-1"});
  CHECK(copy.position == global_position{9});
  CHECK(copy.version == stream_version{3});
  CHECK(copy.recorded_at == event.recorded_at);
  CHECK(copy.tags == std::vector<std::string>{"a:1"});
}
