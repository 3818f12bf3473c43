// Orders at the counter: what is allowed in which state, what is told when it isn't, and what the report makes of it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

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

TEST_CASE("a shop that isn't there is not made by looking") {
  const shop_folder folder;
  for (const char* command : {"report", "show"}) {
    const auto ended = folder.run(std::string{command} == "show" ? std::vector<std::string>{command, "1"}
                                                                 : std::vector<std::string>{command});
    CHECK(ended.exit == 3);
    CHECK(ended.err.find("[log.missing, exit 3]") != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(folder.store()));
}

TEST_CASE("a cancelled order is given its payment back, and refuses everything after") {
  const shop_folder folder;
  must(folder, place);
  must(folder, {"pay", "order-1"});
  check_refused(folder, {"cancel", "order-1", "--reason", ""}, 4, "order.reason");
  must(folder, {"cancel", "order-1", "--reason", "changed their mind"});
  check_refused(folder, {"cancel", "order-1", "--reason", "again"}, 4, "order.cancelled");
  check_refused(folder, {"pay", "order-1"}, 4, "order.cancelled");
  check_refused(folder, {"ship", "order-1"}, 4, "order.unpaid");
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
  CHECK(cancelled.at("events") == 2);
  CHECK(cancelled.at("token") == "1-4");
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
