// Reads logs of thousands of events with pages of every size, forward and backward, and logs with one damaged event, whose
// neighbours have to be shown.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/damaged_log.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/cli/selected_events.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;

namespace {

/// The shop's log, seen through a reader that finds one event damaged (0: none).
tests::console& damaged(tests::console& console, std::uint64_t position, log_condition condition = {}) {
  const log_source whole = console.around.store_at("");
  console.around.store_at = [whole, position, condition](const std::string& name) {
    return log_source({.name = name,
                       .models_directory = {},
                       .open = {},
                       .visit = [whole, position, condition](const runtime& runtime) -> std::unique_ptr<log_reader> {
                         auto reader = std::make_unique<tests::damaged_log>(whole.visit(runtime), position);
                         reader->condition_ = condition;
                         return reader;
                       }});
  };
  return console;
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

constexpr const char* damage = R"(whence: event 6 in shop.db cannot be trusted
  where: shop.db
  why:   stored 9f3c, computed 41aa
  do:    tar -cf $(mktemp saved.XXXXXX.tar) shop.db*
         # what is intact, and what a repair would do (--with FILE: a backup):
         whence log verify
         whence log repair --dry-run
  [log.checksum, exit 6]
)";

std::vector<std::uint64_t> read_all(log_reader& log, cli::selection wanted) {
  cli::selected_events events(log, std::move(wanted));
  std::vector<std::uint64_t> found;
  while (const recorded_event* const event = events.next()) found.push_back(event->position.value());
  return found;
}

std::vector<std::uint64_t> descending(std::uint64_t from, std::uint64_t to, std::uint64_t step = 1) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t n = from; n >= to; n -= step) {
    numbers.push_back(n);
    if (n < to + step) break;
  }
  return numbers;
}

}  // namespace

TEST_CASE("all before a damaged event is shown, then it is said") {
  tests::console console;
  damaged(console, 6);
  const tests::ran ran = console.run("event list -o jsonl");
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 5);
  CHECK(ran.err == damage);
  CHECK(lines(console.run("event list").out) == 1 + 5);
}

TEST_CASE("JSON that a damaged event cut short is still a document, with the reason in it") {
  tests::console console;
  damaged(console, 6);
  const tests::ran ran = console.run("event list --json");
  CHECK(ran.exit == 6);
  const auto document = nlohmann::json::parse(ran.out);
  CHECK(document["items"].size() == 5);
  CHECK(document["next"].is_null());
  CHECK(document["diagnostics"][0]["code"] == "log.checksum");
  CHECK(document["diagnostics"][0]["message"] == "event 6 in shop.db cannot be trusted");
  CHECK(ran.err == damage);
}

TEST_CASE("backward, all after a damaged event is shown") {
  tests::console console;
  damaged(console, 6);
  const tests::ran ran = console.run("event list -o jsonl --reverse");
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 3);
  CHECK(ran.err == damage);
  CHECK(console.run("event list -o jsonl --from 7").exit == 0);
}

TEST_CASE("of a stream, all before its damaged event is shown") {
  tests::console console;
  damaged(console, 9);
  tests::ran ran = console.run("stream show order-12345 -o jsonl");
  CHECK(ran.exit == 6);
  ran = console.run("event list --stream order-12345 -o jsonl");
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 2);
  CHECK(console.run("event show @9").exit == 6);
  CHECK(console.run("event show @8").exit == 0);
  CHECK(console.run("event show order-12345@3").exit == 6);
}

TEST_CASE("a damaged event does not keep a time from being found before it") {
  tests::console console;
  damaged(console, 6);
  const tests::ran ran = console.run("event list -o jsonl --since 2026-01-27T10:30:04Z");
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 2);
}

TEST_CASE("a log whose tail is missing is shown, and it is said") {
  tests::console console;
  const log_condition condition{log_condition::kind::tail_missing, global_position{9}, global_position{12}};
  damaged(console, 0, condition);
  tests::ran ran = console.run("event list -o jsonl");
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 9);
  CHECK(ran.err.starts_with("whence: shop.db ends at event 9, but event 12 was acknowledged; nothing was changed\n"));
  CHECK(ran.err.ends_with("[log.tail_missing, exit 6]\n"));
  ran = console.run("event list --json");
  CHECK(ran.exit == 6);
  CHECK(nlohmann::json::parse(ran.out)["diagnostics"][0]["code"] == "log.tail_missing");
  ran = console.run("event show @1");
  CHECK(ran.exit == 6);
  CHECK(ran.out.starts_with("OrderPlaced v2"));
  // What is not found may be what is missing.
  ran = console.run("event show @10");
  CHECK(ran.exit == 6);
  CHECK(ran.err.find("[log.tail_missing, exit 6]") != std::string::npos);
  CHECK(ran.err.find("[event.missing]\n") != std::string::npos);
  ran = console.run("stream show nobody");
  CHECK(ran.exit == 6);
  CHECK(ran.err.find("why:   whether it was in what is lost, nobody can tell\n") != std::string::npos);
  CHECK(ran.err.find("[stream.missing]\n") != std::string::npos);
  // What is typed wrong is wrong on every log.
  ran = console.run("event list --from 5 --to 3");
  CHECK(ran.exit == 2);
  CHECK(ran.err.find("log.tail_missing") == std::string::npos);
  CHECK(ran.err.ends_with("[usage.value, exit 2]\n"));
}

TEST_CASE("a log without its witness is shown, and it is said") {
  tests::console console;
  damaged(console, 0, {log_condition::kind::witness_missing, global_position{9}, {}});
  const tests::ran ran = console.run("stream list");
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 6);
  CHECK(ran.err.ends_with("[log.witness_missing, exit 6]\n"));
}

TEST_CASE("pages follow each other without a gap, forward and backward") {
  const runtime runtime = tests::shop_runtime();
  const auto log = memory().open(runtime);
  tests::fill(*log, 5'000, 7, 3);
  std::vector<std::uint64_t> upwards = descending(5'000, 1);
  std::reverse(upwards.begin(), upwards.end());
  CHECK(read_all(*log, {}) == upwards);
  CHECK(read_all(*log, {.reverse = true}) == descending(5'000, 1));
  CHECK(read_all(*log, {.from = global_position{1'001}, .to = global_position{4'999}, .reverse = true}) ==
        descending(4'999, 1'001));
  CHECK(read_all(*log, {.streams = {"stream-3"}, .reverse = true}) == descending(4'994, 3, 7));
  CHECK(read_all(*log, {.types = name_patterns({"Nothing"}), .reverse = true}).empty());
}

TEST_CASE("what has a link is found backward too, thin or dense, and nothing beyond the last position is in its way") {
  const runtime runtime = tests::shop_runtime();
  auto log = memory().open(runtime);
  const auto is_tagged = [](std::uint64_t number) {  // here and there, then 2,500 in a row, then once more
    return number % 997 == 1 || (number >= 12'000 && number < 14'500) || number == 20'000;
  };
  std::vector<std::uint64_t> tagged;
  append_batch batch;
  for (std::uint64_t number = 1; number <= 20'000; ++number) {
    new_event event = tests::event_of("Counted", "1", number);
    if (is_tagged(number)) {
      event.tags = {"kind:rare"};
      tagged.push_back(number);
    }
    batch.streams.push_back({"stream-" + std::to_string(number), "Counter", expected_version::any(), {}});
    batch.streams.back().events.push_back(std::move(event));
    if (number % 1'000 == 0) (void)log->append(std::exchange(batch, {})).get().value();
  }
  CHECK(read_all(*log, {.tags = {"kind:rare"}}) == tagged);
  std::reverse(tagged.begin(), tagged.end());
  CHECK(read_all(*log, {.tags = {"kind:rare"}, .reverse = true}) == tagged);
  const auto between = [&](std::uint64_t from, std::uint64_t to) {
    return cli::selection{
        .tags = {"kind:rare"}, .from = global_position{from}, .to = global_position{to}, .reverse = true};
  };
  const auto of_tagged = [&](std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> found;
    std::copy_if(tagged.begin(), tagged.end(), std::back_inserter(found),
                 [&](std::uint64_t number) { return number >= from && number <= to; });
    return found;
  };
  CHECK(read_all(*log, between(500, 13'333)) == of_tagged(500, 13'333));
  CHECK(read_all(*log, between(14'600, 14'700)).empty());

  tests::damaged_log broken(std::move(log), 15'000);
  CHECK(read_all(broken, between(500, 14'998)) == of_tagged(500, 14'998));
  cli::selected_events events(broken, between(500, 20'000));
  std::vector<std::uint64_t> found;
  const auto read_on = [&] {
    while (const recorded_event* const event = events.next()) found.push_back(event->position.value());
  };
  CHECK_THROWS_AS(read_on(), log_damaged);
  CHECK(found == of_tagged(15'001, 20'000));
}

TEST_CASE("while a long log is looked through, there is time again and again to show what was found") {
  const runtime runtime = tests::shop_runtime();
  const auto log = memory().open(runtime);
  append_batch batch;
  for (std::uint64_t number = 1; number <= 100'000; ++number) {
    batch.streams.push_back({"stream-" + std::to_string(number), "Counter", expected_version::any(), {}});
    batch.streams.back().events.push_back(tests::event_of(number == 10 ? "Rare" : "Counted", "1", number));
    if (number % 10'000 == 0) (void)log->append(std::exchange(batch, {})).get().value();
  }
  for (const bool reverse : {false, true}) {
    CAPTURE(reverse);
    cli::selected_events events(*log, {.types = name_patterns({"Rare"}), .reverse = reverse});
    std::vector<bool> found_by_then;
    bool found = false;
    events.while_looking([&] { found_by_then.push_back(found); });
    while (events.next() != nullptr) found = true;
    CHECK(found);
    CHECK(found_by_then.size() >= 2);
    CHECK(std::ranges::count(found_by_then, !reverse) == std::ssize(found_by_then));
  }
}

TEST_CASE("a reader who goes away while nothing is found ends the search quietly with 141") {
  class deaf_output final : public cli::output {
   public:
    void write(std::string_view) override {}
    void flush() override {}
    bool closed() const override { return true; }
  };
  const auto console = tests::empty_console();
  tests::fill(*console->log, 40'000, 1, 0);
  deaf_output out;
  tests::text_output err;
  console->around.out = &out;
  console->around.err = &err;
  CHECK(static_cast<int>(cli::run({"event", "list", "--type", "Nothing"}, console->around)) == 141);
  CHECK(err.text.empty());
}

TEST_CASE("events of many bytes make the pages smaller, not the list shorter") {
  const runtime runtime = tests::shop_runtime();
  const auto log = memory().open(runtime);
  tests::fill(*log, 300, 2, 17'000);
  CHECK(read_all(*log, {.reverse = true}) == descending(300, 1));
  CHECK(read_all(*log, {}).size() == 300);
  CHECK(read_all(*log, {.streams = {"stream-0"}, .reverse = true}) == descending(300, 2, 2));
}

TEST_CASE("a log that grows while it is listed has an end") {
  const runtime runtime = tests::shop_runtime();
  const auto log = memory().open(runtime);
  tests::fill(*log, 10, 1, 1);
  cli::selected_events events(*log, {});
  std::uint64_t seen = 0;
  std::uint64_t appended = 10;
  while (events.next() != nullptr) {
    ++seen;
    tests::append_event(*log, "stream-0", "Counter", tests::event_of("Counted", "1", ++appended));
    REQUIRE(seen <= 10);
  }
  CHECK(seen == 10);
}
