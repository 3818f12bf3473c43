// Two documents that are not the same text differ somewhere, and the place is named.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <whence/testing/json_differences.hpp>

using lines = std::vector<std::string>;
using whence::testing::json_differences;

TEST_CASE("what is the same text has no differences") {
  CHECK(json_differences(R"({"a":[1,{"b":null}]})", R"({"a":[1,{"b":null}]})").empty());
}

TEST_CASE("what is written in another way is no match") {
  CHECK(json_differences(R"({"a":1,"b":2})", R"({"b":2,"a":1})") ==
        lines{R"(is written in another way: expected {"a":1,"b":2}, found {"b":2,"a":1})"});
  CHECK(json_differences("1.0", "1.00") == lines{"is written in another way: expected 1.0, found 1.00"});
}

TEST_CASE("values of two kinds differ, and numbers to the last digit") {
  CHECK(json_differences(R"({"a":1})", R"({"a":"1"})") == lines{R"(/a: expected 1, found "1")"});
  CHECK(json_differences(R"({"a":1})", R"({"a":1.0})") == lines{"/a: expected 1, found 1.0"});
  CHECK(json_differences(R"({"a":{}})", R"({"a":[]})") == lines{"/a: expected {}, found []"});
  CHECK(json_differences(R"({"a":null})", "{}") == lines{"/a: expected null, found nothing"});
  CHECK(json_differences("[9223372036854775807]", "[9223372036854775808]") ==
        lines{"/0: expected 9223372036854775807, found 9223372036854775808"});
  CHECK(json_differences("[0.1]", "[0.10000000000000002]") == lines{"/0: expected 0.1, found 0.10000000000000002"});
}

TEST_CASE("a place is a JSON pointer") {
  CHECK(json_differences(R"({"a/b":[{"c~d":{"":1}}]})", R"({"a/b":[{"c~d":{"":2}}]})") ==
        lines{"/a~1b/0/c~0d/: expected 1, found 2"});
}

TEST_CASE("elements are compared one by one, also where one list is longer") {
  CHECK(json_differences("[1,2,3]", "[1,5]") == lines{"/1: expected 2, found 5", "/2: expected 3, found nothing"});
  CHECK(json_differences("[]", "[[1]]") == lines{"/0: expected nothing, found [1]"});
}
