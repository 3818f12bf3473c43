// The JSON text of each kind of value, and what is refused of each. Kinds that hold others are in json_reading_test.cpp too.
#include <doctest/doctest.h>

#include <chrono>
#include <limits>
#include <set>
#include <tuple>

#include "tests/serialization/refusal.hpp"

using namespace samples;
using namespace std::chrono_literals;
using whence::decode;
using whence::encode;

namespace {

/// Written as that text, and read back from it.
template <class T>
void has_text(const T& value, const std::string& json) {
  CAPTURE(json);
  CHECK(encode(value) == json);
  CHECK(decode<T>(json) == value);
}

std::vector<std::byte> some_bytes(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

}  // namespace

TEST_CASE("whole numbers are exact where a double is not: around 2^53, 2^63 and 2^64") {
  has_text(std::int64_t{9'007'199'254'740'991}, "9007199254740991");
  has_text(std::int64_t{9'007'199'254'740'993}, "9007199254740993");
  has_text(std::int64_t{-9'007'199'254'740'993}, "-9007199254740993");
  has_text(std::numeric_limits<std::int64_t>::max(), "9223372036854775807");
  has_text(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
  has_text(std::uint64_t{1} << 63, "9223372036854775808");
  has_text(std::numeric_limits<std::uint64_t>::max(), "18446744073709551615");
  CHECK(refusal<std::int64_t>("9223372036854775808").find("out of range") == 0);
  CHECK(refusal<std::int64_t>("-9223372036854775809").find("out of range") == 0);
  CHECK(refusal<std::uint64_t>("18446744073709551616").find("out of range") == 0);
  CHECK(refusal<std::uint64_t>("1e3") == "expected a whole number, found number");
  CHECK(decode<double>("9007199254740993") == 9007199254740992.0);
  CHECK(decode<double>("18446744073709551616") == 0x1p64);
}

TEST_CASE("a float has the shortest text that reads back as the same float") {
  has_text(0.1f, "0.1");
  has_text(std::numeric_limits<float>::max(), "3.4028235e+38");
  has_text(std::numeric_limits<float>::denorm_min(), "1e-45");
  has_text(0.1, "0.1");
  has_text(std::numeric_limits<double>::max(), "1.7976931348623157e+308");
  has_text(std::numeric_limits<double>::denorm_min(), "5e-324");
  CHECK(std::signbit(decode<float>(encode(-0.0f))));
  CHECK(refusal<float>("3.5e38") == "no number that a float can hold");
  CHECK(refusal<float>("-1e300") == "no number that a float can hold");
  CHECK(refusal_to_write(std::numeric_limits<float>::infinity()) == "a number that is not finite");
  CHECK(refusal_to_write(std::numeric_limits<double>::quiet_NaN()) == "a number that is not finite");
}

TEST_CASE("a time is RFC 3339 in UTC, whatever its steps, and nothing is rounded") {
  const std::chrono::sys_seconds time{1'769'509'800s};
  has_text(time, "\"2026-01-27T10:30:00.000000Z\"");
  has_text(std::chrono::sys_days{std::chrono::year{2026} / 1 / 27}, "\"2026-01-27T00:00:00.000000Z\"");
  has_text(whence::timestamp{-1us}, "\"1969-12-31T23:59:59.999999Z\"");
  CHECK(decode<std::chrono::sys_seconds>("\"2026-01-27T11:30:00+01:00\"") == time);
  CHECK(refusal<std::chrono::sys_seconds>("\"2026-01-27T10:30:00.5Z\"") ==
        "expected a time in steps of 1000000 µs, found \"2026-01-27T10:30:00.5Z\"");
  CHECK(refusal<std::chrono::sys_days>("\"2026-01-27T10:30:00Z\"").find("expected a time in steps of 86400000000 µs") ==
        0);
  CHECK(refusal<whence::timestamp>("\"2026-02-30T10:30:00Z\"").find("expected a time of RFC 3339") == 0);
  CHECK(refusal<whence::timestamp>("1769509800") == "expected a time of RFC 3339, found number");
  CHECK(refusal_to_write(whence::timestamp::max()) == "a time that is not in the years 0000 to 9999");
  CHECK(refusal_to_write(whence::timestamp::min()) == "a time that is not in the years 0000 to 9999");
  CHECK(refusal_to_write(std::chrono::sys_time<std::chrono::hours>::max()) ==
        "a time that is not in the years 0000 to 9999");
}

TEST_CASE("a duration is ISO 8601 in seconds, whatever its unit, and nothing is rounded") {
  has_text(std::chrono::milliseconds{1'500}, "\"PT1.5S\"");
  has_text(std::chrono::hours{2}, "\"PT7200S\"");
  has_text(std::chrono::nanoseconds{-1}, "\"-PT0.000000001S\"");
  has_text(std::chrono::seconds{0}, "\"PT0S\"");
  has_text(std::chrono::nanoseconds::min(), "\"-PT9223372036.854775808S\"");
  has_text(std::chrono::seconds::max(), "\"PT9223372036854775807S\"");
  has_text(std::chrono::duration<std::int8_t>{-128}, "\"-PT128S\"");
  CHECK(decode<std::chrono::milliseconds>("\"PT1.500000000S\"") == 1'500ms);
  CHECK(refusal<std::chrono::seconds>("\"PT1.5S\"").find("expected whole ticks of 1 s from -92") == 0);
  CHECK(refusal<std::chrono::hours>("\"PT60S\"").find("expected whole ticks of 3600 s") == 0);
  CHECK(refusal<std::chrono::duration<std::int8_t>>("\"PT128S\"") ==
        "expected whole ticks of 1 s from -128 to 127, found \"PT128S\"");
  for (const char* const wrong :
       {"\"1s\"", "\"PT1M\"", "\"P1D\"", "\"PT1\"", "\"PTS\"", "\"PT01S\"", "\"PT1.S\"", "\"PT.5S\"", "\"-PT0S\"",
        "\"PT-1S\"", "\"PT1.0000000001S\"", "\"PT9223372036854775808S\"", "1.5"}) {
    CAPTURE(wrong);
    CHECK(refusal<std::chrono::nanoseconds>(wrong).find("expected a duration like PT1.5S") == 0);
  }
  CHECK(refusal_to_write(std::chrono::hours::max()) == "a duration of 2^63 seconds or more");
}

TEST_CASE("a decimal is a text, exact, with its scale") {
  has_text(whence::decimal(1250, 2), "\"12.50\"");
  CHECK(encode(decode<whence::decimal>("\"12.500\"")) == "\"12.500\"");
  CHECK(refusal<whence::decimal>("12.5") == "expected a decimal like \"12.50\", found number");
  CHECK(refusal<whence::decimal>("\"1e3\"") == "expected a decimal like \"12.50\", found \"1e3\"");
  CHECK(refusal<whence::decimal>("\"-0\"") == "expected a decimal like \"12.50\", found \"-0\"");
}

TEST_CASE("money is an amount and its currency") {
  has_text(whence::money{whence::decimal(1250, 2), whence::currency_code("GBP")},
           R"({"amount":"12.50","currency":"GBP"})");
  CHECK(refusal<whence::money>(R"({"amount":"12.50","currency":"gbp"})") ==
        "/currency: expected a currency like \"GBP\", found \"gbp\"");
  CHECK(refusal<whence::money>(R"({"amount":"12.50"})") == "/currency: is missing");
}

TEST_CASE("bytes are base64, of any length or a fixed one") {
  has_text(some_bytes({0, 255, 16}), "\"AP8Q\"");
  has_text(some_bytes({}), "\"\"");
  has_text(std::array<std::byte, 2>{std::byte{1}, std::byte{2}}, "\"AQI=\"");
  CHECK(refusal<std::vector<std::byte>>("\"AP8\"") == "expected bytes in base64, found \"AP8\"");
  CHECK(refusal<std::vector<std::byte>>("[0,255]") == "expected bytes in base64, found array");
  CHECK(refusal<std::array<std::byte, 2>>("\"AP8Q\"") == "expected 2 bytes, found 3");
}

TEST_CASE("a set is a sorted list, read in any order, but nothing twice") {
  has_text(std::set<int>{3, -1, 2}, "[-1,2,3]");
  CHECK(decode<std::set<int>>("[3,2,-1]") == std::set<int>{3, -1, 2});
  CHECK(refusal_of_value<std::set<std::string>>(R"(["a","b","a"])") == "/value/2: is there twice");
  CHECK(refusal_of_value<std::set<std::vector<int>>>("[[1,2],[1,2]]") == "/value/1: is there twice");
}

TEST_CASE("a map is an object if its keys are strings, else a list of pairs") {
  has_text(std::map<std::string, int>{{"b", 1}, {"a", 2}}, R"({"a":2,"b":1})");
  has_text(std::map<int, std::string>{{2, "b"}, {1, "a"}}, R"([[1,"a"],[2,"b"]])");
  has_text(std::map<Status, bool>{{Status::paid, true}}, R"([["paid",true]])");
  has_text(std::map<std::pair<int, int>, int>{{{1, 2}, 3}}, "[[[1,2],3]]");
  CHECK(refusal_of_value<std::map<int, int>>("[[1,2],[3,4],[1,5]]") == "/value/2: is there twice");
  CHECK(refusal_of_value<std::map<int, int>>("[[1,2],[3]]") == "/value/1: expected 2 elements, found 1");
  CHECK(refusal_of_value<std::map<int, int>>(R"({"1":2})") == "/value: expected an array, found object");
}

TEST_CASE("pairs and tuples are lists of a fixed length") {
  has_text(std::pair<int, std::string>{1, "a"}, R"([1,"a"])");
  has_text(std::tuple<bool, std::optional<int>, std::vector<int>>{true, std::nullopt, {1}}, "[true,null,[1]]");
  has_text(std::tuple<>{}, "[]");
  CHECK(refusal_of_value<std::pair<int, int>>("[1]") == "/value: expected 2 elements, found 1");
  CHECK(refusal_of_value<std::tuple<int>>("[1,2]") == "/value: expected 1 elements, found 2");
  CHECK(refusal_of_value<std::pair<int, std::string>>("[1,2]") == "/value/1: expected a string, found number");
}

TEST_CASE("hostile texts: each has a meaning that was decided") {
  CHECK(refusal<Tree>(std::string(100'000, '[')).find("nested deeper than 64") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"children\":[";
  CHECK(refusal<Tree>(deep).find("nested deeper than 64") != std::string::npos);
  CHECK(refusal<std::string>('"' + std::string(100u << 20, 'x') + '"') == "104857602 bytes, at most 4194304 are read");
  CHECK(decode<std::string>('"' + std::string(4'000'000, 'x') + '"').size() == 4'000'000);
  CHECK(refusal<std::string>("\"\\ud800\"").find("no JSON from byte") == 0);
  CHECK(refusal<std::string>("\"\\udc00\\ud800\"").find("no JSON from byte") == 0);
  CHECK(decode<std::string>("\"\\ud83d\\ude00\"") == "\xF0\x9F\x98\x80");
  CHECK(refusal<std::string>("\"\xED\xA0\x80\"").find("no JSON from byte") == 0);
  CHECK(decode<std::string>("\"a\\u0000b\"") == std::string("a\0b", 3));
  CHECK(refusal<double>("NaN").find("no JSON from byte") == 0);
  CHECK(refusal<double>("Infinity").find("no JSON from byte") == 0);
  CHECK(refusal<double>("1e400").find("no JSON from byte") == 0);
  CHECK(decode<double>("1e-400") == 0);
  CHECK(refusal<Holds<int>>(R"({"value":1,"value":1})") == "/value: is there twice");
}
