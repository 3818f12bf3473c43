#include <string>

#include <doctest/doctest.h>

#include <whence/cli/data_lines.hpp>

using namespace whence::cli;

namespace {

std::string shown(std::string_view json) {
  std::string text;
  for (const data_line& line : data_lines(json)) text += line.name + " = " + line.value + "\n";
  return text;
}

}  // namespace

TEST_CASE("what is no JSON is shown as it is") {
  CHECK(shown("{\"a\":") == " = {\"a\":\n");
  CHECK(shown("\x1b[2J") == " = \\u001b[2J\n");
  CHECK(shown("") == " = \n");
}

TEST_CASE("members and entries of lists stand on lines of their own, the rest in one") {
  CHECK(shown(R"({"a":1,"b":[{"c":[1,[2]],"d":{}},"x",[]],"e":{"f":{"g":null}}})") ==
        "a = 1\n"
        "b[0] = { c [ 1, [ 2 ] ], d {} }\n"
        "b[1] = \"x\"\n"
        "b[2] = []\n"
        "e = { f { g null } }\n");
}

TEST_CASE("data that are no object") {
  CHECK(shown("7") == " = 7\n");
  CHECK(shown("null") == " = null\n");
  CHECK(shown("[]") == " = []\n");
  CHECK(shown("{}") == " = {}\n");
  CHECK(shown("[1,[2,3]]") == "[0] = 1\n[1] = [ 2, 3 ]\n");
}

TEST_CASE("numbers and texts stand as they were written") {
  CHECK(shown(R"({"n":12345678901234567890123,"d":0.10,"e":1E2,"t":"é\n\u001b\""})") ==
        "n = 12345678901234567890123\nd = 0.10\ne = 1E2\nt = \"é\\n\\u001b\\\"\"\n");
}

TEST_CASE("a deep document is no problem") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(data_lines(deep).size() == 1);
}
