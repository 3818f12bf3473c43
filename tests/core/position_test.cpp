#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>

using namespace whence;

static_assert(!std::convertible_to<std::uint64_t, global_position>);
static_assert(!std::convertible_to<global_position, std::uint64_t>);
static_assert(!std::equality_comparable_with<global_position, stream_version>);

TEST_CASE("positions are ordered, begin before the first event, and have a next one") {
  CHECK(global_position{} == global_position{0});
  CHECK(global_position{}.next() == global_position{1});
  CHECK(global_position{2} > global_position{1});
  CHECK(stream_version{}.next().next() == stream_version{2});
}

TEST_CASE("a token is written and read in one way only") {
  const token last{3, global_position{std::numeric_limits<std::uint64_t>::max()}};
  CHECK(last.to_string() == "3-18446744073709551615");
  CHECK(token::parse("3-18446744073709551615") == last);
  CHECK(token::parse("1-0") == token{1, global_position{0}});
  for (const std::string text : {"", "-", "1", "1-", "-1", "0-1", "01-1", "1-01", "+1-1", "1-+1", " 1-1", "1-1 ",
                                 "1--1", "1-1-1", "1-18446744073709551616", "a-1", "1-0x1"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(token::parse(text), malformed_input);
  }
}

TEST_CASE("a token of a later epoch is greater, whatever its position") {
  CHECK(token::parse("2-1") > token::parse("1-9"));
  CHECK(token::parse("1-10") > token::parse("1-9"));
}
