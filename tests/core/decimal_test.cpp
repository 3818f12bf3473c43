// The judge of arithmetic is the integers'; what does not fit must be told, at each edge.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

#include <whence/core/decimal.hpp>
#include <whence/core/error.hpp>
#include <whence/core/money.hpp>

using namespace whence;

namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::string text(const std::optional<decimal>& value) { return value ? value->to_string() : "(nothing)"; }
decimal of(const char* text) { return decimal::parse(text); }

}  // namespace

TEST_CASE("a decimal has the digits that its scale says, and is read back the same") {
  CHECK(decimal().to_string() == "0");
  CHECK(decimal(1250, 2).to_string() == "12.50");
  CHECK(decimal(-7, 2).to_string() == "-0.07");
  CHECK(decimal(0, 3).to_string() == "0.000");
  CHECK(decimal(1, 18).to_string() == "0.000000000000000001");
  CHECK(decimal(least, 0).to_string() == "-9223372036854775808");
  CHECK(decimal(least, 18).to_string() == "-9.223372036854775808");
  CHECK(decimal(most, 19 - 1).to_string() == "9.223372036854775807");
  for (const std::int64_t digits :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1000}, least, most}) {
    for (int scale = 0; scale <= decimal::scale_max; ++scale) {
      const decimal value(digits, scale);
      const decimal read = decimal::parse(value.to_string());
      CHECK(read.unscaled() == digits);
      CHECK(read.scale() == scale);
    }
  }
  CHECK_THROWS_AS(decimal(1, -1), malformed_input);
  CHECK_THROWS_AS(decimal(1, 19), malformed_input);
}

TEST_CASE("what is no decimal is not read as one") {
  for (const char* const wrong : {"",
                                  "-",
                                  ".",
                                  "1.",
                                  ".5",
                                  "+1",
                                  "01",
                                  "00",
                                  "-0",
                                  "-0.00",
                                  "1e3",
                                  "1,5",
                                  " 1",
                                  "1 ",
                                  "0x1",
                                  "1.2.3",
                                  "--1",
                                  "NaN",
                                  "9223372036854775808",
                                  "-9223372036854775809",
                                  "1.0000000000000000000",
                                  "0.0000000000000000001",
                                  "99999999999999999999999999999999999999999999",
                                  "10000000000.000000000"}) {
    CAPTURE(wrong);
    CHECK_FALSE(decimal::try_parse(wrong));
    CHECK_THROWS_AS(decimal::parse(wrong), malformed_input);
  }
  CHECK(decimal::try_parse("-9223372036854775808"));
  CHECK(decimal::try_parse("0.00"));
}

TEST_CASE("decimals are compared by value") {
  CHECK(of("12.50") == of("12.5"));
  CHECK(of("0.000") == of("0"));
  CHECK(of("-0.07") < of("-0.069"));
  CHECK(of("9223372036854775807") > of("0.000000000000000001"));
  CHECK(decimal(most, 18) < decimal(most, 0));
  CHECK(decimal(least, 18) > decimal(least, 0));
}

TEST_CASE("sums, differences and products are exact, or nothing") {
  CHECK(text(sum(of("0.1"), of("0.02"))) == "0.12");
  CHECK(text(difference(of("1"), of("0.001"))) == "0.999");
  CHECK(text(product(of("-2.55"), 3)) == "-7.65");
  CHECK(text(sum(decimal(most), decimal(1))) == "(nothing)");
  CHECK(text(sum(decimal(most), decimal(0, 18))) == "(nothing)");
  CHECK(text(difference(decimal(least), decimal(1))) == "(nothing)");
  CHECK(text(product(decimal(least), -1)) == "(nothing)");
  CHECK(text(product(decimal(most), 1)) == "9223372036854775807");
}

TEST_CASE("what is lost by rounding goes to the nearer neighbour, a half to the even one") {
  CHECK(text(rounded(of("2.345"), 2)) == "2.34");
  CHECK(text(rounded(of("2.355"), 2)) == "2.36");
  CHECK(text(rounded(of("2.3551"), 2)) == "2.36");
  CHECK(text(rounded(of("2.3449"), 2)) == "2.34");
  CHECK(text(rounded(of("-2.345"), 2)) == "-2.34");
  CHECK(text(rounded(of("-2.346"), 2)) == "-2.35");
  CHECK(text(rounded(of("0.5"), 0)) == "0");
  CHECK(text(rounded(of("1.5"), 0)) == "2");
  CHECK(text(rounded(of("7"), 2)) == "7.00");
  CHECK(text(rounded(decimal(most), 1)) == "(nothing)");
  CHECK(text(rounded(of("1"), 19)) == "(nothing)");
  CHECK(text(rounded(of("1"), -1)) == "(nothing)");
}

TEST_CASE("money keeps its currency, and does not mix two") {
  const money pounds{of("12.50"), currency_code("GBP")};
  const money euros{of("1"), currency_code("EUR")};
  CHECK(to_string(*sum(pounds, pounds)) == "25.00 GBP");
  CHECK(to_string(*difference(pounds, {of("0.005"), currency_code("GBP")})) == "12.495 GBP");
  CHECK(to_string(*product(euros, -3)) == "-3 EUR");
  CHECK_FALSE(sum(pounds, euros));
  CHECK_FALSE(difference(pounds, euros));
  CHECK_FALSE(sum({decimal(most), {}}, {decimal(1), {}}));
  CHECK(to_string(money{}) ==
        "0 X"
        "XX");
  CHECK(pounds == money{of("12.5"), currency_code("GBP")});
  CHECK(pounds != money{of("12.5"), currency_code("EUR")});
}

TEST_CASE("a currency is three capital letters") {
  for (const char* const wrong : {"", "GB", "GBPX", "gbp", "G1P", "G P", "ÄB"}) {
    CAPTURE(wrong);
    CHECK_FALSE(currency_code::try_parse(wrong));
    CHECK_THROWS_AS(currency_code{wrong}, malformed_input);
  }
}
