// A log that the order service wrote while each of its events was of version 1 (tests/fixtures/order-service-v1), and the program
// of today: it reads it, trades on in it, and knows again what was done there.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
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

  result import(const std::string& sales) const { return run({"import", write("sales.csv", sales)}); }

  /// All rows of a table of a read model, as the inspector shows them.
  result rows(const std::string& model, const std::string& table, const std::string& order) const {
    return inspect("sql -o jsonl --limit 0 -c 'SELECT * FROM " + model + "." + table + " ORDER BY " + order + "'");
  }

  /// `order-service whence …`, beside the log.
  result inspect(const std::string& line) const {
    return shell("cd \"$(dirname \"$WHENCE_STORE\")\" && WHENCE_STORE=shop.db \"$SHOP\" whence " + line);
  }

  /// A line an event that is stored behind `position`: stream, type, version, data.
  std::string stored_behind(whence::global_position position) const {
    std::string lines;
    const auto log = whence::sqlite(store()).visit(whence::runtime::system(1));
    for (const whence::recorded_event& event : log->read(position))
      lines.append(event.stream).append(" ").append(event.type).append(" ") +=
          std::to_string(event.type_version) + " " + std::string(event.data) + "\n";
    return lines;
  }
  whence::global_position head() const { return whence::sqlite(store()).visit(whence::runtime::system(1))->head(); }
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

/// The first event of a type that is stored in the log.
whence::envelope first_stored(const old_shop& folder, const std::string& type) {
  const auto log = whence::sqlite(folder.store()).visit(whence::runtime::system(1));
  const whence::event_filter of_type{.aggregate_types = {}, .event_types = {type}};
  const whence::event_page page = log->read({}, of_type, {.events = 1});
  REQUIRE_FALSE(page.empty());
  return whence::to_envelope(*page.begin());
}

}  // namespace

TEST_CASE_FIXTURE(old_shop, "a program that does not know what the events were refuses them by name") {
  const auto refused = [](const auto& action) -> std::string {
    try {
      static_cast<void>(action());
      return "nothing";
    } catch (const whence::error& failure) {
      return std::string(failure.code()) + ": " + failure.text().what;
    }
  };
  const auto app = whence::application::on(whence::sqlite(store())).aggregate<Order>().aggregate<Payment>().start();
  CHECK(refused([&] { app.load(order_id("1")); }) ==
        "event.unknown_version: OrderPlaced: version 1 is stored, this program knows version 2");
  CHECK(refused([&] { app.load(payment_of(order_id("3"))); }) ==
        "event.unknown_version: PaymentRefunded: version 1 is stored, this program knows version 2");
  CHECK(refused([&] { return app.send<ShipOrder>(order_id("2")).get(); }) ==
        "event.unknown_version: OrderPlaced: version 1 is stored, this program knows version 2");
  const auto visitor = whence::visitor::to(whence::sqlite(store())).projection<StockLevels>().open();
  CHECK(
      refused([&] { visitor.model<StockLevels>(std::chrono::seconds{60}); }) ==
      "projection.handler: stock_levels could not handle OrderPlaced at position 1; its model stays before that event");
}

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

TEST_CASE_FIXTURE(old_shop, "what the old events rule out is refused, and nothing is written") {
  struct what {
    std::vector<std::string> line;
    const char* code;
  };
  const whence::global_position before = head();
  for (const what& what : {
           what{{"place", "1", "--line", "TEA:1:1"}, "[order.exists, exit 4]\n"},
           what{{"ship", "1"}, "[order.unpaid, exit 4]\n"},
           what{{"pay", "2"}, "[payment.taken, exit 4]\n"},
           what{{"pay", "3"}, "[order.cancelled, exit 4]\n"},
           what{{"ship", "3"}, "[order.cancelled, exit 4]\n"},
           what{{"cancel", "3", "--reason", "again"}, "[order.cancelled, exit 4]\n"},
           what{{"ship", "4"}, "[order.shipped, exit 4]\n"},
           what{{"cancel", "4", "--reason", "late"}, "[order.shipped, exit 4]\n"},
           what{{"cancel", "536365", "--reason", "late"}, "[order.shipped, exit 4]\n"},
       }) {
    CAPTURE(what.code);
    const result refused = run(what.line);
    CHECK(refused.exit == 4);
    CHECK(refused.err.ends_with(what.code));
  }
  const auto app = open_shop(store());
  const auto again = app.send<RefundPayment>(payment_of(order_id("3")), "again").get();
  REQUIRE(again.rejection() != nullptr);
  CHECK(again.rejection()->code == "payment.refunded");
  CHECK(app.head_token().position == before);
}

TEST_CASE_FIXTURE(old_shop, "what was begun then is finished today, in the events of today") {
  const whence::global_position before = head();
  CHECK(run({"pay", "1"}).out == "order-1 is paid\n");
  CHECK(run({"ship", "1"}).out == "order-1 is shipped\n");
  CHECK(run({"cancel", "2", "--reason", "trop tard"}).out == "order-2 is cancelled\n");
  CHECK(run({"place", "6", "--line", "TEA:1:1"}).out == "order-6 is placed\n");
  CHECK(stored_behind(before) ==
        R"(payment-order-1 PaymentTaken 1 {"order":"order-1","amount":{"tenThousandths":165000,"currency":"GBP"}}
order-1 OrderShipped 1 {}
order-2 OrderCancelled 1 {"reason":"trop tard"}
payment-order-2 RefundGranted 1 {"reason":"trop tard"}
payment-order-2 PaymentRefunded 2 {"order":"order-2","amount":{"tenThousandths":239700,"currency":"GBP"}}
order-6 OrderPlaced 2 {"number":"6","country":"Unspecified","lines":[{"item":"TEA","description":"","quantity":1,"price":{"tenThousandths":10000,"currency":"GBP"}}],"total":{"tenThousandths":10000,"currency":"GBP"}}
)");
  const auto shown = run({"show", "2", "-o", "json"}).json();
  CHECK(shown.at("status") == "cancelled");
  CHECK(shown.contains("refundedAt"));
  CHECK(run({"show", "1", "-o", "json"}).json().at("status") == "shipped");
  CHECK(shell("\"$WHENCE\" log verify").exit == 0);
}

TEST_CASE_FIXTURE(old_shop, "what was imported and simulated then is all there when it is done again") {
  const std::string before = log();
  const result imported = import(read_file(fixture("sales.csv")));
  CHECK(imported.err == "");
  CHECK(imported.out == "11 records: 11 accepted, 0 rejected; 0 events added\n");
  CHECK(run({"simulate", "--orders", "48", "--seed", "21"}).out == "48 orders; 0 events added\n");
  CHECK(log() == before);
}

TEST_CASE_FIXTURE(old_shop, "an invoice that has changed since is told from the old event, whose guest has no name") {
  const std::string sales = read_file(fixture("sales.csv"));
  const result guest = import(replaced(replaced(sales, ",1.25,,", ",1.25,ada,"), ",0,,", ",0,ada,"));
  CHECK(guest.out.ends_with("; 0 events added; 1 invoice differs and was left as it is\n"));
  CHECK(guest.err.find("customer: \"ada\" in the file, \"\" in the log") != std::string::npos);
  const result credit = import(replaced(sales, "-1,12/1/2010 9:41", "-2,12/1/2010 9:41"));
  CHECK(credit.err.find("only in the log: 1 \xC3\x97 85123A at 2.55") != std::string::npos);
  // The order is the same, and the adjustment beside it is not; an invoice of adjustments has no order.
  const result beside = import(replaced(sales, "BOXES,-2", "BOXES,-3"));
  CHECK(beside.out.ends_with("; 0 events added; 1 invoice differs and was left as it is\n"));
  CHECK(beside.err.find("whence stream show order-536365 ") != std::string::npos);
  const result alone = import(replaced(sales, "22139,,-13", "22139,,-14"));
  CHECK(alone.err.find("whence event list --correlation 012ca1c6-5b00-7f24-b883-644625156f97 ") != std::string::npos);
}

TEST_CASE_FIXTURE(old_shop, "a command whose events are of version 1 is known again by its id") {
  const auto id_of = [&](const char* type) {
    return whence::command_id{first_stored(*this, type).metadata.causation.value()};
  };
  const whence::envelope refund = first_stored(*this, "PaymentRefunded");
  const whence::envelope adjustment = first_stored(*this, "StockAdjusted");
  const whence::envelope credit = first_stored(*this, "CreditNoteIssued");
  const whence::envelope placed = first_stored(*this, "OrderPlaced");
  const auto app = open_shop(store());
  const whence::token before = app.head_token();
  const auto repeats = [](const whence::command_outcome& outcome) {
    return outcome.repeated() && outcome.rejection() == nullptr && outcome.events() == 1;
  };
  const std::vector<Line> none;
  // What is decided today is another thing, and in the refund's case two events: that does not matter any more.
  CHECK(repeats(app.with({.id = id_of("PaymentRefunded")})
                    .send<RefundPayment>(whence::id<Payment>{refund.aggregate_id}, "another reason")
                    .get()));
  CHECK(repeats(app.with({.id = id_of("StockAdjusted")})
                    .send<AdjustStock>(whence::id<StockItem>{adjustment.aggregate_id}, "A", 1, "x")
                    .get()));
  CHECK(repeats(app.with({.id = id_of("CreditNoteIssued")})
                    .send<IssueCreditNote>(whence::id<CreditNote>{credit.aggregate_id}, "C", std::nullopt, "", none)
                    .get()));
  CHECK(repeats(app.with({.id = id_of("OrderPlaced")})
                    .send<PlaceOrder>(whence::id<Order>{placed.aggregate_id}, "1", std::nullopt, "", none)
                    .get()));
  CHECK(app.head_token() == before);
}

TEST_CASE_FIXTURE(old_shop, "the inspector says what is upcast, and that the program would run on it") {
  const std::string all = "shop.db\nevents  185, of which 79 read otherwise than they are stored\n";
  const std::string table = R"(
EVENT                EVENTS  FIRST  FAILED  TODAY
CreditNoteIssued v1       3   #105          CreditNoteIssued v2
OrderPlaced v1           58     #1          OrderPlaced v2
PaymentRefunded v1        4    #91          RefundGranted v1, PaymentRefunded v2
StockAdjusted v1         14     #4          StockAdjusted v2
)";
  CHECK(inspect("schema upcast").out == all + table);
  const result checked = inspect("schema upcast --check");
  CHECK(checked.exit == 0);
  CHECK(checked.err == "");
  CHECK(checked.out == all + "checked each of them can be upcast\n" + table);
  const result rehearsed = inspect("rehearse");
  CHECK(rehearsed.exit == 0);
  CHECK(rehearsed.err == "");
  CHECK(rehearsed.out ==
        "shop.db\n"
        "events      185, all can be read\n"
        "not handled none\n"
        "aggregates  125, all can be folded\n");
}

TEST_CASE_FIXTURE(old_shop, "an event is shown as it is today, and as it is stored") {
  const result today = inspect("event show order-1@1");
  CHECK(today.out.starts_with("OrderPlaced v2   order-1@1   #175   "));
  CHECK(today.out.ends_with(R"(
stored       298 bytes · checksum and chain ok
data
  number    "1"
  country   "France"
  lines[0]  { item "TEA", description "", quantity 2, price { tenThousandths 45000, currency "GBP" } }
  lines[1]  { item "CUP", description "", quantity 6, price { tenThousandths 12500, currency "GBP" } }
  total     { tenThousandths 165000, currency "GBP" }
)"));
  CHECK(today.err == "it is stored as OrderPlaced v1: order-service whence event show @175 --raw\n");
  const result stored = inspect("event show order-1@1 --raw");
  CHECK(stored.out.starts_with("OrderPlaced   order-1@1   #175   "));
  CHECK(stored.out.find("  customer  \"\"\n") != std::string::npos);
  CHECK(stored.err == "");
  CHECK(shell("\"$WHENCE\" event show order-1@1").out == stored.out);
}

TEST_CASE_FIXTURE(old_shop, "an event that is two today is listed as two, and shown as it is stored") {
  CHECK(inspect("event count --type RefundGranted").out == "EVENTS\n     4\n");
  CHECK(inspect("event count --type RefundGranted --raw").out == "EVENTS\n     0\n");
  CHECK(inspect("event list --from 181 --to 181 -o csv --columns type,data").out ==
        "eventType,data\r\n"
        R"(RefundGranted,"{""reason"":""elle a changé d’avis""}")"
        "\r\n"
        R"(PaymentRefunded,"{""order"":""order-3"",""amount"":{""tenThousandths"":120000,""currency"":""GBP""}}")"
        "\r\n");
  const result refund = inspect("event show payment-order-3@2");
  CHECK(refund.out.find("  reason  \"elle a chang\u00e9 d\u2019avis\"\n\nPaymentRefunded v2 ") != std::string::npos);
  CHECK(refund.out.ends_with("  amount  { tenThousandths 120000, currency \"GBP\" }\n"));
  CHECK(refund.err.starts_with("it is stored as PaymentRefunded"));
  CHECK(refund.err.ends_with(": order-service whence event show @181 --raw\n"));
  CHECK(inspect("stream state payment-order-3").out.find("status  \"refunded\"\n") != std::string::npos);
}
