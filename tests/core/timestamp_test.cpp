// The judge of calendars is <chrono>; the form is RFC 3339's.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include <whence/core/error.hpp>
#include <whence/core/timestamp.hpp>

using namespace whence;
using namespace std::chrono;

TEST_CASE("a time is written in UTC with six decimals") {
  CHECK(to_rfc3339(timestamp{}) == "1970-01-01T00:00:00.000000Z");
  CHECK(to_rfc3339(timestamp{microseconds{-1}}) == "1969-12-31T23:59:59.999999Z");
  CHECK(to_rfc3339(sys_days{2026y / January / 27} + 10h + 30min + 5s + 42us) == "2026-01-27T10:30:05.000042Z");
}

TEST_CASE("each day from year 0 to year 9999 is written and read") {
  unsigned wrong = 0;
  for (sys_days day = year{0} / January / 1; day <= sys_days{year{9999} / December / 31}; day += days{1}) {
    const timestamp time = day + 23h + 59min + 59s + 999'999us;
    wrong += parse_rfc3339(to_rfc3339(time)) != time;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a time that has no four-digit year is not written") {
  CHECK(to_rfc3339(sys_days{year{0} / January / 1}) == "0000-01-01T00:00:00.000000Z");
  CHECK_THROWS_AS(to_rfc3339(sys_days{year{0} / January / 1} - 1us), malformed_input);
  CHECK_THROWS_AS(to_rfc3339(sys_days{year{10'000} / January / 1}), malformed_input);
  CHECK_THROWS_AS(to_rfc3339(timestamp::max()), malformed_input);
  CHECK_THROWS_AS(to_rfc3339(timestamp::min()), malformed_input);
}

TEST_CASE("any offset, any number of decimals up to six, and small letters are read") {
  const timestamp time = sys_days{2026y / January / 27} + 10h + 30min;
  for (const std::string text :
       {"2026-01-27T10:30:00Z", "2026-01-27t10:30:00z", "2026-01-27T10:30:00.0Z", "2026-01-27T10:30:00.000000Z",
        "2026-01-27T10:30:00-00:00", "2026-01-27T10:30:00+00:00", "2026-01-27T12:00:00+01:30",
        "2026-01-26T23:30:00-11:00"}) {
    CAPTURE(text);
    CHECK(parse_rfc3339(text) == time);
  }
  CHECK(parse_rfc3339("2026-01-27T10:30:00.5Z") == time + 500ms);
  CHECK(parse_rfc3339("2026-01-27T10:30:00.00005+00:00") == time + 50us);
  // The examples of RFC 3339, section 5.8, without the two leap seconds.
  CHECK(parse_rfc3339("1985-04-12T23:20:50.52Z") == sys_days{1985y / April / 12} + 23h + 20min + 50s + 520ms);
  CHECK(parse_rfc3339("1996-12-19T16:39:57-08:00") == sys_days{1996y / December / 20} + 0h + 39min + 57s);
  CHECK(parse_rfc3339("1937-01-01T12:00:27.87+00:20") == sys_days{1937y / January / 1} + 11h + 40min + 27s + 870ms);
}

TEST_CASE("what is no time is refused, and told why") {
  struct wrong {
    std::string text;
    std::string why;
  };
  for (const wrong& one : {
           wrong{"", "it ends too early"},
           {"2026-01-27", "a separator is missing"},
           {"2026-01-27T10:30:00", "its offset from UTC is missing"},
           {"2026-01-27 10:30:00Z", "a separator is missing"},
           {"2026-1-27T10:30:00Z", "a digit is missing"},
           {"2026-02-29T10:30:00Z", "there is no such day"},
           {"2026-13-01T10:30:00Z", "there is no such day"},
           {"2026-00-01T10:30:00Z", "there is no such day"},
           {"2026-01-00T10:30:00Z", "there is no such day"},
           {"2026-01-27T24:00:00Z", "there is no such time of day"},
           {"2026-01-27T10:60:00Z", "there is no such time of day"},
           {"2026-01-27T10:30:61Z", "there is no such time of day"},
           {"1990-12-31T23:59:60Z", "a leap second has no place among UTC microseconds"},
           {"2026-01-27T10:30:00.Z", "a digit is missing"},
           {"2026-01-27T10:30:00.1234567Z", "more than six decimals would have to be rounded"},
           {"2026-01-27T10:30:00,5Z", "its offset from UTC is missing"},
           {"2026-01-27T10:30:00+1:00", "a digit is missing"},
           {"2026-01-27T10:30:00+0100", "a separator is missing"},
           {"2026-01-27T10:30:00+24:00", "there is no such offset"},
           {"2026-01-27T10:30:00+00:60", "there is no such offset"},
           {"2026-01-27T10:30:00ZZ", "something follows the time"},
           {"-026-01-27T10:30:00Z", "a digit is missing"},
           {"0000-01-01T00:00:00+00:01", "in UTC its year is not one of 0000 to 9999"},
           {"9999-12-31T23:59:59-00:01", "in UTC its year is not one of 0000 to 9999"},
       }) {
    CAPTURE(one.text);
    try {
      parse_rfc3339(one.text);
      FAIL_CHECK("it was accepted");
    } catch (const malformed_input& refused) {
      CHECK(refused.code() == "time.malformed");
      CHECK(refused.text().why == one.why);
    }
  }
}
