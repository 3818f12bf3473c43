// The control socket's reader: what it takes for a request is what is written for it, and so are answers; and an event that
// somebody wants appended is planned as an event that its own reader takes, or refused, with nothing written.
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include <whence/control/event_append.hpp>
#include <whence/control/message.hpp>
#include <whence/store/log_source.hpp>

#include "tests/fuzz/property.hpp"

using fuzzing::holds;
using namespace whence;

namespace {

std::string without_line_feed(std::string line) {
  holds(line.ends_with('\n'), "a message ends with a line feed", {line});
  line.pop_back();
  holds(line.find('\n') == std::string::npos, "a message is one line", {line});
  return line;
}

/// A log of one event, which planning does not change.
whence::log& shop() {
  static const runtime real = runtime::system(1);
  static const std::unique_ptr<whence::log> made = [] {
    auto opened = memory().open(real);
    append_batch batch;
    batch.streams.push_back(
        {.stream = "order-1", .aggregate_type = "Order", .expected = expected_version::any(), .events = {}});
    batch.streams.back().events.push_back({.id = event_id(real.make_uuid()),
                                           .type = "OrderPlaced",
                                           .occurred_at = real.clock->now(),
                                           .data = "{}",
                                           .metadata = {},
                                           .tags = {}});
    opened->append(std::move(batch)).get().value();
    return opened;
  }();
  return *made;
}

void plan(const operation_request& request) {
  static const runtime real = runtime::system(1);
  try {
    const planned_append planned = plan_event_append(request, shop(), real, {});
    const std::string written = to_json(planned.event);
    const envelope again = envelope_from_json(written);
    holds(again.data == planned.event.data && again.event_type == planned.event.event_type,
          "what is planned is an event", {written});
    holds(planned.event.aggregate_id == request.argument("stream"), "it is planned for the stream that was named",
          {written});
    holds(nlohmann::json::accept(json_of(planned, "planned")), "the plan is JSON", {json_of(planned, "planned")});
  } catch (const error& refused) {
    holds(*refused.what() != '\0', "it is said why it is refused");
  }
  holds(shop().head() == global_position{1}, "a plan writes nothing");
}

void read_as_request(const std::string& line) {
  std::optional<operation_request> read;
  try {
    read = detail::read_request(line);
  } catch (const error& refused) {
    holds(*refused.what() != '\0', "it is said why it is no request", {line});
    return;
  }
  holds(read->by.pid == 0 && read->by.uid == 0 && read->by.user.empty(), "a peer says nothing of who it is", {line});
  try {
    const std::string written = without_line_feed(detail::line_of(*read));
    const operation_request again = detail::read_request(written);
    holds(again.operation == read->operation && again.arguments == read->arguments && again.reason == read->reason &&
              again.dry_run == read->dry_run && again.by.program == read->by.program,
          "a request is read as it is written", {line, written});
  } catch (const control_too_large&) {  // escaped, it is longer than it came
  }
  plan(*read);
}

void read_as_reply(const std::string& line) {
  try {
    const detail::control_reply read = detail::read_reply(line);
    const std::string written = without_line_feed(detail::line_of(read));
    const detail::control_reply again = detail::read_reply(written);
    holds(again.service == read.service, "an answer is read as it is written", {line, written});
  } catch (const error& refused) {
    holds(*refused.what() != '\0', "it is said why it is no answer", {line});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string line(fuzzing::text_of(data, size));
  read_as_request(line);
  read_as_reply(line);
  return 0;
}
