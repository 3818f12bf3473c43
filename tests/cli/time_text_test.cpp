#include <doctest/doctest.h>

#include <whence/cli/failure.hpp>
#include <whence/cli/time_text.hpp>

using namespace whence;
using namespace whence::cli;

namespace {

const timestamp now = parse_rfc3339("2026-01-27T10:30:00Z");

timestamp time(std::string_view text) { return time_from("--since", text, now); }

}  // namespace

TEST_CASE("a time that is none is refused") {
  for (const char* const text :
       {"", "h", "2", "2x", "-2h", "2 h", "2026-13-01", "2026-01-32", "10:30", "1000000001s", "9999999999w"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(time(text), usage_error);
  }
}

TEST_CASE("a time is an age, a date, or RFC 3339") {
  CHECK(time("0s") == now);
  CHECK(time("90s") == parse_rfc3339("2026-01-27T10:28:30Z"));
  CHECK(time("15m") == parse_rfc3339("2026-01-27T10:15:00Z"));
  CHECK(time("2h") == parse_rfc3339("2026-01-27T08:30:00Z"));
  CHECK(time("3d") == parse_rfc3339("2026-01-24T10:30:00Z"));
  CHECK(time("1w") == parse_rfc3339("2026-01-20T10:30:00Z"));
  CHECK(time("2026-01-20") == parse_rfc3339("2026-01-20T00:00:00Z"));
  CHECK(time("2026-01-20T01:00:00+02:00") == parse_rfc3339("2026-01-19T23:00:00Z"));
}

TEST_CASE("a bound that a list shows, which is a time to the millisecond, has all of its millisecond within it") {
  const auto up_to = [](std::string_view text) { return time_up_to("--until", text, now); };
  CHECK(up_to("2026-01-27T10:30:00.509Z") == parse_rfc3339("2026-01-27T10:30:00.509999Z"));
  CHECK(up_to("2026-01-27T11:30:00.509+01:00") == parse_rfc3339("2026-01-27T10:30:00.509999Z"));
  for (const char* const exact :
       {"2026-01-27T10:30:00Z", "2026-01-27T10:30:00.5Z", "2026-01-27T10:30:00.5090Z", "2026-01-27T10:30:00.509000Z"})
    CHECK(up_to(exact) == parse_rfc3339(exact));
  CHECK(up_to("90s") == time("90s"));
  CHECK(up_to("2026-01-20") == time("2026-01-20"));
}

TEST_CASE("how long ago it was") {
  CHECK(relative_to(now, now) == "0 s ago");
  CHECK(relative_to(now, time("119s")) == "119 s ago");
  CHECK(relative_to(now, time("120s")) == "2 min ago");
  CHECK(relative_to(now, time("119m")) == "119 min ago");
  CHECK(relative_to(now, time("3h")) == "3 h ago");
  CHECK(relative_to(now, time("13d")) == "13 d ago");
  CHECK(relative_to(now, time("2w")) == "2 weeks ago");
  CHECK(relative_to(time("2h"), now) == "in 2 h");
}
