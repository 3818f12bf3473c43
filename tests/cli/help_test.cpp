// Help comes from the table of commands; what it promises is run.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/backups_here.hpp>
#include <tests/cli/console.hpp>
#include <tests/cli/contracts_beside.hpp>
#include <tests/cli/example_words.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/cli/trials.hpp>
#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/sql/database.hpp>

using namespace whence::cli;

TEST_CASE("no line of help is wider than 80 columns") {
  tests::console console;
  std::vector<std::string> lines{"--help", "-h", ""};
  for (const command& command : commands()) {
    lines.push_back(full_name(command) + " --help");
    lines.push_back(full_name(command) + " -h");
  }
  for (const std::string& line : lines) {
    CAPTURE(line);
    const tests::ran ran = console.run(line);
    CHECK(ran.exit == 0);
    CHECK(ran.err == "");
    std::istringstream text(ran.out);
    for (std::string row; std::getline(text, row);) {
      CAPTURE(row);
      CHECK(display_width(row) <= 80);
      CHECK(!row.ends_with(' '));
    }
  }
}

TEST_CASE("every example of every command runs, and finds something") {
  // As it is in daily life: a log in a file, with read models beside it.
  const tests::models_beside beside;
  std::filesystem::current_path(beside.folder());  // some write a file
  tests::console console(whence::sqlite(beside.store()), tests::shop_runtime());
  tests::fill_shop(*console.log, console.around.runtime);
  console.around.types = &tests::shop_types::all();
  whence::sql::database::open(beside.add("order_summary", *console.log, 9), whence::sql::open_mode::read_write)
      .run("ALTER TABLE orders RENAME TO order_line");
  beside.add("stock_levels", *console.log, 9);
  tests::put_contracts(console, std::filesystem::path(beside.store()).parent_path().string());
  console.other_log("copy.db").other_log("damaged.db").other_log("old.db");
  for (const command& command : commands()) {
    if (command.hidden) continue;
    CHECK(!command.examples.empty());
    if (tests::has_trial_of_its_own(command)) continue;
    for (const example& example : command.examples) {
      CAPTURE(example.line);
      REQUIRE(example.line.starts_with("whence "));
      tests::put_backups_here(beside.store(), console.around.runtime);
      const bool repairs = full_name(command) == "log repair";
      if (repairs) tests::put_damaged_log_here(console.around.runtime);
      console.with("WHENCE_STORE", repairs ? "damaged.db" : "shop.db");
      const tests::ran ran = console.run(tests::example_words(example.line));
      // This shop's log has what its program cannot read, and these say so.
      const bool builds_models = example.line.find("up --check") != std::string_view::npos;  // of a backup
      const bool is_no = builds_models || full_name(command) == "rehearse" || full_name(command) == "schema upcast";
      CHECK(ran.exit == (is_no ? 1 : 0));
      const bool is_cut = example.line.find("--limit") != std::string_view::npos;
      CHECK((is_cut || is_no || ran.err.empty()));  // that a list was cut is said
      CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') >= 1);
      CHECK(ran.out.find("{\"items\":[]") == std::string::npos);
    }
  }
}

TEST_CASE("on a terminal of 40 columns each example can still be copied, and is the same to a shell") {
  tests::console console;
  console.terminal(40);
  for (const command& command : commands()) {
    std::string help = console.run(full_name(command) + " --help").out;
    std::istringstream text(help);
    for (std::string row; std::getline(text, row);) {
      CAPTURE(row);
      // Only what is quoted may be wider: a break in it would be a part of it.
      CHECK((display_width(row) <= 40 || row.find('\'') != std::string::npos));
      CHECK(!row.ends_with(' '));
    }
    for (std::size_t at; (at = help.find(" \\\n")) != std::string::npos;)
      help.replace(at, help.find_first_not_of(' ', at + 3) - at, " ");
    for (const example& example : command.examples) {
      CAPTURE(example.line);
      // What it is for stands behind it where there is room, else below it.
      const std::string line = "  " + std::string(example.line);
      const std::string purpose = "# " + std::string(example.text.substr(0, 10));
      CHECK((help.find(line + "\n  " + purpose) != std::string::npos ||
             help.find(line + "  " + purpose) != std::string::npos));
    }
  }
}

TEST_CASE("help names every option that a command takes, and none that it doesn't") {
  tests::console console;
  for (const command& command : commands()) {
    CAPTURE(full_name(command));
    const std::string help = console.run(full_name(command) + " --help").out;
    for (const flag* const flag : all_flags()) {
      CAPTURE(flag->name);
      const auto in = [flag](auto flags) { return std::find(flags.begin(), flags.end(), flag) != flags.end(); };
      const bool named = help.find("  " + std::string(flag->name) + " ") != std::string::npos ||
                         help.find(", " + std::string(flag->name) + " ") != std::string::npos ||
                         flag->name == "--brief";
      const bool chooses_form = flag->name == "--output" || flag->name == "--json";
      const bool has_effect = !chooses_form || command.forms.size() > 1;
      CHECK(named == (in(command.flags) || (in(shared_flags()) && has_effect)));
    }
  }
}

TEST_CASE("help of a command, in short") {
  tests::console console;
  CHECK(console.run("stream show -h").out == R"(whence stream show STREAM - show the history of a stream

  whence stream show order-12345            # from its first event on
  whence stream show order-12345 --reverse  # from its last
  whence stream show order-12345 -o jsonl   # one event a line

Flags: --type TYPE --tag TAG --where CLAUSE --correlation ID --causation ID
       --from POSITION --to POSITION --since TIME --until TIME --reverse
       --limit N --columns NAMES --raw --time HOW -o FORM
Reads only. More: whence stream show --help
)");
}

TEST_CASE("help is asked for in any way, also without a store") {
  tests::console console;
  console.environment.clear();
  const std::string expected = console.run("event list --help").out;
  CHECK(console.run("help event list").out == expected);
  CHECK(console.run("--help event list").out == expected);
  CHECK(console.run("help").out == console.run("--help").out);
  CHECK(console.run("help event show").exit == 0);
}

TEST_CASE("help of a group lists its commands") {
  tests::console console;
  CHECK(console.run("help streams").out == R"(  whence stream list                    list streams
  whence stream show STREAM             show the history of a stream
  whence stream state STREAM            show the state of a stream's aggregate
  whence stream diff STREAM [VERSION…]  show what events changed in the state

More: whence --help; of one command: whence stream list --help
)");
}

TEST_CASE("in an application's executable help calls the program as it was started") {
  tests::console console;
  console.around.program = "order-service whence";
  std::string help = console.run("stream show -h").out;
  CHECK(
      help.starts_with("order-service whence stream show STREAM - show the history of a stream\n\n"
                       "  order-service whence stream show order-12345            # from its first event on\n"));
  CHECK(help.ends_with("Reads only. More: order-service whence stream show --help\n"));
  CHECK(console.run("-h").out.find("  order-service whence event list ") != std::string::npos);
  CHECK(console.run("--version").out == "order-service whence 0.1.0\n");
  CHECK(console.run("event show @99").err.find("  do:    order-service whence event show @9  [") != std::string::npos);
  CHECK(console.run("event lost").err.find("order-service whence: there is no command") == 0);
  CHECK(console.run("event show @99 -o json").out.find(R"("hint":"order-service whence event show @9")") !=
        std::string::npos);
}

TEST_CASE("the version") {
  tests::console console;
  CHECK(console.run("--version").out == "whence 0.1.0\n");
  const std::string json = console.run("--version --json").out;
  CHECK(std::regex_match(
      json,
      std::regex(
          R"re(\{"program":"whence","version":"0\.1\.0","commit":(null|"[0-9a-f]{40}(-dirty)?"),"sqlite":"3\.[0-9.]+",)re"
          R"re("formats":\{"log":2,"verdict":1\}\}\n)re")));
  CHECK(console.run("--version -o json").out == json);
}
