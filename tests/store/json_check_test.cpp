// What is a JSON document, and what only looks like one.
#include <doctest/doctest.h>

#include <string>

#include <whence/store/json_check.hpp>

using namespace whence;

TEST_CASE("JSON documents are told from what is none") {
  for (const char* const good : {"{}", "[]", "0", "-0.5e+10", "\"\"", "null", " [ 1 , {\"a\" : [ ] } ] ",
                                 R"("\u00e9\n\"")", "\"é\"", "true", R"({"a":{"b":[1,2,{"c":null}]},"d":false})"}) {
    CAPTURE(good);
    CHECK(is_json(good));
  }
  for (const char* const bad :
       {"",      " ",         "{",  "[",       "]",           "[1,]",   "{\"a\":1,}", "{\"a\"}",
        "{a:1}", "[1 2]",     "01", "-",       "1.",          "1e",     ".5",         "+1",
        "tru",   "nulll",     "\"", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "\"\xff\"",   "{}{}",
        "[1]]",  "{\"a\":1]", "[}", "'a'",     "NaN",         "{,}",    "[,1]",       "{\"a\" 1}"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_json(bad));
  }
  CHECK(is_json(std::string(1'000, '[') + std::string(1'000, ']')));
  CHECK_FALSE(is_json(std::string(200'000, '[') + std::string(200'000, ']')));
}
