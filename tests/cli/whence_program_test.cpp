// The program on logs in files: everything that can lie at a path, who may read it, who is writing it, and who reads the output.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include <tests/cli/shop_log.hpp>
#include <tests/cli/whence_program.hpp>
#include <tests/in_child.hpp>
#include <tests/temporary_folder.hpp>
#include <whence/core/envelope.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;
using tests::program_run;
using tests::run_in_shell;
using tests::run_whence;

namespace {

/// A folder with the shop's log in it, shop.db.
struct shop_folder {
  explicit shop_folder(bool filled = true) {
    const runtime runtime = tests::shop_runtime();
    const auto log = sqlite(path()).open(runtime);
    if (filled) tests::fill_shop(*log, runtime);
    log->close();
  }
  std::string path() const { return folder.file("shop.db"); }
  tests::program_surroundings here() const { return {.folder = folder.path().string()}; }

  /// Changes the log behind Whence's back.
  void change(const std::string& statement) const {
    sql::database db = sql::database::open(path(), sql::open_mode::read_write);
    db.run(statement);
  }

  tests::temporary_folder folder;
};

void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

program_run list(const shop_folder& shop, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"event", "list", "-o", "jsonl"};
  words.insert(words.end(), more.begin(), more.end());
  return run_whence(words, shop.here());
}

/// The log, its WAL and its witness.
std::string bytes_of(const shop_folder& shop) {
  std::string all;
  for (const char* const suffix : {"", "-wal", ".witness", ".index"}) {
    all += tests::content_of(shop.path() + suffix) + "|" + suffix + "|";
  }
  return all;
}

}  // namespace

TEST_CASE("what is no log is refused with one message, by its kind") {
  const shop_folder shop;
  const tests::temporary_folder other;
  std::filesystem::create_directory(other.file("folder.db"));
  write_file(other.file("noise.db"), std::string(4096, 'x'));
  write_file(other.file("empty.db"), "");
  {
    sql::database db = sql::database::open(other.file("other.db"), sql::open_mode::create);
    db.run("CREATE TABLE cats(name TEXT); PRAGMA application_id = 77");
  }
  for (const auto& [name, format] : {std::pair{"newer.db", "99"}, {"older.db", "0"}}) {
    std::filesystem::copy_file(shop.path(), other.file(name));
    sql::database db = sql::database::open(other.file(name), sql::open_mode::read_write);
    db.run("PRAGMA user_version = " + std::string(format));
  }
  write_file(other.file("cut.db"), tests::content_of(shop.path()).substr(0, 60));
  REQUIRE(::mkfifo(other.file("pipe.db").c_str(), 0644) == 0);

  struct what {
    const char* name;
    int exit;
    const char* begins;
    const char* ends;
  };
  for (const what& what : {
           what{"missing.db", 3, "whence: there is no log missing.db\n", "[log.missing, exit 3]\n"},
           what{"folder.db", 6, "whence: folder.db is not a Whence log; nothing was changed\n",
                "[log.not_a_log, exit 6]\n"},
           what{"noise.db", 6, "whence: noise.db is not a Whence log; nothing was changed\n",
                "[log.not_a_log, exit 6]\n"},
           what{"empty.db", 6, "whence: empty.db is not a Whence log; nothing was changed\n",
                "[log.not_a_log, exit 6]\n"},
           what{"pipe.db", 6,
                "whence: pipe.db is not a Whence log; nothing was changed\n  where: pipe.db\n  why:   it is no regular "
                "file\n",
                "[log.not_a_log, exit 6]\n"},
           what{"/dev/null", 6,
                "whence: /dev/null is not a Whence log; nothing was changed\n  where: /dev/null\n  why:   it is no "
                "regular file\n",
                "[log.not_a_log, exit 6]\n"},
           what{"other.db", 6, "whence: other.db is not a Whence log; nothing was changed\n",
                "[log.not_a_log, exit 6]\n"},
           what{"older.db", 6, "whence: older.db has format 0, ", "[log.older_format, exit 6]\n"},
           what{"newer.db", 6, "whence: newer.db has format 99, ", "[log.newer_format, exit 6]\n"},
           what{"cut.db", 6, "whence: cut.db is not a Whence log; nothing was changed\n", "[log.not_a_log, exit 6]\n"},
       }) {
    CAPTURE(what.name);
    for (const std::vector<std::string>& words : {std::vector<std::string>{"event", "list"},
                                                  {"event", "show", "@1"},
                                                  {"stream", "list"},
                                                  {"stream", "show", "order-12345"}}) {
      std::vector<std::string> line = words;
      line.insert(line.end(), {"--store", what.name});
      const program_run ran = run_whence(line, {.folder = other.path().string()});
      CAPTURE(ran.err);
      CHECK(ran.exit == what.exit);
      CHECK(ran.out == "");
      CHECK(ran.err.starts_with(what.begins));
      CHECK(ran.err.ends_with(what.ends));
      CHECK(lines(ran.err) <= 5);
    }
  }
}

TEST_CASE("a log that one may not read is exit code 5") {
  const shop_folder shop;
  REQUIRE(::chmod(shop.folder.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(shop.path().c_str(), 0) == 0);
  tests::program_surroundings around = shop.here();
  around.as_ordinary_user = true;
  const program_run ran = run_whence({"event", "list", "--store", "shop.db"}, around);
  CAPTURE(ran.err);
  CHECK(ran.exit == 5);
  CHECK(ran.out == "");
  CHECK(ran.err.starts_with("whence: cannot read shop.db\n  where: shop.db\n  why:   Permission denied\n"));
  CHECK(ran.err.ends_with("[file.no_permission, exit 5]\n"));
}

TEST_CASE("a log in a folder that one may not write can be read") {
  const shop_folder shop;
  REQUIRE(::chmod(shop.folder.path().c_str(), 0755) == 0);
  for (const auto& entry : std::filesystem::directory_iterator(shop.folder.path())) {
    if (entry.is_regular_file()) REQUIRE(::chmod(entry.path().c_str(), 0644) == 0);
  }
  tests::program_surroundings around = shop.here();
  around.as_ordinary_user = true;
  const program_run ran = run_whence({"event", "list", "-o", "jsonl"}, around);
  CAPTURE(ran.err);
  CHECK(ran.exit == 0);
  CHECK(lines(ran.out) == 9);
}

TEST_CASE("the only log in the folder is found, and no other file is taken for one") {
  const shop_folder shop;
  write_file(shop.folder.file("noise.db"), "noise");
  const program_run ran = list(shop);
  CAPTURE(ran.err);
  CHECK(ran.exit == 0);
  CHECK(lines(ran.out) == 9);
  std::filesystem::copy_file(shop.path(), shop.folder.file("copy.db"));
  CHECK(list(shop).exit == 2);
  CHECK(list(shop).err == R"(whence: no store to open
  where: no --store, WHENCE_STORE or whence.toml; this folder has 2: copy.db, shop.db
  do:    whence event list -o jsonl --store copy.db  [store.unnamed, exit 2]
)");
}

TEST_CASE("the log as JSON lines is what was appended") {
  const shop_folder shop;
  const program_run ran = list(shop);
  CHECK(ran.err == "");
  std::istringstream text(ran.out);
  std::uint64_t position = 0;
  for (std::string line; std::getline(text, line);) {
    const envelope event = envelope_from_json(line);
    CHECK(event.position->value() == ++position);
    CHECK(event.id.value() == tests::event_of("", "", position).id.value());
  }
  CHECK(position == 9);
  CHECK(run_whence({"event", "show", "order-12345@2"}, shop.here())
            .out.starts_with("OrderShipped   order-12345@2   #3 "));
  CHECK(lines(run_whence({"stream", "list"}, shop.here()).out) == 6);
}

TEST_CASE("an empty log is an empty list") {
  const shop_folder shop(false);
  CHECK(list(shop).exit == 0);
  CHECK(list(shop).out == "");
  CHECK(run_whence({"stream", "list", "--json"}, shop.here()).out == "{\"items\":[],\"next\":null}\n");
}

TEST_CASE("no command writes a byte of the log, its WAL, its witness or its index") {
  const shop_folder shop;
  const auto all_commands = [&shop] {
    const std::string before = bytes_of(shop);
    for (const char* const line :
         {"whence event list", "whence event list --reverse -o json", "whence event show @7", "whence stream list",
          "whence stream show order-12345", "whence event show 79e0462d"}) {
      CAPTURE(line);
      CHECK(run_in_shell(line, shop.here()).exit == 0);
      CHECK(bytes_of(shop) == before);
    }
  };
  all_commands();
  // Once more while a writer has it open, with a WAL.
  const runtime runtime = tests::shop_runtime();
  const auto log = sqlite(shop.path()).open(runtime);
  tests::append_event(*log, "order-7", "Order", tests::event_of("OrderPlaced", "{}", 77));
  all_commands();
}

TEST_CASE("all before a damaged event is shown, then it is said") {
  const shop_folder shop;
  shop.change("UPDATE entries SET data = '{\"why\":\"changed my wind\"}' WHERE position = 6");
  const program_run ran = list(shop);
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 5);
  CHECK(ran.err.starts_with(
      "whence: event 6 in shop.db cannot be trusted\n  where: shop.db\n  why:   stored chain hash "));
  CHECK(ran.err.ends_with("[log.checksum, exit 6]\n"));
  CHECK(lines(list(shop, {"--reverse"}).out) == 3);
  CHECK(lines(list(shop, {"--stream", "order-99"}).out) == 1);
  CHECK(run_whence({"event", "show", "@6"}, shop.here()).exit == 6);
  CHECK(run_whence({"event", "show", "@5"}, shop.here()).exit == 0);
  const program_run history = run_whence({"stream", "show", "order-99"}, shop.here());
  CHECK(history.exit == 6);
  CHECK(lines(history.out) == 2);
}

TEST_CASE("an event that is gone from the middle is damage too") {
  const shop_folder shop;
  shop.change("DELETE FROM entries WHERE position = 4");
  const program_run ran = list(shop);
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 3);
  CHECK(ran.err.starts_with("whence: event 4 in shop.db cannot be trusted\n"));
}

TEST_CASE("a log whose tail is missing is shown, and it is said; the files stay as they are") {
  const shop_folder shop;
  shop.change("DELETE FROM entries WHERE position > 7");
  const std::string before = bytes_of(shop);
  const program_run ran = list(shop);
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 7);
  CHECK(ran.err.starts_with("whence: shop.db ends at event 7, but event 9 was acknowledged; nothing was changed\n"));
  CHECK(ran.err.ends_with("[log.tail_missing, exit 6]\n"));
  CHECK(bytes_of(shop) == before);
}

TEST_CASE("a log without its witness is shown, and it is said") {
  const shop_folder shop;
  std::filesystem::remove(shop.path() + ".witness");
  const program_run ran = list(shop);
  CHECK(ran.exit == 6);
  CHECK(lines(ran.out) == 9);
  CHECK(ran.err.ends_with("[log.witness_missing, exit 6]\n"));
}

TEST_CASE("whoever closes the pipe ends the program quietly") {
  const shop_folder shop;
  {
    const runtime runtime = tests::shop_runtime();
    const auto log = sqlite(shop.path()).open(runtime);
    for (std::uint64_t n = 100; n < 400; ++n) {
      tests::append_event(*log, "big", "Big", tests::event_of("Big", "\"" + std::string(2'000, 'x') + "\"", n));
    }
  }
  const std::string line = "whence event list -o jsonl | head -n 1; echo ${PIPESTATUS[0]}";
  program_run ran = run_in_shell(line, shop.here());
  CHECK(ran.out.ends_with("}\n141\n"));
  CHECK(ran.err == "");
  ran = run_in_shell("trap '' PIPE; " + line, shop.here());  // the signal is ignored: the write fails instead
  CHECK(ran.out.ends_with("}\n141\n"));
  CHECK(ran.err == "");
}

TEST_CASE("a reader that is slow, on a pipe that never blocks, still gets all") {
  const shop_folder shop;
  {
    const runtime runtime = tests::shop_runtime();
    const auto log = sqlite(shop.path()).open(runtime);
    for (std::uint64_t n = 100; n < 200; ++n) {
      tests::append_event(*log, "big", "Big", tests::event_of("Big", "\"" + std::string(5'000, 'x') + "\"", n));
    }
  }
  const program_run ran = run_in_shell(
      "python3 -c 'import os; os.set_blocking(1, False); os.execvp(\"whence\", [\"whence\", \"event\", \"list\", "
      "\"-ojsonl\"])' | "
      "(sleep 0.2; wc -l); echo ${PIPESTATUS[0]}",
      shop.here());
  CHECK(ran.out == "109\n0\n");
  CHECK(ran.err == "");
}

TEST_CASE("output that cannot be written is exit code 5") {
  const shop_folder shop;
  tests::program_surroundings around = shop.here();
  around.standard_output = "/dev/full";
  for (const char* const words : {"event", "stream"}) {
    const program_run ran = run_whence({words, "list"}, around);
    CHECK(ran.exit == 5);
    CHECK(ran.err == R"(whence: cannot write the output
  where: standard output
  why:   No space left on device
  do:    what was printed is incomplete: repeat the command  [output.failed, exit 5]
)");
  }
  CHECK(run_whence({"--help"}, around).exit == 5);
}

TEST_CASE("groff finds nothing wrong with the man pages") {
  const tests::temporary_folder folder;
  for (const char* const subject : {"", " event", " event list", " completion"}) {
    CAPTURE(subject);
    const program_run ran = run_in_shell("whence man" + std::string(subject) + " | groff -man -Tutf8 -ww",
                                         {.folder = folder.path().string()});
    CHECK(ran.exit == 0);
    CHECK(ran.err == "");
    CHECK(ran.out.find("whence") != std::string::npos);
  }
}

TEST_CASE("bash completes by the script, with names from the log") {
  const shop_folder shop;
  const program_run ran = run_in_shell(
      "source <(whence completion bash); "
      "try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _whence; echo \"${COMPREPLY[@]}\"; }; "
      "try whence ev; try whence event ''; try whence stream show order-1; try whence event list --type = Payment; "
      "try whence event list --stream",
      shop.here());
  CHECK(ran.out == "event\nlist show count append\norder-12345\nPaymentRefunded PaymentTaken\n--stream\n");
  CHECK(ran.err == "");
}

TEST_CASE("shells with a builtin of that name find the program as the manual says") {
  const tests::temporary_folder folder;
  const auto here = [](const std::string& shell) {
    return run_in_shell("command -v " + shell, {.folder = "/"}).exit == 0;
  };
  for (const char* const shell : {"sh", "bash", "zsh", "ksh", "ksh93", "mksh"}) {
    if (!here(shell)) continue;
    CAPTURE(shell);
    CHECK(run_in_shell(std::string(shell) + " -c 'env whence --version'", {.folder = folder.path().string()})
              .out.starts_with("whence 0."));
  }
  if (!here("zsh")) return;
  CHECK(run_in_shell("zsh -fc 'disable whence; whence --version'", {.folder = folder.path().string()})
            .out.starts_with("whence 0."));
  const program_run completed =
      run_in_shell("zsh -fc 'compdef() { : }; source <(command whence completion zsh); whence --version'",
                   {.folder = folder.path().string()});
  CHECK(completed.out.starts_with("whence 0."));
}

TEST_CASE("while the log is written, each list is a whole beginning of it") {
  const shop_folder shop;
  const pid_t writer = tests::start_child([&shop] {
    const runtime runtime = whence::runtime::system(1);
    const auto log = sqlite(shop.path()).open(runtime);
    // Slower than it is read: else each list is longer than the one before by all that was written meanwhile, and there is no end.
    for (std::uint64_t n = 1'000;; ++n) {
      tests::append_event(*log, "order-7", "Order", tests::event_of("OrderNoted", "{}", n));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return 0;
  });
  std::size_t grown = 0;
  std::size_t before = 9;
  for (int i = 0; i < 20 || (grown < 3 && i < 500); ++i) {
    const program_run ran = list(shop);
    CAPTURE(ran.err);
    CHECK(ran.exit == 0);
    std::istringstream text(ran.out);
    std::size_t position = 0;
    for (std::string line; std::getline(text, line);) CHECK(envelope_from_json(line).position->value() == ++position);
    CHECK(position >= before);
    if (position > before) ++grown;
    before = position;
  }
  ::kill(writer, SIGKILL);
  tests::wait_for(writer);
  CHECK(grown >= 3);
}

TEST_CASE("a long log is listed in the memory of a short one") {
  const shop_folder shop;
  const long short_log = list(shop).peak_kilobytes;
  // In a process of its own: the peak that is measured begins with that of the process which starts the program.
  const tests::ending filled = tests::in_child([&shop] {
    const runtime runtime = whence::runtime::system(1);
    const auto log = sqlite(shop.path()).open(runtime);
    for (std::uint64_t number = 1'000; number < 61'000;) {
      append_batch batch;
      batch.streams.push_back({"long", "Long", expected_version::any(), {}});
      for (int i = 0; i < 5'000; ++i) {
        batch.streams.back().events.push_back(tests::event_of("Long", "\"" + std::string(500, 'x') + "\"", number++));
      }
      (void)log->append(std::move(batch)).get().value();
    }
    log->close();
    return 0;
  });
  REQUIRE(filled.exited_with(0));
  // A page of events, its copies, SQLite's cache: nothing that grows with the log. Sanitizers need memory of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr long pages = 256 * 1024;
#else
  constexpr long pages = 24 * 1024;
#endif
  tests::program_surroundings into_nothing = shop.here();
  into_nothing.standard_output = "/dev/null";
  for (const char* const more :
       {"event list -o jsonl", "event list", "event list -o json", "event list -o csv", "event list -o markdown --data",
        "event list -o jsonl --reverse", "event list -o jsonl --stream long",
        "event list -o jsonl --stream long --reverse", "event list -o jsonl --type Lo*",
        "event list -o jsonl --where /data~*xxx", "event list -o jsonl --follow --from 1 --count 60000",
        "event count --by type", "stream show long -o csv", "stream list --by-size"}) {
    CAPTURE(more);
    const std::string line = "ASAN_OPTIONS=quarantine_size_mb=4 exec whence ";
    const program_run ran = run_in_shell(line + more, into_nothing);
    CHECK(ran.exit == 0);
    CHECK(ran.peak_kilobytes < short_log + pages);
  }
}

TEST_CASE("whence.toml names the log for its folder and those in it, behind --store and WHENCE_STORE") {
  const shop_folder shop;
  const std::string deep = shop.folder.file("a/b");
  std::filesystem::create_directories(deep);
  write_file(shop.folder.file("settings.db"), "");  // not even looked at
  const auto in_depth = [&](const std::vector<std::string>& words) { return run_whence(words, {.folder = deep}); };
  CHECK(in_depth({"event", "count"}).exit == 2);
  write_file(shop.folder.file("whence.toml"), "# where it is\n\n  store = \"shop.db\"  # from here\r\n");
  CHECK(in_depth({"event", "count", "-o", "csv"}).out == "events\r\n9\r\n");
  CHECK(run_whence({"inspect"}, shop.here()).out.starts_with("shop.db\n"));
  CHECK(in_depth({"event", "show", "@99"}).err.find("\n  where: " + shop.path() + "\n") != std::string::npos);
  CHECK(in_depth({"event", "count", "--store", "none.db"}).exit == 3);
  CHECK(run_in_shell("WHENCE_STORE=none.db whence event count", {.folder = deep}).exit == 3);
  // The nearest one counts.
  write_file(shop.folder.file("a/whence.toml"), "store = \"none.db\"");
  CHECK(in_depth({"event", "count"}).err.starts_with("whence: there is no log " + shop.folder.file("a/none.db")));
  write_file(shop.folder.file("a/whence.toml"), "store = \"" + shop.path() + "\"");
  CHECK(in_depth({"event", "count"}).exit == 0);
}

TEST_CASE("a whence.toml that cannot be understood is no whence.toml that can be passed over") {
  const shop_folder shop;
  struct wrong {
    const char* content;
    const char* what;
    int line;
  };
  for (const wrong& wrong : {wrong{"stroe = \"shop.db\"", "whence.toml has \"stroe\", and only \"store\" is known", 1},
                             wrong{"# x\n[logs]\n", "whence.toml has \"[logs]\", and only \"store\" is known", 2},
                             wrong{"store = shop.db", "whence.toml: store is no path in double quotes", 1},
                             wrong{"store = \"shop.db", "whence.toml: store is no path in double quotes", 1},
                             wrong{"store = \"shop.db\" more", "whence.toml: store is no path in double quotes", 1},
                             wrong{"store = \"sh\\u006fp.db\"", "whence.toml: store is no path in double quotes", 1},
                             wrong{"store = \"\"", "whence.toml: store is no path in double quotes", 1},
                             wrong{"store", "whence.toml: store is no path in double quotes", 1},
                             wrong{"store = \"a\"\nstore = \"b\"", "whence.toml names a store twice", 2}}) {
    CAPTURE(wrong.content);
    write_file(shop.folder.file("whence.toml"), wrong.content);
    const program_run ran = run_whence({"event", "count"}, shop.here());
    CHECK(ran.exit == 2);
    CHECK(ran.out == "");
    CHECK(ran.err == "whence: " + std::string(wrong.what) + "\n  where: " + shop.folder.file("whence.toml") +
                         ", line " + std::to_string(wrong.line) +
                         "\n  do:    write it as: store = \"shop.db\"  [usage.settings, exit 2]\n");
    CHECK(run_whence({"event", "count", "--store", "shop.db"}, shop.here()).exit == 0);
  }
  write_file(shop.folder.file("whence.toml"), "stroe = 1");
  std::string text = run_whence({"event", "count"}, shop.here()).err;
  text.erase(text.find(shop.folder.file("")), shop.folder.file("").size());
  CHECK(text == R"(whence: whence.toml has "stroe", and only "store" is known
  where: whence.toml, line 1
  do:    write it as: store = "shop.db"  [usage.settings, exit 2]
)");
  write_file(shop.folder.file("whence.toml"), "# nothing yet\n");
  CHECK(run_whence({"event", "count"}, shop.here()).exit == 0);  // the only log here
}
