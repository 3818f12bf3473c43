// A simulated shop is the same every time, goes on where it stopped, and adds up.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <simulate/simulated_order.hpp>

#include "tests/order-service/program.hpp"

using program::shop_folder;

TEST_CASE("the same seed is the same shop, another is another") {
  const shop_folder first, second, other;
  for (const auto* folder : {&first, &second})
    REQUIRE(folder->run({"simulate", "--orders", "60", "--seed", "7"}).exit == 0);
  REQUIRE(other.run({"simulate", "--orders", "60", "--seed", "8"}).exit == 0);
  CHECK(first.log() == second.log());
  CHECK(first.report() == second.report());
  CHECK(first.log() != other.log());
}

TEST_CASE("a simulation that is complete adds nothing, and a longer one only what is missing") {
  const shop_folder steps, whole;
  REQUIRE(steps.run({"simulate", "--orders", "25", "--seed", "7"}).exit == 0);
  const std::string log = steps.log();
  const auto again = steps.run({"simulate", "--orders", "25", "--seed", "7", "-o", "json"});
  CHECK(again.out == "{\"orders\": 25, \"events\": 0}\n");
  CHECK(steps.log() == log);
  REQUIRE(steps.run({"simulate", "--orders", "60", "--seed", "7"}).exit == 0);
  REQUIRE(whole.run({"simulate", "--orders", "60", "--seed", "7"}).exit == 0);
  CHECK(steps.log() == whole.log());
}

TEST_CASE("orders that are traded at once come to the same as one after the other") {
  const shop_folder single, many;
  const auto one_by_one = single.run({"simulate", "--orders", "150", "--seed", "7", "-o", "json"});
  const auto at_once = many.run({"simulate", "--orders", "150", "--seed", "7", "--at-once", "64", "-o", "json"});
  REQUIRE_MESSAGE(at_once.exit == 0, at_once.err);
  CHECK(at_once.out == one_by_one.out);
  CHECK(many.report() == single.report());
  // Only the order in which they came is another, of orders and of what they take from the same stock.
  const auto sorted = [](const std::string& log) {
    std::vector<std::string> events;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
      nlohmann::json event = nlohmann::json::parse(line);
      event.erase("globalPosition");
      if (event.at("aggregateType") == "StockItem") event.erase("streamVersion");
      events.push_back(event.dump());
    }
    std::ranges::sort(events);
    return events;
  };
  CHECK(sorted(many.log()) == sorted(single.log()));
  const auto again = many.run({"simulate", "--orders", "150", "--seed", "7", "--at-once", "3", "-o", "json"});
  CHECK(again.out == "{\"orders\": 150, \"events\": 0}\n");
}

TEST_CASE("the report of a simulated shop is the sum of its orders") {
  constexpr std::uint64_t orders = 200;
  const shop_folder folder;
  const auto ended = folder.run({"simulate", "--orders", std::to_string(orders), "-o", "json"});
  REQUIRE_MESSAGE(ended.exit == 0, ended.err);
  const std::string log = folder.log();
  CHECK(ended.json().at("events") == std::count(log.begin(), log.end(), '\n'));

  std::int64_t sold = 0, lines = 0, credits = 0, adjustments = 0;
  shop::Total gross, credited;
  for (std::uint64_t number = 1; number <= orders; ++number) {
    const auto order = shop::simulate_order(1, number);
    adjustments += static_cast<std::int64_t>(order.sale.adjustments.size());
    using fate = shop::simulated_order::fate;
    if (order.ends == fate::paid_cancelled || order.ends == fate::unpaid_cancelled) continue;
    ++sold;
    lines += static_cast<std::int64_t>(order.sale.place.lines.size());
    gross += std::get<shop::Money>(shop::total_of(order.sale.place.lines, "order"));
    if (!order.credit) continue;
    ++credits;
    credited += std::get<shop::Money>(shop::total_of(order.credit->lines, "credit"));
  }
  const auto report = folder.report();
  CHECK(report.at("orders") == sold);
  CHECK(report.at("order_lines") == lines);
  CHECK(report.at("gross") == gross.rounded());
  CHECK(report.at("credit_notes") == credits);
  CHECK(report.at("credited") == credited.rounded());
  CHECK(report.at("stock_adjustments") == adjustments);
  CHECK(credits > 0);
  CHECK(adjustments > 0);
  CHECK(sold < static_cast<std::int64_t>(orders));
  for (const char* fate : {"OrderCancelled", "PaymentRefunded", "CreditNoteIssued", "StockAdjusted"})
    CHECK(log.find(fate) != std::string::npos);
}
