// What nlohmann/json reads is the judge of what we write; UTF-8 is checked against its definition, byte by byte.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include <whence/core/error.hpp>
#include <whence/core/json_text.hpp>

using namespace whence;

namespace {

/// The definition of UTF-8: encode every code point that may be, and nothing else is right.
std::string encoded(unsigned point) {
  const auto tail = [](unsigned bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xc0 | point >> 6), tail(point)};
  if (point < 0x10000) return {static_cast<char>(0xe0 | point >> 12), tail(point >> 6), tail(point)};
  return {static_cast<char>(0xf0 | point >> 18), tail(point >> 12), tail(point >> 6), tail(point)};
}

}  // namespace

TEST_CASE("every character of Unicode is UTF-8, alone and within a text") {
  unsigned wrong = 0;
  for (unsigned point = 0; point <= 0x10ffff; ++point) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const std::string one = encoded(point);
    wrong += !is_utf8(one) || !is_utf8("1234567" + one + "12345678");
  }
  CHECK(wrong == 0);
}

TEST_CASE("what is no UTF-8 is seen") {
  for (const std::string text : {
           "\x80", "\xbf", "\xc0\x80", "\xc1\xbf",              // a tail alone; overlong forms of two bytes
           "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",  // overlong forms of three and four
           "\xed\xa0\x80", "\xed\xbf\xbf",                      // surrogates
           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",      // beyond U+10FFFF
           "\xc3", "\xe2\x82", "\xf0\x9f\x98",                  // cut off
           "\xc3(", "\xe2(\xa1", "\xe2\x82(", "\xf0\x9f(\x80"   // another byte where a tail should be
       }) {
    CAPTURE(text.size());
    CHECK_FALSE(is_utf8(text));
    CHECK_FALSE(is_utf8("12345678" + text));
    CHECK_FALSE(is_utf8(text + "12345678"));
    CHECK_THROWS_AS(json_string(text), malformed_input);
  }
}

TEST_CASE("any text comes back from its JSON string, and control characters are escaped") {
  std::string text = "plain \"quoted\" \\ / é 日本 😀 \x7f";
  for (char c = 0; c < 0x20; ++c) text += c;
  const std::string quoted = json_string(text);
  CHECK(nlohmann::json::parse(quoted).get<std::string>() == text);
  for (const char c : quoted) CHECK((static_cast<unsigned char>(c) >= 0x20));
  CHECK(json_string(std::string("a\0b\n\x1f", 5)) == R"("a\u0000b\n\u001f")");
  CHECK(json_string("") == "\"\"");
}

TEST_CASE("a text that is refused leaves what was written alone, and is told where it breaks") {
  std::string out = "[";
  try {
    append_json_string(out, "abc\xff");
    FAIL("it was accepted");
  } catch (const malformed_input& refused) {
    CHECK(refused.code() == "text.not_utf8");
    CHECK(refused.text().where == "byte 4 of 4");
  }
  CHECK(out == "[");
}
