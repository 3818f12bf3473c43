// A log that the order service wrote once (tests/fixtures/order-service-v1), and the program of today: it reads it, and knows again
// what was done there.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include <models/order_summary.hpp>
#include <models/sales_by_country.hpp>
#include <models/stock_levels.hpp>
#include <service/open_shop.hpp>

#include "tests/order-service/program.hpp"

using namespace shop;
using program::read_file, program::result;

namespace {

std::string fixture(const std::string& name) {
  return (places::sources() / "tests/fixtures/order-service-v1" / name).string();
}

class old_shop : public program::shop_folder {
 public:
  old_shop() {
    for (const char* const name : {"shop.db", "shop.db.witness"}) std::filesystem::copy_file(fixture(name), file(name));
  }

  /// A copy that may be changed, imported.
  result import(const std::string& sales) const { return run({"import", write("sales.csv", sales)}); }

  /// All rows of a table of a read model, as the inspector shows them.
  result rows(const std::string& model, const std::string& table, const std::string& order) const {
    return shell("\"$SHOP\" whence sql -o jsonl --limit 0 -c 'SELECT * FROM " + model + "." + table + " ORDER BY " +
                 order + "'");
  }
};

}  // namespace

TEST_CASE_FIXTURE(old_shop, "every read model says of the old events what it said when they were written") {
  const auto visitor = visit_shop(store());
  visitor.model<OrderSummary>(std::chrono::seconds{60});
  visitor.model<SalesByCountry>(std::chrono::seconds{60});
  visitor.model<StockLevels>(std::chrono::seconds{60});
  struct what {
    const char* model;
    const char* table;
    const char* order;
  };
  for (const what& what : {
           what{"order_summary", "order_summary", "order_id"},
           what{"order_summary", "order_line", "order_id,line"},
           what{"sales_by_country", "sales_by_country", "country"},
           what{"sales_by_country", "open_order", "order_id"},
           what{"sales_by_country", "stock_adjustments", "number"},
           what{"stock_levels", "stock_levels", "item"},
           what{"stock_levels", "open_line", "order_id,line"},
       }) {
    CAPTURE(what.table);
    const std::string expected = read_file(fixture("models/" + std::string(what.table) + ".jsonl"));
    REQUIRE(expected != "");
    const result found = rows(what.model, what.table, what.order);
    CHECK(found.err == "");
    CHECK(found.out == expected);
  }
}

TEST_CASE_FIXTURE(old_shop, "what was reported and shown is reported and shown") {
  CHECK(run({"report", "-o", "json"}).out == read_file(fixture("report.json")));
  std::string shown;
  for (const char* const order : {"1", "2", "3", "4", "~ \xE2\x98\x95", "536365", "536370"})
    shown += run({"show", order, "-o", "json"}).out;
  CHECK(shown == read_file(fixture("shown.jsonl")));
}

TEST_CASE_FIXTURE(old_shop, "what was imported and simulated then is all there when it is done again") {
  const std::string before = log();
  const result imported = import(read_file(fixture("sales.csv")));
  CHECK(imported.err == "");
  CHECK(imported.out == "11 records: 11 accepted, 0 rejected; 0 events added\n");
  CHECK(run({"simulate", "--orders", "48", "--seed", "21"}).out == "48 orders; 0 events added\n");
  CHECK(log() == before);
}
