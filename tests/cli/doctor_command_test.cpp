// `doctor`, as people and programs see it: a log that is well, and each thing that may be wrong with what it stands on.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/damaged_log.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/temporary_folder.hpp>
#include <whence/cli/machine.hpp>
#include <whence/core/simulation.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_backup.hpp>

using namespace whence;
using nlohmann::json;
using tests::ran;

namespace {

/// A shop's log that was closed, in a folder, looked at by its name.
struct closed_log {
  closed_log() {
    tests::console writing(sqlite(path), tests::shop_runtime());
    tests::fill_shop(*writing.log, writing.around.runtime);
    writing.log->close();
    writing.log.reset();
    std::this_thread::sleep_for(
        std::chrono::milliseconds(20));  // the system's clock for files ticks each few milliseconds
  }

  ran doctor(const std::string& store) {
    console.around.store_at = [](const std::string& named) { return sqlite(named); };
    return console.run({"doctor", "--store", store});
  }
  /// Whether it is told as a copy; which is a warning, and nothing else.
  bool is_copy(const std::string& store) {
    const ran ran = doctor(store);
    CHECK(ran.exit == 0);
    CHECK(ran.out.find("problem ") == std::string::npos);
    return ran.out.find("warning  file         a copy (cp, rsync, tar; or mv from another disk)") != std::string::npos;
  }
  void shell(const std::string& line) const {
    CAPTURE(line);
    REQUIRE(std::system(("cd '" + folder.path().string() + "' && " + line).c_str()) == 0);
  }
  std::string at(const std::string& name) const { return folder.file(name); }
  bool files_say_when_made() const { return system_files()->status(path)->made_at != 0; }

  tests::temporary_folder folder;
  std::string path = folder.file("shop.db");
  tests::console console;
};

/// What is said of SQLite differs from machine to machine.
std::string without_program(std::string text) {
  return std::regex_replace(text, std::regex("(ok +program +)[^\n]*"), "$1<version>");
}

json check_of(tests::console& console, std::string_view name) {
  const json document = json::parse(console.run("doctor -o json").out);
  for (const json& check : document.at("data").at("checks"))
    if (check.at("check") == name) return check;
  FAIL("no such check");
  return {};
}

void lie_on(tests::console& console, cli::file_system what) {
  console.around.file_system_at = [what](const std::string&) { return what; };
}

cli::file_system of_kind(cli::file_system::kind what, std::string name) {
  return {.what = what, .name = std::move(name), .read_only = false, .free_bytes = 40'000'000'000};
}

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a log that is well has a line for each thing, and exit code 0") {
  tests::temporary_folder folder;
  tests::console console(sqlite(folder.file("shop.db")), tests::shop_runtime());
  tests::fill_shop(*console.log, console.around.runtime);
  console.log->close();
  console.log.reset();
  console.with("WHENCE_STORE", folder.file("shop.db"));
  const ran ran = console.run("doctor");
  CHECK(ran.exit == 0);
  CHECK(ran.err.empty());
  std::string out = without_program(ran.out);
  out = std::regex_replace(out, std::regex("^[^\n]*shop.db"), "shop.db");
  out = std::regex_replace(out, std::regex("9 events, [0-9]+ kB"), "9 events, <size>");
  CHECK(out ==
        "shop.db\n"
        "ok       program      <version>\n"
        "ok       file system  ext4\n"
        "ok       disk         40 GB free\n"
        "ok       clock        kept right by the system\n"
        "ok       log          9 events, <size>, whole as far as its witness has seen\n"
        "ok       writer       none: no process writes the log\n"
        "ok       wal          nothing in it\n"
        "ok       times        the last event was recorded 0 s ago\n"
        "ok       events       all are as they were written\n"
        "ok       index        has all events\n");
  CHECK(json::parse(console.run("doctor -o json").out).at("status") == "pass");
}

TEST_CASE("a file system on which logs are lost is a problem, and exit code 1") {
  tests::console console;
  lie_on(console, of_kind(cli::file_system::kind::shared, "nfs"));
  const ran ran = console.run("doctor");
  CHECK(ran.exit == 1);
  CHECK(ran.err.empty());
  CHECK(ran.out.find("problem  file system  nfs: shared with other machines.") != std::string::npos);
  CHECK(ran.out.find("\n                      do: move the log to a disk of this machine") != std::string::npos);
  const json document = json::parse(console.run("doctor -o json").out);
  CHECK(document.at("status") == "fail");
  const json check = check_of(console, "file system");
  CHECK(check.at("state") == "problem");
  CHECK(check.at("kind") == "nfs");
}

TEST_CASE("a file system that will be gone is a warning, and none of exit codes") {
  tests::console console;
  for (const auto kind :
       {cli::file_system::kind::memory, cli::file_system::kind::container, cli::file_system::kind::user_space}) {
    lie_on(console, of_kind(kind, "x"));
    CHECK(console.run("doctor").exit == 0);
    CHECK(check_of(console, "file system").at("state") == "warning");
  }
  lie_on(console, of_kind(cli::file_system::kind::unknown, "0x1234"));
  CHECK(check_of(console, "file system").at("state") == "unknown");
  CHECK(console.run("doctor").exit == 0);
  console.around.file_system_at = [](const std::string&) -> std::optional<cli::file_system> { return std::nullopt; };
  CHECK(check_of(console, "file system").at("state") == "unknown");
  CHECK(check_of(console, "disk").at("state") == "unknown");
}

TEST_CASE("a disk that is nearly full is a problem; one without room for a copy, a warning") {
  tests::temporary_folder folder;
  tests::console console(sqlite(folder.file("shop.db")), tests::shop_runtime());
  console.with("WHENCE_STORE", folder.file("shop.db"));
  std::filesystem::resize_file(folder.file("shop.db-wal"), 300'000'000);
  auto on = of_kind(cli::file_system::kind::local, "ext4");
  on.free_bytes = 200'000'000;
  lie_on(console, on);
  CHECK(check_of(console, "disk").at("state") == "warning");
  on.free_bytes = 100'000'000;
  lie_on(console, on);
  const json check = check_of(console, "disk");
  CHECK(check.at("state") == "problem");
  CHECK(check.at("found") == "100 MB free: appends will soon be refused");
  CHECK(check.at("figures").at("freeBytes") == 100'000'000);
}

TEST_CASE("a clock that nobody keeps is a warning; one that went back before the last event, a problem") {
  tests::console console;
  console.around.clock_is_kept = [] { return false; };
  CHECK(check_of(console, "clock").at("state") == "warning");
  CHECK(check_of(console, "times").at("state") == "ok");
  auto& clock = dynamic_cast<manual_clock&>(*console.around.runtime.clock);
  clock.set(clock.now() - std::chrono::hours(24));
  const json check = check_of(console, "times");
  CHECK(check.at("state") == "problem");
  CHECK(check.at("found") == "the last event was recorded 24 h after what the clock says now");
  CHECK(console.run("doctor").exit == 1);
}

TEST_CASE("what is wrong with the log itself is told as every command tells it, behind what was looked at") {
  tests::console console;
  SUBCASE("an event is damaged") {
    tests::visit(console, [](std::unique_ptr<log_reader> log) {
      return std::make_unique<tests::damaged_log>(std::move(log), 5);
    });
    const ran ran = console.run("doctor");
    CHECK(ran.exit == 6);
    CHECK(ran.out.find("problem  events       one of the last is damaged\n") != std::string::npos);
    CHECK(ran.err.find("[log.checksum, exit 6]") != std::string::npos);
    CHECK(check_of(console, "events").at("code") == "log.checksum");
  }
  SUBCASE("its tail is missing") {
    tests::visit(console, [](std::unique_ptr<log_reader> log) {
      auto found = std::make_unique<tests::damaged_log>(std::move(log), 1'000);
      found->condition_ = {log_condition::kind::tail_missing, global_position{9}, global_position{12}};
      return found;
    });
    const ran ran = console.run("doctor");
    CHECK(ran.exit == 6);
    CHECK(ran.out.find("events that were acknowledged are missing at its end\n") != std::string::npos);
    CHECK(check_of(console, "log").at("figures").at("witnessed") == 12);
  }
  SUBCASE("it cannot be opened") {
    tests::temporary_folder folder;
    const std::string path = folder.file("none.db");
    console.around.store_at = [](const std::string& at) { return sqlite(at); };
    console.with("WHENCE_STORE", path);
    const ran ran = console.run("doctor");
    CHECK(ran.exit == 3);
    CHECK(ran.out.find("ok       clock ") != std::string::npos);
    CHECK(ran.out.find("problem  log          cannot be read: there is no log ") != std::string::npos);
    CHECK(ran.err.find("[log.missing, exit 3]") != std::string::npos);
    CHECK(check_of(console, "log").at("code") == "log.missing");
  }
}

TEST_CASE("a copy made by cp is told from a log and from a backup, with what to do, until somebody writes it") {
  closed_log shop;
  if (!shop.files_say_when_made()) {
    MESSAGE("the file system does not say when a file was made");
    return;
  }
  SUBCASE("cp of all its files") { shop.shell("mkdir to && cp shop.db* to"); }
  SUBCASE("cp -a of the folder") { shop.shell("mkdir from && mv shop.db* from && cp -a from to"); }
  SUBCASE("cp --reflink of all its files") { shop.shell("mkdir to && cp --reflink=auto shop.db* to"); }
  SUBCASE("cp without its index and its WAL") { shop.shell("mkdir to && cp shop.db shop.db.witness to"); }
  SUBCASE("tar") { shop.shell("mkdir to && tar -cf - shop.db* | tar -xf - -C to"); }
  SUBCASE("mv to another disk, which is cp and rm") { shop.shell("mkdir to && cp -a shop.db* to && rm shop.db*"); }
  CHECK(shop.is_copy(shop.at("to/shop.db")));
  const ran said = shop.doctor(shop.at("to/shop.db"));
  CHECK(said.out.find("and no backup") != std::string::npos);
  CHECK(said.out.find("end the writer of the other for good") != std::string::npos);
  CHECK(said.out.find("whence log verify --store ") != std::string::npos);
  // Whoever goes on with it says so by writing it.
  sqlite(shop.at("to/shop.db")).open(shop.console.around.runtime)->close();
  CHECK_FALSE(shop.is_copy(shop.at("to/shop.db")));
}

TEST_CASE("a copy of the database alone has no witness, which is a problem, with what it may be") {
  closed_log shop;
  shop.shell("mkdir to && cp shop.db to");
  const ran said = shop.doctor(shop.at("to/shop.db"));
  CHECK(said.exit == 6);
  CHECK(said.out.find("problem  log ") != std::string::npos);
  CHECK(said.out.find("the database was copied alone, or the witness is lost") != std::string::npos);
  CHECK(said.out.find("whence log repair --dry-run --store ") != std::string::npos);
}

TEST_CASE("what is no copy is not called one") {
  closed_log shop;
  SUBCASE("the log itself, written again or not") {
    CHECK_FALSE(shop.is_copy(shop.path));
    sqlite(shop.path).open(shop.console.around.runtime)->close();
    CHECK_FALSE(shop.is_copy(shop.path));
  }
  SUBCASE("one that was copied from") {
    shop.shell("mkdir to && cp -a shop.db* to");
    CHECK_FALSE(shop.is_copy(shop.path));
  }
  SUBCASE("one of another name, in the folder or in another") {
    shop.shell("for end in '' .witness; do mv shop.db$end other.db$end; done");
    CHECK_FALSE(shop.is_copy(shop.at("other.db")));
    shop.shell("mkdir to && mv other.db* to");
    CHECK_FALSE(shop.is_copy(shop.at("to/other.db")));
  }
  SUBCASE("one that a link leads to") {
    shop.shell("ln -s shop.db link.db");
    CHECK_FALSE(shop.is_copy(shop.at("link.db")));
  }
  SUBCASE("a backup, a copy of that, and what is restored from it, written or not") {
    back_up(sqlite(shop.path), shop.at("shop.backup"), shop.console.around.runtime);
    CHECK_FALSE(shop.is_copy(shop.at("shop.backup")));
    shop.shell("cp shop.backup copy.backup");
    CHECK_FALSE(shop.is_copy(shop.at("copy.backup")));
    restore_log(shop.at("copy.backup"), shop.at("restored.db"), shop.console.around.runtime);
    CHECK_FALSE(shop.is_copy(shop.at("restored.db")));
    sqlite(shop.at("restored.db")).open(shop.console.around.runtime)->close();
    CHECK_FALSE(shop.is_copy(shop.at("restored.db")));
  }
  SUBCASE("a copy of a log whose witness was written before there were notes") {
    shop.shell("dd if=/dev/zero of=shop.db.witness bs=1 seek=512 count=24 conv=notrunc status=none");
    shop.shell("mkdir to && cp -a shop.db* to");
    CHECK_FALSE(shop.is_copy(shop.path));
    CHECK_FALSE(shop.is_copy(shop.at("to/shop.db")));
  }
}

TEST_CASE("without an index that can be used, everything is found all the same, and slowly") {
  tests::temporary_folder folder;
  const std::string path = folder.file("shop.db");
  tests::console console(sqlite(path), tests::shop_runtime());
  tests::fill_shop(*console.log, console.around.runtime);
  console.log->close();
  console.log.reset();
  console.with("WHENCE_STORE", path);
  for (const auto& file : std::filesystem::directory_iterator(folder.path()))
    if (file.path().filename().string().find("index") != std::string::npos) std::filesystem::remove(file.path());
  CHECK(check_of(console, "index").at("state") == "warning");
}

TEST_CASE("a read model of another log is a problem, and one that is behind is not while nobody writes") {
  tests::models_beside beside;
  tests::console console;
  console.around.store_at = [source = beside.around(console.around.store_at(""))](const std::string&) {
    return source;
  };
  beside.add("order_summary", *console.log, 4);
  const json behind = check_of(console, "projection");
  CHECK(behind.at("of") == "order_summary");
  CHECK(behind.at("state") == "ok");
  CHECK(behind.at("kind") == "stopped");
  CHECK(behind.at("figures").at("lag") == 5);
  CHECK(console.run("doctor").exit == 0);

  beside.add("stock_levels", log_identity{.id = log_id{uuid()}, .epoch = 1}, 4, chain_hash{}, {});
  const ran ran = console.run("doctor");
  CHECK(ran.exit == 6);
  CHECK(ran.out.find("problem  projection   stock_levels: foreign\n") != std::string::npos);
}

TEST_CASE("a bug report has what was found, and no word of whose log it is") {
  tests::models_beside beside;
  tests::console console;
  console.around.store_at = [source = beside.around(console.around.store_at(""))](const std::string&) {
    return source;
  };
  beside.add("order_summary", *console.log, 4);
  tests::temporary_folder folder;
  const std::string path = folder.file("report.json");
  const ran ran = console.run({"doctor", "--bundle", path});
  CHECK(ran.exit == 0);
  CHECK(ran.err.starts_with("written: "));
  const std::string text = content_of(path);
  const json report = json::parse(text);
  CHECK(report.at("format") == 1);
  CHECK(report.at("program").at("program") == "whence");
  CHECK(report.at("checks").size() > 8);
  CHECK(report.at("checks").back().at("check") == "projection");
  for (const char* const secret : {"order_summary", "shop", "order-", "Order", "customer", "/tmp"}) {
    CAPTURE(secret);
    CHECK(text.find(secret) == std::string::npos);
  }
  // It is never written over.
  const tests::ran again = console.run({"doctor", "--bundle", path});
  CHECK(again.exit == 4);
  CHECK(again.err.find("[file.exists, exit 4]") != std::string::npos);
  CHECK(content_of(path) == text);
}

TEST_CASE("the versions of SQLite with the bug of its WAL are known") {
  for (const int has : {3'007'000, 3'040'001, 3'044'005, 3'045'000, 3'050'006, 3'051'000, 3'051'002}) {
    CAPTURE(has);
    CHECK(cli::has_wal_reset_bug(has));
  }
  for (const int has_not : {3'006'023, 3'044'006, 3'050'007, 3'051'003, 3'053'000}) {
    CAPTURE(has_not);
    CHECK_FALSE(cli::has_wal_reset_bug(has_not));
  }
}

TEST_CASE("of the machine that this runs on, something is known") {
  const auto here = cli::file_system_of("nowhere/to/be/found.db");
  REQUIRE(here);
  CHECK_FALSE(here->name.empty());
  CHECK(here->free_bytes > 0);
  const auto kernel = cli::file_system_of("/proc/self");
  REQUIRE(kernel);
  CHECK(kernel->what == cli::file_system::kind::unknown);
  CHECK(kernel->name == "0x9fa0");
  CHECK(cli::system_name().starts_with("Linux "));
}

TEST_CASE("a backup is no log whose index has to be made") {
  tests::temporary_folder folder;
  tests::console console(sqlite(folder.file("shop.db")), tests::shop_runtime());
  tests::fill_shop(*console.log, console.around.runtime);
  console.with("WHENCE_STORE", folder.file("shop.backup"));
  back_up(sqlite(folder.file("shop.db")), folder.file("shop.backup"), console.around.runtime);
  console.around.store_at = [](const std::string& path) { return sqlite(path); };
  const ran ran = console.run("doctor");
  CHECK(ran.exit == 0);
  CHECK(ran.out.find("ok       index        none: a backup has none\n") != std::string::npos);
}

TEST_CASE("what is to be done about a log that was named, names it") {
  tests::temporary_folder folder;
  tests::console console(sqlite(folder.file("shop.db")), tests::shop_runtime());
  tests::fill_shop(*console.log, console.around.runtime);
  console.log->close();
  console.log.reset();
  sql::database::open(folder.file("shop.db"), sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{}' WHERE position = 8");
  const std::string named = " --store " + folder.file("shop.db");
  const ran ran = console.run("doctor" + named);
  CHECK(ran.out.find("do: whence log verify" + named + "\n") != std::string::npos);
}
