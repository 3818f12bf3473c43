// The manual comes from the table of commands; docs/cli.md is the same page.
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/places.hpp>
#include <whence/cli/command_table.hpp>

using namespace whence::cli;
using tests::console;
using tests::ran;

TEST_CASE("there is no manual of what is no command, and no completion for what is no shell") {
  console console;
  CHECK(console.run("man evnt").err ==
        "whence: there is no command \"evnt\"; did you mean event?\n  do:    whence man event  [usage.command, exit "
        "2]\n");
  CHECK(console.run("man event lsit").err ==
        "whence: there is no command \"event lsit\"; did you mean list?\n  do:    whence man event list  "
        "[usage.command, exit 2]\n");
  CHECK(console.run("man event list surplus").err ==
        "whence: `man` has no place for \"surplus\"\n  do:    whence man --help  [usage.argument, exit 2]\n");
  CHECK(console.run("man -o json").err ==
        "whence: -o cannot be \"json\"\n  do:    choose one of: table, markdown  [usage.value, exit 2]\n");
  CHECK(console.run("completion").err ==
        "whence: `completion` needs to know which: SHELL\n  do:    whence completion --help  [usage.argument, exit "
        "2]\n");
  CHECK(console.run("completion fihs").err ==
        "whence: there is no completion for \"fihs\"; did you mean fish?\n  do:    whence completion fish  "
        "[usage.value, exit 2]\n");
  CHECK(console.run("completion powershell").err ==
        "whence: there is no completion for \"powershell\"\n  do:    there are: bash, zsh, fish  [usage.value, exit "
        "2]\n");
}

TEST_CASE("docs/cli.md is what `whence man -o markdown` prints") {
  std::ifstream file(places::sources() / "docs" / "cli.md");
  std::ostringstream text;
  text << file.rdbuf();
  console console;
  INFO("build/release/bin/whence man -o markdown >docs/cli.md");
  CHECK((text.str() == console.run("man -o markdown").out));
}

TEST_CASE("the manual needs no log, and names each command and each option") {
  console console;
  console.environment.clear();
  const ran page = console.run("man");
  const std::string markdown = console.run("man -o markdown").out;
  CHECK(page.exit == 0);
  CHECK(page.err == "");
  for (const command& command : commands()) {
    CAPTURE(full_name(command));
    const std::string in_roff = std::regex_replace(full_name(command), std::regex("-"), "\\-");
    CHECK((page.out.find("\n.SS " + in_roff) != std::string::npos) == !command.hidden);
    CHECK((markdown.find("\n## " + full_name(command) + "\n") != std::string::npos) == !command.hidden);
  }
  for (const flag* const flag : all_flags()) {
    if (flag->name == "--brief") continue;
    CAPTURE(flag->name);
    CHECK(markdown.find(flag->name) != std::string::npos);
  }
}

TEST_CASE("of one command, as a man page") {
  console console;
  const std::string page = console.run("man stream show").out;
  CHECK(page.starts_with(R"(.TH WHENCE\-STREAM\-SHOW 1 "" "Whence 0.1.0"
.SH NAME
whence\-stream\-show \- show the history of a stream
.SH SYNOPSIS
.nf
.B whence stream show STREAM
.fi
.SH COMMANDS
.SS stream show STREAM
Show the history of a stream.
.PP
.EX
whence stream show order\-12345            # from its first event on
whence stream show order\-12345 \-\-reverse  # from its last
whence stream show order\-12345 \-o jsonl   # one event a line
.EE
.PP
One stream: what it is, and its events. \-\-from and \-\-to are positions in the log.
.PP
The application\(aqs own executable shows what the events are today, through its upcasters; \-\-raw, and the stock program, what is stored. How many events a stream has is what is stored in any case.
.TP
.B \-\-type TYPE
)"));
  CHECK(page.find("event list") == std::string::npos);
  CHECK(page.find(".B WHENCE_STORE\nthe log, if there is no \\-\\-store\n") != std::string::npos);
  CHECK(page.ends_with(".TP\n.B 143\nended by SIGTERM\n"));
}

TEST_CASE("of a group of commands, in an application's executable") {
  console console;
  console.around.program = "order-service whence";
  const std::string page = console.run("man streams").out;
  CHECK(
      page.starts_with(".TH ORDER\\-SERVICE\\-WHENCE\\-STREAM 1 \"\" \"Whence 0.1.0\"\n.SH NAME\n"
                       "order\\-service\\-whence\\-stream \\- look into a log of events\n"));
  CHECK(page.find("\norder\\-service whence stream list \\-\\-aggregate Order ") != std::string::npos);
  CHECK(page.find(".SS event list") == std::string::npos);
  CHECK(console.run("man -o markdown").out.starts_with("# The commands of `order-service whence`\n"));
}

TEST_CASE("what roff would take for its own is escaped") {
  console console;
  const std::string page = console.run("man").out;
  CHECK(page.find("[COMMAND\\[u2026]]") != std::string::npos);
  CHECK(page.find("\\(aq/data/quantity < 0\\(aq") != std::string::npos);
  for (const char c : page) CHECK(static_cast<unsigned char>(c) < 0x80);
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    const bool request = line.starts_with('.');
    CHECK((!request || line.starts_with(".TH ") || line.starts_with(".SH ") || line.starts_with(".SS ") ||
           line == ".TP" || line == ".PP" || line == ".EX" || line == ".EE" || line == ".nf" || line == ".fi" ||
           line.starts_with(".B ")));
    CHECK(!line.starts_with('\''));
  }
}
