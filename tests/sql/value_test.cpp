#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <whence/sql/value.hpp>

using whence::sql::value;

TEST_CASE("an unsigned integer that SQLite cannot hold is refused, not wrapped") {
  CHECK_THROWS_AS(value(UINT64_MAX), std::out_of_range);
  CHECK_THROWS_AS(value(std::uint64_t{1} << 63), std::out_of_range);
  CHECK(value((std::uint64_t{1} << 63) - 1).integer() == INT64_MAX);
}

TEST_CASE("a value is made from what it is given") {
  const std::string text = "ada";
  const std::vector<std::uint8_t> blob{1, 2};
  CHECK(value(nullptr).what() == value::kind::null);
  CHECK(value(INT64_MIN).integer() == INT64_MIN);
  CHECK(value(true).integer() == 1);
  CHECK(value(std::uint32_t{4'000'000'000}).integer() == 4'000'000'000);
  CHECK(value(1.5).real() == 1.5);
  CHECK(value(text).bytes() == "ada");
  CHECK(value("ada").what() == value::kind::text);
  CHECK(value(std::string_view("a\0b", 3)).bytes().size() == 3);
  CHECK(value(std::span(blob)).what() == value::kind::blob);
  CHECK(value(std::array<std::uint8_t, 2>{1, 2}).bytes() == std::string_view("\1\2"));
}

TEST_CASE("an empty optional is null") {
  CHECK(value(std::optional<int>()).what() == value::kind::null);
  CHECK(value(std::optional<int>(7)).integer() == 7);
  CHECK(value(std::optional<std::string_view>("x")).bytes() == "x");
}
