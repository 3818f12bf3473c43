// The program's screens (inspect, trace, projection, sql) on a log in a file, with read models beside it: who else is there, what
// one may not do, what is broken. In a process of their own, as a shell would start them.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/whence_program.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;
using tests::program_run;
using tests::run_in_shell;
using tests::run_whence;

namespace {

namespace fs = std::filesystem;

const std::vector<std::vector<std::string>> screens = {
    {"inspect"},
    {"inspect", "-o", "json"},
    {"trace", "@1"},
    {"trace", "order-12345@1", "--data"},
    {"projection", "list"},
    {"projection", "status", "-o", "csv"},
    {"sql", "-c", "SELECT count(*) FROM events"},
    {"sql", "-c", "SELECT * FROM stock.orders", "-o", "jsonl"},
};

std::string line_of(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

/// The shop's log and two models, in a folder of their own.
struct shop {
  explicit shop() {
    const runtime runtime = tests::shop_runtime();
    const auto log = sqlite(models.store()).open(runtime);
    tests::fill_shop(*log, runtime);
    models.add("order_summary", *log, 9);
    models.add("stock", *log, 4);
    log->close();
  }
  tests::program_surroundings here() const { return {.folder = fs::path(models.store()).parent_path().string()}; }

  /// Each file's bytes and the time of its last change. What readers write into a -shm says who reads, and is not kept.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(here().folder)) {
      if (!entry.is_regular_file()) continue;
      struct stat found{};
      ::stat(entry.path().c_str(), &found);
      const std::string changed = std::to_string(found.st_mtim.tv_sec) + "." + std::to_string(found.st_mtim.tv_nsec);
      all[entry.path()] =
          entry.path().string().ends_with("-shm") ? "" : changed + " " + tests::content_of(entry.path());
    }
    return all;
  }
  void let_everybody_read() const {
    REQUIRE(::chmod(here().folder.c_str(), 0755) == 0);
    for (const auto& entry : fs::recursive_directory_iterator(here().folder))
      REQUIRE(::chmod(entry.path().c_str(), entry.is_directory() ? 0755 : 0644) == 0);
  }

  tests::models_beside models;
};

}  // namespace

TEST_CASE("no screen shows what is no log") {
  const tests::temporary_folder other;
  fs::create_directory(other.file("folder.db"));
  std::ofstream(other.file("noise.db")) << std::string(4096, 'x');
  std::ofstream(other.file("empty.db")) << "";
  sql::database::open(other.file("other.db"), sql::open_mode::create).run("CREATE TABLE cats(name TEXT)");
  struct what {
    const char* name;
    int exit;
    const char* code;
  };
  for (const what& what :
       {what{"missing.db", 3, "[log.missing, exit 3]\n"}, what{"folder.db", 6, "[log.not_a_log, exit 6]\n"},
        what{"noise.db", 6, "[log.not_a_log, exit 6]\n"}, what{"empty.db", 6, "[log.not_a_log, exit 6]\n"},
        what{"other.db", 6, "[log.not_a_log, exit 6]\n"}}) {
    for (std::vector<std::string> words : screens) {
      if (words.back() == "json" || words.back() == "jsonl") continue;
      words.insert(words.end(), {"--store", what.name});
      CAPTURE(line_of(words));
      const program_run ran = run_whence(words, {.folder = other.path().string()});
      CAPTURE(ran.err);
      CHECK(ran.exit == what.exit);
      CHECK(ran.out == "");
      CHECK(ran.err.ends_with(what.code));
    }
  }
  CHECK(std::distance(fs::directory_iterator(other.path()), {}) == 4);
}

TEST_CASE("no screen changes a file or makes one, whether somebody writes or not") {
  const shop shop;
  const auto all_screens = [&shop] {
    const auto before = shop.files();
    for (const auto& words : screens) {
      CAPTURE(line_of(words));
      const program_run ran = run_whence(words, shop.here());
      CAPTURE(ran.err);
      CHECK(ran.exit == 0);
      CHECK(ran.err == "");
      CHECK(shop.files() == before);
    }
  };
  all_screens();
  const runtime runtime = tests::shop_runtime();
  const auto log = sqlite(shop.models.store()).open(runtime);
  tests::append_event(*log, "order-7", "Order", tests::event_of("OrderPlaced", "{}", 77));
  all_screens();
  CHECK(run_whence({"inspect"}, shop.here()).out.find("writer     process " + std::to_string(::getpid()) + "\n") !=
        std::string::npos);
}

TEST_CASE("every screen works for who may only read") {
  const shop shop;
  shop.let_everybody_read();
  tests::program_surroundings around = shop.here();
  around.as_ordinary_user = true;
  for (const auto& words : screens) {
    CAPTURE(line_of(words));
    const program_run ran = run_whence(words, around);
    CAPTURE(ran.err);
    CHECK(ran.exit == 0);
  }
}

TEST_CASE("a model that one may not read is named, and the others are shown") {
  const shop shop;
  shop.let_everybody_read();
  REQUIRE(::chmod((shop.models.directory() + "/stock.1.1.db").c_str(), 0) == 0);
  tests::program_surroundings around = shop.here();
  around.as_ordinary_user = true;
  const program_run status = run_whence({"projection", "status"}, around);
  CHECK(status.exit == 5);
  CHECK(status.out.find("order_summary    1  live") != std::string::npos);
  CHECK(status.out.find("stock            1  unreadable") != std::string::npos);
  CHECK(status.err.find("[sql.cannot_open, exit 5]") != std::string::npos);
  CHECK(run_whence({"inspect"}, around).exit == 5);
  CHECK(run_whence({"trace", "@1"}, around).exit == 0);
  const program_run sql = run_whence({"sql", "-c", "SELECT count(*) AS n FROM order_summary.orders"}, around);
  CHECK(sql.exit == 0);
  CHECK(sql.out == "n\n2\n");
  CHECK(sql.err.starts_with("read model stock is not attached: "));
  REQUIRE(::chmod(shop.models.directory().c_str(), 0) == 0);
  const program_run folder = run_whence({"projection", "status"}, around);
  CHECK(folder.exit == 5);
  CHECK(folder.err.find("[file.no_permission, exit 5]") != std::string::npos);
}

TEST_CASE("a log whose tail is missing is shown by every screen, and each says so") {
  const shop shop;
  sql::database::open(shop.models.store(), sql::open_mode::read_write).run("DELETE FROM entries WHERE position > 7");
  for (const auto& words : screens) {
    CAPTURE(line_of(words));
    const program_run ran = run_whence(words, shop.here());
    CHECK(ran.exit == 6);
    CHECK(ran.out != "");
    CHECK(ran.err.find("[log.tail_missing, exit 6]") != std::string::npos);
  }
  // The model was beyond what is left of the log.
  CHECK(run_whence({"projection", "status"}, shop.here()).err.find("[checkpoint.mismatch, exit 6]") !=
        std::string::npos);
}

TEST_CASE("a damaged event ends a trace that comes by it; SQL compares no checksums") {
  const shop shop;
  sql::database::open(shop.models.store(), sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{\"why\":\"changed my wind\"}' WHERE position = 6");
  CHECK(run_whence({"inspect"}, shop.here()).exit == 6);
  CHECK(run_whence({"trace", "@6"}, shop.here()).exit == 6);
  const program_run sql =
      run_whence({"sql", "-c", "SELECT data ->> '$.why' AS why FROM events WHERE position = 6"}, shop.here());
  CHECK(sql.out == "why\nchanged my wind\n");
}

TEST_CASE("while the log is written, every screen shows one moment of it") {
  const shop shop;
  std::atomic<bool> over = false;
  std::thread writer([&] {
    const runtime runtime = tests::shop_runtime();
    const auto log = sqlite(shop.models.store()).open(runtime);
    for (std::uint64_t number = 1'000; !over; ++number)
      tests::append_event(*log, "order-" + std::to_string(number % 50), "Order",
                          tests::event_of("OrderPlaced", "{}", number));
    log->close();
  });
  for (int round = 0; round < 3; ++round) {
    for (const auto& words : screens) {
      CAPTURE(line_of(words));
      const program_run ran = run_whence(words, shop.here());
      CAPTURE(ran.err);
      CHECK(ran.exit == 0);
      CHECK(ran.err == "");
    }
  }
  over = true;
  writer.join();
}

TEST_CASE("SIGINT ends a watch with 0, and a statement with 130 and what it has printed") {
  const shop shop;
  // A shell without jobs has what it starts in the background ignore SIGINT. `ready` says that it has come so far.
  const auto interrupted_when = [&shop](const std::string& ready, const std::string& line) {
    return run_in_shell("exec 3>&2 2>/dev/null; set -m; " + line + " >out 2>err & for i in {1..3000}; do " + ready +
                            " && break; sleep 0.02; done; kill -INT $!; wait $!; code=$?; cat out; cat err >&3; "
                            "echo exit=$code",
                        shop.here());
  };
  program_run ran = interrupted_when("grep -q '^events ' out", "whence inspect --watch 100ms");
  CHECK(ran.out.ends_with("\nexit=0\n"));
  CHECK(ran.out.find("events     9\n") != std::string::npos);
  CHECK(ran.err == "");
  // It has worked for 0.3 s: on the statement without an end.
  ran = interrupted_when("[ $(cut -d' ' -f14 /proc/$!/stat) -ge 30 ]",
                         "whence sql -c 'SELECT 7 AS n; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) "
                         "SELECT count(*) FROM n'");
  CHECK(ran.out == "n\n7\nexit=130\n");
  CHECK(ran.err == "interrupted: what was printed is not all\n");
}

TEST_CASE("statements come through a pipe, and whoever closes the other end ends it quietly") {
  const shop shop;
  CHECK(run_in_shell("echo 'SELECT max(position) AS head FROM events' | whence sql", shop.here()).out ==
        "head\n   9\n");
  const program_run ran = run_in_shell(
      "whence sql -c 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n' -o csv | head "
      "-n 2; echo "
      "${PIPESTATUS[0]}",
      shop.here());
  CHECK(ran.out == "i\r\n1\r\n141\n");
  CHECK(ran.err == "");
}

TEST_CASE("a screen that cannot be written is exit code 5") {
  const shop shop;
  tests::program_surroundings around = shop.here();
  around.standard_output = "/dev/full";
  for (const auto& words : screens) {
    CAPTURE(line_of(words));
    const program_run ran = run_whence(words, around);
    CHECK(ran.exit == 5);
    CHECK(ran.err.find("[output.failed, exit 5]") != std::string::npos);
  }
}

TEST_CASE("at a limit on the size of files the program says so, and is not killed") {
  const shop shop;
  const program_run ran = run_in_shell("(ulimit -f 8; whence man -o markdown > out); echo exit=$?", shop.here());
  CHECK(ran.out == "exit=5\n");
  CHECK(ran.err.find("why:   File too large\n") != std::string::npos);
  CHECK(ran.err.find("[output.failed, exit 5]") != std::string::npos);
}
