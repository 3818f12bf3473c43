// Money is exact. The reference is decimal arithmetic on texts, digit by digit, as it is taught at school.
#include <doctest/doctest.h>

#include <rapidcheck.h>

#include <cstdint>
#include <limits>
#include <string>

#include <domain/money.hpp>

using shop::Money;
using shop::Total;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

template <class Property>
void check(const std::string& name, Property property) {
  const bool holds = rc::check(name, property);
  CHECK_MESSAGE(holds, "RC_PARAMS repeats it: see above");
}

Total total_of(std::int64_t ten_thousandths) {
  Total total;
  total += Money{ten_thousandths};
  return total;
}

}  // namespace

TEST_CASE("a product that does not fit is none, and never wraps") {
  CHECK(shop::times(Money{most}, 1)->ten_thousandths == most);
  CHECK(shop::times(Money{most}, -1)->ten_thousandths == -most);
  CHECK_FALSE(shop::times(Money{most}, 2));
  CHECK_FALSE(shop::times(Money{most}, -2));
  CHECK_FALSE(shop::times(Money{most / 2 + 1}, 2));
  CHECK_FALSE(shop::times(Money{9'999'999'999'999'999}, 999'999'999));
  CHECK(shop::times(Money{0}, -5)->ten_thousandths == 0);
}

TEST_CASE("a sum that does not fit is none") {
  CHECK_FALSE(shop::plus(Money{most}, Money{1}));
  CHECK_FALSE(shop::plus(Money{-most}, Money{-1}));
  CHECK(shop::plus(Money{most}, Money{-1})->ten_thousandths == most - 1);
}

TEST_CASE("amounts of two currencies have no sum") {
  CHECK_FALSE(shop::plus(Money{1, "GBP"}, Money{1, "EUR"}));
  CHECK(shop::plus(Money{1, "EUR"}, Money{1, "EUR"}) == Money{2, "EUR"});
}

TEST_CASE("a price is a plain decimal of at most twelve digits and four decimals") {
  struct row {
    const char* text;
    std::int64_t ten_thousandths;
  };
  for (const row& good : {row{"2.55", 25'500}, row{"0", 0}, row{"0.0", 0}, row{"0.0001", 1}, row{"12", 120'000},
                          row{"1.5", 15'000}, row{"007", 70'000}, row{"999999999999.9999", 9'999'999'999'999'999}}) {
    CAPTURE(good.text);
    const auto price = shop::parse_price(good.text);
    REQUIRE(price);
    CHECK(*price == Money{good.ten_thousandths, "GBP"});
  }
  for (const char* bad :
       {"", ".", "1.", ".5", "-1", "+1", "1.23456", "1234567890123", "1e3", "1,5", " 1", "1 ", "0x1", "NaN", "1.2.3",
        "\xC2\xA3"
        "1",
        "\xD9\xA1"}) {
    CAPTURE(bad);
    CHECK_FALSE(shop::parse_price(bad));
  }
}

TEST_CASE("a total is rounded half to even, once") {
  struct row {
    std::int64_t ten_thousandths;
    const char* rounded;
  };
  for (const row& each :
       {row{0, "0.00"}, row{49, "0.00"}, row{50, "0.00"}, row{51, "0.01"}, row{149, "0.01"}, row{150, "0.02"},
        row{250, "0.02"}, row{251, "0.03"}, row{350, "0.04"}, row{-49, "0.00"}, row{-50, "0.00"}, row{-51, "-0.01"},
        row{-150, "-0.02"}, row{-250, "-0.02"}, row{12'345, "1.23"}, row{1'234'550, "123.46"}, row{1'234'450, "123.44"},
        row{most, "922337203685477.58"}, row{-most, "-922337203685477.58"}}) {
    CAPTURE(each.ten_thousandths);
    CHECK(total_of(each.ten_thousandths).rounded() == each.rounded);
  }
}

TEST_CASE("a price is printed with all its digits") {
  CHECK(shop::to_text(Money{25'500}) == "2.55");
  CHECK(shop::to_text(Money{120'000}) == "12.00");
  CHECK(shop::to_text(Money{1}) == "0.0001");
  CHECK(shop::to_text(Money{-1'250}) == "-0.125");
}

TEST_CASE("a total goes beyond 64 bits, and is kept exactly") {
  Total total;
  for (int time = 0; time < 1'000; ++time) total += Money{most};
  CHECK(total.exact() == "922337203685477580.7000");
  CHECK(total.rounded() == "922337203685477580.70");
  CHECK(Total::parse(total.exact()) == total);
  total -= total;
  CHECK(total == Total{});
}

TEST_CASE("what is no total is not read as one") {
  for (const char* bad : {"", "-", "1", "1.0", "1.00000", "a.0000", ".0000", "1.00 0", "--1.0000"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(Total::parse(bad), std::invalid_argument);
  }
}

TEST_CASE("every price is read as it was printed, and every total") {
  check("prices", [] {
    const Money price{*rc::gen::inRange<std::int64_t>(0, 9'999'999'999'999'999)};
    RC_ASSERT(shop::parse_price(shop::to_text(price)) == price);
  });
  check("totals", [] {
    const Total total = total_of(*rc::gen::inRange(-most, most));
    RC_ASSERT(Total::parse(total.exact()) == total);
  });
}

TEST_CASE("products and sums are those of integers wherever they fit, and none elsewhere") {
  check("products", [] {
    const std::int64_t price = *rc::gen::arbitrary<std::int64_t>();
    const std::int64_t quantity = *rc::gen::inRange<std::int64_t>(-1'000'000'000, 1'000'000'000);
    std::int64_t product = 0;
    const bool fits =
        !__builtin_mul_overflow(price, quantity, &product) && product != std::numeric_limits<std::int64_t>::min();
    const auto computed = shop::times(Money{price}, quantity);
    RC_ASSERT(computed.has_value() == fits);
    if (fits) RC_ASSERT(computed->ten_thousandths == product);
  });
  check("sums", [](std::int64_t left, std::int64_t right) {
    std::int64_t sum = 0;
    const bool fits = !__builtin_add_overflow(left, right, &sum) && sum != std::numeric_limits<std::int64_t>::min();
    const auto computed = shop::plus(Money{left}, Money{right});
    RC_ASSERT(computed.has_value() == fits);
    if (fits) RC_ASSERT(computed->ten_thousandths == sum);
  });
}

TEST_CASE("rounding is off by at most half a penny, and ties go to the even one") {
  check("rounding", [] {
    const std::int64_t exact = *rc::gen::inRange<std::int64_t>(-1'000'000'000, 1'000'000'000);
    std::string text = total_of(exact).rounded();
    text.erase(text.find('.'), 1);
    const std::int64_t pence = std::stoll(text);
    const std::int64_t off = exact - pence * 100;
    RC_ASSERT(off >= -50 && off <= 50);
    if (off == 50 || off == -50) RC_ASSERT(pence % 2 == 0);
  });
}
