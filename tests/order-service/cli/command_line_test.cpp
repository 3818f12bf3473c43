// What is understood on the command line, and what is told about the rest.
#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>

#include <cli/command_line.hpp>

#include "tests/environment.hpp"
#include "tests/order-service/program.hpp"
#include "tests/schema_check.hpp"

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
  const tests::environment_variable log("WHENCE_STORE", "env.db");
  CHECK(understood({"report"}).store == "env.db");
  CHECK(understood({"report", "--store", "flag.db"}).store == "flag.db");
}

TEST_CASE("a mistyped option is told wherever it stands, with the line to type") {
  struct slip {
    std::vector<std::string> words;
    const char* says;
  };
  for (const slip& each :
       {slip{{"--stor", "x.db", "pay", "1"},
             "there is no option --stor of `pay`; did you mean --store?\n  do:    order-service --store x.db pay 1  ["},
        slip{{"pay", "--stor=it's", "1"},
             "there is no option --stor of `pay`; did you mean --store?\n  do:    order-service pay "
             "'--store=it'\\''s' 1  ["},
        slip{{"--stor", "x.db", "whence", "event", "list"},
             "there is no option --stor; did you mean --store?\n  do:    order-service --store x.db whence event list  "
             "["},
        slip{{"report", "--fast"}, "there is no option --fast of `report`\n  do:    order-service report --help  ["},
        slip{{"--line", "TEA:1:1", "place", "1"},
             "--line stands before `place`, and belongs behind it\n  do:    order-service place --help  ["}}) {
    const auto ended = program::run(each.words);
    CHECK(ended.exit == 2);
    CHECK(ended.err == "order-service: " + std::string(each.says) + "usage.option, exit 2]\n");
  }
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
  const std::vector<std::vector<std::string>> wrong{{"sell"},
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
                                                    {"simulate", "--orders", "many"},
                                                    {"simulate", "--orders", "-1"},
                                                    {"simulate", "--orders", "+1"},
                                                    {"simulate", "--orders", "1000000001"},
                                                    {"simulate", "--orders", "18446744073709551617"},
                                                    {"simulate", "--orders", "1", "--seed", "-3"},
                                                    {"simulate", "--orders", "1", "--seed", "0x3"},
                                                    {"simulate", "--orders", "1", "--seed", "18446744073709551616"},
                                                    {"simulate", "--orders", "1", "--seed", "99999999999999999999"},
                                                    {"report", "--wait", "4294967297"}};
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

TEST_CASE("numbers are taken to their last digit") {
  const auto asked = std::get<simulate_request>(
      understood({"--store", "s", "simulate", "--orders", "1000000000", "--seed", "18446744073709551615"}).command);
  CHECK(asked.orders == 1'000'000'000);
  CHECK(asked.seed == 18'446'744'073'709'551'615U);
  CHECK(std::get<simulate_request>(understood({"--store", "s", "simulate", "--orders", "1", "--seed", "0"}).command)
            .seed == 0);
}

TEST_CASE("a slip of the finger is told from a word that means nothing") {
  const auto says = [](const std::string& word) { return program::run({"--store", "s", word, "more"}).err; };
  for (const auto& [word, meant] : {std::pair{"imprt", "import"},
                                    {"imports", "import"},
                                    {"reprot", "report"},
                                    {"shwo", "show"},
                                    {"sihp", "ship"},
                                    {"pai", "pay"},
                                    {"simulat", "simulate"},
                                    {"cancle", "cancel"}}) {
    CAPTURE(word);
    CHECK(says(word).find("did you mean " + std::string(meant) + "?\n  do:    order-service --store s " + meant +
                          " more  [") != std::string::npos);
    CHECK(program::run({meant, "--help"}).exit == 0);
  }
  for (const std::string& word : {std::string{"sell"}, std::string{"xyz"}, std::string{"x"}, std::string(100'000, 'x')})
    CHECK(says(word).find("did you mean") == std::string::npos);
}

TEST_CASE("an id that the program prints is understood") {
  const auto id =
      std::get<place_request>(understood({"--store", "s", "place", "ev\til", "--line", "A:1:1"}).command).order;
  CHECK(id.value().starts_with("order-~"));
  for (const char* command : {"pay", "ship"}) {
    const auto asked = understood({"--store", "s", command, id.value()});
    CHECK((std::string{command} == "pay" ? std::get<pay_request>(asked.command).order
                                         : std::get<ship_request>(asked.command).order) == id);
  }
  CHECK(std::get<show_request>(understood({"--store", "s", "show", id.value()}).command).order == id);
  CHECK(std::get<show_request>(understood({"--store", "s", "show", id.value().substr(6)}).command).order == id);
  CHECK(std::get<cancel_request>(understood({"--store", "s", "cancel", id.value(), "--reason", "x"}).command).order ==
        id);
  // It has no number that an order could be placed with. What only looks like one is a number.
  CHECK(program::run({"--store", "s", "place", id.value(), "--line", "A:1:1"}).exit == 2);
  CHECK(std::get<show_request>(understood({"--store", "s", "show", "order-~1"}).command).order == order_id("~1"));
}

TEST_CASE("without a store there is a remedy to paste") {
  const tests::environment_variable none("WHENCE_STORE", std::nullopt);
  const auto ended = program::run({"report"});
  CHECK(ended.exit == 2);
  CHECK(ended.err.find("do:    order-service report --store PATH  [store.unnamed, exit 2]") != std::string::npos);
}

TEST_CASE("help goes to stdout") {
  const auto ended = program::run({"--help"});
  CHECK(ended.exit == 0);
  CHECK(ended.out.find("import") != std::string::npos);
  const auto place = program::run({"place", "--help"});
  CHECK(place.exit == 0);
  CHECK(place.out.find("Usage: order-service place ") != std::string::npos);
  CHECK(place.out.find("ITEM:QUANTITY:PRICE") != std::string::npos);
}

TEST_CASE("who names no command sees what there is") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{}, {"--store", "shop.db"}}) {
    const auto ended = program::run(arguments);
    CHECK(ended.exit == 0);
    CHECK(ended.err.empty());
    CHECK(ended.out == program::run({"--help"}).out);
  }
}

TEST_CASE("the version is the project's") {
  const auto ended = program::run({"--version"});
  CHECK(ended.exit == 0);
  CHECK(ended.err.empty());
  const std::string version = program::read_file((places::sources() / "CMakeLists.txt").string());
  REQUIRE(ended.out.starts_with("order-service "));
  const std::string number = ended.out.substr(14, ended.out.size() - 15);
  CHECK(version.find("VERSION " + number) != std::string::npos);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--version", "--json"}, {"--json", "--version"}, {"--version", "-o", "json"}})
    CHECK(tests::schema_check(tests::schema_named("version.schema.json")).misfit(program::run(arguments).json()) == "");
  const nlohmann::json document = program::run({"--version", "--json"}).json();
  CHECK(document["program"] == "order-service");
  CHECK(document["version"] == number);
}

TEST_CASE("a failure is also one JSON document, where JSON is asked for") {
  const program::shop_folder folder;
  REQUIRE(folder.run({"place", "1", "--line", "TEA:1:4.50"}).exit == 0);
  struct failing {
    std::vector<std::string> line;
    int exit;
    nlohmann::json command;  // null: it was not recognised
    const char* code;
  };
  for (const failing& each : {failing{{"ship", "1", "-o", "json"}, 4, "ship", "order.unpaid"},
                              failing{{"show", "9", "--json"}, 3, "show", "order.missing"},
                              failing{{"--output", "json", "import", "none.csv"}, 3, "import", "file.missing"},
                              failing{{"--output=json", "buy"}, 2, nullptr, "usage.command"},
                              failing{{"-ojson", "report", "--wait", "soon"}, 2, "report", "usage.value"},
                              failing{{"--stor", "s.db", "--json", "pay", "1"}, 2, "pay", "usage.option"}}) {
    CAPTURE(each.code);
    const auto ended = folder.run(each.line);
    CHECK(ended.exit == each.exit);
    const nlohmann::json document = ended.json();
    CHECK(document["version"] == 1);
    CHECK(document["command"] == each.command);
    CHECK(document["status"] == "error");
    CHECK(document["data"].is_null());
    REQUIRE(document["diagnostics"].size() == 1);
    const nlohmann::json& wrong = document["diagnostics"][0];
    CHECK(wrong["code"] == each.code);
    CHECK(ended.err.starts_with("order-service: " + wrong["message"].get<std::string>() + "\n"));
    const auto hint = wrong["hint"].get<std::string>();
    CHECK(ended.err.find("  do:    " + hint.substr(0, hint.find('\n'))) != std::string::npos);
    CHECK(folder.run({"ship", "1"}).out == "");
  }
}

TEST_CASE("--json and another form contradict each other") {
  for (const auto& words : {std::vector<std::string>{"--store", "shop.db", "show", "1", "--json", "-o", "table"},
                            std::vector<std::string>{"--version", "-o", "table", "--json"}}) {
    const auto told = program::run(words);
    CHECK(told.exit == 2);
    CHECK(told.err.find("--json and -o table contradict each other") != std::string::npos);
  }
  CHECK(program::run({"--version", "--json", "-o", "json"}).exit == 0);
  CHECK(program::run({"pay", "--", "--json"}).out.empty());
}

TEST_CASE("an address of SQLite's is no store, and nothing is made") {
  const tests::environment_variable log("WHENCE_STORE", "");
  const auto ended =
      program::run({"place", "1", "--line", "TEA:1:4.50", "--store", ":memory:", "--country", "New Zealand"});
  CHECK(ended.exit == 2);
  CHECK(ended.err == R"(order-service: a log is a file, and ":memory:" is an address of SQLite's; nothing was made
  where: --store
  why:   a file that is really called so is ./:memory:
  do:    order-service place 1 --line TEA:1:4.50 --country 'New Zealand' --store shop.db  [usage.value, exit 2]
)");
  CHECK(program::run({"--store=file:a b.db?mode=memory", "pay", "1"})
            .err.find("  do:    order-service pay 1 --store 'a b.db'  [usage.value, exit 2]") != std::string::npos);
  CHECK(program::run({"pay", "--", "1"}).err.find("  do:    order-service pay --store NEW.db -- 1  [store.unnamed") !=
        std::string::npos);
}
