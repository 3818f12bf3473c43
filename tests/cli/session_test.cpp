// What depends on who reads: terminals, colours, limits, notes, the choice of the store.
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/cli/command_line.hpp>
#include <whence/cli/count_condition.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/simulation.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;
using tests::ran;

namespace {

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool coloured(const std::string& text) { return text.find('\x1b') != std::string::npos; }

/// The files of a working directory, for the choice of a store.
class listed_files final : public files {
 public:
  explicit listed_files(std::vector<std::string> names) : names_(std::move(names)) {}
  std::vector<std::string> list(const std::string&) override { return names_; }
  std::unique_ptr<file> open(const std::string&, open_file) override { return nullptr; }
  lock_attempt try_lock(const std::string&) override { return {}; }
  std::optional<long> lock_holder(const std::string&) override { return std::nullopt; }
  std::optional<file_status> status(const std::string&) override { return std::nullopt; }
  void rename(const std::string&, const std::string&) override {}
  void rename_to_free(const std::string&, const std::string&) override {}
  bool remove(const std::string&) override { return false; }
  void make_directory(const std::string&) override {}
  void sync_directory(const std::string&) override {}

 private:
  std::vector<std::string> names_;
};

/// A console in a folder with these files, of which some are logs.
void in_folder(tests::console& console, std::vector<std::string> names, std::vector<std::string> logs,
               std::string& opened) {
  console.environment.clear();
  console.around.runtime.files = std::make_shared<listed_files>(std::move(names));
  console.around.is_store = [logs](const std::string& path) {
    return std::find(logs.begin(), logs.end(), path) != logs.end();
  };
  const log_source source = console.around.store_at("");
  console.around.store_at = [source, &opened](const std::string& path) {
    opened = path;
    return source;
  };
}

}  // namespace

TEST_CASE("no store, or several, is exit code 2 and says what is here") {
  tests::console console;
  std::string opened;
  in_folder(console, {"a.db", "b.db", "notes.txt", "other.db"}, {"a.db", "b.db", "notes.txt"}, opened);
  CHECK(console.run("event list").exit == 2);
  CHECK(console.run("event list").err == R"(whence: no store to open
  where: no --store, WHENCE_STORE or whence.toml; this folder has 2: a.db, b.db
  do:    whence event list --store a.db  [store.unnamed, exit 2]
)");
  in_folder(console, {"other.db"}, {}, opened);
  CHECK(console.run("stream show x").err == R"(whence: no store to open
  where: no --store, WHENCE_STORE or whence.toml; this folder has no log
  do:    whence stream show x --store PATH  [store.unnamed, exit 2]
)");
  // All that was typed is there, as a shell takes it.
  in_folder(console, {"a b.db", "c.db"}, {"a b.db", "c.db"}, opened);
  CHECK(
      console.run(std::vector<std::string>{"event", "list", "--where", "/data/total > 5", "-o", "json", "--limit", "3"})
          .err.find("  do:    whence event list -o json --where '/data/total > 5' --limit 3 --store 'a b.db'  [") !=
      std::string::npos);
  CHECK(opened == "");
}

TEST_CASE("an address of SQLite's is no store, wherever it is named, and nothing is opened") {
  tests::console console;
  std::string opened;
  in_folder(console, {}, {}, opened);
  const ran memory = console.run("event list --limit 3 --store :memory:");
  CHECK(memory.exit == 2);
  CHECK(memory.err == R"(whence: a log is a file, and ":memory:" is an address of SQLite's; nothing was made
  where: --store
  why:   a file that is really called so is ./:memory:
  do:    whence event list --limit 3 --store shop.db  [usage.value, exit 2]
)");
  CHECK(console.run("event list --store file:my.db?mode=memory")
            .err.find("  do:    whence event list --store my.db  [usage.value, exit 2]") != std::string::npos);
  console.with("WHENCE_STORE", "file::memory:?cache=shared");
  CHECK(console.run("inspect").err.find("  where: WHENCE_STORE\n") != std::string::npos);
  CHECK(opened == "");
  CHECK(console.run("event list --store ./:memory:").exit == 0);
  CHECK(opened == "./:memory:");
}

TEST_CASE("--store comes before WHENCE_STORE, and that before the only log here") {
  tests::console console;
  std::string opened;
  in_folder(console, {"shop.db", "other.db"}, {"shop.db"}, opened);
  CHECK(console.run("event list").exit == 0);
  CHECK(opened == "shop.db");
  console.with("WHENCE_STORE", "env.db");
  CHECK(console.run("event list").exit == 0);
  CHECK(opened == "env.db");
  CHECK(console.run("event list --store given.db").exit == 0);
  CHECK(opened == "given.db");
  console.with("WHENCE_STORE", "");
  CHECK(console.run("event list").exit == 0);
  CHECK(opened == "shop.db");
}

TEST_CASE("a terminal gets 50, a pipe gets all") {
  const auto console = tests::empty_console();
  for (std::uint64_t number = 1; number <= 1'234; ++number) {
    tests::append_event(*console->log, "stream-" + std::to_string(number), "Thing",
                        tests::event_of("Happened", "1", number));
  }
  CHECK(lines(console->run("event list -o jsonl").out) == 1'234);
  CHECK(lines(console->run("stream list").out) == 1 + 1'234);
  console->terminal(80).with("NO_COLOR", "1");
  ran ran = console->run("event list -o jsonl");
  CHECK(lines(ran.out) == 50);
  CHECK(ran.err == "50 of 1 234 shown; --limit 0 for all; the next:\n  whence event list -o jsonl --from 51\n");
  CHECK(console->run("event list --reverse")
            .err.starts_with(
                "50 of 1 234 shown; --limit 0 for all; the next:\n  whence event list --reverse --to 1184\n"));
  CHECK(
      console->run("event list -o jsonl --type Happened").err ==
      "50 shown, and there are more; --limit 0 for all; the next:\n  whence event list -o jsonl --type Happened --from "
      "51\n");
  CHECK(console->run("stream list -o jsonl").err ==
        "50 shown, and there are more; --limit 0 for all; the next:\n  whence stream list -o jsonl --from 51\n");
  ran = console->run("event list -o jsonl --limit 0");
  CHECK(lines(ran.out) == 1'234);
  CHECK(ran.err == "");
  ran = console->run("event list -o jsonl --limit 60");
  CHECK(lines(ran.out) == 60);
  CHECK(ran.err == "60 of 1 234 shown; the next: whence event list -o jsonl --limit 60 --from 61\n");
  CHECK(console->run("event list -o jsonl --to 50").err == "");
}

TEST_CASE("a list that was cut says with which command it goes on, in every form; quiet, it says nothing") {
  tests::console console;
  for (const std::string form : {"table", "jsonl", "csv", "markdown"}) {
    CAPTURE(form);
    CHECK(console.run("event list --limit 2 -o " + form).err ==
          "2 of 9 shown; the next: whence event list -o " + form + " --limit 2 --from 3\n");
    CHECK(console.run("stream show order-12345 --limit 1 -o " + form).err ==
          "1 shown, and there are more; the next: whence stream show order-12345 -o " + form + " --limit 1 --from 3\n");
    CHECK(console.run("stream list --limit 2 -o " + form).err ==
          "2 shown, and there are more; the next: whence stream list -o " + form + " --limit 2 --from 4\n");
    CHECK(console.run("event list --limit 2 -q -o " + form).err == "");
  }
  CHECK(console.run("event list --limit 2 -o json").err == "");  // "next" says it
  CHECK(console.run("event list --limit 2 --store shop.db").err ==
        "2 of 9 shown; the next: whence event list --store shop.db --limit 2 --from 3\n");
  console.around.program = "shop whence";
  CHECK(console.run("event list --limit 8").err ==
        "8 of 9 shown; the next: shop whence event list --limit 8 --from 9\n");
}

TEST_CASE("the command that goes on with a list is quoted for a shell, and shows what comes next") {
  tests::console console;
  const auto next = [&console](const std::vector<std::string>& words) {
    const ran ran = console.run(words);
    const std::size_t at = ran.err.find("whence ");
    return at == std::string::npos ? ran.err : ran.err.substr(at);
  };
  CHECK(next({"event", "list", "--reverse", "--limit=1", "--where", "/eventType ~ Order*", "--from=1", "--to", "8"}) ==
        "whence event list --where '/eventType ~ Order*' --from 1 --reverse --limit 1 --to 6\n");
  CHECK(console
            .run({"event", "list", "--where", "/eventType ~ Order*", "--from", "1", "--reverse", "--limit", "1", "--to",
                  "6", "--columns", "position"})
            .out == "POSITION\n       6\n");
  CHECK(next({"event", "list", "--limit", "2", "--type", "O*", "--type", "P*"}) ==
        "whence event list --type 'O*' --type 'P*' --limit 2 --from 3\n");
  tests::append_event(*console.log, "-x", "Odd", tests::event_of("Happened", "1", 20));
  tests::append_event(*console.log, "-x", "Odd", tests::event_of("Happened", "1", 21));
  CHECK(next({"stream", "show", "--limit", "1", "--", "-x"}) == "whence stream show --limit 1 --from 11 -- -x\n");
  CHECK(console.run({"stream", "show", "--limit", "1", "--from", "11", "-o", "csv", "--columns", "version", "--", "-x"})
            .out == "streamVersion\r\n2\r\n");
}

TEST_CASE("colour: only where a terminal is, and never against the reader's wish") {
  tests::console console;
  CHECK(!coloured(console.run("event list").out));
  CHECK(coloured(console.run("event list --color always").out));
  console.terminal(80);
  CHECK(coloured(console.run("event list").out));
  CHECK(coloured(console.run("event show @1").out));
  CHECK(coloured(console.run("event show @99").err));
  CHECK(!coloured(console.run("event list --color never").out));
  CHECK(!coloured(console.run("event list -o jsonl").out));
  CHECK(!coloured(console.run("event list -o json").out));
  console.with("NO_COLOR", "1");
  CHECK(!coloured(console.run("event list").out));
  CHECK(!coloured(console.run("event show @99").err));
  CHECK(coloured(console.run("event list --color always").out));
  console.with("NO_COLOR", "").with("TERM", "dumb");
  CHECK(!coloured(console.run("event list").out));
}

TEST_CASE("stdout and stderr are coloured each for itself") {
  tests::console console;
  console.around.err_is_terminal = true;
  CHECK(!coloured(console.run("event list").out));
  CHECK(coloured(console.run("event show @99").err));
}

TEST_CASE("colour changes no letter") {
  tests::console console;
  console.terminal(70);
  std::string painted = console.run("event list").out;
  const std::string plain = console.run("event list --color never").out;
  for (std::size_t at = 0; (at = painted.find('\x1b')) != std::string::npos;)
    painted.erase(at, painted.find('m', at) - at + 1);
  CHECK(painted == plain);
}

TEST_CASE("a fault that nobody expected is one of ours, and says how to report it") {
  tests::console console;
  console.around.store_at = [](const std::string&) -> whence::log_source {
    throw std::runtime_error("the moon is full");
  };
  CHECK(console.run("event list").err == R"(whence: an unexpected fault: the moon is full
  where: shop.db
  do:    please report it, with the command and this line  [cli.unexpected, exit 70]
)");
}

TEST_CASE("a command that judges prints one envelope as JSON, and its exit code is that of what was wrong") {
  tests::console console;
  const auto judged = [&console](const char* form, bool wrong) {
    tests::text_output out;
    tests::text_output err;
    console.around.out = &out;
    console.around.err = &err;
    const cli::request request = cli::command_line::parse({"event", "show", "@1", "-o", form});
    cli::session session(request, console.around);
    session.judged(wrong ? cli::verdict::fail : cli::verdict::pass, "{\"events\":3}");
    if (wrong) session.failed(cli::condition_met("3 events", ">2"));
    return ran{static_cast<int>(session.finish(exit_code::done)), out.text, err.text};
  };
  for (const char* const form : {"json", "jsonl"}) {
    CAPTURE(form);
    const ran pass = judged(form, false);
    CHECK(pass.exit == 0);
    CHECK(pass.out == R"({"version":1,"command":"event show","status":"pass","data":{"events":3},"diagnostics":[]})"
                      "\n");
    const ran fail = judged(form, true);
    CHECK(fail.exit == 1);
    CHECK(fail.out.starts_with(
        R"({"version":1,"command":"event show","status":"fail","data":{"events":3},"diagnostics":[{"code":"condition.met",)"));
    CHECK(fail.err == "whence: 3 events: --fail-if '>2' holds  [condition.met, exit 1]\n");
  }
  CHECK(judged("table", false).out == "");
}
