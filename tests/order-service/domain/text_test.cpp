// Well-formed UTF-8, by the tables of RFC 3629, and texts that are not.
#include <doctest/doctest.h>

#include <string>

#include <domain/text.hpp>

TEST_CASE("UTF-8 is told from what is none") {
  for (const char* good : {"", "plain", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CAPTURE(good);
    CHECK(shop::is_utf8(good));
  }
  for (const char* bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2 ", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82", "\xEF\xBF",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x90\x80", "\xFF", "caf\xE9"}) {
    CAPTURE(bad);
    CHECK_FALSE(shop::is_utf8(bad));
  }
  CHECK(shop::is_utf8(std::string("a\0b", 3)));
}

TEST_CASE("a text is made readable byte by byte") {
  CHECK(shop::readable("caf\xE9!") == "caf\xEF\xBF\xBD!");
  CHECK(shop::readable("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(shop::readable("caf\xC3\xA9") == "caf\xC3\xA9");
}

TEST_CASE("a text in JSON takes the bytes that were reckoned") {
  for (const std::string& text :
       {std::string{}, std::string{"plain"}, std::string{"a \"b\" \\ c"}, std::string("\0\x1F\n", 3)}) {
    CAPTURE(text);
    CHECK(shop::json_string(text).size() == shop::json_bytes(text));
  }
  CHECK(shop::json_string("7\" \\ \n") == "\"7\\\" \\\\ \\u000a\"");
}

TEST_CASE("a count is an integer of at most nine digits with no sign but a minus") {
  CHECK(shop::parse_count("6") == 6);
  CHECK(shop::parse_count("-999999999") == -999'999'999);
  CHECK(shop::parse_count("007") == 7);
  CHECK(shop::parse_count("-0") == 0);
  for (const char* bad : {"", "-", "--1", "+1", "1.0", "1e3", " 1", "1234567890", "six", "\xD9\xA3"}) {
    CAPTURE(bad);
    CHECK_FALSE(shop::parse_count(bad));
  }
}
