// `schema upcast`: what an application's upcasters make of a log.
#include <string>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <tests/cli/log_of_application.hpp>
#include <tests/cli/shop_types.hpp>

using namespace whence;
using tests::ran;

namespace {

struct Placed {
  static constexpr event_type type{"Placed", 3};
};
struct Paid {
  static constexpr event_type type{"Paid", 1};
};
struct Shipped {
  static constexpr event_type type{"Shipped", 1};
};
struct Done {
  static constexpr event_type type{"Done", 1};
};
struct Touched {
  static constexpr event_type type{"Touched", 1};
};

const cli_types& shop() {
  static const cli_types types = cli_types("shop").upcasting(
      upcasters::of(upcast<Placed, 1>([](document& data) { data.rename("custId", "customer"); }),
                    upcast<Placed, 2>([](document& data) { data.set("currency", "EUR"); }),
                    upcast<Touched, 1>().dropped(), upcast<Paid, 1>().merged_with<Shipped, 1>().to<Done, 1>()));
  return types;
}

struct a_log : tests::log_of_application {
  a_log() : log_of_application(shop()) {}
};

}  // namespace

TEST_CASE("what is stored is counted by type and version, with what it is today") {
  a_log log;
  log.append("Placed", 1, R"({"custId":"ada"})");
  log.append("Placed", 2, R"({"customer":"bob"})", "order-2");
  log.append("Placed", 2, R"({"customer":"eve"})", "order-3");
  log.append("Placed", 3, R"({"customer":"joe","currency":"USD"})", "order-4");
  log.append("Touched", 1, "{}");
  log.append("Paid", 1, "{}");
  log.append("Shipped", 1, "{}");
  for (const char* const line : {"schema upcast", "schema upcast --check"}) {
    const ran found = log.run(line);
    CHECK(found.exit == 0);
    CHECK(found.err == "");
    const std::string counted = line == std::string("schema upcast")
                                    ? "events  7, of which up to 6 read otherwise than they are stored\n"
                                    : "events  7, of which 6 read otherwise than they are stored\n"
                                      "checked each of them can be upcast; 1 is left out\n";
    CHECK(found.out == "shop.db\n" + counted +
                           "\n"
                           "EVENT       EVENTS  FIRST  FAILED  TODAY\n"
                           "Paid v1          1     #6          before Shipped v1: Done v1\n"
                           "Placed v1        1     #1          Placed v3\n"
                           "Placed v2        2     #2          Placed v3\n"
                           "Shipped v1       1     #7          behind Paid v1: Done v1\n"
                           "Touched v1       1     #5          no longer told\n");
  }
}

TEST_CASE("each event that cannot be upcast is shown with its position; without --check, those of unknown versions") {
  a_log log;
  log.append("Placed", 1, R"({"custId":"ada"})");
  log.append("Placed", 1, R"({"client":"bob"})", "order-2");
  log.append("Placed", 7, R"({"customer":"eve"})", "order-3");
  log.append("Placed", 1, R"({"client":"joe"})", "order-4");

  const ran counted = log.run("schema upcast");
  CHECK(counted.exit == 1);
  CHECK(counted.err ==
        "shop: shop.db: 1 event cannot be upcast\n"
        "  where: event #3, Placed v7\n"
        "  why:   no upcaster begins at that version; today's is 3\n"
        "  do:    shop event show @3 --raw  [schema.upcast_failed, exit 1]\n");

  const ran found = log.run("schema upcast --check");
  CHECK(found.exit == 1);
  CHECK(found.out ==
        "shop.db\n"
        "events  4, of which 1 read otherwise than they are stored\n"
        "checked 3 cannot be upcast\n"
        "\n"
        "EVENT      EVENTS  FIRST  FAILED  TODAY\n"
        "Placed v1       3     #1       2  Placed v3\n"
        "Placed v7       1     #3       1  not known: no upcaster begins at it\n"
        "\n"
        "EVENT  STREAM   TYPE       WHAT\n"
        "   #2  order-2  Placed v1  its upcaster: /custId: is missing\n"
        "   #4  order-4  Placed v1  its upcaster: /custId: is missing\n");
  CHECK(found.err.find("where: event #2, Placed v1\n") != std::string::npos);

  const auto document = nlohmann::json::parse(log.run("schema upcast --check -o json").out)["data"];
  CHECK(document["failed"] == 3);
  CHECK(document["failures"].size() == 2);
  CHECK(document["failures"][1]["globalPosition"] == 4);
  CHECK(document["kinds"][0]["ways"][0]["today"][0]["eventVersion"] == 3);
}

TEST_CASE("an event that lacks an upcaster is not known, though no other event has one") {
  const cli_types types = cli_types("shop").aggregate<tests::shop_types::Order>();
  tests::log_of_application log(types);
  log.append("OrderNoted", 7, R"({"note":"late"})");
  log.append("Elsewhere", 7, "{}");
  const ran found = log.run("schema upcast --check");
  CHECK(found.exit == 1);
  CHECK(found.out ==
        "shop.db\n"
        "events  2, of which 0 read otherwise than they are stored\n"
        "checked 1 cannot be upcast\n"
        "\n"
        "EVENT          EVENTS  FIRST  FAILED  TODAY\n"
        "OrderNoted v7       1     #1       1  not known: no upcaster begins at it\n");
  CHECK(found.err.find("no upcaster begins at that version; today's is 1") != std::string::npos);
}

TEST_CASE("events of which no reader is told are counted, whoever leaves them out") {
  const cli_types types = cli_types("shop").upcasting(
      upcasters::of(upcast<Placed, 1>([](document& data) { return data.has("customer"); }),
                    upcast<Placed, 2>([](document&) {}), upcast<Touched, 1>().dropped(),
                    upcast<Paid, 1>().merged_with<Shipped, 1>().to<Done, 1>(), upcast<Paid, 1>().dropped()));
  tests::log_of_application log(types);
  for (const char* const data : {"{}", R"({"customer":"ada"})", "{}", R"({"customer":"bob"})"})
    log.append("Placed", 1, data);
  log.append("Touched", 1, "{}");
  for (const char* const type : {"Paid", "Shipped", "Paid", "Paid", "Shipped", "Shipped"}) log.append(type, 1, "{}");
  const ran found = log.run("schema upcast --check");
  CHECK(found.out ==
        "shop.db\n"
        "events  11, of which 10 read otherwise than they are stored\n"
        "checked each of them can be upcast; 4 are left out\n"
        "\n"
        "EVENT       EVENTS  FIRST  FAILED  TODAY\n"
        "Paid v1          3     #6          before Shipped v1: Done v1; no longer told; 1 left out\n"
        "Placed v1        4     #1          Placed v3; 2 left out\n"
        "Shipped v1       3     #7          behind Paid v1: Done v1\n"
        "Touched v1       1     #5          no longer told\n");

  const auto document = nlohmann::json::parse(log.run("schema upcast --check -o json").out)["data"];
  CHECK(document["upcast"] == 11);
  CHECK(document["otherwise"] == 10);
  CHECK(document["leftOut"] == 4);
  CHECK(document["kinds"][0]["leftOut"] == 1);
  CHECK(document["kinds"][1]["otherwise"] == 4);
  CHECK(document["kinds"][2]["otherwise"] == 2);
  CHECK(document["kinds"][2]["ways"][0]["behind"]["eventType"] == "Paid");
  const auto counted = nlohmann::json::parse(log.run("schema upcast -o json").out)["data"];
  CHECK(counted["upcast"] == 11);
  CHECK(counted["otherwise"].is_null());
  CHECK(counted["kinds"][0]["leftOut"].is_null());
}

TEST_CASE("a log that reads as it is stored has nothing to show") {
  a_log log;
  log.append("Placed", 3, "{}");
  CHECK(log.run("schema upcast --check").out ==
        "shop.db\n"
        "events  1, of which 0 read otherwise than they are stored\n"
        "checked each of them can be upcast\n");
}

TEST_CASE("the application shows an event as it is today, and as it is stored if that is asked for") {
  a_log log;
  log.append("Placed", 1, R"({"custId":"ada"})");
  log.append("Placed", 3, R"({"customer":"bob","currency":"EUR"})", "order-2");
  const ran today = log.run("event show @1 -o json");
  CHECK(today.exit == 0);
  CHECK(today.out.find(R"("eventVersion":3)") != std::string::npos);
  CHECK(today.out.find(R"("data":{"customer":"ada","currency":"EUR"})") != std::string::npos);
  CHECK(today.err == "it is stored as Placed v1: shop event show @1 --raw\n");
  const ran stored = log.run("event show @1 --raw -o json");
  CHECK(stored.out.find(R"("data":{"custId":"ada"})") != std::string::npos);
  CHECK(stored.err == "");
  CHECK(log.run("event show @1").out.find("\nstored       16 bytes ·") != std::string::npos);
  CHECK(log.run("event show @2").err == "");
  log.console->around.types = nullptr;
  CHECK(log.run("event show @1 -o json").out == stored.out);
}

TEST_CASE("an event that cannot be upcast is shown as it is stored, with what is wrong") {
  a_log log;
  log.append("Placed", 1, R"({"client":"ada"})");
  const ran shown = log.run("event show @1");
  CHECK(shown.exit == 6);
  CHECK(shown.out.find("client") != std::string::npos);
  CHECK(shown.err.find("/custId: is missing") != std::string::npos);
}
