// What is understood on the command line, and what is told about the rest.
#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>

#include <cli/command_line.hpp>

#include "tests/order-service/program.hpp"

using namespace shop;

namespace {

request understood(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  return std::get<request>(parse_command_line(arguments, out));
}

}  // namespace

TEST_CASE("flags go before or after the command") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--store", "shop.db", "-o", "json", "report", "--wait", "9"},
        std::vector<std::string>{"report", "--wait=9", "--store=shop.db", "-o", "json"},
        std::vector<std::string>{"report", "--json", "--wait", "9", "--store", "shop.db"}}) {
    const request asked = understood(arguments);
    CHECK(asked.store == "shop.db");
    CHECK(asked.form == output_form::json);
    CHECK(std::get<report_request>(asked.command).wait == std::chrono::seconds{9});
  }
}

TEST_CASE("the environment names the store, a flag names it better") {
  setenv("WHENCE_STORE", "env.db", 1);
  CHECK(understood({"report"}).store == "env.db");
  CHECK(understood({"report", "--store", "flag.db"}).store == "flag.db");
  unsetenv("WHENCE_STORE");
}

TEST_CASE("an order is named by its id or its number") {
  for (const char* order : {"order-536365", "536365"})
    CHECK(std::get<pay_request>(understood({"--store", "s", "pay", order}).command).order.value() == "order-536365");
}

TEST_CASE("a line is an item, a quantity and a price; an item may have colons") {
  const auto placed =
      std::get<place_request>(understood({"--store", "s", "place", "1", "--customer", "ada", "--country", "France",
                                          "--line", "85123A:6:2.55", "--line", "a:b:1:0"})
                                  .command);
  CHECK(placed.customer == "ada");
  CHECK(placed.country == "France");
  CHECK(placed.lines == std::vector<Line>{{"85123A", "", 6, Money{25'500}}, {"a:b", "", 1, Money{0}}});
}

TEST_CASE("wrong usage exits with 2, says why and what to do, and touches nothing") {
  const program::shop_folder folder;
  const std::vector<std::vector<std::string>> wrong{{},
                                                    {"sell"},
                                                    {"report", "now"},
                                                    {"report", "--fast"},
                                                    {"report", "-o", "xml"},
                                                    {"report", "--wait", "-1"},
                                                    {"import"},
                                                    {"place", "1"},
                                                    {"place", "--line", "A:1:1"},
                                                    {"place", "order-", "--line", "A:1:1"},
                                                    {"place", "1", "--line", "A:1"},
                                                    {"place", "1", "--line", ":1:1"},
                                                    {"place", "1", "--line", "A:1.5:1"},
                                                    {"place", "1", "--line", "A:1:1.23456"},
                                                    {"place", "1", "--line", "A:1234567890:1"},
                                                    {"place", "1", "--line", "caf\xE9:1:1"},
                                                    {"place", "1", "--line", "A:1:1", "--country", "\xFF"},
                                                    {"cancel", "1"},
                                                    {"simulate"},
                                                    {"simulate", "--orders", "0"},
                                                    {"simulate", "--orders", "many"}};
  for (const auto& arguments : wrong) {
    CAPTURE(arguments.size());
    const auto ended = folder.run(arguments);
    CAPTURE(ended.err);
    CHECK(ended.exit == 2);
    CHECK(ended.out.empty());
    CHECK(ended.err.starts_with("order-service: "));
    CHECK(ended.err.find("\n  do:    ") != std::string::npos);
    CHECK(ended.err.ends_with(", exit 2]\n"));
  }
  CHECK_FALSE(std::filesystem::exists(folder.store()));
}

TEST_CASE("without a store there is a remedy to paste") {
  unsetenv("WHENCE_STORE");
  const auto ended = program::run({"report"});
  CHECK(ended.exit == 2);
  CHECK(ended.err.find("do:    order-service --store shop.db report  [store.unnamed, exit 2]") != std::string::npos);
}

TEST_CASE("help goes to stdout") {
  const auto ended = program::run({"--help"});
  CHECK(ended.exit == 0);
  CHECK(ended.out.find("import") != std::string::npos);
  CHECK(program::run({"place", "--help"}).out.find("ITEM:QUANTITY:PRICE") != std::string::npos);
}
