// `event list --follow`: a wait is counted, and what comes meanwhile is appended by hand, so that nothing depends on time.
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/core/envelope.hpp>
#include <whence/core/simulation.hpp>

using namespace std::chrono_literals;
using tests::console;
using tests::ran;

namespace {

constexpr const char* live_after_9 = "live: shop.db after #9; Ctrl-C ends it\n";

/// One more event with each wait.
void append_with_each_wait(console& console, std::string type = "Happened") {
  console.interrupted.meanwhile = [&console, type, number = std::uint64_t{100}]() mutable {
    tests::append_event(*console.log, "later", "Thing", tests::event_of(type, "1", ++number));
  };
}

std::vector<std::uint64_t> positions(const std::string& lines) {
  std::vector<std::uint64_t> found;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    found.push_back(whence::envelope_from_json(lines.substr(at, end - at)).position->value());
    at = end + 1;
  }
  return found;
}

using list = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("what cannot be followed is said before anything is read") {
  struct wrong {
    const char* options;
    const char* says;
  };
  constexpr wrong wrong_options[] = {
      {"--follow -o json",
       "whence: --follow has no end, and -o json needs one\n  do:    choose -o table or -o jsonl  [usage.value, exit "
       "2]\n"},
      {"--follow -o csv",
       "whence: --follow has no end, and -o csv needs one\n  do:    choose -o table or -o jsonl  [usage.value, exit "
       "2]\n"},
      {"--follow --reverse",
       "whence: --follow and --reverse exclude each other\n  do:    leave one of them out; --tail N says how much of "
       "the past comes first, --count N when it ends  [usage.option, exit 2]\n"},
      {"--follow --limit 3",
       "whence: --follow and --limit exclude each other\n  do:    leave one of them out; --tail N says how much of the "
       "past comes first, --count N when it ends  [usage.option, exit 2]\n"},
      {"--tail 3",
       "whence: --tail has no meaning without --follow\n  do:    leave it out, or add --follow  [usage.option, exit "
       "2]\n"},
      {"--for 3s",
       "whence: --for has no meaning without --follow\n  do:    leave it out, or add --follow  [usage.option, exit "
       "2]\n"},
      {"--count 3",
       "whence: --count has no meaning without --follow\n  do:    leave it out, or add --follow  [usage.option, exit "
       "2]\n"},
  };
  console console;
  for (const wrong& one : wrong_options) {
    CAPTURE(one.options);
    const ran ran = console.run(std::string("event list ") + one.options);
    CHECK(ran.exit == 2);
    CHECK(ran.out.find("eventId") == std::string::npos);
    CHECK(ran.err == one.says);
  }
  CHECK(console.run("event list --follow --for soon").exit == 2);
  CHECK(console.run("event list --follow --tail -1").exit == 2);
  CHECK(console.run("event list --follow --stream no-such").exit == 3);
}

TEST_CASE("first the last ten, then what comes, until SIGINT, which is a good end") {
  console console;
  append_with_each_wait(console);
  console.interrupted.waits = 3;
  const ran ran = console.run("event list --follow --tail 2");
  CHECK(ran.exit == 0);
  CHECK(ran.out ==
        R"(POSITION  TIME                      TYPE              STREAM             CAUSED BY     CORRELATION
       8  2026-01-27T10:30:08.000Z  OrderPlaced       order-\u202e666@1  PlaceOrder    019bff00-c840-7b1e-9585-a9db6d05473b
       9  2026-01-27T10:30:09.000Z  OrderNoted        order-12345@3      NoteOrder     019bff00-c840-7493-ae82-962a8d4ccdab
      10  2026-01-27T10:30:09.050Z  Happened          later@1                          019bff00-c840-7f66-948c-92162525e1e4
      11  2026-01-27T10:30:09.100Z  Happened          later@2                          019bff00-c840-79b6-ae5d-a04005c56ae4
)");
  CHECK(ran.err ==
        std::string(live_after_9) + "stopped after #11; it goes on with: whence event list --follow --from 12\n");
  console.interrupted.waits = 1;
  CHECK(
      console.run("event list --follow --type Order* --since 2026-01-27 --tail 1 -o jsonl")
          .err.find(" goes on with: whence event list -o jsonl --follow --type 'Order*' --since 2026-01-27 --from ") !=
      std::string::npos);
}

TEST_CASE("ten of the past come first, unless it is said where to begin") {
  console console;
  for (std::uint64_t number = 50; number < 60; ++number) {
    tests::append_event(*console.log, "more", "Thing", tests::event_of("Happened", "1", number));
  }
  const auto shown = [&console](const std::string& options) {
    return positions(console.run("event list --follow -o jsonl " + options).out);
  };
  CHECK(shown("") == list{10, 11, 12, 13, 14, 15, 16, 17, 18, 19});
  CHECK(shown("--tail 0").empty());
  CHECK(shown("--tail 3") == list{17, 18, 19});
  CHECK(shown("--tail 100").size() == 19);
  CHECK(shown("--from 15") == list{15, 16, 17, 18, 19});
  CHECK(shown("--from 15 --tail 2") == list{18, 19});
  CHECK(shown("--from 18 --tail 5") == list{18, 19});
  CHECK(shown("--since 2026-01-27 --to 3") == list{1, 2, 3});
  CHECK(shown("--aggregate Order --tail 2") == list{8, 9});
  CHECK(shown("--stream order-12345") == list{1, 3, 9});
}

TEST_CASE("only what is wanted comes, and a position that is named ends it") {
  console console;
  console.interrupted.waits = 1'000;
  const auto append = [&console](std::uint64_t number) {
    tests::append_event(*console.log, number % 2 == 0 ? "even" : "odd", "Thing",
                        tests::event_of(number % 3 == 0 ? "Third" : "Happened", std::to_string(number), number));
  };
  append(101);  // at 10
  console.interrupted.meanwhile = [&append, number = std::uint64_t{101}]() mutable { append(++number); };
  CHECK(positions(console.run("event list --follow -o jsonl --tail 0 --stream odd --to 16").out) == list{12, 14, 16});
  const ran ran = console.run({"event", "list", "--follow", "-o", "jsonl", "--tail", "0", "--type", "Third", "--where",
                               "/data > 111", "--count", "2"});
  CHECK(ran.exit == 0);
  CHECK(positions(ran.out) == list{23, 26});
}

TEST_CASE("so many events, and no more") {
  console console;
  append_with_each_wait(console);
  console.interrupted.waits = 1'000;
  CHECK(positions(console.run("event list --follow -o jsonl --count 3").out) == list{1, 2, 3});
  ran ran = console.run("event list --follow -o jsonl --count 11");
  CHECK(positions(ran.out) == list{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(ran.err == live_after_9);
  // As with --limit, 0 is no limit.
  ran = console.run("event list --follow -o jsonl --count 0 --for 100ms --tail 0");
  CHECK(ran.exit == 0);
  CHECK(positions(ran.out) == list{12, 13});
}

TEST_CASE("for a while, or until a time, whether events come or not") {
  console console;
  console.interrupted.waits = 1'000;
  auto& clock = static_cast<whence::manual_clock&>(*console.around.runtime.clock);
  auto before = clock.now();
  CHECK(console.run("event list --follow --for 2s -o jsonl --tail 0").out == "");
  CHECK(clock.now() - before == 2s);
  append_with_each_wait(console);
  CHECK(positions(console.run("event list --follow --for 100ms -o jsonl --tail 0").out) == list{10, 11});
  before = clock.now();
  const std::string until = whence::to_rfc3339(before + 120ms);
  CHECK(positions(console.run({"event", "list", "--follow", "--until", until, "-o", "jsonl", "--tail", "1"}).out) ==
        list{11, 12, 13});
  CHECK(clock.now() - before <= 200ms);
  CHECK(positions(console.run("event list --follow -o jsonl --until 2026-01-27T10:30:02Z").out) == list{1, 2});
}

TEST_CASE("each line goes out when it is there") {
  console console;
  append_with_each_wait(console);
  console.interrupted.waits = 2;
  const auto rows_before = console.run("event list --follow --tail 1 -o table");
  CHECK(std::count(rows_before.out.begin(), rows_before.out.end(), '\n') == 3);
  const auto relative = console.run("event list --follow --tail 0 --columns position,time --time relative");
  CHECK(relative.out.find("0 s ago") != std::string::npos);
}

TEST_CASE("on a terminal of 40 columns the lines fit") {
  console console;
  append_with_each_wait(console, "SomethingWithAVeryLongNameHappened");
  console.interrupted.waits = 3;
  console.terminal(40).with("NO_COLOR", "1");
  const ran ran = console.run("event list --follow --tail 1");
  CHECK(ran.out == R"(POSITION  TYPE            STREAM
       9  OrderNoted      order-12345@3
      10  SomethingWith…  later@1
      11  SomethingWith…  later@2
)");
}

TEST_CASE("a reader who goes away while nothing comes ends it quietly with 141") {
  class deaf_output final : public whence::cli::output {
   public:
    void write(std::string_view) override {}
    void flush() override {}
    bool closed() const override { return true; }
  };
  console console;
  console.interrupted.waits = 1'000;
  deaf_output out;
  tests::text_output err;
  console.around.out = &out;
  console.around.err = &err;
  CHECK(static_cast<int>(whence::cli::run({"event", "list", "--follow"}, console.around)) == 141);
  CHECK(err.text == live_after_9);
}
