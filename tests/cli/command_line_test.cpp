// Every way of getting a command line wrong says what is wrong, what was meant, and is exit code 2.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <whence/cli/command_line.hpp>
#include <whence/cli/command_table.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/repeated_line.hpp>

using namespace whence::cli;

namespace {

struct wrong_line {
  const char* line;
  const char* says;
};

constexpr wrong_line wrong_lines[] = {
    {"evnt list",
     "whence: there is no command \"evnt\"; did you mean event?\n  do:    whence event list  [usage.command, exit "
     "2]\n"},
    {"event lsit",
     "whence: there is no command \"event lsit\"; did you mean list?\n  do:    whence event list  [usage.command, exit "
     "2]\n"},
    {"event remove",
     "whence: there is no command \"event remove\"\n  why:   there are: list, show, count, append\n  do:    whence "
     "event "
     "--help  "
     "[usage.command, exit 2]\n"},
    {"weather", "whence: there is no command \"weather\"\n  do:    whence --help  [usage.command, exit 2]\n"},
    {"event list --strem x",
     "whence: there is no option --strem of `event list`; did you mean --stream?\n  do:    whence event list --stream "
     "x  "
     "[usage.option, exit 2]\n"},
    {"--color never evnt list --type=Order* --limit 5",
     "whence: there is no command \"evnt\"; did you mean event?\n  do:    whence --color never event list "
     "'--type=Order*' --limit 5  [usage.command, exit 2]\n"},
    {"event list --typ='Order* --limit 5",
     "whence: there is no option --typ of `event list`; did you mean --type?\n  do:    whence event list "
     "'--type='\\''Order*' --limit 5  [usage.option, exit 2]\n"},
    {"event show @1 -cdata",
     "whence: there is no option --command of `event show`\n  do:    whence event show --help  [usage.option, exit "
     "2]\n"},
    {"event list -x",
     "whence: there is no option -x of `event list`\n  do:    whence event list --help  [usage.option, exit 2]\n"},
    {"event show @1 --stream order-99",
     "whence: there is no option --stream of `event show`\n  do:    whence event show --help  [usage.option, exit "
     "2]\n"},
    {"--no-such=1 event list",
     "whence: there is no option --no-such of `event list`\n  do:    whence event list --help  [usage.option, exit "
     "2]\n"},
    {"event list --limit 1 --limit 2",
     "whence: --limit is given more than once\n  do:    whence event list --help  [usage.option, exit 2]\n"},
    {"event list --from",
     "whence: --from needs a value: POSITION\n  do:    whence event list --help  [usage.value, exit 2]\n"},
    {"log repair --with --store x",
     "whence: --with needs a value: FILE\n  why:   what stands behind it, --store, is an option; as a value it is "
     "--with=--store\n  do:    whence log repair --help  [usage.value, exit 2]\n"},
    {"event append order-1 - --reason --dry-run",
     "whence: --reason needs a value: TEXT\n  why:   what stands behind it, --dry-run, is an option; as a value it is "
     "--reason=--dry-run\n  do:    whence event append --help  [usage.value, exit 2]\n"},
    {"event list -o --quiet",
     "whence: --output needs a value: FORM\n  why:   what stands behind it, --quiet, is an option; as a value it is "
     "--output=--quiet\n  do:    whence event list --help  [usage.value, exit 2]\n"},
    {"event list --type --for=7d",
     "whence: --type needs a value: TYPE\n  why:   what stands behind it, --for=7d, is an option; as a value it is "
     "--type=--for=7d\n  do:    whence event list --help  [usage.value, exit 2]\n"},
    {"event list --stream --",
     "whence: --stream needs a value: NAME\n  why:   what stands behind it, --, is an option; as a value it is "
     "--stream=--\n  do:    whence event list --help  [usage.value, exit 2]\n"},
    {"event list surplus",
     "whence: `event list` has no place for \"surplus\"\n  do:    whence event list --help  [usage.argument, exit "
     "2]\n"},
    {"event show @1 @2",
     "whence: `event show` has no place for \"@2\"\n  do:    whence event show --help  [usage.argument, exit 2]\n"},
    {"stream show",
     "whence: `stream show` needs to know which: STREAM\n  do:    whence stream show --help  [usage.argument, exit "
     "2]\n"},
    {"event list --lim 1",
     "whence: there is no option --lim of `event list`; did you mean --limit?\n  do:    whence event list --limit 1  "
     "[usage.option, exit 2]\n"},
    {"event list --foo",
     "whence: there is no option --foo of `event list`; did you mean --for?\n  do:    whence event list --for TIME  "
     "[usage.option, exit 2]\n"},
    {"--stor x inspect",
     "whence: there is no option --stor; did you mean --store?\n  do:    whence --store x inspect  [usage.option, exit "
     "2]\n"},
    {"event list --limit -1",
     "whence: --limit cannot be \"-1\"\n  do:    give a whole number, 0 or more  [usage.value, exit 2]\n"},
    {"event list --limit 18446744073709551616",
     "whence: --limit cannot be \"18446744073709551616\"\n  do:    give a smaller number: 18446744073709551615 is the "
     "greatest  [usage.value, exit 2]\n"},
    {"event list --from 1-7",
     "whence: --from cannot be \"1-7\"\n  do:    give a whole number, 0 or more  [usage.value, exit 2]\n"},
    {"event list -o jsn",
     "whence: -o cannot be \"jsn\"; did you mean json?\n  why:   there are: table, json, jsonl, csv, markdown\n"
     "  do:    whence event list -o json  [usage.value, exit 2]\n"},
    {"event list --limit 3 --time relativ --type A",
     "whence: --time cannot be \"relativ\"; did you mean relative?\n  why:   there are: utc, local, relative\n"
     "  do:    whence event list --type A --limit 3 --time relative  [usage.value, exit 2]\n"},
    {"stream state order-1 -o csv",
     "whence: -o cannot be \"csv\"\n  do:    choose one of: table, json, jsonl  [usage.value, exit 2]\n"},
    {"event list --time sometimes",
     "whence: --time cannot be \"sometimes\"\n  do:    choose one of: utc, local, relative  [usage.value, exit 2]\n"},
    {"event list --columns position,tyype",
     "whence: --columns: there is no column \"tyype\"\n  do:    did you mean type? There are: position, time, type, "
     "type-version, stream, version, aggregate, caused-by, correlation, id, causation, occurred, source, trace, tags, "
     "data  [usage.value, exit 2]\n"},
    {"event list --columns position -o jsonl",
     "whence: --columns has no meaning for -o jsonl\n  do:    choose another form: table, csv, markdown; JSON always "
     "shows an item whole  [usage.option, exit 2]\n"},
    {"event list --color=sometimes",
     "whence: --color cannot be \"sometimes\"\n  do:    choose one of: auto, always, never  [usage.value, exit 2]\n"},
    {"event list --since yesterday",
     "whence: --since cannot be \"yesterday\"\n  do:    give 90s, 15m, 2h, 3d, 1w, a date such as 2026-01-27, or "
     "2026-01-27T10:30:00Z  [usage.value, exit 2]\n"},
    {"event list --type A,,B",
     "whence: --type \"A,,B\" has an empty name in it\n  do:    write the names with one comma between them  "
     "[usage.value, exit 2]\n"},
    {"event list --correlation abc",
     "whence: --correlation cannot be \"abc\"\n  do:    give an id, or at least 8 characters of its beginning or end  "
     "[usage.value, exit 2]\n"},
    {"event show order-12345",
     "whence: \"order-12345\" is a stream, and not one event\n  why:   it has the events order-12345@1 to @3\n"
     "  do:    whence event show order-12345@3  [usage.value, exit 2]\n"},
    {"event show order-123",
     "whence: the event cannot be \"order-123\"\n  do:    give an id, or at least 8 characters of its beginning or "
     "end; or where it stands: @4711, order-12345@3  "
     "[usage.value, exit 2]\n"},
    {"event show @",
     "whence: the event cannot be \"@\"\n  do:    give an id, or at least 8 characters of its beginning or "
     "end; or where it stands: @4711, order-12345@3  [usage.value, exit 2]\n"},
    {"event list --store=",
     "whence: --store is empty\n  do:    ls -l .\n         # then give the path of a log with --store  [usage.value, "
     "exit 2]\n"},
};

/// The words that call the command, with an argument if it needs one.
std::vector<std::string> called(const command& command) {
  std::vector<std::string> words;
  if (!command.group.empty()) words.emplace_back(command.group);
  words.emplace_back(command.name);
  if (!command.argument.empty() && !command.argument.starts_with('[')) words.emplace_back("order-12345");
  return words;
}

request parse(std::vector<std::string> words) { return command_line::parse(words); }

}  // namespace

TEST_CASE("a command line that is wrong prints one message, nothing on stdout, and is exit code 2") {
  tests::console console;
  for (const wrong_line& wrong : wrong_lines) {
    CAPTURE(wrong.line);
    const tests::ran ran = console.run(wrong.line);
    CHECK(ran.exit == 2);
    CHECK(ran.out == "");
    CHECK(ran.err == wrong.says);
  }
}

TEST_CASE("a word that is not UTF-8 is refused, whatever it would select: no log has such a text") {
  tests::console console;
  int options = 0;
  int arguments = 0;
  for (const command& command : commands()) {
    if (command.hidden || command.name == "version") continue;
    std::vector<std::string> words = called(command);
    for (const flag* const known : command.flags) {
      if (known->value.empty() || known->by == completes::file) continue;
      ++options;
      words.insert(words.end(), {std::string(known->name), "a\xff"});
      const tests::ran ran = console.run(words);
      CAPTURE(words);
      CHECK(ran.exit == 2);
      CHECK(ran.out == "");
      CHECK(ran.err == "whence: " + std::string(known->name) +
                           " \"a\\xff\" is not UTF-8\n  do:    give it in UTF-8: a log has " +
                           "no other texts, and nothing was looked for  [usage.text, exit 2]\n");
      words.resize(words.size() - 2);
    }
    if (command.argument.empty()) continue;
    ++arguments;
    if (!command.argument.starts_with('[')) words.pop_back();
    words.emplace_back("\xc3(");
    CHECK(console.run(words).err.starts_with("whence: \"\\xc3(\" is not UTF-8\n"));
  }
  CHECK(options > 40);
  CHECK(arguments > 5);
  CHECK(console.run({"event", "list", "--type", "\xc3\xa9"}).exit == 0);  // that is: é
  CHECK(console.run({"event", "list", "--store", "a\xff"}).err.find("UTF-8") == std::string::npos);
}

TEST_CASE("an option that is given twice, but has one value, is refused") {
  tests::console console;
  const tests::ran ran = console.run("event list --from 1 --from 2");
  CHECK(ran.exit == 2);
  CHECK(ran.err.find("--from") != std::string::npos);
  CHECK(ran.err.find("[usage.option, exit 2]") != std::string::npos);
}

TEST_CASE("control characters of the command line do not reach the terminal") {
  tests::console console;
  const tests::ran ran = console.run(std::vector<std::string>{"\x1b[2Jevent"});
  CHECK(ran.err.starts_with("whence: there is no command \"\\u001b[2Jevent\"\n"));
}

TEST_CASE("options stand before or after the command") {
  tests::console console;
  const std::string expected = console.run("event list --stream order-99 -o jsonl").out;
  CHECK(!expected.empty());
  CHECK(console.run("--stream order-99 -o jsonl event list").out == expected);
  CHECK(console.run("event --stream=order-99 list -ojsonl").out == expected);
  CHECK(console.run("--output jsonl event list --stream order-99").out == expected);
}

TEST_CASE("the plural is an alias, and a bare group lists") {
  tests::console console;
  const std::string expected = console.run("event list").out;
  CHECK(console.run("event").out == expected);
  CHECK(console.run("events").out == expected);
  CHECK(console.run("events list").out == expected);
  CHECK(console.run("streams").out == console.run("stream list").out);
}

TEST_CASE("a line that is given again can be typed, whatever its values begin with") {
  const auto again = [](const std::vector<std::string>& words, std::string_view option, std::string_view value) {
    return repeated_line(parse(words), "whence", option, value);
  };
  CHECK(again({"event", "list", "--stream=--odd"}, "--limit", "3") == "whence event list --stream=--odd --limit 3");
  CHECK(again({"event", "append", "--", "--odd", "e.json"}, "--confirm", "--odd") ==
        "whence event append --confirm=--odd -- --odd e.json");
}

TEST_CASE("after -- a word is no option") {
  const request request = parse({"stream", "show", "--", "--odd-name"});
  CHECK(request.argument() == "--odd-name");
}

TEST_CASE("values that look like options are values in the same word, and texts are values anywhere") {
  const request request =
      parse({"event", "list", "--stream=--odd-name", "--stream", "-x", "--stream", "--- a", "--stream", "-- b"});
  CHECK(request.values("--stream") == std::vector<std::string>{"--odd-name", "-x", "--- a", "-- b"});
}

TEST_CASE("options repeat, and lists take commas; a stream's name may have one") {
  const request request = parse({"event", "list", "--type", "A,B", "--type=C", "--stream", "a,b"});
  CHECK(request.listed("--type") == std::vector<std::string>{"A", "B", "C"});
  CHECK(request.values("--stream") == std::vector<std::string>{"a,b"});
}

TEST_CASE("--json is -o json") {
  CHECK(parse({"event", "list", "--json"}).form() == output_form::json);
  CHECK(parse({"event", "list"}).form() == output_form::table);
}

TEST_CASE("an option's name means the same in every command, so that it can stand before it") {
  std::vector<std::string_view> names;
  for (const flag* const flag : all_flags()) names.push_back(flag->name);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}
