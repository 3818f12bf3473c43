// One event is appended as it was planned, once, beside its audit event; or refused, with nothing in the log.
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <whence/control/errors.hpp>
#include <whence/control/event_append.hpp>
#include <whence/core/error.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;

namespace {

struct desk {
  whence::runtime runtime = whence::runtime::system();
  std::shared_ptr<whence::log> log = memory().open(runtime);
  event_check check;

  desk() {
    append_batch batch;
    batch.streams.push_back(
        {.stream = "order-1", .aggregate_type = "Order", .expected = expected_version::any(), .events = {}});
    batch.streams.back().events.push_back({.id = event_id(runtime.make_uuid()),
                                           .type = "OrderPlaced",
                                           .occurred_at = runtime.clock->now(),
                                           .data = "{}",
                                           .metadata = {},
                                           .tags = {}});
    REQUIRE(log->append(std::move(batch)).get().committed() != nullptr);
  }

  operation_request request(std::string event, std::string stream = "order-1", std::string expected = {}) const {
    operation_request asked{.operation = "event append",
                            .arguments = {{"stream", std::move(stream)}, {"event", std::move(event)}},
                            .reason = "ticket 17",
                            .dry_run = false,
                            .by = this_operator("a test")};
    if (!expected.empty()) asked.arguments["expected"] = expected;
    return asked;
  }
  nlohmann::json append(const operation_request& asked) const {
    return nlohmann::json::parse(append_event(asked, log, runtime, check).get());
  }
  /// The code of what speaks against it; nothing may have been written then.
  std::string refused(const operation_request& asked) const {
    const global_position before = log->head();
    try {
      append(asked);
    } catch (const error& failure) {
      CHECK(log->head() == before);
      return std::string(failure.code()) + ": " + failure.what();
    }
    return "it was appended";
  }
  std::string refused(const std::string& event) const { return refused(request(event)); }
};

const std::string shipped = R"({"eventType":"OrderShipped","data":{"by":"sea"}})";
const std::string malformed = "operation.malformed: `event append` cannot be done like this: ";

}  // namespace

TEST_CASE("what is no event is refused, and nothing is written") {
  const desk given;
  CHECK(given.refused("") == malformed + "the event is no JSON; nothing was done");
  CHECK(given.refused("[]") == malformed + "the event is no JSON object; nothing was done");
  CHECK(given.refused(std::string(100'000, '[')) == malformed + "the event is nested too deeply; nothing was done");
  CHECK(given.refused("{}").starts_with("envelope.malformed: this is no event"));
  CHECK(given.refused(R"({"eventType":"A"})").starts_with("envelope.malformed: this is no event: /data"));
  CHECK(given.refused(R"({"eventType":"A","data":{},"data":{}})").starts_with("envelope.malformed"));
  CHECK(given.refused(R"({"eventType":"A","data":{},"color":1})").starts_with("envelope.malformed"));
  CHECK(given.refused(R"({"eventType":"A","data":{},"eventId":"7"})").starts_with("envelope.malformed"));
  CHECK(given.refused(R"({"eventType":"","data":{}})").starts_with("envelope.malformed"));
  CHECK(given.refused(R"({"eventType":"A","data":{},"streamVersion":3})") ==
        malformed + "the event has a \"streamVersion\"; nothing was done");
  CHECK(given.refused(R"({"eventType":"A","data":{},"aggregateId":"order-2"})") ==
        malformed + "the event names another stream; nothing was done");
}

TEST_CASE("what operators did is appended by what they did it with, and by nothing else") {
  const desk given;
  CHECK(given.refused(given.request(shipped, "whence-operations")).starts_with("operation.malformed"));
  CHECK(given.refused(given.request(R"({"eventType":"A","data":{},"aggregateType":"Whence"})", "other-1"))
            .starts_with("operation.malformed"));
}

TEST_CASE("what was asked for otherwise than it can be is refused") {
  const desk given;
  CHECK(given.refused(given.request(shipped, "")).starts_with("operation.malformed"));
  CHECK(given.refused(given.request(shipped, "order-1", "seven")).starts_with("operation.malformed"));
  operation_request more = given.request(shipped);
  more.arguments["color"] = "red";
  CHECK(given.refused(more).starts_with("operation.malformed"));
  operation_request long_reason = given.request(shipped);
  long_reason.reason = std::string(audit_reason_bytes_max + 1, 'x');
  CHECK(given.refused(long_reason).starts_with("audit.reason"));
  CHECK(given.refused(given.request(shipped, "new-1"))
            .starts_with("envelope.malformed: this is no event: /aggregateType"));
  CHECK(given.refused(given.request(R"({"eventType":"A","data":{},"aggregateType":"Stock"})"))
            .starts_with("append.invalid"));
}

TEST_CASE("what no log takes is refused as soon as it is planned, by the rule") {
  const desk given;
  std::string tags;
  for (int i = 0; i < 33; ++i) tags += (i == 0 ? "\"" : ",\"") + std::string("tag:") + std::to_string(i) + "\"";
  const auto with = [](const std::string& members) { return R"({"eventType":"A","data":{},)" + members + "}"; };
  const std::string order = R"("aggregateType":"Order")";
  struct broken {
    std::string event;
    std::string stream;
    std::string rule;
  };
  for (const broken& each : {
           broken{with(R"("eventId":"00000000-0000-0000-0000-000000000000")"), "order-1", "event id is nil"},
           broken{with("\"tags\":[" + tags + "]"), "order-1", "tags: at most 32 an event"},
           broken{with(R"("tags":["a\nb"])"), "order-1", "tag is no UTF-8 without control characters"},
           broken{with(order), std::string(256, 'o'), "stream: at most 255 bytes"},
           broken{with(order), "order\n2", "stream is no UTF-8 without control characters"},
           broken{with(order), std::string("order\0002", 7), "stream is no UTF-8 without control characters"},
           broken{with(R"("aggregateType":"Stock")"), "order-1", "the stream's aggregate type is Order, not Stock"},
       }) {
    CAPTURE(each.rule);
    const std::string refused = "append.invalid: the batch cannot be appended: " + each.rule + "; nothing was written";
    operation_request asked = given.request(each.event, each.stream);
    CHECK(given.refused(asked) == refused);
    asked.dry_run = true;
    CHECK(given.refused(asked) == refused);
  }
}

TEST_CASE("a stream that is not as it has to be is told, with nothing written") {
  const desk given;
  CHECK(given.refused(given.request(shipped, "order-1", "none")).starts_with("append.version_conflict"));
  CHECK(given.refused(given.request(shipped, "order-1", "7")).starts_with("append.version_conflict"));
  CHECK(given.refused(given.request(R"({"eventType":"A","data":{},"aggregateType":"Order"})", "order-2", "exists"))
            .starts_with("append.version_conflict"));
}

TEST_CASE("what the application cannot read is refused") {
  desk given;
  given.check = [](const envelope& event) {
    throw unfit_event(event.event_type, event.event_version, event.aggregate_id, "no");
  };
  CHECK(given.refused(shipped).starts_with("operation.unfit_event"));
}

TEST_CASE("an event is appended with what was left out, and its audit event in the same commit") {
  desk given;
  given.check = [](const envelope&) {};
  const nlohmann::json result = given.append(given.request(shipped));
  CHECK(result["state"] == "appended");
  CHECK(result["streamVersion"] == 2);
  CHECK(result["globalPosition"] == 2);
  CHECK(result["checked"] == true);
  REQUIRE(given.log->head() == global_position{3});
  const event_page page = given.log->read(global_position{1});
  REQUIRE(page.size() == 2);
  const recorded_event& event = page.front();
  CHECK(event.stream == "order-1");
  CHECK(event.aggregate_type == "Order");
  CHECK(event.type == "OrderShipped");
  CHECK(event.type_version == 1);
  CHECK(event.data == R"({"by":"sea"})");
  CHECK(event.source == "a test");
  const recorded_event& audit = page.back();
  CHECK(audit.stream == audit_stream);
  const auto said = nlohmann::json::parse(audit.data);
  CHECK(said["operation"] == "event append");
  CHECK(said["reason"] == "ticket 17");
  CHECK(said["arguments"]["eventId"] == event.id.to_string());
  CHECK(said["by"]["program"] == "a test");
}

TEST_CASE("data are appended as they are written, number by number") {
  const desk given;
  given.append(
      given.request(R"({ "eventType": "Weighed", "data": { "grams": 1.10, "more": 12345678901234567890.10 } })"));
  CHECK(given.log->read(global_position{1}).front().data == R"({"grams":1.10,"more":12345678901234567890.10})");
}

TEST_CASE("what is only planned writes nothing, and is appended as it was planned") {
  const desk given;
  operation_request asked = given.request(shipped);
  asked.dry_run = true;
  const nlohmann::json planned = given.append(asked);
  CHECK(planned["state"] == "planned");
  CHECK(planned["globalPosition"].is_null());
  CHECK(planned["expected"] == "1");
  CHECK(given.log->head() == global_position{1});

  asked.dry_run = false;
  asked.arguments["event"] = planned["event"].get<std::string>();
  asked.arguments["expected"] = planned["expected"].get<std::string>();
  CHECK(given.append(asked)["state"] == "appended");
  CHECK(given.append(asked)["state"] == "there");  // whoever did not hear the answer asks again
  CHECK(given.log->head() == global_position{3});
  asked.arguments["event"] = shipped;
  CHECK(given.refused(asked).starts_with("append.version_conflict"));
}

TEST_CASE("an event with an id takes effect once, however often it comes, and the same id is no other event") {
  const desk given;
  const std::string id = "019bff00-c840-7d21-9c3a-5f0a7be1d4c2";
  const std::string event = R"({"eventId":")" + id + R"(","eventType":"OrderShipped","data":{}})";
  CHECK(given.append(given.request(event))["state"] == "appended");
  const nlohmann::json again = given.append(given.request(event));
  CHECK(again["state"] == "there");
  CHECK(again["globalPosition"] == 2);
  CHECK(again["streamVersion"] == 2);
  CHECK(given.log->head() == global_position{3});
  const std::string other = R"({"eventId":")" + id + R"(","eventType":"OrderShipped","data":{"by":"air"}})";
  CHECK(given.refused(other).starts_with("append.event_id_reused"));
  CHECK(
      given
          .refused(given.request(
              R"({"eventId":")" + id + R"(","eventType":"OrderShipped","data":{},"aggregateType":"Order"})", "order-9"))
          .starts_with("append.event_id_reused"));
}

TEST_CASE("a stream of its own begins with what is expected of it") {
  const desk given;
  const std::string first = R"({"eventType":"Opened","data":{},"aggregateType":"Till","tags":["shop:1"]})";
  CHECK(given.append(given.request(first, "till-1"))["streamVersion"] == 1);
  CHECK(given.append(given.request(R"({"eventType":"Closed","data":{}})", "till-1", "any"))["streamVersion"] == 2);
  CHECK(given.append(given.request(R"({"eventType":"Opened","data":{}})", "till-1", "2"))["streamVersion"] == 3);
}
