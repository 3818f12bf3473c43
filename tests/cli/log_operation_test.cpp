// Commands that change what is in a log: with nobody before the terminal, with somebody who says no, while nobody holds the log,
// and while somebody does.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <whence/cli/command_table.hpp>
#include <whence/control/control_server.hpp>
#include <whence/control/errors.hpp>
#include <whence/control/event_append.hpp>
#include <whence/core/simulation.hpp>
#include <whence/store/audit_event.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/example_words.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/cli/trials.hpp>
#include <tests/schema_check.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using nlohmann::json;
using tests::ran;

namespace {

/// Of what this shop's log has, its program can read this.
struct StockLevels {
  static constexpr projection_info info{"order_summary", 1};
  using events = whence::events<tests::shop_types::StockAdjusted>;
  void create(sql::database& db) { db.run("CREATE TABLE level(stream TEXT PRIMARY KEY, quantity INTEGER NOT NULL)"); }
  void on(const tests::shop_types::StockAdjusted& adjusted, const event_context& context, sql::database& db) {
    db.run("INSERT INTO level VALUES(?1, ?2) ON CONFLICT DO UPDATE SET quantity = quantity + ?2",
           {context.stream, adjusted.quantity});
  }
};

const cli_types& types_of_shop() {
  static const cli_types types = cli_types("order-service whence")
                                     .aggregate<tests::shop_types::Order>()
                                     .aggregate<tests::shop_types::StockItem>()
                                     .projection<StockLevels>();
  return types;
}

/// A shop's log in a file that nobody holds, and commands on it.
struct shop {
  shop() {
    std::filesystem::current_path(folder.path());
    console = std::make_unique<tests::console>(sqlite("shop.db"), runtime::system());
    const runtime filling = tests::shop_runtime();
    console->log.reset();
    const auto log = sqlite("shop.db").open(filling);
    tests::fill_shop(*log, filling);
  }

  ran run(const std::string& line, const std::string& input) {
    console->input(input);
    return console->run(line);
  }
  ran append(const std::string& more, const std::string& event = shipped) {
    return run("event append order-12345 -" + (more.empty() ? "" : " " + more), event);
  }
  std::uint64_t head() const { return sqlite("shop.db").visit(runtime::system())->head().value(); }
  void has_types() { console->around.types = &types_of_shop(); }

  /// Somebody sits there, and says this.
  void somebody_says(std::string said) {
    console->around.in_is_terminal = true;
    console->terminal(200);
    console->around.read_line = [said]() -> std::optional<std::string> { return said; };
  }

  static inline const std::string shipped = R"({"eventType":"OrderShipped","data":{}})";
  tests::temporary_folder folder;
  std::unique_ptr<tests::console> console;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

json data_of(const ran& done) {
  CAPTURE(done.err);
  const json document = json::parse(done.out);
  CHECK(tests::schema_check(tests::schema_named("verdict.schema.json")).misfit(document) == "");
  return document.at("data");
}

}  // namespace

TEST_CASE("where nobody can be asked, and nobody said yes, nothing is changed") {
  shop shop;
  const ran refused = shop.append("");
  CHECK(refused.exit == 4);
  CHECK(refused.err ==
        "whence: this would append OrderShipped version 1 to order-12345 for ever, as its event 4, in shop.db; nothing "
        "was "
        "changed\n"
        "  where: shop.db\n"
        "  why:   nobody sits before it who could be asked\n"
        "  do:    whence event append order-12345 - --yes  [operation.unconfirmed, exit 4]\n");
  const ran other = shop.append("--confirm order-99999");
  CHECK(other.exit == 4);
  CHECK(has(other.err, "why:   --confirm names \"order-99999\"\n"));
  CHECK(has(other.err, "do:    whence event append order-12345 - --confirm order-12345  ["));
  CHECK(shop.head() == 9);
}

TEST_CASE("who is asked and does not say yes has changed nothing; who says yes has") {
  shop shop;
  for (const char* const said : {"", "n", "no", "yess", "order-12345"}) {
    shop.somebody_says(said);
    const ran refused = shop.append("");
    CHECK(refused.exit == 4);
    CHECK(has(
        refused.err,
        "This will append OrderShipped version 1 to order-12345 for ever, as its event 4, in shop.db. Go on? [y/N] "));
    CHECK(has(refused.err, "the answer was not yes"));
  }
  CHECK(shop.head() == 9);
  shop.somebody_says("Yes");
  CHECK(shop.append("").exit == 0);
  CHECK(shop.head() == 11);
}

TEST_CASE("a dry run writes nothing, whatever else is said") {
  shop shop;
  const ran planned = shop.append("--dry-run --yes -o json");
  CHECK(planned.exit == 0);
  const json data = data_of(planned);
  CHECK(tests::schema_check(tests::schema_named("appended.schema.json")).misfit(data) == "");
  CHECK(data["state"] == "planned");
  CHECK(data["dryRun"] == true);
  CHECK(data["service"].is_null());
  CHECK(has(planned.err, "nothing was written: without --dry-run, it is appended"));
  CHECK(shop.head() == 9);
}

TEST_CASE("an event is appended as it is by a program without types, which says so, and read by one that has them") {
  shop shop;
  const ran odd = shop.append("--yes --reason ticket-17 -o json", R"({"eventType":"OrderEaten","data":{}})");
  CHECK(odd.exit == 0);
  const json data = data_of(odd);
  CHECK(tests::schema_check(tests::schema_named("appended.schema.json")).misfit(data) == "");
  CHECK(data["state"] == "appended");
  CHECK(data["checked"] == false);
  CHECK(has(odd.err, "whether the application can read it, this program cannot know"));
  CHECK(has(shop.run("stream show whence-operations -o jsonl", "").out, R"("reason":"ticket-17")"));

  shop.has_types();
  const ran unfit = shop.append("--yes", R"({"eventType":"OrderEaten","data":{}})");
  CHECK(unfit.exit == 4);
  CHECK(has(unfit.err,
            "whence: the application could not read OrderEaten version 1 in order-12345; nothing was appended\n"));
  CHECK(has(unfit.err, "why:   Order does not list it among its events\n"));
  CHECK(has(shop.append("--yes", R"({"eventType":"OrderNoted","data":{"note":7}})").err,
            "why:   /note: expected a string"));
  CHECK(has(shop.append("--yes", R"({"eventType":"OrderPlaced","data":{}})").err, "why:   it knows version 2\n"));
  CHECK(has(shop.run("event append thing-1 - --yes", R"({"eventType":"A","data":{},"aggregateType":"Thing"})").err,
            "why:   it has no aggregate Thing\n"));
  CHECK(shop.head() == 11);
  CHECK(shop.append("--yes").exit == 0);
  CHECK(shop.head() == 13);
}

TEST_CASE("the same event once more is there already, and needs no yes") {
  shop shop;
  const std::string event =
      R"({"eventId":"019bff00-c840-7d21-9c3a-5f0a7be1d4c2","eventType":"OrderShipped","data":{}})";
  CHECK(shop.append("--confirm order-12345", event).exit == 0);
  const ran again = shop.append("", event);
  CHECK(again.exit == 0);
  CHECK(has(again.out, "position  #10, where it was before\n"));
  CHECK(shop.head() == 11);
}

TEST_CASE("an event that is not there, in a file, and a log that is not there") {
  shop shop;
  const ran no_file = shop.run("event append order-12345 none.json --yes", "");
  CHECK(no_file.exit == 3);
  CHECK(has(no_file.err, "cannot read none.json"));
  std::filesystem::remove("shop.db");
  std::filesystem::remove("shop.db-wal");
  CHECK(shop.append("--yes").exit == 3);
  CHECK_FALSE(std::filesystem::exists("shop.db"));
}

TEST_CASE("a log that is held by who answers nowhere is left alone") {
  shop shop;
  const auto held = sqlite("shop.db").open(tests::shop_runtime());
  const ran refused = shop.append("--yes");
  CHECK(refused.exit == 5);
  CHECK(has(refused.err, "holds shop.db, and takes no operations; nothing was changed\n"));
  CHECK(has(refused.err, "[writer.unreachable, exit 5]\n"));
  CHECK(held->head() == global_position{9});
}

TEST_CASE("what lies where a socket has to be is named if somebody holds the log, and is nothing if nobody does") {
  shop shop;
  std::filesystem::create_directory("shop.db.ctl");
  {
    const auto held = sqlite("shop.db").open(tests::shop_runtime());
    const ran refused = shop.append("--yes");
    CHECK(refused.exit == 5);
    CHECK(has(refused.err, "why:   a folder is where its socket has to be, so that it could make none\n"));
    CHECK(has(refused.err, "do:    mv shop.db.ctl shop.db.ctl.old\n         # then start that process again"));
    CHECK(held->head() == global_position{9});
    held->close();
  }
  CHECK(shop.append("--yes").exit == 0);
  CHECK(shop.head() == 11);
}

TEST_CASE("while a service holds the log, it does what is asked, and its errors are told as its own") {
  shop shop;
  const runtime serving = runtime::system();
  const std::shared_ptr<whence::log> held = sqlite("shop.db").open(serving);
  operations offered;
  offered.add("event append", [&](operation_request request, operation_progress) {
    return append_event(std::move(request), held, serving, [](const envelope& event) {
      if (event.event_type != "OrderShipped")
        throw unfit_event(event.event_type, event.event_version, event.aggregate_id, "a test");
    });
  });
  const control_server server("shop.db.ctl", "shop-service", std::move(offered), serving);
  const ran done = shop.append("--yes --reason because -o json");
  CHECK(done.exit == 0);
  const json data = data_of(done);
  CHECK(tests::schema_check(tests::schema_named("appended.schema.json")).misfit(data) == "");
  CHECK(data["service"] == "shop-service");
  CHECK(data["checked"] == true);
  CHECK(held->head() == global_position{11});
  CHECK(held->stream_head(audit_stream) == stream_version{1});
  const ran unfit = shop.append("--yes", R"({"eventType":"OrderEaten","data":{}})");
  CHECK(unfit.exit == 4);
  CHECK(has(unfit.err, "why:   a test\n"));
  const ran missing = shop.run("projection rebuild order_summary --yes", "");
  CHECK(missing.exit == 4);
  CHECK(has(missing.err, "shop-service does not offer `projection rebuild` while it runs; nothing was done"));
  CHECK(held->head() == global_position{11});
}

TEST_CASE("whatever an event may be goes to a service, also if each of its bytes has to be escaped twice") {
  shop shop;
  const runtime serving = runtime::system();
  const std::shared_ptr<whence::log> held = sqlite("shop.db").open(serving);
  operations offered;
  offered.add("event append", [&](operation_request request, operation_progress) {
    return append_event(std::move(request), held, serving, {});
  });
  const control_server server("shop.db.ctl", "shop-service", std::move(offered), serving);
  std::string note;
  while (note.size() < envelope_bytes_max - 10'000) note += R"(\")";
  const ran done = shop.append("--yes -o json", R"({"eventType":"OrderShipped","data":{"note":")" + note + "\"}}");
  CHECK(done.exit == 0);
  CHECK(data_of(done)["service"] == "shop-service");
  CHECK(held->head() == global_position{11});
  const event_page page = held->read(global_position{9}, {}, {.events = 1});
  REQUIRE_FALSE(page.empty());
  CHECK(page.front().data.size() > note.size());
}

TEST_CASE("a read model is built anew by the application's own executable, where nobody holds the log") {
  shop shop;
  const ran stock = shop.run("projection rebuild order_summary --yes", "");
  CHECK(stock.exit == 7);
  CHECK(has(stock.err, "this needs the code of order_summary, which the stock binary does not have"));
  shop.has_types();
  CHECK(shop.run("projection rebuild nope --yes", "").exit == 3);
  CHECK(shop.run("projection rebuild order_summary", "").exit == 4);
  const ran planned = shop.run("projection rebuild order_summary --dry-run -o json", "");
  CHECK(data_of(planned)["state"] == "planned");
  CHECK(shop.head() == 9);
  const ran done = shop.run("projection rebuild order_summary --yes --reason why -o json", "");
  CHECK(done.exit == 0);
  const json data = data_of(done);
  CHECK(tests::schema_check(tests::schema_named("rebuilt.schema.json")).misfit(data) == "");
  CHECK(data["state"] == "rebuilt");
  CHECK(std::filesystem::exists("shop.db.models/order_summary.current"));
  CHECK(shop.head() == 10);
  const ran shown = shop.run("projection rebuild order_summary --confirm order_summary", "");
  CHECK(shown.exit == 0);
  CHECK(has(shown.out, "state     built anew, and serving\n"));
}

TEST_CASE("every example of their help does what it says") {
  for (const cli::command& command : cli::commands()) {
    if (!tests::has_trial_of_its_own(command)) continue;
    for (const cli::example& example : command.examples) {
      CAPTURE(example.line);
      shop shop;
      shop.has_types();
      std::ofstream("e.json") << shop::shipped;
      const ran shown = shop.console->run(tests::example_words(example.line));
      CHECK(shown.exit == 0);
      CHECK(shown.out != "");
      CHECK((shop.head() == 9) == (example.line.find("--dry-run") != std::string_view::npos));
    }
  }
}

TEST_CASE("a reason that is too long is told before anything is asked or done") {
  shop shop;
  shop.has_types();
  const std::string reason(audit_reason_bytes_max + 1, 'x');
  CHECK(shop.append("--yes --reason " + reason).exit == 2);
  CHECK(shop.run("projection rebuild order_summary --yes --reason " + reason, "").exit == 2);
  CHECK(shop.head() == 9);
}
