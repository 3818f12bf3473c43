// Regular expressions: what is refused, what matches, and what would take others for ever.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <whence/contracts/pattern.hpp>

using whence::detail::pattern;
using whence::detail::pattern_refused;

namespace {

bool matches(const std::string& expression, const std::string& text) {
  std::uint64_t work = 1'000'000;
  const bool fits = pattern(expression).matches(text, work);
  CHECK(work > 0);
  return fits;
}

std::string refusal(const std::string& expression) {
  try {
    static_cast<void>(pattern(expression));
  } catch (const pattern_refused& refused) {
    return (refused.unsupported ? "unsupported: " : "malformed: ") + refused.problem;
  }
  return "(understood)";
}

}  // namespace

TEST_CASE("what is no expression is refused") {
  CHECK(refusal("(a") == "malformed: a ( that is not closed");
  CHECK(refusal("a)") == "malformed: a ) that closes nothing");
  CHECK(refusal("*a") == "malformed: a repetition of nothing, or a bracket alone");
  CHECK(refusal("a**") == "malformed: a repetition of nothing");
  CHECK(refusal("^*") == "malformed: a repetition of what takes no character");
  CHECK(refusal("a{2,1}") == "malformed: a {n,m} with n greater than m");
  CHECK(refusal("a{x}") == "malformed: a { that begins no {n,m}");
  CHECK(refusal("[z-a]") == "malformed: a range whose end is before its begin");
  CHECK(refusal("[a") == "malformed: it ends too early");
  CHECK(refusal("[\\d-z]") == "malformed: a range that ends with a class");
  CHECK(refusal("\\") == "malformed: it ends too early");
  CHECK(refusal("\\a") == "malformed: a backslash before a character that needs none");
  CHECK(refusal("\\u12") == "malformed: it ends too early");
  CHECK(refusal("\\xg1") == "malformed: an escape without its hexadecimal digits");
}

TEST_CASE("what is not understood is refused by name, and not passed over") {
  CHECK(refusal("(a)\\1") == "unsupported: a reference back is not understood");
  CHECK(refusal("\\bword") == "unsupported: the boundary of a word is not understood");
  CHECK(refusal("\\p{L}") == "unsupported: a property of Unicode is not understood");
  CHECK(refusal("(?<=a)b") == "unsupported: looking behind is not understood");
  CHECK(refusal("(?<name>a)") == "unsupported: a named group or a flag is not understood");
}

TEST_CASE("what would be too large is refused before it is built") {
  CHECK(refusal("a{30000}") == "unsupported: a repetition of more than 20000");
  CHECK(refusal("((a{200}){200}){200}").find("too large") != std::string::npos);
  CHECK(refusal(std::string(40, '(') + std::string(40, ')')) == "unsupported: groups are nested too deep");
  CHECK(refusal("((a|b){9000}|c)").find("too large") != std::string::npos);
  CHECK(refusal(std::string(5'000, 'a')) == "unsupported: an expression of more than 4096 characters");
}

TEST_CASE("an expression matches anywhere, unless it is held at an end") {
  CHECK(matches("b", "abc"));
  CHECK_FALSE(matches("^b", "abc"));
  CHECK_FALSE(matches("b$", "abc"));
  CHECK(matches("^abc$", "abc"));
  CHECK(matches("", ""));
  CHECK(matches("^$", ""));
  CHECK_FALSE(matches("^$", "\n"));
  CHECK_FALSE(matches("^a$", "a\n"));  // there are no lines
}

TEST_CASE("each construct") {
  CHECK(matches("^(ab|cd|)$", "cd"));
  CHECK(matches("^(ab|cd|)$", ""));
  CHECK_FALSE(matches("^(ab|cd|)$", "abcd"));
  CHECK(matches("^(?:ab)*$", "ababab"));
  CHECK_FALSE(matches("^(?:ab)+$", ""));
  CHECK(matches("^a{2,3}$", "aaa"));
  CHECK_FALSE(matches("^a{2,3}$", "aaaa"));
  CHECK_FALSE(matches("^a{2,}$", "a"));
  CHECK(matches("^a{0}$", ""));
  CHECK(matches("^a*?$", "aaa"));
  CHECK(matches("^[^a-c]$", "d"));
  CHECK_FALSE(matches("^[^a-c]$", "b"));
  CHECK(matches("^[-a]$", "-"));
  CHECK(matches("^[a-]$", "-"));
  CHECK_FALSE(matches("[]", "a"));
  CHECK(matches("^[^]$", "\n"));
  CHECK(matches("^\\d\\D\\w\\W\\s\\S$", "1a_- x"));
  CHECK_FALSE(matches("^\\d$", "\u0663"));  // ARABIC-INDIC DIGIT THREE is none
  CHECK(matches("^\\s$", "\u2003"));
  CHECK_FALSE(matches("^.$", "\u2028"));
  CHECK(matches("^.$", "\U0001F600"));  // a character, whatever it takes to write it
  CHECK(matches("^\\u{1F600}$", "\U0001F600"));
  CHECK(matches("^\\uD83D\\uDE00$", "\U0001F600"));
  CHECK(matches("^[\U0001F600-\U0001F610]$", "\U0001F605"));
  CHECK(matches("^\\x41\\t\\cJ\\/$", "A\t\n/"));
  CHECK(matches("^(a*)*$", "aaaa"));
}

TEST_CASE("looking ahead takes no character") {
  CHECK(matches("^(?=.*9)\\d+$", "1290"));
  CHECK_FALSE(matches("^(?=.*9)\\d+$", "1280"));
  CHECK_FALSE(matches("^(?!-0$)-?\\d$", "-0"));
  CHECK(matches("^(?!-0$)-?\\d$", "-1"));
  CHECK(matches("a(?=b(?!c))", "abc abd"));
  CHECK_FALSE(matches("a(?=b(?!c))", "abc"));
}

TEST_CASE("an expression that others try in exponential time takes time in proportion") {
  std::uint64_t work = 10'000'000;
  std::string text(100'000, 'a');
  text += 'b';
  CHECK_FALSE(pattern("^(a+)+$").matches(text, work));
  CHECK(work > 0);
}

TEST_CASE("a match stops when its work is used up") {
  std::uint64_t work = 100'000;
  CHECK_FALSE(pattern("(?=.*b)(?=.*c)x").matches(std::string(10'000, 'a'), work));
  CHECK(work == 0);
}
