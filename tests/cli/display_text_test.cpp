// Text on a terminal: what is not seen is written out, and widths are those of a terminal.
#include <string>

#include <doctest/doctest.h>

#include <whence/cli/display_text.hpp>

using namespace whence::cli;

TEST_CASE("what does not show itself is written out") {
  CHECK(visible("a\x1b[2Jb") == "a\\u001b[2Jb");
  CHECK(visible(std::string_view("\0", 1)) == "\\u0000");
  CHECK(visible("\n\r\t\x7f") == "\\n\\r\\t\\u007f");
  CHECK(visible("\xC2\x9B") == "\\u009b");  // CSI in one character
  CHECK(visible("\xE2\x80\xAE"
                "x\xE2\x81\xA6") == "\\u202ex\\u2066");  // right-to-left override, isolate
  CHECK(visible("\xE2\x80\xA8") == "\\u2028");           // line separator
  CHECK(visible("\xEF\xBB\xBF") == "\\ufeff");
  CHECK(visible("\xF3\xA0\x80\x81") == "\\udb40\\udc01");  // a tag character
  CHECK(visible("\xEE\x80\x80") == "\\ue000");             // private use
  CHECK(visible("\xFF\xC3") == "\\xff\\xc3");
}

TEST_CASE("what people write stays") {
  CHECK(visible("caf\xC3\xA9 日本 ✓ \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80") ==
        "caf\xC3\xA9 日本 ✓ \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80");
  CHECK(visible("") == "");
}

TEST_CASE("wide characters take two columns, combining ones none") {
  CHECK(display_width("order") == 5);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\xCC\x81") == 1);
  CHECK(display_width("…") == 1);
}

TEST_CASE("a text is cut between characters, never in one") {
  CHECK(cut_to("order-12345", 11) == "order-12345");
  CHECK(cut_to("order-12345", 6) == "order…");
  CHECK(cut_to("日本語", 6) == "日本語");
  CHECK(cut_to("日本語", 5) == "日本…");
  CHECK(cut_to("日本語", 4) == "日…");
  CHECK(cut_to("日本語", 1) == "…");
  CHECK(cut_to("abc", 0) == "");
  CHECK(cut_to("e\xCC\x81"
               "e\xCC\x81"
               "e\xCC\x81",
               2) == "e\xCC\x81…");
}

TEST_CASE("numbers have groups") {
  CHECK(with_groups(0) == "0");
  CHECK(with_groups(999) == "999");
  CHECK(with_groups(1'000) == "1 000");
  CHECK(with_groups(5'104'220) == "5 104 220");
}
