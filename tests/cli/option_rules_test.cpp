// Every option of every command beside every other, and in every form: either it changes what is printed, or it is refused. The
// pairs in which it rightly changes nothing are written down here, each with its reason.
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/example_words.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/cli/trials.hpp>
#include <whence/cli/command_table.hpp>
#include <whence/cli/request.hpp>
#include <whence/store/log_errors.hpp>

using namespace whence::cli;
using tests::console;
using tests::ran;

namespace {

/// How a command is typed so that each of its options has something to change.
struct typed {
  std::string line;
  std::map<std::string, std::string> values;  // by option; a switch has none
};

/// Values of the options that select events, and more.
std::map<std::string, std::string> with(std::map<std::string, std::string> more) {
  more.insert({{"--stream", "order-12345"},
               {"--aggregate", "Order"},
               {"--type", "Order*"},
               {"--tag", "customer:42"},
               {"--where", "/eventType ~ Order*"},
               {"--correlation", "019bff00-c840-7415-8321-f3bc0f4c1fa1"},
               {"--causation", "019bff00-c840-775a-b7f2-db0916caca81"},
               {"--event", "019bff00-c840-7b51-aab9-ba3528b01e18"},
               {"--from", "2"},
               {"--to", "8"},
               {"--since", "2026-01-27T10:30:02Z"},
               {"--until", "2026-01-27T10:30:08Z"}});
  return more;
}

const std::map<std::string, typed>& lines() {
  static const std::map<std::string, typed> all{
      {"inspect", {"inspect", {{"--watch", "1s"}, {"--recent", "2"}, {"--time", "relative"}}}},
      {"event list",
       {"event list", with({{"--tail", "1"},
                            {"--count", "1"},
                            {"--for", "40ms"},
                            {"--limit", "1"},
                            {"--columns", "time,type"},
                            {"--time", "relative"}})}},
      {"event show", {"event show @1", {}}},
      {"event count",
       {"event count", with({{"--by", "type"}, {"--fail-if", ">0"}, {"--limit", "1"}, {"--columns", "events"}})}},
      {"stream list",
       {"stream list",
        {{"--older-than", "2026-01-27T10:30:07Z"},
         {"--aggregate", "Order,Payment"},
         {"--from", "5"},
         {"--to", "4"},
         {"--since", "2026-01-27T10:30:05Z"},
         {"--until", "2026-01-27T10:30:04Z"},
         {"--limit", "1"},
         {"--columns", "stream,first"},
         {"--time", "relative"}}}},
      {"stream show",
       {"stream show order-12345", with({{"--limit", "1"},
                                         {"--columns", "time,type"},
                                         {"--time", "relative"},
                                         {"--type", "OrderPlaced,OrderNoted"},
                                         {"--where", "/data/note ~ *a*"}})}},
      {"stream state", {"stream state order-12345", {{"--at", "1"}, {"--time", "relative"}}}},
      {"stream diff", {"stream diff order-12345 1", {}}},
      {"trace",
       {"trace @7",
        {{"--depth", "2"},
         {"--from", "12"},
         {"--to", "3"},
         {"--since", "2026-01-27T10:30:08Z"},
         {"--until", "2026-01-27T10:30:03Z"},
         {"--at-most", "2"},
         {"--columns", "time,type"},
         {"--time", "relative"}}}},
      {"projection list", {"projection list", {{"--columns", "projection"}}}},
      {"projection status",
       {"projection status", {{"--fail-if", "lag>=0"}, {"--watch", "1s"}, {"--columns", "projection"}}}},
      {"log verify", {"log verify", {{"--from", "3"}}}},
      {"log archive",
       {"log archive",
        {{"--stream", "order-12345"},
         {"--older-than", "2026-01-27T10:30:07Z"},
         {"--aggregate", "Order,Payment"},
         {"--reason", "ticket 17"}}}},
      {"log compact", {"log compact", {{"--reason", "ticket 17"}}}},
      {"log prove",
       {"log prove --key shop.key --heads shop.heads",
        {{"--key", "shop.key"}, {"--heads", "shop.heads"}, {"--every", "1"}}}},
      {"log check-proof",
       {"log check-proof --key shop.key.pub --heads shop.heads",
        {{"--key", "shop.key.pub"}, {"--heads", "shop.heads"}, {"--known", std::string(64, 'a')}}}},
      {"log fork", {"log fork what-if.db", {}}},
      {"export", {"export", {{"--as", "cloudevents"}, {"--from", "3"}, {"--to", "4"}}}},
      {"import", {"import shop.jsonl", {}}},
      {"log repair", {"log repair --store copy.db", {}}},
      {"backup", {"backup shop.backup", {}}},
      {"doctor", {"doctor", {{"--bundle", "report.json"}}}},
      {"schema upcast", {"schema upcast", {}}},
      {"rehearse", {"rehearse", {{"--save", "shop.states"}, {"--against", "other.states"}}}},
      {"sql", {"sql", {{"--command", "SELECT position FROM events"}, {"--limit", "1"}}}},
  };
  return all;
}

/// Of options that have no effect on what is printed in a test, or that are judged by a test of their own.
bool is_judged(std::string_view command, std::string_view option) {
  // Which of the models are attached, and when to give up, show only in other statements; a file is a statement's other place.
  if (command == "sql") return option == "--limit";
  // They want the log's lock, which is held here.
  if (command == "log archive" || command == "log compact") return false;
  // A second one of that name is refused.
  if (command == "backup" || command == "log fork") return false;
  // What there is to compare with has to be made first.
  if (command == "rehearse") return option != "--against";
  // Of what is not signed yet, and of heads that are no longer there.
  if (command == "log prove") return option != "--every";
  if (command == "log check-proof") return option != "--known";
  // What is to be repaired has to be damaged first, and is mended then.
  if (command == "log repair") return false;
  // A file, which must not be there yet.
  if (command == "doctor") return false;
  return true;
}

/// What rightly changes nothing. Beside "*" it is in all company.
struct harmless {
  std::string_view command;
  std::string_view option;
  std::string_view beside;
  std::string_view reason;
};
constexpr harmless harmless_pairs[] = {
    {"", "--data", "-o json", "it has the data: what was asked for is there"},
    {"", "--data", "-o jsonl", "the same"},
    {"", "--data", "-o csv", "the same"},
    {"event list", "--reverse", "--event", "it is one event"},
    {"event list", "--limit", "--event", "the same"},
    {"event list", "--follow", "--to", "what is followed up to there is there already"},
    {"event list", "--follow", "--until", "the same"},
    {"trace", "--since", "--down", "what follows was recorded later anyway"},
    {"trace", "--to", "--at-most", "the first ones are shown anyway"},
    {"trace", "--until", "--at-most", "the same"},
    {"", "--raw", "*", "this shop has no upcasters: what is stored is what it is today"},
    {"event count", "--columns", "*", "without --by there is one column; with it see below"},
};

bool is_harmless(std::string_view command, std::string_view option, const std::string& beside) {
  return std::any_of(std::begin(harmless_pairs), std::end(harmless_pairs), [&](const harmless& one) {
    return (one.command.empty() || one.command == command) && one.option == option &&
           (one.beside == "*" || one.beside == beside);
  });
}

/// One that selects narrows what another leaves, or has nothing to narrow there: they join by "and".
bool both_select(const flag& one, const flag& other) { return one.selects && other.selects; }

std::vector<std::string> words_of(const typed& line, const std::vector<const flag*>& options, std::string_view form) {
  std::vector<std::string> words = tests::example_words("whence " + line.line);
  for (const flag* const option : options) {
    words.emplace_back(option->name);
    if (!option->value.empty()) words.push_back(line.values.at(std::string(option->name)));
  }
  if (!form.empty()) words.insert(words.end(), {"-o", std::string(form)});
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

struct shop {
  shop() {
    std::filesystem::current_path(beside.folder());
    tests::fill_shop(*inside.log, inside.around.runtime);
    // More of what is selected, so that an order and a limit show; a longer chain of causes; streams that grow later than others.
    add(10, "order-12345", 7);
    add(14, "order-12345", 10);
    for (const std::uint64_t number : {15, 24, 25}) add(number, "order-12345", 7);
    for (const std::uint64_t number : {16, 17, 18, 21, 22, 23, 26, 27, 28}) add(number, "payment-12345", 0);
    for (const std::uint64_t number : {19, 20})
      add(number,
          "order-\xE2\x80\xAE"
          "666",
          0);
    inside.around.types = &tests::shop_types::all();
    inside.run("log make-key shop.key");
    inside.run("log prove --key shop.key --heads shop.heads");
    beside.add("stock_levels", *inside.log, 4);
    inside.interrupted.waits = 2;
  }
  void add(std::uint64_t number, const std::string& stream, std::uint64_t cause) {
    const whence::timestamp opening = whence::parse_rfc3339("2026-01-27T10:30:00Z");
    whence::new_event event =
        tests::event_of(stream.starts_with("order") ? "OrderNoted" : "PaymentNoted", R"({"note":"paid back"})", number);
    if (cause != 0) {
      event.tags = {"customer:42"};
      event.metadata.causation = whence::event_id(whence::derive(opening, "event", cause));
      event.metadata.correlation = whence::correlation_id(whence::derive(opening, "sale", 1));
    }
    tests::append_event(*inside.log, stream, stream.starts_with("order") ? "Order" : "Payment", event);
  }

  tests::models_beside beside;
  console inside{whence::sqlite(beside.store()), tests::shop_runtime()};
};

}  // namespace

TEST_CASE("an option changes what is printed, or is refused, beside every other and in every form") {
  shop shop;
  int pairs = 0;
  for (const command& command : commands()) {
    const std::string name = full_name(command);
    if (command.log == access::none || command.hidden || tests::has_trial_of_its_own(command)) continue;
    REQUIRE(lines().contains(name));
    const typed& line = lines().at(name);
    std::vector<std::vector<const flag*>> company{{}};
    for (const flag* const one : command.flags) {
      if (name != "sql" || one->name == "--command") company.push_back({one});
    }
    const auto judge = [&](const flag* option, std::vector<const flag*> beside, std::string_view form) {
      if (name == "sql" && beside.empty()) return;
      const ran without = shop.inside.run(words_of(line, beside, form));
      if (without.exit != 0 && without.exit != 1) return;  // refused by itself
      beside.push_back(option);
      const std::vector<std::string> words = words_of(line, beside, form);
      const ran with = shop.inside.run(words);
      CAPTURE(joined(words));
      CAPTURE(with.err);
      CHECK((with.exit <= 3));
      CHECK((with.exit == 2 || with.exit != without.exit || with.out != without.out || with.err != without.err));
      ++pairs;
    };
    for (const flag* const option : command.flags) {
      if (!is_judged(name, option->name)) continue;
      for (const std::vector<const flag*>& beside : company) {
        if (!beside.empty() && (beside.front() == option || both_select(*option, *beside.front()))) continue;
        if (!is_harmless(name, option->name, beside.empty() ? "" : std::string(beside.front()->name)))
          judge(option, beside, "");
      }
      for (const output_form form : command.forms) {
        const std::string shown = "-o " + std::string(name_of(form));
        if (!is_harmless(name, option->name, shown))
          judge(option, name == "sql" ? company.back() : company.front(), name_of(form));
      }
    }
  }
  CHECK(pairs > 300);
  CHECK(shop.inside.run("event count --by type --columns events").out != shop.inside.run("event count --by type").out);
}

TEST_CASE("what would do nothing is refused with both options named, before a log is opened") {
  console console;
  console.around.store_at = [](const std::string& path) -> whence::log_source { throw whence::log_missing(path); };
  constexpr const char* exact = "times are exact there, in UTC; or choose -o table";
  for (const auto& [line, what, remedy] : std::vector<std::array<std::string, 3>>{
           {"event count --limit 3", "--limit has no meaning without --by", "leave it out, or add --by"},
           {"event list -o json --time relative", "--time has no meaning for -o json",
            std::string("leave it out: ") + exact},
           {"event list -o csv --time local", "--time has no meaning for -o csv",
            std::string("leave it out: ") + exact},
           {"stream state s --json --time local", "--time has no meaning for -o json",
            std::string("leave it out: ") + exact},
           {"trace @1 -o mermaid --data", "--data has no meaning for -o mermaid",
            "leave it out, or choose another form: table, json, jsonl, csv, markdown"},
           {"event list --follow --event 019bff00", "--follow and --event exclude each other",
            "leave one of them out: nothing comes after the one event"},
       }) {
    CAPTURE(line);
    const ran ran = console.run(line);
    CHECK(ran.exit == 2);
    CHECK(ran.err == "whence: " + what + "\n  do:    " + remedy + "  [usage.option, exit 2]\n");
  }
}

TEST_CASE("causes of an event are found wherever they are: to say where to look for them is refused") {
  console console;
  for (const char* const option : {"--at-most 5", "--from 1", "--to 9", "--since 1h", "--until 1s"}) {
    CAPTURE(option);
    const ran ran = console.run(std::string("trace @7 --up ") + option);
    CHECK(ran.exit == 2);
    CHECK(ran.err.find(" has no meaning with --up of an event\n") != std::string::npos);
    CHECK(console.run(std::string("trace @7 ") + option).exit == 0);
    CHECK(console.run(std::string("trace @7 --up --down ") + option).exit == 0);
  }
  CHECK(console.run("trace 79e0462d --up --to 9").exit == 0);  // says where the id is looked for
}

TEST_CASE("--up and --down together show causes and effects, and nothing beside") {
  console console;
  const std::string sale = console.run("trace @7").out;
  const std::string both = console.run("trace @2 --up --down").out;
  CHECK(sale.find("EVT OrderShipped") != std::string::npos);
  CHECK(both.find("CMD TakePayment") != std::string::npos);
  CHECK(both.find("EVT PaymentRefunded") != std::string::npos);
  CHECK(both.find("EVT OrderShipped") == std::string::npos);
}
