// `event list`, `event count` and `stream show` in an application's own executable: what events are today, through its upcasters.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/log_of_application.hpp>
#include <whence/cli/selected_events.hpp>
#include <whence/upcasting/upcasting_log.hpp>

using namespace whence;
using tests::ran;

namespace {

struct Placed {
  static constexpr event_type type{"Placed", 2};
};
struct Refunded {
  static constexpr event_type type{"Refunded", 2};
};
struct Granted {
  static constexpr event_type type{"Granted", 1};
};
struct Touched {
  static constexpr event_type type{"Touched", 1};
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

upcasters of_the_shop() {
  return upcasters::of(upcast<Placed, 1>([](document& data) { data.rename("custId", "customer"); }),
                       upcast<Refunded, 1>().to<Granted, 1>().to<Refunded, 2>(), upcast<Touched, 1>().dropped(),
                       upcast<Paid, 1>().merged_with<Shipped, 1>().to<Done, 1>());
}

struct a_log : tests::log_of_application {
  a_log() : log_of_application(types()) {}
  static const cli_types& types() {
    static const cli_types all = cli_types("shop").upcasting(of_the_shop());
    return all;
  }
};

/// A life of each kind: renamed, dropped, split, merged, and of today.
struct a_shop : a_log {
  a_shop() {
    append("Placed", 1, R"({"custId":"ada"})");               // #1
    append("Touched", 1, "{}");                               // #2
    append("Refunded", 1, R"({"why":"late"})");               // #3
    append("Placed", 2, R"({"customer":"bob"})", "order-2");  // #4
    append("Paid", 1, "{}");                                  // #5
    append("Shipped", 1, "{}");                               // #6
    append("Refunded", 1, R"({"why":"lost"})", "order-2");    // #7
  }
};

/// "#1 Placed v2, #3 Granted, …" of what a command lists.
std::string told(const ran& listed) {
  std::string all;
  std::string::size_type at = 0;
  while (at < listed.out.size()) {
    const std::string::size_type end = listed.out.find('\n', at);
    const auto event = nlohmann::json::parse(listed.out.substr(at, end - at));
    all += (all.empty() ? "#" : ", #") + std::to_string(event["globalPosition"].get<int>()) + " " +
           event["eventType"].get<std::string>();
    if (event["eventVersion"] != 1) all += " v" + std::to_string(event["eventVersion"].get<int>());
    at = end + 1;
  }
  return all;
}

constexpr const char* today =
    "#1 Placed v2, #3 Granted, #3 Refunded v2, #4 Placed v2, #6 Done, #7 Granted, #7 Refunded v2";

}  // namespace

TEST_CASE("the application lists what events are today; --raw, and the stock program, what is stored") {
  a_shop shop;
  CHECK(told(shop.run("event list -o jsonl")) == today);
  constexpr const char* stored = "#1 Placed, #2 Touched, #3 Refunded, #4 Placed v2, #5 Paid, #6 Shipped, #7 Refunded";
  CHECK(told(shop.run("event list --raw -o jsonl")) == stored);
  shop.console->around.types = nullptr;
  CHECK(told(shop.run("event list -o jsonl")) == stored);
}

TEST_CASE("from its end on, a list is the same turned round") {
  a_shop shop;
  CHECK(told(shop.run("event list --reverse -o jsonl")) ==
        "#7 Refunded v2, #7 Granted, #6 Done, #4 Placed v2, #3 Refunded v2, #3 Granted, #1 Placed v2");
  CHECK(told(shop.run("stream show order-1 --reverse -o jsonl")) ==
        "#6 Done, #3 Refunded v2, #3 Granted, #1 Placed v2");
}

TEST_CASE("the history of a stream is what it is today") {
  a_shop shop;
  CHECK(told(shop.run("stream show order-1 -o jsonl")) == "#1 Placed v2, #3 Granted, #3 Refunded v2, #6 Done");
  CHECK(told(shop.run("event list --stream order-2 -o jsonl")) == "#4 Placed v2, #7 Granted, #7 Refunded v2");
  CHECK(told(shop.run("stream show order-2 --raw -o jsonl")) == "#4 Placed v2, #7 Refunded");
}

TEST_CASE("events are chosen by what they are today") {
  a_shop shop;
  CHECK(told(shop.run("event list --type Granted -o jsonl")) == "#3 Granted, #7 Granted");
  CHECK(told(shop.run("event list --type Refunded --reverse -o jsonl")) == "#7 Refunded v2, #3 Refunded v2");
  CHECK(told(shop.run("event list --type Gran* -o jsonl")) == "#3 Granted, #7 Granted");
  CHECK(told(shop.run("event list --where /data/customer=ada -o jsonl")) == "#1 Placed v2");
  CHECK(told(shop.run("event list --where /data/custId=ada --raw -o jsonl")) == "#1 Placed");
  CHECK(shop.run("event list --type Touched -o jsonl").out == "");
  CHECK(told(shop.run("event list --type Touched --raw -o jsonl")) == "#2 Touched");
  CHECK(shop.run("event list --type Grantd").err.find("event list --type Granted") != std::string::npos);
}

TEST_CASE("what one event became is never cut in two, so that lists go on without gap or repetition") {
  a_shop shop;
  const ran cut = shop.run("event list --limit 2 -o json");
  CHECK(nlohmann::json::parse(cut.out)["items"].size() == 3);
  CHECK(nlohmann::json::parse(cut.out)["next"] == "4");
  for (const std::string order : {"", " --reverse"}) {
    for (int limit = 1; limit <= 8; ++limit) {
      CAPTURE(order);
      CAPTURE(limit);
      std::string all;
      std::string where;
      while (true) {
        const auto page = nlohmann::json::parse(
            shop.run("event list --limit " + std::to_string(limit) + order + where + " -o json").out);
        for (const auto& event : page["items"]) all += event.dump() + "\n";
        if (!page.contains("next") || page["next"].is_null()) break;
        where = (order.empty() ? " --from " : " --to ") + page["next"].get<std::string>();
      }
      std::string at_once;
      const auto whole = nlohmann::json::parse(shop.run("event list" + order + " -o json").out);
      for (const auto& event : whole["items"]) at_once += event.dump() + "\n";
      CHECK(all == at_once);
    }
  }
}

TEST_CASE("a list that was cut does not say how many events there are today, which nobody has counted") {
  a_shop shop;
  CHECK(shop.run("event list --limit 1").err.starts_with("1 shown, and there are more; the next"));
  CHECK(shop.run("event list --limit 1 --raw").err.starts_with("1 of 7 shown; the next"));
}

TEST_CASE("events are counted as they are today") {
  a_shop shop;
  CHECK(shop.run("event count").out == "EVENTS\n     7\n");
  CHECK(shop.run("event count --by type -o csv").out ==
        "eventType,events\r\nDone,1\r\nGranted,2\r\nPlaced,2\r\nRefunded,2\r\n");
  CHECK(shop.run("event count --from 3 --to 3").out == "EVENTS\n     2\n");
  CHECK(shop.run("event count --from 3 --to 3 --raw").out == "EVENTS\n     1\n");
  CHECK(shop.run("event count --type Touched --raw").out == "EVENTS\n     1\n");
}

TEST_CASE("who follows sees each event as it is today") {
  a_shop shop;
  shop.console->interrupted.waits = 2;
  bool appended = false;
  shop.console->interrupted.meanwhile = [&] {
    if (!std::exchange(appended, true)) shop.append("Refunded", 1, R"({"why":"gone"})", "order-2");
  };
  CHECK(told(shop.run("event list --follow --tail 2 -o jsonl")) ==
        "#7 Granted, #7 Refunded v2, #8 Granted, #8 Refunded v2");
}

TEST_CASE("who follows for so many events never sees a part of what one became") {
  a_shop shop;
  CHECK(told(shop.run("event list --follow --from 1 --count 2 -o jsonl")) ==
        "#1 Placed v2, #3 Granted, #3 Refunded v2");
  CHECK(told(shop.run("event list --follow --from 7 --count 1 -o jsonl")) == "#7 Granted, #7 Refunded v2");
  CHECK(told(shop.run("event list --follow --from 1 --count 3 -o jsonl")) ==
        "#1 Placed v2, #3 Granted, #3 Refunded v2");
}

TEST_CASE("an event is shown as a list has it: what it became, with a word on what is stored") {
  a_shop shop;
  const ran split = shop.run("event show @3 -o jsonl");
  CHECK(told(split) == "#3 Granted, #3 Refunded v2");
  CHECK(split.exit == 0);
  CHECK(split.err == "it is stored as Refunded v1: shop event show @3 --raw\n");
  for (const std::string form : {"json", "jsonl", "csv", "markdown"}) {
    CAPTURE(form);
    CHECK(shop.run("event show @3 -o " + form).out == shop.run("event list --from 3 --to 3 -o " + form).out);
    CHECK(shop.run("event show @1 -o " + form).out == shop.run("event list --from 1 --to 1 -o " + form).out);
    CHECK(shop.run("event show @3 --raw -o " + form).out ==
          shop.run("event list --from 3 --to 3 --raw -o " + form).out);
  }
  CHECK(shop.run("event show @4").err == "");
  const std::string screen = shop.run("event show @3").out;
  CHECK(screen.starts_with("Granted   "));
  CHECK(screen.find("\n\nRefunded v2   ") != std::string::npos);
}

TEST_CASE("an event that is no longer told is none") {
  a_shop shop;
  const ran dropped = shop.run("event show @2 -o json");
  CHECK(dropped.exit == 0);
  CHECK(dropped.out == "{\"items\":[],\"next\":null}\n");
  CHECK(dropped.err == "it is stored as Touched, and no longer told: shop event show @2 --raw\n");
  CHECK(shop.run("event show @2 -o jsonl").out == "");
  CHECK(shop.run("event show @2").out == "");
  CHECK(told(shop.run("event show @2 --raw -o jsonl")) == "#2 Touched");
}

TEST_CASE("each of two events that became one is that") {
  a_shop shop;
  const ran first = shop.run("event show @5 -o jsonl");
  CHECK(told(first) == "#6 Done");
  CHECK(first.err == "it is stored as Paid, and one with the event behind it today: shop event show @5 --raw\n");
  const ran second = shop.run("event show @6 -o jsonl");
  CHECK(told(second) == "#6 Done");
  CHECK(second.err == "it is stored as Shipped: shop event show @6 --raw\n");
  shop.append("Paid", 1, "{}");  // #8: nothing is behind it yet
  CHECK(told(shop.run("event show @8 -o jsonl")) == "#8 Paid");
}

TEST_CASE("an event that cannot be upcast is shown to people as it is stored, and to programs not at all") {
  a_log shop;
  shop.append("Placed", 1, R"({"client":"ada"})");
  const ran screen = shop.run("event show @1");
  CHECK(screen.exit == 6);
  CHECK(screen.out.starts_with("Placed   "));
  const ran document = shop.run("event show @1 -o json");
  CHECK(document.exit == 6);
  const auto shown = nlohmann::json::parse(document.out);
  CHECK(shown.at("items").empty());
  CHECK(shown.at("diagnostics").at(0).at("code") == "event.upcast_failed");
  CHECK(shop.run("event show @1 -o jsonl").out == "");
}

TEST_CASE("all before an event that cannot be upcast is shown, in either order, then it is said") {
  a_log shop;
  for (int i = 0; i < 40; ++i) shop.append("Refunded", 1, "{}");
  shop.append("Placed", 1, R"({"client":"ada"})");  // #41
  for (int i = 0; i < 40; ++i) shop.append("Refunded", 1, "{}");
  const ran forward = shop.run("event list -o jsonl");
  CHECK(forward.exit == 6);
  CHECK(std::count(forward.out.begin(), forward.out.end(), '\n') == 80);
  CHECK(forward.err.find("/custId: is missing") != std::string::npos);
  const ran backward = shop.run("event list --reverse -o jsonl");
  CHECK(backward.exit == 6);
  CHECK(std::count(backward.out.begin(), backward.out.end(), '\n') == 80);
  CHECK(backward.err.find("/custId: is missing") != std::string::npos);
  CHECK(shop.run("event list --raw -o jsonl").exit == 0);
}

TEST_CASE("what cannot be upcast behind the last position that is wanted is nobody's concern") {
  a_log shop;
  for (int i = 0; i < 2; ++i) shop.append("Placed", 1, R"({"custId":"ada"})");
  for (int i = 0; i < 2; ++i) shop.append("Paid", 1, "{}");
  shop.append("Placed", 1, R"({"client":"ada"})");  // #5
  for (const std::string order : {"", " --reverse"}) {
    CAPTURE(order);
    const ran listed = shop.run("event list --type Placed --to 4 -o jsonl" + order);
    CHECK(listed.exit == 0);
    CHECK(std::count(listed.out.begin(), listed.out.end(), '\n') == 2);
    CHECK(shop.run("event list --type Placed -o jsonl" + order).exit == 6);
  }
  CHECK(shop.run("event count --type Placed --to 4").out == "EVENTS\n     2\n");
}

TEST_CASE("nor is a version behind it that no upcaster begins at") {
  a_log shop;
  for (int i = 0; i < 2; ++i) shop.append("Refunded", 1, "{}");
  for (int i = 0; i < 2; ++i) shop.append("Placed", 1, R"({"custId":"ada"})");
  shop.append("Refunded", 7, "{}");  // #5
  for (const std::string order : {"", " --reverse"}) {
    CAPTURE(order);
    const ran listed = shop.run("event list --type Granted --to 4 -o jsonl" + order);
    CHECK(listed.exit == 0);
    CHECK(std::count(listed.out.begin(), listed.out.end(), '\n') == 2);
    const ran all = shop.run("event list --type Granted -o jsonl" + order);
    CHECK(all.exit == 6);
    CHECK(all.err.find("where: order-1 version 5, position 5") != std::string::npos);
  }
}

TEST_CASE("the history of a stream ends at the last position that is wanted, too, whatever is behind it") {
  a_log shop;
  for (int i = 0; i < 2; ++i) shop.append("Placed", 1, R"({"custId":"ada"})");
  shop.append("Placed", 1, R"({"client":"ada"})");  // #3
  shop.append("Touched", 1, "{}");
  shop.append("Placed", 1, R"({"client":"bob"})");  // #5
  CHECK(told(shop.run("stream show order-1 --to 2 -o jsonl")) == "#1 Placed v2, #2 Placed v2");
  CHECK(told(shop.run("stream show order-1 --to 2 --reverse -o jsonl")) == "#2 Placed v2, #1 Placed v2");
  CHECK(shop.run("stream show order-1 --to 3 -o jsonl").exit == 6);
  CHECK(shop.run("stream show order-1 --to 4 --reverse -o jsonl").exit == 6);
}

TEST_CASE("who follows up to a position does not come to what is behind it") {
  a_log shop;
  shop.append("Placed", 1, R"({"custId":"ada"})");
  shop.console->interrupted.waits = 2;
  bool appended = false;
  shop.console->interrupted.meanwhile = [&] {
    if (std::exchange(appended, true)) return;
    shop.append("Paid", 1, "{}");
    shop.append("Placed", 1, R"({"client":"ada"})");  // #3
  };
  const ran followed = shop.run("event list --follow --from 1 --to 2 --type Placed -o jsonl");
  CHECK(followed.exit == 0);
  CHECK(told(followed) == "#1 Placed v2");
}

TEST_CASE("pages and windows of every size give each of thousands of events as it is today, once") {
  a_log shop;
  std::vector<std::pair<std::uint64_t, std::string>> expected;
  for (std::uint64_t position = 1; position <= 3'000; ++position) {
    switch (position * 7 % 5) {
      case 0: shop.append("Touched", 1, "{}"); break;
      case 1:
        shop.append("Refunded", 1, "{}");
        expected.emplace_back(position, "Granted");
        expected.emplace_back(position, "Refunded");
        break;
      default: shop.append("Placed", 1, R"({"custId":"ada"})"); expected.emplace_back(position, "Placed");
    }
  }
  const auto reader = upcasting(shop.console->around.store_at(""), of_the_shop()).visit(shop.console->around.runtime);
  const auto all = [&](cli::selection wanted) {
    std::vector<std::pair<std::uint64_t, std::string>> found;
    cli::selected_events events(*reader, std::move(wanted));
    while (const recorded_event* const event = events.next())
      found.emplace_back(event->position.value(), std::string(event->type));
    return found;
  };
  CHECK(all({}) == expected);
  CHECK(all({.streams = {"order-1"}}) == expected);
  std::reverse(expected.begin(), expected.end());
  CHECK(all({.reverse = true}) == expected);
  CHECK(all({.streams = {"order-1"}, .reverse = true}) == expected);
}
