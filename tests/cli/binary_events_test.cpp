// Events that are stored as binary are shown as JSON by every command, without their types.
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>

using nlohmann::json;
using tests::ran;

namespace {

/// {"total":"12.50","n":7,"sent":"1970-01-01T00:00:01.000000Z"}
const std::string measured("\xD9\xD9\xF7\xA3\x65total\xC4\x82\x21\x19\x04\xE2\x61n\x07\x64sent\xD9\x03\xE9\xA1\x01\x01",
                           30);
const json shown = {{"total", "12.50"}, {"n", 7}, {"sent", "1970-01-01T00:00:01.000000Z"}};

std::unique_ptr<tests::console> console_with(const std::string& data) {
  auto console = tests::empty_console();
  tests::append_event(*console->log, "probe-1", "Probe", tests::event_of("Measured", data, 1));
  return console;
}

}  // namespace

TEST_CASE("what is binary is listed and shown as JSON") {
  const auto console = console_with(measured);
  const ran listed = console->run("event list -o jsonl");
  CHECK(listed.exit == 0);
  CHECK(json::parse(listed.out).at("data") == shown);
  CHECK(json::parse(console->run("event show @1 -o jsonl").out).at("data") == shown);
  const std::string screen = console->run("event show @1").out;
  CHECK(screen.find("30 bytes of binary · checksum and chain ok") != std::string::npos);
  CHECK(screen.find("12.50") != std::string::npos);
  CHECK(json::parse(console->run("stream show probe-1 -o jsonl").out).at("data") == shown);
  CHECK(console->run("trace @1 --data").out.find("12.50") != std::string::npos);
}

TEST_CASE("a clause looks into what is binary") {
  const auto console = console_with(measured);
  const auto count = [&](const char* clause) {
    const ran listed = console->run({"event", "list", "-o", "jsonl", "--where", clause});
    CHECK(listed.exit == 0);
    return listed.out.empty() ? 0 : 1;
  };
  CHECK(count("/data/n > 6") == 1);
  CHECK(count("/data/n > 7") == 0);
  CHECK(count("/data/total = \"12.50\"") == 1);
  CHECK(count("/eventType = Measured") == 1);
}

TEST_CASE("what only begins like binary is shown byte for byte") {
  const auto console = console_with("\xD9\xD9\xF7\xFF");
  CHECK(json::parse(console->run("event list -o jsonl").out).at("data") == json{{"$binary", "d9d9f7ff"}});
  CHECK(console->run("event show @1").exit == 0);
}
