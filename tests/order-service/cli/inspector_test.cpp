// `order-service whence …`: every command of the inspector, with the shop's own types; and the stock `whence` on the same log.
#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <sstream>
#include <string>

#include <models/order_summary.hpp>
#include <models/sales_by_country.hpp>
#include <models/stock_levels.hpp>
#include <service/open_shop.hpp>

#include "tests/order-service/program.hpp"

namespace {

constexpr const char* sales =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,WHITE HANGING HEART,6,12/1/2010 8:26,2.55,17850,United Kingdom\n"
    "536365,71053,WHITE METAL LANTERN,6,12/1/2010 8:26,3.39,17850,United Kingdom\n"
    "536365,22752,SET 7 BABUSHKA NESTING BOXES,-2,12/1/2010 8:26,7.65,17850,United Kingdom\n";

/// A shop with one sale in it: an order of two lines, and a correction of the stock.
class one_sale : public program::shop_folder {
 public:
  one_sale() {
    REQUIRE(run({"import", write("sales.csv", sales)}).exit == 0);
    const auto visitor = shop::visit_shop(store());  // brings the read models up
    visitor.model<shop::OrderSummary>(std::chrono::seconds{60});
    visitor.model<shop::SalesByCountry>(std::chrono::seconds{60});
    visitor.model<shop::StockLevels>(std::chrono::seconds{60});
  }
};

/// What depends on when the test runs.
std::string timeless(std::string text) {
  text = std::regex_replace(text, std::regex(R"(\+\d+(\.\d+)? m?s)"), "+T");
  text = std::regex_replace(text, std::regex(R"(· \d+(\.\d+)? m?s · \S+)"), "· T · NOW");
  return std::regex_replace(text, std::regex(R"(\d{4}-\d\d-\d\dT[\d:.]+Z)"), "NOW");
}

}  // namespace

TEST_CASE_FIXTURE(one_sale,
                  "what the inspector cannot do is said by the shop's name, with the inspector's exit codes") {
  struct what {
    const char* line;
    int exit;
    const char* says;
  };
  for (const what& what : {
           what{"\"$SHOP\" whence stream state order-1", 3, "order-service whence: stream \"order-1\" does not exist"},
           what{"\"$SHOP\" whence nonsense", 2, "do:    order-service whence --help  [usage.command, exit 2]"},
           what{"\"$SHOP\" whence event list --store none.db", 3, "[log.missing, exit 3]"},
           what{"\"$SHOP\" whence stream state order-536365 --at 3", 3,
                "order-service whence stream show order-536365"},
           what{"\"$WHENCE\" stream state order-536365", 7,
                "/order-service whence stream state order-536365  [types.missing, exit 7]"},
       }) {
    CAPTURE(what.line);
    const auto ran = shell(what.line);
    CAPTURE(ran.err);
    CHECK(ran.exit == what.exit);
    CHECK(ran.out == "");
    CHECK(ran.err.find(what.says) != std::string::npos);
  }
}

TEST_CASE_FIXTURE(one_sale, "a sale traced: its commands, its events, and the read models that handle each") {
  const auto traced = shell("\"$SHOP\" whence trace order-536365@1");
  CHECK(traced.exit == 0);
  CHECK(traced.err == "");
  CHECK(timeless(traced.out) == R"(correlation 012ca109-c1c0-70fb-b994-4de2f4630170 · 8 messages · 3 streams · T · NOW

CMD PlaceOrder           order-536365
└─ EVT OrderPlaced v2    order-536365@1          #1  +T  ←
   └─ PRJ applied by order_summary, sales_by_country, stock_levels
CMD TakePayment          payment-order-536365
└─ EVT PaymentTaken      payment-order-536365@1  #2  +T
   └─ PRJ applied by order_summary
CMD ShipOrder            order-536365
└─ EVT OrderShipped      order-536365@2          #3  +T
   └─ PRJ applied by order_summary, sales_by_country, stock_levels
CMD AdjustStock          stock-22752
└─ EVT StockAdjusted v2  stock-22752@1           #4  +T
   └─ PRJ applied by sales_by_country, stock_levels
)");
  // The stock program has no projection's code: each model that is beyond the event is shown.
  CHECK(timeless(shell("\"$WHENCE\" trace stock-22752@1 --up --data").out) ==
        R"(correlation 012ca109-c1c0-70fb-b994-4de2f4630170 · 2 messages · 1 stream · T · NOW

CMD AdjustStock          stock-22752
└─ EVT StockAdjusted v2  stock-22752@1  #4  +T  ←
   │   item  "22752"
   │   quantity  -2
   │   origin  "536365"
   └─ PRJ passed by order_summary, sales_by_country, stock_levels
)");
}

TEST_CASE_FIXTURE(one_sale, "the state of each aggregate, as of any version") {
  CHECK(timeless(shell("\"$SHOP\" whence stream state order-536365").out) == R"(order-536365@2   Order   #3   NOW
  status  "shipped"
  total   { tenThousandths 356400, currency "GBP" }
)");
  CHECK(
      timeless(shell("\"$SHOP\" whence stream state order-536365 --at 1 -o json").out) ==
      R"({"aggregateId":"order-536365","aggregateType":"Order","streamVersion":1,"globalPosition":1,"recordedAt":"NOW",)"
      R"("state":{"status":"placed","total":{"tenThousandths":356400,"currency":"GBP"}}})"
      "\n");
  CHECK(
      shell("\"$SHOP\" whence stream state payment-order-536365 -o json")
          .out.find(
              R"("state":{"status":"taken","order":"order-536365","amount":{"tenThousandths":356400,"currency":"GBP"}}})") !=
      std::string::npos);
  CHECK(shell("\"$SHOP\" whence stream state stock-22752 -o json").out.find(R"("state":{"adjusted":-2}})") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(one_sale, "what changed in a state, and by which events") {
  CHECK(
      shell("\"$SHOP\" whence stream diff order-536365 0").out ==
      "order-536365   Order   v0 → v2   2 events\n\n"
      "MEMBER  CHANGE   BEFORE                                 AFTER                                       BY\n"
      "status  changed  \"none\"                                 \"shipped\"                                   "
      "v1 OrderPlaced, v2 OrderShipped\n"
      "total   changed  {\"tenThousandths\":0,\"currency\":\"GBP\"}  {\"tenThousandths\":356400,\"currency\":\"GBP\"}  "
      "v1 OrderPlaced\n");
}

TEST_CASE_FIXTURE(one_sale, "every command works in the shop's executable, also while the shop is open") {
  const auto app = shop::open_shop(store());
  for (const char* const line : {"event list", "event show @1", "stream list", "stream show order-536365",
                                 "stream diff order-536365", "stream state order-536365", "trace @1", "projection list",
                                 "projection status", "sql -c 'SELECT * FROM order_summary.order_summary'"}) {
    CAPTURE(line);
    const auto ran = shell("\"$SHOP\" whence " + std::string(line));
    CHECK(ran.exit == 0);
    CHECK(ran.err == "");
    CHECK(ran.out != "");
  }
  CHECK(shell("\"$SHOP\" whence projection status").out.find("writes\n") != std::string::npos);
  CHECK(shell("\"$SHOP\" whence trace -h").out.find("  order-service whence trace @1 ") != std::string::npos);
}

TEST_CASE_FIXTURE(one_sale, "examples of help that name no id of their own are true of this shop") {
  int lines = 0;
  for (const char* const command : {"event list", "event count", "sql", "stream list", "projection list"}) {
    std::istringstream help(shell("\"$WHENCE\" " + std::string(command) + " --help").out);
    for (std::string line; std::getline(help, line);) {
      const std::size_t begin = line.find("whence " + std::string(command) + " ");
      const bool of_this_shop = line.find("12345") == std::string::npos && line.find("--follow") == std::string::npos &&
                                line.find("--fail-if") == std::string::npos && line.find("--tag") == std::string::npos;
      const bool chosen = line.find(" --where ") != std::string::npos || line.find(" -c ") != std::string::npos ||
                          line.find(" --reverse ") != std::string::npos;
      if (begin == std::string::npos || line.starts_with("Usage") || !of_this_shop || !chosen) continue;
      CAPTURE(line);
      const auto ran = shell("\"$WHENCE\"" + line.substr(begin + 6, line.find("  #") - begin - 6));
      CHECK(ran.exit == 0);
      CHECK(ran.err == "");
      CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') >= 2);  // the columns' names, and what is found
      ++lines;
    }
  }
  CHECK(lines >= 5);
}
