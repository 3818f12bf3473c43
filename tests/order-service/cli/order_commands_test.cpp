// Orders at the counter: what is allowed in which state, what is told when it isn't, and what the report makes of it.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/environment.hpp"
#include "tests/order-service/program.hpp"

using program::shop_folder;

namespace {

/// Runs it, and expects a refusal that leaves the log as it was.
void check_refused(const shop_folder& folder, const std::vector<std::string>& command, int exit,
                   const std::string& code) {
  CAPTURE(command[0]);
  const std::string log = folder.log();
  const auto ended = folder.run(command);
  CHECK(ended.exit == exit);
  CHECK(ended.out.empty());
  CHECK(ended.err.find("[" + code + ", exit " + std::to_string(exit) + "]") != std::string::npos);
  CHECK(folder.log() == log);
}

void must(const shop_folder& folder, const std::vector<std::string>& command) {
  const auto ended = folder.run(command);
  REQUIRE_MESSAGE(ended.exit == 0, ended.err);
}

const std::vector<std::string> place{"place",  "order-1", "--customer", "ada",    "--country",
                                     "France", "--line",  "A:2:1.005",  "--line", "B:1:0"};

}  // namespace

TEST_CASE("an order is placed, paid and shipped, each once") {
  const shop_folder folder;
  must(folder, place);
  check_refused(folder, place, 4, "order.exists");
  check_refused(folder, {"ship", "order-1"}, 4, "order.unpaid");
  must(folder, {"pay", "order-1"});
  check_refused(folder, {"pay", "order-1"}, 4, "payment.taken");
  must(folder, {"ship", "order-1"});
  check_refused(folder, {"ship", "order-1"}, 4, "order.shipped");
  check_refused(folder, {"cancel", "order-1", "--reason", "late"}, 4, "order.shipped");
  const auto shown = folder.run({"show", "order-1", "-o", "json"}).json();
  CHECK(shown.at("status") == "shipped");
  CHECK(shown.at("total") == "2.01");
  CHECK(shown.at("lines").at(0) ==
        nlohmann::json::parse(R"({"item": "A", "description": "", "quantity": 2, "price": "1.005"})"));
}

TEST_CASE("what isn't there cannot be paid, shipped, cancelled or shown") {
  const shop_folder folder;
  must(folder, place);
  for (const std::vector<std::string>& command : {std::vector<std::string>{"pay", "order-2"},
                                                  {"ship", "order-2"},
                                                  {"cancel", "order-2", "--reason", "x"},
                                                  {"show", "order-2"}})
    check_refused(folder, command, 3, "order.missing");
}

TEST_CASE("a shop that isn't there is made by placing and importing only") {
  const shop_folder folder;
  for (const std::vector<std::string>& command : {std::vector<std::string>{"report"},
                                                  {"show", "1"},
                                                  {"pay", "1"},
                                                  {"ship", "1"},
                                                  {"cancel", "1", "--reason", "x"}}) {
    CAPTURE(command[0]);
    const auto ended = folder.run(command);
    CHECK(ended.exit == 3);
    CHECK(ended.err.find("[log.missing, exit 3]") != std::string::npos);
  }
  CHECK(std::filesystem::is_empty(std::filesystem::path(folder.store()).parent_path()));
}

TEST_CASE("a cancelled order is given its payment back, and refuses everything after") {
  const shop_folder folder;
  must(folder, place);
  must(folder, {"pay", "order-1"});
  check_refused(folder, {"cancel", "order-1", "--reason", ""}, 4, "order.reason");
  must(folder, {"cancel", "order-1", "--reason", "changed their mind"});
  check_refused(folder, {"cancel", "order-1", "--reason", "again"}, 4, "order.cancelled");
  check_refused(folder, {"pay", "order-1"}, 4, "order.cancelled");
  check_refused(folder, {"ship", "order-1"}, 4, "order.cancelled");
  const auto shown = folder.run({"show", "order-1", "-o", "json"}).json();
  CHECK(shown.at("status") == "cancelled");
  CHECK(shown.at("reason") == "changed their mind");
  CHECK(shown.contains("refundedAt"));
}

TEST_CASE("a cancelled order counts in no figure, whether it was paid or not") {
  const shop_folder folder;
  must(folder, {"place", "order-0", "--country", "France", "--line", "A:3:2.00"});
  const auto before = folder.report();
  CHECK(before.at("gross") == "6.00");
  CHECK(before.at("order_lines") == 1);
  CHECK(before.at("units") == 3);
  must(folder, place);
  CHECK(folder.report().at("gross") == "8.01");
  must(folder, {"cancel", "order-1", "--reason", "x"});
  CHECK(folder.report() == before);
  must(folder, {"place", "order-2", "--country", "Malta", "--line", "A:3:2.00"});
  must(folder, {"pay", "order-2"});
  CHECK(folder.report().at("by_country").contains("Malta"));
  must(folder, {"cancel", "order-2", "--reason", "x"});
  CHECK(folder.report() == before);
}

TEST_CASE("an amount that does not fit is refused, and nothing is written") {
  const shop_folder folder;
  must(folder, place);
  check_refused(folder, {"place", "order-2", "--line", "A:999999999:999999999999.9999"}, 4, "amount.overflow");
  check_refused(folder, {"place", "order-2", "--line", "A:922:999999999999.9999", "--line", "A:922:999999999999.9999"},
                4, "amount.overflow");
  check_refused(folder, {"place", "order-2", "--line", "A:0:1"}, 4, "line.quantity");
  check_refused(folder, {"place", "order-2", "--line", "A:-1:1"}, 4, "line.quantity");
}

TEST_CASE("commands answer in JSON when asked") {
  const shop_folder folder;
  auto command = place;
  command.push_back("--json");
  const auto placed = folder.run(command).json();
  CHECK(placed.at("order") == "order-1");
  CHECK(placed.at("events") == 1);
  CHECK(placed.at("token") == "1-1");
  const auto paid = folder.run({"pay", "1", "--json"}).json();
  CHECK(paid.at("token") == "1-2");
  const auto cancelled = folder.run({"cancel", "1", "--reason", "x", "--json"}).json();
  CHECK(cancelled.at("events") == 3);
  CHECK(cancelled.at("token") == "1-5");
}

TEST_CASE("texts with all kinds of characters come through") {
  const shop_folder folder;
  const std::string odd = "\"Ren\xC3\xA9\\e\"\n\t";
  must(folder, {"place", "a b\"c", "--customer", odd, "--country", odd, "--line", "\xE2\x98\x95:1:1"});
  const auto shown = folder.run({"show", "a b\"c", "-o", "json"}).json();
  CHECK(shown.at("order") == "order-a b\"c");
  CHECK(shown.at("customer") == odd);
  CHECK(folder.report().at("by_country").contains(odd));
  CHECK(folder.run({"show", "a b\"c"}).out.starts_with("order-a b\"c  placed\n"));
  CHECK(folder.run({"report"}).exit == 0);
}

TEST_CASE("an order whose number cannot stand in an id is found by the id that is printed") {
  const shop_folder folder;
  const auto placed = folder.run({"place", "ev\til", "--line", "A:1:1", "--json"}).json();
  const std::string id = placed.at("order").get<std::string>();
  CHECK(folder.run({"show", id, "-o", "json"}).json().at("number") == "ev\til");
  must(folder, {"pay", id});
  must(folder, {"ship", id});
  check_refused(folder, {"cancel", id, "--reason", "x"}, 4, "order.shipped");
  CHECK(folder.run({"show", "ev\til", "-o", "json"}).json().at("status") == "shipped");
}

TEST_CASE("nothing that is printed for people moves the cursor of a terminal") {
  const shop_folder folder;
  const std::string evil =
      "\x1B]0;owned\x07\x1B[2J\r\xC2\x9B"
      "31m\xE2\x80\xAE";
  must(folder, {"place", evil, "--customer", evil, "--country", evil, "--line", evil + ":1:1"});
  must(folder, {"place", "2", "--line", "A:1:1"});
  must(folder, {"cancel", "2", "--reason", evil});
  folder.write("sales.csv", "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\"" +
                                evil + "\",A,\"" + evil + "\",1,1/2/10 0:00,1,,France\n");
  std::string printed;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"report"},
        {"show", evil},
        {"show", "2"},
        {"show", "3" + evil},
        {"pay", "3" + evil},
        {evil},
        {"place", "4", "--line", evil},
        {"report", "--wait", evil},
        {"import", folder.file("sales.csv")},
        {"import", folder.file("sales.csv"), "--rejects", folder.file(evil) + "/x"},
        {"import", evil}}) {
    const auto ended = folder.run(command);
    printed += ended.out + ended.err;
  }
  CHECK(printed.find("differs from what is recorded") != std::string::npos);
  CHECK(printed.find("\\u001b[2J") != std::string::npos);
  for (const char* moving : {"\x1B", "\x07", "\r", "\xC2\x9B", "\xE2\x80\xAE"}) {
    CAPTURE(moving[0]);
    CHECK(printed.find(moving) == std::string::npos);
  }
}

TEST_CASE("columns stand apart, however wide a figure is") {
  const shop_folder folder;
  must(folder, {"place", "1", "--country", "C\xC3\xB4te", "--line", "A:922:999999999999.9999", "--line",
                "LONG-CODE-OF-AN-ITEM:999999999:0.0001"});
  must(folder, {"place", "2", "--country", "France", "--line", "A:1:1"});
  CHECK(folder.run({"report"})
            .out.ends_with("\n\nORDERS               GROSS  CREDITED  COUNTRY\n"
                           "     1  922000000099999.91      0.00  C\xC3\xB4te\n"
                           "     1                1.00      0.00  France\n"));
  CHECK(folder.run({"show", "1"})
            .out.ends_with("\n\n QUANTITY              PRICE  ITEM                  DESCRIPTION\n"
                           "      922  999999999999.9999  A\n"
                           "999999999             0.0001  LONG-CODE-OF-AN-ITEM\n"));
}

TEST_CASE("an order that is called otherwise in the log is placed with its name there, which can be looked up") {
  const shop_folder folder;
  for (const std::string& number : {std::string(201, '9'), std::string("~7"), std::string("a\tb")}) {
    CAPTURE(number);
    const auto placed = folder.run({"place", number, "--line", "A:1:1"});
    const std::string name = placed.out.substr(0, placed.out.find(' '));
    CHECK(name.starts_with("order-~"));
    CHECK(placed.err ==
          "order-service: in the log the order is called " + name + "\n  where: " + folder.store() +
              "\n  why:   its number is too long for a name, begins with ~, or has characters that do not show" +
              "\n  do:    order-service whence stream show '" + name + "' --store " + folder.store() +
              "  [order.named]\n");
    CHECK(program::shell("order-service whence stream show '" + name + "' --store " + folder.store() + " >/dev/null") ==
          0);
    CHECK(folder.run({"pay", name}).exit == 0);
  }
  CHECK(folder.run({"place", std::string(200, '9'), "--line", "A:1:1"}).err == "");
  const std::string help = program::run({"place", "--help"}).out;
  CHECK(help.find("order-~") != std::string::npos);
}

TEST_CASE("one is not written as several") {
  const shop_folder folder;
  const std::string sales =
      folder.write("a.csv",
                   "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
                   "7,TEA,,-1,12/1/2010 8:26,0,,\n");
  CHECK(folder.run({"import", sales}).out == "1 record: 1 accepted, 0 rejected; 1 event added\n");
  CHECK(folder.run({"simulate", "--orders", "1"}).out.starts_with("1 order; "));
}

TEST_CASE("what a refusal tells to do works when it is pasted") {
  const shop_folder folder;
  const std::string store = folder.file("it's a \"shop\".db");
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--store", store});
    return program::run(arguments);
  };
  const auto pasted = [](const std::string& err) {
    const std::size_t begin = err.find("\n  do:    "), end = err.rfind("  [");
    const std::string block = err.substr(begin + 10, end - begin - 10);
    CAPTURE(block);
    REQUIRE(begin != std::string::npos);
    const std::string path = "PATH=\"" + places::programs().string() + ":$PATH\"; ";
    return std::system(("exec >/dev/null 2>&1; set -e; cd /; " + path + block + "\n").c_str());
  };
  CHECK(pasted(run({"place", "1", "--line", "A:0:1"}).err) == 0);  // the first one, on a new store
  REQUIRE(run({"place", "a b\"c$(id)", "--line", "A:1:1"}).exit == 0);
  REQUIRE(run({"place", "2", "--line", "A:1:1"}).exit == 0);
  const std::string order = "a b\"c$(id)";
  int refused = 0;
  for (const std::vector<std::string>& command : {std::vector<std::string>{"place", order, "--line", "A:1:1"},
                                                  {"place", "9", "--line", "A:-1:1"},
                                                  {"place", "9", "--line", "A:999999999:999999999999"},
                                                  {"ship", order},
                                                  {"pay", "9"},
                                                  {"show", "9"},
                                                  {"cancel", order, "--reason", ""},  // pasted, it is cancelled
                                                  {"pay", order},
                                                  {"ship", order},
                                                  {"cancel", order, "--reason", "again"},
                                                  {"shwo", order},
                                                  {"pay"},
                                                  {"simulate", "--orders", "-1"},
                                                  {"import", "/dev/null"},
                                                  {"import", folder.file("none.csv")},
                                                  {"import", "/"}}) {
    CAPTURE(command[0]);
    const auto ended = run(command);
    CHECK(ended.exit != 0);
    CHECK(pasted(ended.err) == 0);
    refused += ended.exit != 0;
  }
  CHECK(refused == 16);
  const tests::environment_variable none("WHENCE_STORE", std::nullopt);
  const auto unnamed = program::run({"report"});
  CHECK(unnamed.err.find("  do:    order-service report --store PATH  [") != std::string::npos);
}
