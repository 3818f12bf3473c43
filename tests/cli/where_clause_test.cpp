// What --where understands, what fits it, and how it says that it cannot be read.
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <whence/cli/exact_number.hpp>
#include <whence/cli/where_clause.hpp>

using namespace whence::cli;
using tests::console;
using tests::ran;

namespace {

struct malformed {
  const char* clause;
  const char* where;
};

constexpr malformed malformed_clauses[] = {
    {"", "  where: \n         ^ a JSON pointer is expected here, which begins with /"},
    {"total > 100", "  where: total > 100\n         ^ a JSON pointer is expected here, which begins with /"},
    {"  ~1x > 1", "  where:   ~1x > 1\n           ^ a JSON pointer is expected here, which begins with /"},
    {"/a~", "  where: /a~\n            ^ a value is expected here"},
    {"\"/a~2\" = 1", "  where: \"/a~2\" = 1\n         ^ in this JSON pointer, ~ has to be ~0, and ~1 stands for /"},
    {"\"/a = 1", "  where: \"/a = 1\n         ^ this quote is not closed"},
    {"/data/total", "  where: /data/total\n                    ^ an operator is expected here: = != < <= > >= ~"},
    {"/data/total 100",
     "  where: /data/total 100\n                     ^ an operator is expected here: = != < <= > >= ~"},
    {"/data/total !", "  where: /data/total !\n                     ^ an operator is expected here: = != < <= > >= ~"},
    {"/data/total >", "  where: /data/total >\n                      ^ a value is expected here"},
    {"/data/total > ", "  where: /data/total > \n                       ^ a value is expected here"},
    {"/data/total >> 100",
     "  where: /data/total >> 100\n                      ^ a value is expected here; a text that begins so stands in "
     "double quotes"},
    {"/data/total === 100",
     "  where: /data/total === 100\n                       ^ a value is expected here; a text that begins so stands in "
     "double quotes"},
    {"/a = \"open", "  where: /a = \"open\n              ^ this quote is not closed"},
    {"/a = \"open\\\"", "  where: /a = \"open\\\"\n              ^ this quote is not closed"},
    {"/a = \"\\x\"", "  where: /a = \"\\x\"\n              ^ this is no text as JSON writes it"},
    {"/a = \"x\" y", "  where: /a = \"x\" y\n                  ^ nothing can follow the value"},
    {"/a > true", "  where: /a > true\n              ^ true, false and null have no order: use = or !="},
    {"/a = {}",
     "  where: /a = {}\n              ^ objects and lists cannot be compared: go on with the pointer to a value in "
     "them"},
    {"/caf\xC3\xA9\x1b >", "  where: /caf\xC3\xA9\\u001b >\n                      ^ a value is expected here"},
};

bool fits(const char* clause, const char* json) { return where_clause(clause).fits(json); }

exact_number number(const char* text) { return exact_number::from(text).value(); }

}  // namespace

TEST_CASE("a clause that cannot be read says where, and is exit code 2") {
  console console;
  for (const malformed& wrong : malformed_clauses) {
    CAPTURE(wrong.clause);
    const ran ran = console.run({"event", "list", "--where", wrong.clause});
    CHECK(ran.exit == 2);
    CHECK(ran.out == "");
    CHECK(ran.err == "whence: --where cannot be read\n" + std::string(wrong.where) +
                         "\n  do:    write it as: --where '/data/quantity < 0', with one of = != < <= > >= ~  "
                         "[usage.condition, exit 2]\n");
  }
}

TEST_CASE("a value that is not there does not fit, whatever the operator") {
  for (const char* const op : {"=", "!=", "<", "<=", ">", ">=", "~"}) {
    CAPTURE(op);
    const std::string clause = std::string("/a/b ") + op + " 1";
    for (const char* const json : {"{}", "{\"a\":1}", "{\"a\":{}}", "{\"a\":{\"c\":1}}", "{\"a\":[1]}", "[1]", "1", "",
                                   "{\"a\":{\"b\"", "not json", "{\"b\":1}", "{\"x\":{\"b\":1}}"}) {
      CAPTURE(json);
      CHECK(!fits(clause.c_str(), json));
    }
  }
}

TEST_CASE("two signs of equality are as good as one") {
  CHECK(fits("/a == 5", R"({"a":5})"));
  CHECK(fits("/a==x", R"({"a":"x"})"));
  CHECK_FALSE(fits("/a == 5", R"({"a":6})"));
}

TEST_CASE("numbers are compared to the last digit") {
  CHECK(fits("/n = 12345678901234567890.10", R"({"n":12345678901234567890.10})"));
  CHECK(fits("/n = 12345678901234567890.1", R"({"n":12345678901234567890.10})"));
  CHECK(!fits("/n = 12345678901234567890.11", R"({"n":12345678901234567890.10})"));
  CHECK(fits("/n < 12345678901234567890.11", R"({"n":12345678901234567890.10})"));
  CHECK(fits("/n > 9007199254740992", R"({"n":9007199254740993})"));
  CHECK(!fits("/n = 9007199254740992", R"({"n":9007199254740993})"));
  CHECK(fits("/n > 18446744073709551615", R"({"n":18446744073709551616})"));
  CHECK(fits("/n = 0.1", R"({"n":0.10})"));
  CHECK(fits("/n = 100", R"({"n":1e2})"));
  CHECK(fits("/n = -0", R"({"n":0})"));
  CHECK(fits("/n = 1e400", R"({"n":10e399})"));
}

TEST_CASE("exact numbers are ordered") {
  const char* const ascending[] = {"-1e999999999999999999",
                                   "-100",
                                   "-99.5",
                                   "-1",
                                   "-0.5",
                                   "-1e-9",
                                   "0",
                                   "1e-9",
                                   "0.05",
                                   "0.10",
                                   "0.1001",
                                   "1",
                                   "1.5",
                                   "9",
                                   "10",
                                   "100",
                                   "1e99999999999999999999"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      CAPTURE(ascending[i]);
      CAPTURE(ascending[j]);
      CHECK((number(ascending[i]) < number(ascending[j])) == (i < j));
      CHECK((number(ascending[i]) == number(ascending[j])) == (i == j));
    }
  }
  CHECK(number("0e5") == number("-0.000"));
  CHECK(number("0.0012e3") == number("1.2"));
  for (const char* const text : {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "1 ", " 1", "NaN", "1e1.5"}) {
    CAPTURE(text);
    CHECK(!exact_number::from(text));
  }
}

TEST_CASE("values of another kind are not equal and have no order") {
  CHECK(!fits("/v = 5", R"({"v":"5"})"));
  CHECK(fits("/v != 5", R"({"v":"5"})"));
  CHECK(fits("/v = \"5\"", R"({"v":"5"})"));
  CHECK(!fits("/v < 6", R"({"v":"5"})"));
  CHECK(!fits("/v >= 0", R"({"v":true})"));
  CHECK(!fits("/v = false", R"({"v":null})"));
  CHECK(!fits("/v = x", R"({"v":{"x":1}})"));
  CHECK(fits("/v != x", R"({"v":["x"]})"));
  CHECK(!fits("/v < x", R"({"v":[]})"));
  CHECK(!fits("/v ~ 5*", R"({"v":55})"));
}

TEST_CASE("texts, truth and null") {
  CHECK(fits("/v = EUR", R"({"v":"EUR"})"));
  CHECK(fits("/v=changed my mind ", R"({"v":"changed my mind"})"));
  CHECK(fits("/v = \" x \"", R"({"v":" x "})"));
  CHECK(fits("/v = \"a\\u0041\"", R"({"v":"aA"})"));
  CHECK(fits("/v >= 2026-01-27", R"({"v":"2026-01-27T10:30:00Z"})"));
  CHECK(!fits("/v < 2026-01-27", R"({"v":"2026-01-27T10:30:00Z"})"));
  CHECK(fits("/v = true", R"({"v":true})"));
  CHECK(fits("/v != true", R"({"v":false})"));
  CHECK(fits("/v = null", R"({"v":null})"));
  CHECK(fits("/v = \"null\"", R"({"v":"null"})"));
  CHECK(fits("/v ~ *mind", R"({"v":"changed my mind"})"));
  CHECK(fits("/v~changed*", R"({"v":"changed my mind"})"));
  CHECK(!fits("/v ~ mind", R"({"v":"changed my mind"})"));
}

TEST_CASE("the pointer leads through objects and lists, and knows its escapes") {
  constexpr const char* json =
      R"({"a":{"b":[10,{"c":3},[7]]},"":{"":5},"x/y":1,"m~n":2,"odd key = 1":8,"a2":{"b":[99]},"0":4})";
  CHECK(fits("/a/b/0 = 10", json));
  CHECK(fits("/a/b/1/c = 3", json));
  CHECK(fits("/a/b/2/0 = 7", json));
  CHECK(!fits("/a/b/3 != 0", json));
  CHECK(!fits("/a/b/00 = 10", json));
  CHECK(!fits("/a/b/- != 0", json));
  CHECK(!fits("/b/0 = 99", json));
  CHECK(fits("/a2/b/0 = 99", json));
  CHECK(fits("// = 5", json));
  CHECK(fits("/x~1y = 1", json));
  CHECK(fits("/m~0n = 2", json));
  CHECK(fits("\"/odd key = 1\" = 8", json));
  CHECK(fits("/0 = 4", json));
}

TEST_CASE("a clause reaches every part of an event") {
  console console;
  const auto found = [&console](std::vector<std::string> clauses) {
    std::vector<std::string> words{"event", "list", "-o", "csv", "--columns", "position"};
    for (std::string& clause : clauses) words.insert(words.end(), {"--where", std::move(clause)});
    const ran ran = console.run(words);
    CHECK(ran.exit == 0);
    return ran.out.substr(ran.out.find('\n') + 1);
  };
  CHECK(found({"/data/customerId = \"42\""}) == "1\r\n");
  CHECK(found({"/data/items/0/price = 19.90 EUR"}) == "1\r\n");
  CHECK(found({"/data/quantity < 0"}) == "4\r\n");
  CHECK(found({"/data/quantity < -2"}) == "");
  CHECK(found({"/data/total > 12345678901234567890.09", "/data/total < 12345678901234567890.11"}) == "1\r\n");
  CHECK(found({"/eventType = OrderPlaced", "/eventVersion = 1"}) == "5\r\n8\r\n");
  CHECK(found({"/metadata/causationType ~ Ca*"}) == "6\r\n");
  CHECK(found({"/tags/1 = channel:web"}) == "1\r\n");
  CHECK(found({"/streamVersion >= 2", "/aggregateId ~ order-*"}) == "3\r\n6\r\n9\r\n");
  CHECK(found({"/data = 39.80 EUR"}) == "7\r\n");
  CHECK(found({"/database = 1"}) == "");
}
