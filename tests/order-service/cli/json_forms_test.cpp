// What each command prints with -o json fits the schema that README.md names.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/order-service/program.hpp"
#include "tests/schema_check.hpp"

using program::shop_folder;

namespace {

void check_form(const shop_folder& folder, std::vector<std::string> words, const std::string& schema) {
  CAPTURE(words.front());
  words.insert(words.end(), {"-o", "json"});
  const auto ended = folder.run(words);
  CHECK(tests::schema_check(tests::schema_named(schema + ".schema.json")).misfit(ended.json()) == "");
}

}  // namespace

TEST_CASE("what each command prints as JSON fits its schema") {
  const shop_folder folder;
  const std::string header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
  const std::string sales = folder.write(
      "sales.csv",
      header + "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\nC6,TEA,tea,-1,12/1/2010 9:26,4.50,7,France\nx,y\n");
  check_form(folder, {"import", sales}, "imported");
  check_form(folder, {"import", folder.write("cut.csv", header + "7,TEA,tea,1,12/1/2010 8:26,4.50,7,Fra")}, "imported");
  check_form(folder, {"place", "1", "--line", "TEA:2:4.50", "--customer", "ada"}, "written");
  check_form(folder, {"show", "1"}, "order");
  check_form(folder, {"pay", "1"}, "written");
  check_form(folder, {"ship", "1"}, "written");
  check_form(folder, {"show", "1"}, "order");
  REQUIRE(folder.run({"place", "2", "--line", "TEA:2:4.1234"}).exit == 0);
  REQUIRE(folder.run({"pay", "2"}).exit == 0);
  check_form(folder, {"cancel", "2", "--reason", "too late"}, "written");
  check_form(folder, {"show", "2"}, "order");
  check_form(folder, {"simulate", "--orders", "3"}, "simulated");
  check_form(folder, {"report"}, "report");
  check_form(folder, {"show", "9"}, "verdict");

  std::filesystem::remove(folder.store() + ".witness");  // then nobody knows whether it is whole
  check_form(folder, {"report"}, "report");
  check_form(folder, {"show", "1"}, "order");
  check_form(folder, {"show", "9"}, "verdict");
}

TEST_CASE("a schema of a command's form requires what is always there, and allows nothing else") {
  const shop_folder folder;
  REQUIRE(folder.run({"place", "1", "--line", "TEA:2:4.50"}).exit == 0);
  const auto misfit = [](const nlohmann::json& document) {
    return tests::schema_check(tests::schema_named("order.schema.json")).misfit(document);
  };
  nlohmann::json order = folder.run({"show", "1", "-o", "json"}).json();
  CHECK(misfit(order) == "");
  order["more"] = 1;
  CHECK(misfit(order) == " has a member more");
  order.erase("more");
  order.erase("total");
  CHECK(misfit(order) == " has no \"total\"");
}
