// The documented form is written out once, as text; reading is tested by changing one thing at a time in it.
#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include <whence/core/envelope.hpp>
#include <whence/core/error.hpp>

#include <tests/places.hpp>

using namespace whence;
using nlohmann::ordered_json;

namespace {

const std::string documented =
    R"({"eventId":"019bff00-c840-7d21-9c3a-5f0a7be1d4c2","eventType":"OrderPlaced","eventVersion":2,)"
    R"("occurredAt":"2026-01-27T10:30:00.000000Z","aggregateId":"order-12345","aggregateType":"Order",)"
    R"("data":{"customerId":"ada","items":[{"item":"tea","quantity":2}]},)"
    R"("metadata":{"correlationId":"019bff00-c83f-7a10-8e55-0c9d3b7a91e0",)"
    R"("causationId":"019bff00-c83f-7a10-8e55-0c9d3b7a91e1","source":"order-service"}})";

const std::string complete =
    R"({"eventId":"019bff00-c840-7d21-9c3a-5f0a7be1d4c2","eventType":"OrderPlaced","eventVersion":2,)"
    R"("occurredAt":"2026-01-27T10:30:00.000000Z","aggregateId":"order-12345","aggregateType":"Order",)"
    R"("data":{"customerId":"ada","items":[{"item":"tea","quantity":2}]},)"
    R"("metadata":{"correlationId":"019bff00-c83f-7a10-8e55-0c9d3b7a91e0",)"
    R"("causationId":"019bff00-c83f-7a10-8e55-0c9d3b7a91e1","source":"order-service","causationType":"PlaceOrder",)"
    R"("traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},"globalPosition":4711,)"
    R"("streamVersion":1,"recordedAt":"2026-01-27T10:30:00.002113Z","tags":["customer:ada","eu"]})";

envelope order_placed() {
  envelope event;
  event.id = event_id::parse("019bff00-c840-7d21-9c3a-5f0a7be1d4c2");
  event.event_type = "OrderPlaced";
  event.event_version = 2;
  event.occurred_at = parse_rfc3339("2026-01-27T10:30:00Z");
  event.aggregate_id = "order-12345";
  event.aggregate_type = "Order";
  event.data = R"({"customerId":"ada","items":[{"item":"tea","quantity":2}]})";
  event.metadata.correlation = correlation_id::parse("019bff00-c83f-7a10-8e55-0c9d3b7a91e0");
  event.metadata.causation = causation_id(command_id::parse("019bff00-c83f-7a10-8e55-0c9d3b7a91e1"));
  event.metadata.source = "order-service";
  return event;
}

/// The documented event with something done to it.
std::string changed(const std::function<void(ordered_json&)>& change, const std::string& from = complete) {
  auto document = ordered_json::parse(from);
  change(document);
  return document.dump();
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

/// "pointer: reason" of the refusal.
std::string refusal_of(const std::string& text) {
  try {
    envelope_from_json(text);
  } catch (const malformed_input& refused) {
    CHECK(refused.code() == "envelope.malformed");
    CHECK(refused.next() == next_move::change_request);
    return refused.text().where + ": " + refused.text().why;
  }
  return "accepted";
}

}  // namespace

TEST_CASE("an event is written as the documentation shows it") {
  CHECK(to_json(order_placed()) == documented);
  envelope event = order_placed();
  event.metadata.causation_type = "PlaceOrder";
  event.metadata.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  event.position = global_position{4711};
  event.version = stream_version{1};
  event.recorded_at = parse_rfc3339("2026-01-27T10:30:00.002113Z");
  event.tags = {"customer:ada", "eu"};
  CHECK(to_json(event) == complete);
}

TEST_CASE("what was written is read, and written the same") {
  CHECK(to_json(envelope_from_json(documented)) == documented);
  CHECK(to_json(envelope_from_json(complete)) == complete);
  const envelope event = envelope_from_json(complete);
  CHECK(event.id == order_placed().id);
  CHECK(event.event_version == 2);
  CHECK(event.data == order_placed().data);
  CHECK(event.position == global_position{4711});
  CHECK(event.version == stream_version{1});
  CHECK(event.tags == std::vector<std::string>{"customer:ada", "eu"});
  CHECK(event.metadata.causation_type == "PlaceOrder");
}

TEST_CASE("names and tags are escaped") {
  envelope event = order_placed();
  event.aggregate_id = "a\"b\\c\nd";
  event.metadata.source = "é\x01";
  event.tags = {"\t"};
  const envelope again = envelope_from_json(to_json(event));
  CHECK(again.aggregate_id == event.aggregate_id);
  CHECK(again.metadata.source == event.metadata.source);
  CHECK(again.tags == event.tags);
  event.aggregate_type = "\xff";
  CHECK_THROWS_AS(to_json(event), malformed_input);
}

TEST_CASE("an event is one line, whatever its data looks like") {
  envelope event = order_placed();
  event.data = "{\n  \"a\":\r\n 1\n}";
  CHECK(to_json(event).find_first_of("\r\n") == std::string::npos);
  CHECK(envelope_from_json(to_json(event)).data == R"({"a":1})");
}

TEST_CASE("members may come in any order, with white space, and the version as others write it") {
  auto document = ordered_json::parse(complete);
  ordered_json reversed;
  for (auto member = document.rbegin(); member != document.rend(); ++member) reversed[member.key()] = member.value();
  CHECK(to_json(envelope_from_json(reversed.dump(4))) == complete);
  for (const std::string version : {R"("2")", R"("2.0")", "2.0", "2"}) {
    CHECK(envelope_from_json(replaced(complete, R"("eventVersion":2)", R"("eventVersion":)" + version)).event_version ==
          2);
  }
  const std::string upper =
      replaced(complete, "019bff00-c840-7d21-9c3a-5f0a7be1d4c2", "019BFF00-C840-7D21-9C3A-5F0A7BE1D4C2");
  CHECK(to_json(envelope_from_json(upper)) == complete);
  const std::string offset = replaced(complete, "2026-01-27T10:30:00.000000Z", "2026-01-27T11:30:00+01:00");
  CHECK(to_json(envelope_from_json(offset)) == complete);
}

TEST_CASE("data of any form comes in as the same document") {
  for (const std::string data : {"{}", "[]", "null", "true", "\"text\"", "0", "-7", "18446744073709551615",
                                 "-9223372036854775808", "123456789012345678901234567890", "0.10", "1e3",
                                 "[[],{},[1,2,[3]],{\"a\":{\"b\":[null,false]}}]", R"({"a~/b":"\u0000 \" é","":1})"}) {
    CAPTURE(data);
    envelope event = order_placed();
    event.data = data;
    CHECK(envelope_from_json(to_json(event)).data == data);
  }
}

TEST_CASE("a member that is missing is named") {
  for (const char* const name :
       {"eventId", "eventType", "eventVersion", "occurredAt", "aggregateId", "aggregateType", "data", "metadata"}) {
    CHECK(refusal_of(changed([&](ordered_json& event) { event.erase(name); })) ==
          "/" + std::string(name) + ": it is missing");
  }
  for (const char* const name : {"correlationId", "causationId", "source"}) {
    CHECK(refusal_of(changed([&](ordered_json& event) { event["metadata"].erase(name); })) ==
          "/metadata/" + std::string(name) + ": it is missing");
  }
  for (const char* const name : {"globalPosition", "streamVersion", "recordedAt", "tags"}) {
    CHECK(refusal_of(changed([&](ordered_json& event) { event.erase(name); })) == "accepted");
  }
  CHECK(refusal_of("{}") == "/eventId: it is missing");
}

TEST_CASE("a member that nobody knows is refused") {
  CHECK(refusal_of(changed([](ordered_json& event) { event["eventTyp"] = "x"; })) ==
        "/eventTyp: an event has no such member");
  CHECK(refusal_of(changed([](ordered_json& event) { event["metadata"]["a/b~c"] = "x"; })) ==
        "/metadata/a~1b~0c: an event has no such member");
}

TEST_CASE("a member that is there twice is refused, in data too") {
  CHECK(refusal_of(replaced(complete, R"("eventVersion":2)", R"("eventVersion":2,"eventVersion":3)")) ==
        "/eventVersion: it is there twice");
  CHECK(refusal_of(replaced(complete, R"("source":)", R"("source":"a","source":)")) ==
        "/metadata/source: it is there twice");
  CHECK(refusal_of(replaced(complete, R"("quantity":2)", R"("quantity":2,"quantity":2)")) ==
        "/data/items/0/quantity: it is there twice");
  CHECK(refusal_of(replaced(complete, R"("quantity":2)", R"("quantity":2,"\u0071uantity":2)")) ==
        "/data/items/0/quantity: it is there twice");
}

TEST_CASE("a member of another form is refused, and the message says what was expected") {
  const auto with = [](const std::string& pointer, const ordered_json& value) {
    return refusal_of(changed([&](ordered_json& event) { event[ordered_json::json_pointer(pointer)] = value; }));
  };
  CHECK(with("/eventType", 7) == "/eventType: expected a string, found a number");
  CHECK(with("/eventType", "") == "/eventType: it is empty");
  CHECK(with("/eventType", nullptr) == "/eventType: expected a string, found null");
  CHECK(with("/eventType", ordered_json::object()) == "/eventType: an object has no place here");
  CHECK(with("/aggregateId", ordered_json::array()) == "/aggregateId: an array has no place here");
  CHECK(with("/metadata", "x") == "/metadata: expected an object or array, found a string");
  CHECK(with("/metadata", ordered_json::array()) == "/metadata: an array has no place here");
  CHECK(with("/metadata/source", ordered_json::object()) == "/metadata/source: an object has no place here");
  CHECK(with("/metadata/traceparent", false) == "/metadata/traceparent: expected a string, found a boolean");
  CHECK(with("/tags", "x") == "/tags: expected an object or array, found a string");
  CHECK(with("/tags/1", 1) == "/tags/1: expected a string, found a number");
  CHECK(with("/tags/1", ordered_json::array()) == "/tags/1: an array has no place here");
  CHECK(with("/globalPosition", 0) == "/globalPosition: expected an integer from 1 to 18446744073709551615, found 0");
  CHECK(with("/globalPosition", -1) == "/globalPosition: expected an integer from 1 to 18446744073709551615, found -1");
  CHECK(with("/globalPosition", 1.5) ==
        "/globalPosition: expected an integer from 1 to 18446744073709551615, found 1.5");
  CHECK(with("/streamVersion", "1") == "/streamVersion: expected an integer, found a string");
  CHECK(with("/eventVersion", 0) == "/eventVersion: expected an integer from 1 to 4294967295, found 0");
  CHECK(with("/eventVersion", 4294967296) ==
        "/eventVersion: expected an integer from 1 to 4294967295, found 4294967296");
  CHECK(with("/eventVersion", "2.1") == "/eventVersion: expected an integer from 1 to 4294967295, found \"2.1\"");
  CHECK(with("/eventVersion", "02") == "/eventVersion: expected an integer from 1 to 4294967295, found \"02\"");
  CHECK(with("/eventVersion", "two") == "/eventVersion: expected an integer from 1 to 4294967295, found \"two\"");
  CHECK(with("/eventVersion", true) == "/eventVersion: expected an integer, found a boolean");
  CHECK(with("/eventId", "nonsense").starts_with("/eventId: this is no id: \"nonsense\""));
  CHECK(with("/occurredAt", "yesterday").starts_with("/occurredAt: this is no time: \"yesterday\""));
  CHECK(with("/recordedAt", "2026-01-27T10:30:00.0000001Z").starts_with("/recordedAt: this is no time"));
}

TEST_CASE("what is no JSON object is refused") {
  CHECK(refusal_of("7") == ": expected an object, found a number");
  CHECK(refusal_of("[]") == ": an array has no place here");
  CHECK(refusal_of("\xEF\xBB\xBF" + complete) == "byte 1: it begins with a byte-order mark");
  CHECK(refusal_of(complete + std::string("\0{", 2)) ==
        "byte " + std::to_string(complete.size() + 1) + ": a zero byte is no JSON");
  for (const std::string& text :
       {std::string(), std::string("{"), complete + "x", complete + complete, std::string("{\"eventId\":\"\xff\"}"),
        std::string("{\"eventId\":\"\\ud800\"}"), "/* */" + complete, std::string(1, '\0') + complete}) {
    CHECK(refusal_of(text).starts_with("byte "));
  }
  CHECK(refusal_of(replaced(complete, R"("quantity":2)", R"("quantity":1e999)")).starts_with("byte "));
  CHECK(refusal_of(replaced(complete, R"("quantity":2)", R"("quantity":NaN)")).starts_with("byte "));
}

TEST_CASE("depth and size are bounded before anything is built") {
  const auto nested = [](std::size_t depth) {
    return replaced(complete, R"({"item":"tea","quantity":2})",
                    std::string(depth - 2, '[') + std::string(depth - 2, ']'));
  };
  CHECK(refusal_of(nested(data_depth_max)) == "accepted");
  CHECK(refusal_of(nested(data_depth_max + 1)).ends_with("/0: it is nested too deeply"));
  CHECK(refusal_of(nested(200'000)).ends_with("/0: it is nested too deeply"));
  CHECK(
      refusal_of(replaced(complete, "ada", std::string(envelope_bytes_max, 'a'))).ends_with("are more than 16777216"));
  const std::string largest = std::string(envelope_bytes_max - complete.size() + 3, 'a');
  CHECK(refusal_of(replaced(complete, "ada", largest)) == "accepted");
}

TEST_CASE("the schema names the members that are written, and no others") {
  std::ifstream file(places::sources() / "schemas" / "envelope.schema.json");
  const auto schema = ordered_json::parse(file);
  const auto written = ordered_json::parse(complete);
  const auto required = ordered_json::parse(documented);
  const auto keys = [](const ordered_json& object) {
    std::set<std::string> names;
    for (const auto& [name, value] : object.items()) names.insert(name);
    return names;
  };
  const auto listed = [](const ordered_json& array) { return array.get<std::set<std::string>>(); };
  CHECK(keys(schema["properties"]) == keys(written));
  CHECK(listed(schema["required"]) == keys(required));
  const ordered_json& metadata = schema["properties"]["metadata"];
  CHECK(keys(metadata["properties"]) == keys(written["metadata"]));
  CHECK(listed(metadata["required"]) == keys(required["metadata"]));
  CHECK(schema["additionalProperties"] == false);
  CHECK(metadata["additionalProperties"] == false);
  for (const ordered_json& example : schema["examples"])
    CHECK(to_json(envelope_from_json(example.dump())) == example.dump());
}
