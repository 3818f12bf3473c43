// What should be on the shelves, as orders, credit notes and corrections come and go.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include <models/stock_levels.hpp>
#include <service/shop_service.hpp>
#include <whence/projection/read_model.hpp>
#include <whence/store/log_source.hpp>

using namespace shop;

namespace {

class shelves {
 public:
  shelves()
      : app_(whence::application::on(whence::memory())
                 .aggregate<Order>()
                 .aggregate<Payment>()
                 .aggregate<StockItem>()
                 .aggregate<CreditNote>()
                 .projection<StockLevels>()
                 .start()),
        shop(app_) {}

  std::map<std::string, std::int64_t> levels() {
    const auto model = app_.model<StockLevels>();
    model.include(app_.head_token(), std::chrono::seconds{10});
    std::map<std::string, std::int64_t> found;
    model.read([&](whence::sql::database& db) {
      auto row = db.prepare("SELECT item, level FROM stock_levels");
      while (row.step()) found.emplace(row.text(0), row.integer(1));
    });
    return found;
  }
  std::int64_t open_lines() {
    std::int64_t count = 0;
    app_.model<StockLevels>().read(
        [&](whence::sql::database& db) { count = db.integer("SELECT count(*) FROM open_line").value(); });
    return count;
  }

 private:
  whence::application app_;

 public:
  shop_service shop;
};

using levels = std::map<std::string, std::int64_t>;

const std::vector<Line> lines{{"A", "", 2, Money{1}}, {"B", "", 5, Money{1}}, {"A", "", 3, Money{1}}};

void must(const answer& ended) { REQUIRE_FALSE(ended.refusal.has_value()); }

}  // namespace

TEST_CASE("goods leave the shelf when they are ordered, and the level may be negative") {
  shelves shelf;
  must(shelf.shop.place(order_id("1"), {"1", "", "France", lines}, {}).get());
  CHECK(shelf.levels() == levels{{"A", -5}, {"B", -5}});
  must(shelf.shop.pay(order_id("1"), {}).get());
  must(shelf.shop.ship(order_id("1"), {}).get());
  CHECK(shelf.levels() == levels{{"A", -5}, {"B", -5}});
}

TEST_CASE("goods of a cancelled order are back, line by line, and other orders' are not") {
  shelves shelf;
  must(shelf.shop.place(order_id("1"), {"1", "", "France", lines}, {}).get());
  must(shelf.shop.place(order_id("2"), {"2", "", "France", {{"A", "", 1, Money{1}}}}, {}).get());
  must(shelf.shop.cancel(order_id("1"), "why", {}).get());
  CHECK(shelf.levels() == levels{{"A", -1}, {"B", 0}});
}

TEST_CASE("corrections and credit notes move the level") {
  shelves shelf;
  must(shelf.shop.sell({order_id("1"), {"1", "", "France", lines}, {{"A", 100, "delivery"}, {"C", -4, "broken"}}}, {})
           .get());
  must(shelf.shop
           .credit(credit_note_id("C1"), {"C1", "", "France", {{"A", "", 2, Money{1}}, {"A", "", -1, Money{1}}}}, {})
           .get());
  CHECK(shelf.levels() == levels{{"A", 96}, {"B", -5}, {"C", -4}});
}

TEST_CASE("what a shipped or cancelled order took no more room is needed for") {
  shelves shelf;
  must(shelf.shop.sell({order_id("1"), {"1", "", "France", lines}, {}}, {}).get());
  must(shelf.shop.place(order_id("2"), {"2", "", "France", lines}, {}).get());
  must(shelf.shop.cancel(order_id("2"), "why", {}).get());
  must(shelf.shop.place(order_id("3"), {"3", "", "France", lines}, {}).get());
  CHECK(shelf.levels().at("A") == -10);
  CHECK(shelf.open_lines() == 3);
}
