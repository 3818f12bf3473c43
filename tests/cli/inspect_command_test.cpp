// The front page: of what is wrong first.
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/damaged_log.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/core/simulation.hpp>

using namespace whence;
using tests::ran;

namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// The log's id differs from run to run.
std::string without_id(std::string text) {
  const std::size_t at = text.find("log        ");
  return at == std::string::npos ? text : text.replace(at + 11, 36, "<id>");
}

}  // namespace

TEST_CASE("wrong usage of inspect is one message") {
  tests::console console;
  struct what {
    const char* line;
    const char* says;
  };
  for (const what& what : {
           what{"inspect shop.db", "`inspect` has no place for \"shop.db\""},
           what{"inspect --recent 0", "--recent cannot be 0"},
           what{"inspect --recent 10000001", "give 1 to 10000000"},
           what{"inspect --recent many", "--recent cannot be \"many\""},
           what{"inspect --watch 1", "--watch cannot be \"1\""},
           what{"inspect --watch 2s -o json", "choose -o table or -o jsonl"},
           what{"inspect -o csv", "-o cannot be \"csv\""},
           what{"inspekt", "did you mean inspect?"},
       }) {
    CAPTURE(what.line);
    const ran ran = console.run(what.line);
    CHECK(ran.exit == 2);
    CHECK(ran.err.find(what.says) != std::string::npos);
    CHECK(count(ran.err, "whence: ") == 1);
  }
}

TEST_CASE("an empty log") {
  const auto console = tests::empty_console();
  const ran ran = console->run("inspect");
  CHECK(ran.exit == 0);
  CHECK(without_id(ran.out) ==
        "memory\nlog        <id>   epoch 1\ncondition  whole\nwriter     none\nevents     0\nstreams    0\n"
        "rate       0/s in the last minute\n");
  const auto json = nlohmann::json::parse(console->run("inspect -o json").out);
  CHECK(json.at("status") == "pass");
  CHECK(json.at("data").at("lastRecordedAt").is_null());
  CHECK(json.at("data").at("types").empty());
}

TEST_CASE("a log that is not whole says so on its page, with exit code 6") {
  tests::console console;
  log_condition condition;
  std::string text;
  std::string word;
  SUBCASE("its tail is missing") {
    condition = {log_condition::kind::tail_missing, global_position{9}, global_position{12}};
    text = "condition  its tail is missing: it ends at #9, its witness saw #12\n";
    word = "tail_missing";
  }
  SUBCASE("its witness is missing") {
    condition = {log_condition::kind::witness_missing, global_position{9}, global_position{}};
    text = "condition  it has no witness: a missing tail would not be seen\n";
    word = "witness_missing";
  }
  tests::visit(console, [condition](std::unique_ptr<log_reader> log) {
    auto found = std::make_unique<tests::damaged_log>(std::move(log), 1'000);
    found->condition_ = condition;
    return found;
  });
  const ran ran = console.run("inspect");
  CHECK(ran.exit == 6);
  CHECK(ran.out.find(text) != std::string::npos);
  CHECK(ran.out.find("events     9\n") != std::string::npos);
  CHECK(ran.err.find("[log." + word + ", exit 6]") != std::string::npos);
  const auto json = nlohmann::json::parse(console.run("inspect -o json").out);
  CHECK(json.at("status") == "fail");
  CHECK(json.at("data").at("condition") == word);
  CHECK(json.at("diagnostics").at(0).at("code") == "log." + word);
}

TEST_CASE("a damaged event is said, and what is before it is shown") {
  tests::console console;
  tests::visit(console,
               [](std::unique_ptr<log_reader> log) { return std::make_unique<tests::damaged_log>(std::move(log), 5); });
  const ran ran = console.run("inspect");
  CHECK(ran.exit == 6);
  CHECK(ran.out.find("events     9\nstreams    ≥ 3\n") != std::string::npos);
  CHECK(ran.out.find("of the last 4 events\n") != std::string::npos);
  CHECK(ran.err.find("[log.checksum, exit 6]") != std::string::npos);
  const auto json = nlohmann::json::parse(console.run("inspect -o json").out);
  CHECK(json.at("status") == "fail");
  CHECK(json.at("data").at("lookedAt") == 4);
  CHECK(ran.out.find("condition  an event in it is damaged\n") != std::string::npos);
  CHECK(json.at("data").at("condition") == "damaged");
}

TEST_CASE("a read model that cannot be used is named, with exit code 6") {
  tests::console console;
  tests::models_beside models;
  models.add("sound", *console.log, 9);
  models.write("broken.current", "broken.1.1.db\n");
  models.write("broken.1.1.db", "no database");
  const auto source = models.around(console.around.store_at(""));
  console.around.store_at = [source](const std::string&) { return source; };
  const ran ran = console.run("inspect");
  CHECK(ran.exit == 6);
  CHECK(ran.out.find(
            "\nPROJECTION  VER  STATE    CHECKPOINT  LAG  BEHIND\nbroken        1  damaged           –    –       –\n"
            "sound         1  live              9    0     0 s\n") != std::string::npos);
  CHECK(ran.err.find("[read_model.damaged, exit 6]") != std::string::npos);
  CHECK(nlohmann::json::parse(console.run("inspect -o json").out).at("status") == "fail");
}

TEST_CASE("a log at a glance") {
  tests::console console;
  CHECK(without_id(console.run("inspect").out) == R"(memory
log        <id>   epoch 1
condition  whole
writer     none
events     9
streams    5
recorded   2026-01-27T10:30:01.000Z to 2026-01-27T10:30:09.000Z (0 s ago)
rate       0.2/s in the last minute

EVENT TYPE       AGGREGATE  COUNT   SHARE
OrderPlaced      Order          3  33.3 %
OrderCancelled   Order          1  11.1 %
OrderNoted       Order          1  11.1 %
OrderShipped     Order          1  11.1 %
PaymentRefunded  Payment        1  11.1 %
PaymentTaken     Payment        1  11.1 %
StockAdjusted    StockItem      1  11.1 %
)");
  const std::string few = console.run("inspect --recent 2 --time local").out;
  CHECK(few.find("streams    ≥ 2\nrecorded   2026-01-27T11:30:01.000+01:00 to ") != std::string::npos);
  CHECK(few.ends_with(
      "OrderNoted   Order          1  50.0 %\nOrderPlaced  Order          1  50.0 %\nof the last 2 events\n"));
  static_cast<manual_clock&>(*console.around.runtime.clock).advance(std::chrono::seconds(56));
  CHECK(console.run("inspect").out.find("(56 s ago)\nrate       0.1/s in the last minute\n") != std::string::npos);
  static_cast<manual_clock&>(*console.around.runtime.clock).advance(std::chrono::minutes(5));
  CHECK(console.run("inspect").out.find("rate       0/s in the last minute\n") != std::string::npos);
  CHECK(console.run("").out != console.run("inspect").out);
}

TEST_CASE("machine forms are exact") {
  tests::models_beside models;
  tests::console console(sqlite(models.store()), tests::shop_runtime());
  tests::fill_shop(*console.log, console.around.runtime);
  models.add("stock", *console.log, 4);
  const ran ran = console.run("inspect -o jsonl --recent 3");
  CHECK(ran.exit == 0);
  CHECK(ran.out.find('\n') == ran.out.size() - 1);
  const auto json = nlohmann::json::parse(ran.out);
  CHECK(json.at("command") == "inspect");
  CHECK(json.at("status") == "pass");
  const auto& data = json.at("data");
  CHECK(data.at("log") == models.store());
  CHECK(data.at("logId") == console.log->identity().id.to_string());
  CHECK(data.at("writer") == ::getpid());
  CHECK(data.at("bytes") == std::filesystem::file_size(models.store()));
  CHECK(data.at("walBytes") == std::filesystem::file_size(models.store() + "-wal"));
  CHECK(data.at("head") == 9);
  CHECK(data.at("firstRecordedAt") == "2026-01-27T10:30:01.000000Z");
  CHECK(data.at("lastAgeSeconds") == 0.0);
  CHECK(data.at("eventsInLastMinute") == 9);
  CHECK(data.at("lookedAt") == 3);
  CHECK(data.at("streams") == 3);
  CHECK(data.at("allStreams") == false);
  CHECK(data.at("types").size() == 3);
  CHECK(data.at("projections").at(0).at("lag") == 5);
  CHECK(console.run("inspect").out.find("writer     process " + std::to_string(::getpid()) + "\n") !=
        std::string::npos);
}

TEST_CASE("many types are shown as some and the rest") {
  tests::console console(memory(), tests::shop_runtime());
  for (std::uint64_t number = 0; number < 15; ++number)
    tests::append_event(*console.log, "thing-1", "Thing",
                        tests::event_of("Type" + std::to_string(10 + number), "{}", number));
  const std::string out = console.run("inspect").out;
  CHECK(count(out, "\nType") == 12);
  CHECK(out.find("\nall others                 3  20.0 %\n") != std::string::npos);
  CHECK(nlohmann::json::parse(console.run("inspect -o json").out).at("data").at("types").size() == 15);
}

TEST_CASE("nothing that an event says moves the cursor, and lines fit a narrow terminal") {
  tests::console console;
  console.terminal(40).with("NO_COLOR", "1");
  new_event hostile = tests::event_of("Bad\xE2\x80\xAEType", "{}", 90);
  tests::append_event(*console.log, "x-1", "A\xE2\x80\xAE", hostile);
  const ran ran = console.run("inspect");
  for (const char* const bad : {"\x1b", "\xE2\x80\xAE", "\xC2\x9B"}) CHECK(ran.out.find(bad) == std::string::npos);
  CHECK(ran.out.find("\nlog\n  ") != std::string::npos);
  CHECK(console.run("inspect -o json").out.find("\xE2\x80\xAE") == std::string::npos);
}

TEST_CASE("--watch draws the page again as the log grows") {
  tests::console console;
  console.interrupted.waits = 3;
  std::uint64_t number = 100;
  console.interrupted.meanwhile = [&] {
    tests::append_event(*console.log, "order-1", "Order", tests::event_of("OrderPlaced", "{}", number++));
  };
  const ran ran = console.run("inspect --watch 2s");
  CHECK(ran.exit == 0);
  CHECK(count(ran.out, "events     9\n") == 1);
  CHECK(count(ran.out, "events     10\n") == 1);
  CHECK(count(ran.out, "events     11\n") == 1);
  console.interrupted.meanwhile = [] {};
  console.interrupted.waits = 2;
  const std::string lines = console.run("inspect --watch 2s -o jsonl").out;
  CHECK(count(lines, "\n") == 2);
  CHECK(nlohmann::json::parse(lines.substr(0, lines.find('\n'))).at("data").at("head") == 12);
}
