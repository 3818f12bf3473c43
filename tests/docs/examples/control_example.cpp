// The example of framework/whence/control/README.md.
#include <filesystem>
#include <memory>
#include <utility>

#include <doctest/doctest.h>

#include <whence/control/control_client.hpp>
#include <whence/control/control_server.hpp>
#include <whence/control/event_append.hpp>
#include <whence/store/log_source.hpp>

#include <tests/temporary_folder.hpp>

TEST_CASE("control: a service is asked to append an event") {
  const tests::temporary_folder folder;
  std::filesystem::current_path(folder.path());
  const auto runtime = whence::runtime::system();
  const std::shared_ptr<whence::log> log = whence::sqlite("bank.db").open(runtime);
  whence::append_batch opening;
  opening.streams.push_back({.stream = "account-ada",
                             .aggregate_type = "Account",
                             .expected = whence::expected_version::none(),
                             .events = {{.id = whence::event_id(runtime.make_uuid()),
                                         .type = "Opened",
                                         .occurred_at = runtime.clock->now(),
                                         .data = "{}",
                                         .metadata = {},
                                         .tags = {}}}});
  log->append(std::move(opening)).get().value();

  whence::operations offered;
  offered.add("event append", [log, runtime](whence::operation_request request, whence::operation_progress) {
    return whence::append_event(std::move(request), log, runtime, whence::event_check());
  });
  const whence::control_server server("bank.db.ctl", "bank", std::move(offered), runtime);

  // In another process:
  auto client = whence::control_client::connect("bank.db.ctl", "bank.db", runtime);
  whence::operation_request request;
  request.operation = "event append";
  request.arguments = {{"stream", "account-ada"}, {"event", R"({"eventType":"Deposited","data":{"cents":100}})"}};
  request.reason = "ticket 17";
  request.by.program = "a test";
  const whence::control_answer answer = std::move(*client).ask(request, {}, "whence stream show account-ada");
  CHECK(answer.service == "bank");
  CHECK(log->head() == whence::global_position{3});
}
