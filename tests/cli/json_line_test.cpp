// The reader of one line of JSON.
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <whence/cli/cloud_event_line.hpp>
#include <whence/cli/exit_code.hpp>
#include <whence/cli/export_line.hpp>
#include <whence/cli/json_line.hpp>
#include <whence/cli/line_members.hpp>
#include <whence/core/error.hpp>
#include <whence/core/hex.hpp>

using namespace whence::cli;

namespace {

/// What it says of it, or the text.
std::string text_in(std::string_view json) {
  try {
    json_line line(json);
    std::string text = line.text();
    line.end();
    return text;
  } catch (const line_refused& refused) {
    return "! " + refused.why;
  }
}

std::string value_in(std::string_view json) {
  try {
    json_line line(json);
    const std::string value(line.value());
    line.end();
    return value;
  } catch (const line_refused& refused) {
    return "! " + refused.why;
  }
}

}  // namespace

TEST_CASE("a text that is none is refused, with the place") {
  CHECK(text_in("") == "! a text is expected at byte 1");
  CHECK(text_in("x") == "! a text is expected at byte 1");
  CHECK(text_in("\"abc") == "! the end of a text is expected at byte 2");
  CHECK(text_in("\"a\\x\"") == "! an escaped character is expected at byte 5");
  CHECK(text_in("\"a\\") == "! an escaped character is expected at byte 4");
  CHECK(text_in("\"\\u12\"") == "! a character's four digits is expected at byte 4");
  CHECK(text_in("\"\\u12g4\"") == "! a character's four digits is expected at byte 4");
  CHECK(text_in("\"\\udc00\"") == "! the first half of a character is expected at byte 8");
  CHECK(text_in("\"\\ud800\"") == "! the second half of a character is expected at byte 8");
  CHECK(text_in("\"\\ud800\\u0041\"") == "! the second half of a character is expected at byte 14");
  CHECK(text_in("\"a\" \"b\"") == "! the end of the line is expected at byte 5");
  CHECK(text_in("\"a\tb\"") == "! a text without a tab is expected at byte 3");
  CHECK(text_in("\"a\nb\"") == "! it has a control character in it");
}

TEST_CASE("a text is what JSON says it is") {
  CHECK(text_in(R"( "a\"\\\/\b\f\n\r\tz" )") == "a\"\\/\b\f\n\r\tz");
  CHECK(text_in("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"") == "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(text_in("\"\\u0000\"") == std::string(1, '\0'));
}

TEST_CASE("a value is taken as it stands there, if it is one") {
  for (const char* const value :
       {"{}", "[]", "null", "-1.50e+9", "\"a\\\"}\"", R"({"a" : [1, {"b":"]"}], "a":2})", "[[],[[]]]"})
    CHECK(value_in(value) == value);
  for (const char* const none : {"", "{", "[1,]", "{\"a\"}", "nul", "01", "\"a", "]", ",", "{\"a\":1]", "+1"}) {
    CAPTURE(none);
    CHECK(value_in(none).starts_with("! "));
  }
  CHECK(value_in("1 2") == "! the end of the line is expected at byte 3");
  CHECK(value_in("{}}") == "! the end of the line is expected at byte 3");
  CHECK(value_in(std::string(2'000, '[') + std::string(2'000, ']')) == "! a JSON value is expected at byte 1");
}

TEST_CASE("any text is a URI reference and back, and what is a URI stays as it is") {
  CHECK(uri_of("https://shop.example/a?b=(c)") == "https://shop.example/a?b=(c)");
  CHECK(uri_of("order-service") == "order-service");
  CHECK(uri_of("") == "#");
  CHECK(uri_of("a b:c") == "a%20b%3Ac");
  CHECK(uri_of("urn:50%") == "urn%3A50%25");
  for (const char* const text :
       {"", "#", "%", "%41", "a b", "urn:x", "urn:x%20y", ":", "1:2", "//h", "\xE2\x82\xAC?"}) {
    CAPTURE(text);
    CHECK(text_of_uri(uri_of(text)) == text);
  }
  for (const char* const none : {"%", "%4", "%4g", "%ff", "%FF"}) CHECK_THROWS_AS(text_of_uri(none), line_refused);
}

TEST_CASE("hexadecimal digits, numbers and base64 have one form each") {
  CHECK(whence::to_hex(bytes_of_hex("00112233445566778899aabbccddeeff")) == "00112233445566778899aabbccddeeff");
  for (const char* const none :
       {"", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeef", "g0112233445566778899aabbccddeeff"})
    CHECK_THROWS_AS(bytes_of_hex(none), line_refused);
  CHECK(number_of_text("18446744073709551615") == UINT64_MAX);
  for (const char* const none : {"", "-1", "01", "1.0", "18446744073709551616", "1 "})
    CHECK_THROWS_AS(number_of_text(none), line_refused);
  CHECK(bytes_of_base64(base64_of(std::string("\0\xFF", 2))) == std::string("\0\xFF", 2));
  for (const char* const none : {"A", "AA", "AA=A", "A*==", "AB=="})
    CHECK_THROWS_AS(bytes_of_base64(none), line_refused);
}

TEST_CASE("an event that is too large for a line is named") {
  const std::string data = "\xD9\xD9\xF7" + std::string(50u << 20, 'x');
  whence::recorded_event event;
  event.position = whence::global_position{7};
  event.stream = "film-1";
  event.data = data;
  std::string lines = "before\n";
  try {
    append_line(lines, event, line_form::events);
    FAIL("it was written");
  } catch (const whence::error& refused) {
    CHECK(whence::failure_text("whence", refused) ==
          "whence: event 7 is too large for a line of an export\n"
          "  where: film-1\n"
          "  why:   a line has at most 67108864 bytes\n"
          "  do:    copy the log's files instead, as docs/export-and-import.md says  [export.too_large, exit 4]\n");
  }
  CHECK(lines == "before\n");
}
