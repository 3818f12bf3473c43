// What an operation leaves in the log: with what it appends, or not at all, and in a form that a schema describes.
#include <string>

#include <unistd.h>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <whence/core/error.hpp>
#include <whence/core/simulation.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log_source.hpp>

#include <tests/schema_check.hpp>

using namespace whence;

namespace {

const log_operation repair{.name = "log repair",
                           .arguments = R"({"position":4711})",
                           .reason = "ticket 17: \"the total\" was a text\n",
                           .by = {.uid = 1'000, .user = "ada", .pid = 4'182, .program = "order-service whence"}};

append_batch with_audit(const runtime& runtime, event_id id, expected_version expected) {
  append_batch batch;
  batch.streams.push_back({.stream = "order-1", .aggregate_type = "Order", .expected = expected, .events = {}});
  batch.streams.back().events.push_back(
      {.id = id, .type = "OrderPlaced", .occurred_at = runtime.clock->now(), .data = "{}", .metadata = {}, .tags = {}});
  batch.streams.push_back(audit_of(repair, runtime));
  return batch;
}

}  // namespace

TEST_CASE("a reason that is too long is refused, and nothing is made of it") {
  log_operation longer = repair;
  longer.reason = std::string(audit_reason_bytes_max, 'x');
  const runtime runtime = runtime::system();
  CHECK(audit_of(longer, runtime).events.size() == 1);
  longer.reason += 'x';
  CHECK_THROWS_AS(audit_of(longer, runtime), malformed_input);
  longer.reason = "\xff";
  CHECK_THROWS_AS(audit_of(longer, runtime), malformed_input);
}

TEST_CASE("what is refused leaves no audit event, and what is appended leaves one") {
  const runtime runtime = runtime::system();
  const auto log = memory().open(runtime);
  const event_id id(runtime.make_uuid());
  CHECK(log->append(with_audit(runtime, id, expected_version::exists())).get().refused() != nullptr);
  CHECK(log->head() == global_position{});
  CHECK(log->append(with_audit(runtime, id, expected_version::none())).get().committed() != nullptr);
  CHECK(log->stream_head(audit_stream) == stream_version{1});
  CHECK(log->append({{audit_of(repair, runtime)}}).get().committed() != nullptr);
  CHECK(log->stream_head(audit_stream) == stream_version{2});
}

TEST_CASE("an audit event says who did what, and why, as its schema has it") {
  const runtime runtime = runtime::system();
  const stream_append part = audit_of(repair, runtime);
  CHECK(part.stream == "whence-operations");
  CHECK(part.aggregate_type == "Whence");
  REQUIRE(part.events.size() == 1);
  const new_event& event = part.events.front();
  CHECK(event.type == "OperationCarriedOut");
  CHECK(event.metadata.correlation.value() == event.id.value());
  const auto data = nlohmann::json::parse(event.data);
  CHECK(tests::schema_check(tests::schema_named("audit.schema.json")).misfit(data) == "");
  CHECK(data["operation"] == "log repair");
  CHECK(data["arguments"]["position"] == 4711);
  CHECK(data["reason"] == repair.reason);
  CHECK(data["by"]["user"] == "ada");
  CHECK(data["by"]["program"] == "order-service whence");
}

TEST_CASE("the operator is the user and the process that ask, and a user without a name has none") {
  const log_operator self = this_operator("whence");
  CHECK(self.uid == ::geteuid());
  CHECK(self.pid == ::getpid());
  if (self.uid == 0) CHECK(self.user == "root");
  constexpr std::uint32_t nobody_has_it = 3'999'999'991;
  CHECK(operator_of(nobody_has_it, 1, "whence").user == "");
}
