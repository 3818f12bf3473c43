// Texts from outside: counted, made readable, and kept from moving the cursor.
#include <doctest/doctest.h>

#include <string>

#include <domain/text.hpp>
#include <whence/core/json_text.hpp>

TEST_CASE("a text is made readable byte by byte") {
  CHECK(shop::readable("caf\xE9!") == "caf\xEF\xBF\xBD!");
  CHECK(shop::readable("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(shop::readable("caf\xC3\xA9") == "caf\xC3\xA9");
}

TEST_CASE("a text in JSON takes the bytes that were reckoned") {
  std::string controls;
  for (char each = 0; each <= 0x20; ++each) controls += each;
  for (const std::string& text : {std::string{}, std::string{"plain"}, std::string{"a \"b\" \\ c"}, controls,
                                  std::string{"\x7F\xC3\xA9\xE2\x98\x95"}}) {
    CAPTURE(text);
    CHECK(whence::json_string(text).size() == shop::json_bytes(text));
  }
}

TEST_CASE("a text that is shown moves no cursor and turns no direction") {
  CHECK(shop::shown("\x1B[2J\r\n\t\x7F") == "\\u001b[2J\\u000d\\u000a\\u0009\\u007f");
  CHECK(shop::shown(std::string("a\0b", 3)) == "a\\u0000b");
  CHECK(shop::shown("\xC2\x9B"
                    "31m") == "\\u009b31m");  // one-byte CSI, as UTF-8
  CHECK(shop::shown("\xE2\x80\xAE"
                    "gpj.exe") == "\\u202egpj.exe");  // right-to-left override
  CHECK(shop::shown("\xE2\x80\xA8\xE2\x81\xA6") == "\\u2028\\u2066");
  CHECK(shop::shown("caf\xE9!") == "caf\xEF\xBF\xBD!");
  CHECK(shop::shown("Ren\xC3\xA9 \xE2\x98\x95 \xF0\x9F\x98\x80 \xE6\x97\xA5") ==
        "Ren\xC3\xA9 \xE2\x98\x95 \xF0\x9F\x98\x80 \xE6\x97\xA5");
  CHECK(shop::shown_width("Ren\xC3\xA9 \xE2\x98\x95") == 6);
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

TEST_CASE("an empty text is none; a space is one") {
  CHECK(shop::unless_empty("") == std::nullopt);
  CHECK(shop::unless_empty(" ") == " ");
  CHECK(shop::unless_empty("ada") == "ada");
}
