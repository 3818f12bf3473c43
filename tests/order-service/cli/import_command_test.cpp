// Imports from the file to the report, against an independent reckoning in Python: to the penny, and line by line.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <import/csv_reader.hpp>
#include <models/stock_levels.hpp>
#include <service/open_shop.hpp>

#include "tests/order-service/program.hpp"
#include "tests/skip.hpp"

using program::shop_folder;

namespace {

constexpr const char* header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

std::string fixture() { return (places::sources() / "tests/fixtures/online-retail-dirty.csv").string(); }

/// Beside the project, or where the environment says.
std::string real_sales() {
  const char* named = std::getenv("WHENCE_RETAIL_CSV");
  return named != nullptr ? named : (places::sources() / "../shared/data/online-retail.csv").string();
}

/// [[line, reason], …] of a file of rejects, whose records may go over several lines.
nlohmann::json rejects_in(const std::string& path) {
  std::istringstream input(program::read_file(path));
  shop::csv_reader reader(input, {.field_bytes = 4u << 20, .fields = 3, .text_bytes = 8u << 20});
  shop::csv_record record;
  REQUIRE(reader.next(record));
  CHECK(record.text == "line,reason,record");
  nlohmann::json rows = nlohmann::json::array();
  while (reader.next(record)) {
    CHECK(record.field_count == 3);
    rows.push_back({std::stoull(record.fields.at(0)), record.fields.at(1)});
  }
  return rows;
}

std::map<std::string, std::int64_t> stock_of(const shop_folder& folder) {
  std::map<std::string, std::int64_t> levels;
  auto visitor = shop::visit_shop(folder.store());
  auto model = visitor.model<shop::StockLevels>(std::chrono::seconds{5});
  model.read([&](whence::sql::database& db) {
    auto row = db.prepare("SELECT item, level FROM stock_levels");
    while (row.step()) levels.emplace(row.text(0), row.integer(1));
  });
  return levels;
}

bool ends_with_line_end(const std::string& file) {
  std::ifstream bytes(file, std::ios::binary);
  bytes.seekg(-1, std::ios::end);
  return bytes.get() == '\n';
}

/// Imports the file and compares everything with the reckoning. Then once more: nothing is added.
void check_import(const std::string& file) {
  const shop_folder folder;
  const nlohmann::json expected = program::reckon(file);
  const std::vector<std::string> command{"import", file, "--rejects", folder.file("rejects.csv"), "-o", "json"};

  const auto imported = folder.run(command);
  REQUIRE_MESSAGE(imported.exit == 0, imported.err);
  CHECK(imported.err.empty() == ends_with_line_end(file));  // else it is told that the file may have been cut
  for (const char* figure : {"records", "accepted", "rejected"})
    CHECK(imported.json().at(figure) == expected.at(figure));
  CHECK(imported.json().size() == 7);
  CHECK(imported.json().at("unended").is_null() == ends_with_line_end(file));
  CHECK(imported.json().at("differing_invoices") == 0);
  CHECK(rejects_in(folder.file("rejects.csv")) == expected.at("rejects"));
  CHECK(folder.report() == expected.at("report"));
  CHECK(stock_of(folder) == expected.at("stock").get<std::map<std::string, std::int64_t>>());

  const std::string log = folder.log();
  CHECK(imported.json().at("events") == std::count(log.begin(), log.end(), '\n'));
  const auto again = folder.run(command);
  CHECK(again.exit == 0);
  CHECK(again.json().at("events") == 0);
  CHECK(again.json().at("accepted") == expected.at("accepted"));
  CHECK(folder.log() == log);
}

}  // namespace

TEST_CASE("an import of dirty sales comes to what an independent reckoning says, and a repeat adds nothing") {
  check_import(fixture());
}

TEST_CASE("an import of real sales comes to what an independent reckoning says, and a repeat adds nothing") {
  if (!std::filesystem::exists(real_sales())) {
    tests::skip("there is no " + real_sales() + "; WHENCE_RETAIL_CSV names it elsewhere");
    return;
  }
  check_import(real_sales());
  CHECK(program::reckon(real_sales()).at("rejected") == 119);
}

TEST_CASE("an invoice larger than an event can be is rejected, all of it, and the rest goes on") {
  const shop_folder folder;
  std::string sales = header;
  const auto put = [&](const std::string& invoice, const std::string& description, int quantity, int times) {
    for (int time = 0; time < times; ++time)
      sales += invoice + ",\"7\"\"\",\"" + description + "\"," + std::to_string(quantity) +
               ",12/1/10 8:26,1.00,17850.0,France\n";
  };
  // A tab takes one byte in the file and two in the event. These come to less than 4 MiB in the file, and to more in the event.
  const std::string tabs(60'000, '\t'), plain(60'000, 'x');
  put("before", "MUG", 1, 2);
  put("tabs", tabs, 1, 35);
  put("plain", plain, 1, 69);  // just fits
  put("large", plain, 1, 70);  // just does not
  put("between", "MUG", 2, 1);
  put("Clarge", plain, -1, 70);
  put("adjusted", plain, -1, 70);
  put("large", "MUG", 1, 1);  // lies apart from its invoice
  put("tabs", "MUG", 1, 1);
  put("after", "MUG", 3, 1);
  const std::string file = folder.write("sales.csv", sales);
  check_import(file);
  const auto rejects = program::reckon(file).at("rejects");
  CHECK(rejects.size() == 35 + 70 + 70 + 70 + 2);
  CHECK(rejects.at(0) == nlohmann::json::parse(R"([4, "invoice.too_large"])"));
}

TEST_CASE("an invoice is just as large as an event can be, or rejected for one byte more") {
  const auto check = [](const std::string& customer, bool one_more) {
    CAPTURE(customer);
    CAPTURE(one_more);
    const shop_folder folder;
    const auto line = [&customer](std::size_t bytes) {
      return "1,X," + std::string(bytes, 'x') + ",1,12/1/10 8:26,1.00," + customer + ",France\n";
    };
    const std::string named = customer.empty() ? "" : R"("customer":")" + customer + R"(",)";
    const std::string head = R"({"number":"1",)" + named + R"("country":"France","lines":[],)" +
                             R"("total":{"tenThousandths":-9223372036854775808,"currency":"GBP"}})";
    const std::size_t empty =
        std::string(R"({"item":"X","description":"","quantity":1,"price":{"tenThousandths":10000,"currency":"GBP"}})")
            .size();
    std::size_t room = (4u << 20) - head.size();
    std::string sales = header;
    for (; room > 65'536 + empty + 1; room -= 60'000 + empty + 1) sales += line(60'000);
    sales += line(room - empty + (one_more ? 1 : 0));
    const std::string file = folder.write("sales.csv", sales);
    check_import(file);
    CHECK(program::reckon(file).at("accepted").get<int>() ==
          (one_more ? 0 : program::reckon(file).at("records").get<int>()));
  };
  for (const char* const customer : {"", "8"})
    for (const bool one_more : {false, true}) check(customer, one_more);
}

TEST_CASE("the fixture is what its generator makes") {
  const shop_folder folder;
  const std::string made = folder.file("made.csv");
  const std::string generator = (places::sources() / "tests/fixtures/make_dirty_sales.py").string();
  REQUIRE(std::system(("python3 '" + generator + "' >'" + made + "'").c_str()) == 0);
  CHECK(program::read_file(made) == program::read_file(fixture()));
}

TEST_CASE("dirty sales of other seeds come to the same as the reckoning too") {
  const std::string generator = (places::sources() / "tests/fixtures/make_dirty_sales.py").string();
  for (const char* seed : {"2", "3"}) {
    CAPTURE(seed);
    const shop_folder folder;
    const std::string made = folder.file("made.csv");
    REQUIRE(std::system(("python3 '" + generator + "' " + seed + " >'" + made + "'").c_str()) == 0);
    check_import(made);
  }
}

TEST_CASE("a file whose first record does not name the columns is refused, and no store is made") {
  const shop_folder folder;
  for (const char* content :
       {"", "\n\n", "InvoiceNo,StockCode\n", "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n",
        "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country\n"}) {
    CAPTURE(content);
    const auto refused =
        folder.run({"import", folder.write("sales.csv", content), "--rejects", folder.file("rejects.csv")});
    CHECK(refused.exit == 6);
    CHECK(refused.out.empty());
    CHECK(refused.err.find("[import.header, exit 6]") != std::string::npos);
  }
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder.store()).parent_path()))
    left.push_back(entry.path().filename());
  CHECK(left == std::vector<std::string>{"sales.csv"});
}

TEST_CASE("a file that isn't there makes no store") {
  const shop_folder folder;
  const auto missing = folder.run({"import", folder.file("none.csv")});
  CHECK(missing.exit == 3);
  CHECK(missing.err.find("[file.missing, exit 3]") != std::string::npos);
  CHECK(folder.run({"import", std::filesystem::path(folder.store()).parent_path().string()}).exit == 6);
  CHECK_FALSE(std::filesystem::exists(folder.store()));
}

TEST_CASE("a rejected record is written out as it stands, made readable where it is not UTF-8") {
  const shop_folder folder;
  const std::string sales =
      folder.write("sales.csv", std::string(header) + "1,\"7\"\" caf\xE9\",,1,12/1/10 8:26,1,,France\n");
  REQUIRE(folder.run({"import", sales, "--rejects", folder.file("rejects.csv")}).exit == 0);
  CHECK(program::read_file(folder.file("rejects.csv")) ==
        "line,reason,record\n2,field.not_utf8,\"1,\"\"7\"\"\"\" caf\xEF\xBF\xBD\"\",,1,12/1/10 8:26,1,,France\"\n");
}

TEST_CASE("wherever a file is cut, what was imported of it does no harm to an import of the whole") {
  const std::string first = std::string(header) + "536365,TEA,,1,12/1/10 8:26,4.50,7,France\n";
  const std::string rest = "536366,TEA,,1,12/1/10 8:26,4.50,7,France\n536366,CUP,,2,12/1/10 8:26,1.25,7,France\n";
  const std::string whole = first + rest;
  const std::size_t between = first.size() + rest.find('\n') + 1;  // two records of one invoice
  const shop_folder undisturbed;
  REQUIRE(undisturbed.run({"import", undisturbed.write("sales.csv", whole)}).exit == 0);
  const nlohmann::json expected = undisturbed.report();
  for (std::size_t cut = first.size(); cut <= whole.size(); ++cut) {
    CAPTURE(cut);
    const shop_folder folder;
    const auto begun = folder.run({"import", folder.write("cut.csv", whole.substr(0, cut))});
    CHECK(begun.exit == 0);
    const bool at_line_end = whole[cut - 1] == '\n';
    const bool in_a_field_of_the_invoice = cut > first.size() && !at_line_end;
    CHECK((begun.err.empty() != in_a_field_of_the_invoice));
    const auto again = folder.run({"import", folder.write("sales.csv", whole)});
    if (cut == between) {  // nothing shows such a cut: so the rest of it is told, with its line, and written by nobody
      CHECK(again.err.find("sales.csv, line 3\n") != std::string::npos);
      CHECK(again.err.find("\n         only in the file, line 4: 2 × CUP at 1.25\n") != std::string::npos);
      const std::string supplement = std::string(header) + "536366-2,CUP,,2,12/1/10 8:26,1.25,7,France\n";
      CHECK(folder.run({"import", folder.write("rest.csv", supplement)}).err == "");
      CHECK(folder.report().at("gross") == expected.at("gross"));
    } else {
      CHECK(again.err == "");
      CHECK(folder.report() == expected);
    }
  }
}

TEST_CASE(
    "a program is told in the import's document where a file may have been cut, and what was held back for that") {
  const shop_folder folder;
  const auto unended = [&](const std::string& record) {
    const std::string file = folder.write("a.csv", std::string(header) +
                                                       "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n"
                                                       "53,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n" +
                                                       record);
    return folder.run({"import", file, "-o", "json"}).json().at("unended").dump();
  };
  CHECK(unended("7,TEA,tea,1,12/1/2010 8:26,4.50,7,Fra") == R"({"held_back_invoices":["7"],"line":4})");
  CHECK(unended("5") == R"({"held_back_invoices":["5","53"],"line":4})");
  CHECK(unended(",TEA,tea") == R"({"held_back_invoices":[],"line":4})");
  CHECK(unended("7\xE9,TEA,tea") == "{\"held_back_invoices\":[\"7\xEF\xBF\xBD\"],\"line\":4}");
  CHECK(unended("7,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n") == "null");
}

TEST_CASE("an empty file of sales is an import of nothing") {
  const shop_folder folder;
  const auto imported = folder.run({"import", folder.write("sales.csv", header), "-o", "json"});
  CHECK(imported.exit == 0);
  CHECK(imported.out ==
        "{\"records\": 0, \"accepted\": 0, \"rejected\": 0, \"events\": 0, \"incomplete_invoices\": 0, "
        "\"differing_invoices\": 0, \"unended\": null}\n");
  CHECK(folder.report().at("orders") == 0);
}

TEST_CASE("without a terminal an import prints one line") {
  const shop_folder folder;
  const auto imported =
      folder.run({"import",
                  folder.write("sales.csv",
                               std::string(header) + "1,X,,1,12/1/10 8:26,1,,France\n1,X,,0,12/1/10 8:26,1,,France\n"),
                  "--rejects", folder.file("rejects.csv")});
  CHECK(
      imported.out ==
      "2 records: 1 accepted, 1 rejected; 3 events added; 1 invoice is recorded without rejected records of its own\n");
  CHECK(imported.err.empty());
}

TEST_CASE("records of an invoice may lie apart, and the first accepted one gives its time, customer and country") {
  const shop_folder folder;
  const std::string sales =
      folder.write("sales.csv", std::string(header) +
                                    "1,X,,0,1/1/10 0:00,1,ada,Spain\n"    // rejected: gives nothing
                                    "1,X,,-3,1/2/10 0:00,1,eve,France\n"  // an adjustment gives it
                                    "2,X,,1,1/3/10 0:00,1,,EIRE\n"
                                    "1,X,,2,1/4/10 0:00,1.005,bob,Norway\n");
  REQUIRE(folder.run({"import", sales}).exit == 0);
  const auto order = folder.run({"show", "1", "-o", "json"}).json();
  CHECK(order.at("customer") == "eve");
  CHECK(order.at("country") == "France");
  CHECK(order.at("placedAt") == "2010-01-02T00:00:00.000000Z");
  CHECK(order.at("shippedAt") == "2010-01-02T00:00:00.000000Z");
  CHECK(order.at("status") == "shipped");
  CHECK(order.at("total") == "2.01");
  CHECK(order.at("lines").size() == 1);
  CHECK(folder.report().at("by_country").at("France").at("gross") == "2.01");
  CHECK(folder.log().find("\"globalPosition\":1,") < folder.log().find("order-2"));
}

TEST_CASE("an invoice of corrections only is no order") {
  const shop_folder folder;
  REQUIRE(folder.run({"import", folder.write("sales.csv", std::string(header) + "1,X,,-3,1/2/10 0:00,0.0,,France\n")})
              .exit == 0);
  CHECK(folder.report() ==
        nlohmann::json::parse(R"({"orders": 0, "order_lines": 0, "units": 0, "gross": "0.00", "credit_notes": 0,
    "credited": "0.00", "net": "0.00", "stock_adjustments": 1, "by_country": {}})"));
  CHECK(folder.run({"show", "order-1"}).exit == 3);
}

TEST_CASE("the sale's commands share a correlation id, and carry the invoice's date") {
  const shop_folder folder;
  REQUIRE(folder
              .run({"import",
                    folder.write("sales.csv", std::string(header) +
                                                  "1,X,,1,1/2/10 8:26,1,,France\n1,X,,-1,1/2/10 8:26,1,,France\n")})
              .exit == 0);
  std::istringstream lines(folder.log());
  std::vector<std::string> types;
  std::string correlation;
  for (std::string line; std::getline(lines, line);) {
    const auto event = nlohmann::json::parse(line);
    types.push_back(event.at("eventType").get<std::string>());
    CHECK(event.at("occurredAt") == "2010-01-02T08:26:00.000000Z");
    if (correlation.empty()) correlation = event.at("metadata").at("correlationId").get<std::string>();
    CHECK(event.at("metadata").at("correlationId") == correlation);
    CHECK(event.at("metadata").at("source") == "order-service");
  }
  CHECK(types == std::vector<std::string>{"OrderPlaced", "PaymentTaken", "OrderShipped", "StockAdjusted"});
}

TEST_CASE("an invoice that has changed since is reported, counted and left as it is; the rest goes on") {
  const shop_folder folder;
  const auto content = [&](const std::string& changed) {
    return folder.write("sales.csv", std::string(header) + changed + "2,X,,1,1/2/10 0:00,1,,France\n");
  };
  const std::string good = "1,X,MUG,1,1/2/10 0:00,1.00,ada,France\n";
  REQUIRE(folder.run({"import", content(good)}).exit == 0);
  const std::string log = folder.log();

  for (const char* changed : {"1,X,MUG,2,1/2/10 0:00,1.00,ada,France\n", "1,X,MUG,1,1/3/10 0:00,1.00,ada,France\n",
                              "1,X,MUG,1,1/2/10 0:00,1.01,ada,France\n", "1,Y,MUG,1,1/2/10 0:00,1.00,ada,France\n",
                              "1,X,CUP,1,1/2/10 0:00,1.00,ada,France\n", "1,X,MUG,1,1/2/10 0:00,1.00,eve,France\n",
                              "1,X,MUG,1,1/2/10 0:00,1.00,ada,Spain\n", "1,X,MUG,-1,1/2/10 0:00,1.00,ada,France\n",
                              "1,X,MUG,1,1/2/10 0:00,1.00,ada,France\n1,Z,,-1,1/2/10 0:00,1.00,ada,France\n",
                              "1,X,MUG,1,1/2/10 0:00,1.00,ada,France\n1,X,MUG,1,1/2/10 0:00,1.00,ada,France\n"}) {
    CAPTURE(changed);
    const auto again = folder.run({"import", content(changed), "-o", "json"});
    CHECK(again.exit == 0);
    CHECK(again.json().at("events") == 0);
    CHECK(again.err.find("invoice 1 differs") != std::string::npos);
    CHECK(again.err.find("[import.differs]") != std::string::npos);
    CHECK(again.err.find("invoice 2") == std::string::npos);
    CHECK(folder.log() == log);
  }
  const auto counted =
      folder.run({"import", content("1,X,MUG,9,1/2/10 0:00,1.00,ada,France\n3,X,,1,1/2/10 0:00,1,,France\n")});
  CHECK(counted.out == "3 records: 3 accepted, 0 rejected; 3 events added; 1 invoice differs and was left as it is\n");
}

TEST_CASE("the same content in another notation is the same") {
  const shop_folder folder;
  REQUIRE(folder
              .run({"import",
                    folder.write("sales.csv", std::string(header) + "1,X,MUG,1,12/1/10 8:26,2.5,17850.0,France\n")})
              .exit == 0);
  const auto again =
      folder.run({"import",
                  folder.write("sales.csv",
                               "Country,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo\r\n"
                               "France,17850,2.50,2010-12-01T08:26:00Z,01,\"MUG\",X,1\r\n"),
                  "-o", "json"});
  CHECK(again.json().at("events") == 0);
  CHECK(again.err.empty());
}

TEST_CASE("an order that was placed by hand is not an invoice's") {
  const shop_folder folder;
  REQUIRE(folder.run({"place", "order-1", "--line", "X:1:1.00"}).exit == 0);
  const auto imported = folder.run(
      {"import", folder.write("sales.csv", std::string(header) + "1,X,,1,1/2/10 0:00,1,,France\n"), "-o", "json"});
  CHECK(imported.exit == 0);
  CHECK(imported.json().at("events") == 0);
  CHECK(imported.err.find("[import.differs]") != std::string::npos);
}

TEST_CASE("an invoice whose sum does not fit goes on without the record that is too much") {
  const shop_folder folder;
  const std::string dear = ",922,1/2/10 0:00,999999999999.9999,,France\n";
  const auto imported = folder.run({"import",
                                    folder.write("sales.csv", std::string(header) + "1,A," + dear + "1,B," + dear +
                                                                  "1,C,,1,1/2/10 0:00,1,,France\n"),
                                    "--rejects", folder.file("rejects.csv"), "-o", "json"});
  CHECK(imported.json().at("accepted") == 2);
  CHECK(imported.json().at("rejected") == 1);
  CHECK(rejects_in(folder.file("rejects.csv")) == nlohmann::json::parse(R"([[3, "amount.overflow"]])"));
  CHECK(folder.report().at("gross") == "922000000000000.91");
}

TEST_CASE("the sum over all orders may be more than one amount can be") {
  const shop_folder folder;
  std::string sales = header;
  for (int invoice = 1; invoice <= 30; ++invoice)
    sales += std::to_string(invoice) + ",A,,922,1/2/10 0:00,999999999999.9999,,France\n";
  REQUIRE(folder.run({"import", folder.write("sales.csv", sales)}).exit == 0);
  CHECK(folder.report().at("gross") == "27659999999999997.23");
  CHECK(folder.report().at("by_country").at("France").at("gross") == "27659999999999997.23");
}
