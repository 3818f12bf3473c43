// `backup` and `restore`, as people and programs see them; and what becomes of who knows more than a restored log.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <string>

#include <nlohmann/json.hpp>

#include <whence/cli/restore_check.hpp>
#include <whence/core/simulation.hpp>
#include <whence/projection/errors.hpp>
#include <whence/projection/runner.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/subscription/delivery.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using nlohmann::json;
using tests::console;
using tests::ran;

namespace {

using tests::shop_types::OrderShipped;
using tests::shop_types::StockAdjusted;

struct Shipped {
  static constexpr projection_info info{"shipped", 2};
  using events = whence::events<OrderShipped>;
  void create(sql::database& db) { db.run("CREATE TABLE shipped(name TEXT)"); }
  void on(const OrderShipped&, const event_context& context, sql::database& db) {
    db.run("INSERT INTO shipped VALUES(?)", {context.stream});
  }
};
struct Levels {
  static constexpr projection_info info{"levels", 1};
  using events = whence::events<StockAdjusted>;
  void create(sql::database& db) { db.run("CREATE TABLE levels(quantity INTEGER)"); }
  void on(const StockAdjusted& adjusted, const event_context&, sql::database& db) {
    db.run("INSERT INTO levels VALUES(?)", {adjusted.quantity});
  }
};

/// All of its projections can read the shop's events.
const cli_types& types() {
  static const cli_types all = cli_types("order-service whence").projection<Shipped>().projection<Levels>();
  return all;
}

/// A shop's log of nine events, which is open, and a folder in which commands work.
struct shop {
  shop() {
    tests::fill_shop(*reader.log, reader.around.runtime);
    std::filesystem::current_path(folder.path());
    reader.around.types = &types();
    reader.with("TMPDIR", aside.path().string());
  }

  bool left_aside() const { return !std::filesystem::is_empty(aside.path()); }

  /// Without what differs from run to run.
  static std::string plain(std::string text) {
    text = std::regex_replace(text, std::regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>");
    return std::regex_replace(text, std::regex("size       [0-9]+ kB"), "size       <size>");
  }

  tests::temporary_folder folder;
  tests::temporary_folder aside;
  std::string path = folder.file("shop.db");
  console reader{whence::sqlite(path), tests::shop_runtime()};
};

}  // namespace

TEST_CASE("a backup that is there is not written over, and a log neither") {
  shop shop;
  CHECK(shop.reader.run("backup shop.backup").exit == 0);
  const ran again = shop.reader.run("backup shop.backup");
  CHECK(again.exit == 4);
  CHECK(again.out.empty());
  CHECK(again.err == R"(whence: cannot make shop.backup
  where: shop.backup
  why:   File exists
  do:    choose another path  [file.exists, exit 4]
)");
  const ran over = shop.reader.run("restore shop.backup shop.db");
  CHECK(over.exit == 4);
  CHECK(over.err.find("there is a log at shop.db; it was left as it is\n") != std::string::npos);
  CHECK(over.err.find("mv -t \"$(mktemp -d shop.db.old.XXXXXX)\" shop.db ") != std::string::npos);
}

TEST_CASE("a copy of a log is named as one, with what to do") {
  shop shop;
  std::filesystem::copy_file("shop.db", "copy.db");
  const ran restored = shop.reader.run("restore copy.db restored.db");
  CHECK(restored.exit == 6);
  CHECK(restored.err == R"(whence: copy.db is a log, and no backup of one; nothing was made
  where: copy.db
  why:   it lacks the mark that a backup gets when all of it is verified: a copy made some other way may have parts of two moments
  do:    whence log verify --store copy.db
         # if all of it is as it should be, make a backup of it  [backup.not_one, exit 6]
)");
  CHECK(!std::filesystem::exists("restored.db"));
}

TEST_CASE("work that is interrupted leaves no backup and no log") {
  shop shop;
  shop.reader.interrupted.waits = 0;  // SIGINT comes before it is done
  const ran backup = shop.reader.run("backup shop.backup");
  CHECK(backup.exit == 130);
  CHECK(backup.err == "stopped before the end; no backup was made\n");
  CHECK(!std::filesystem::exists("shop.backup"));
  for (const auto& left : std::filesystem::directory_iterator("."))
    CHECK(left.path().string().find(".draft") == std::string::npos);
  shop.reader.interrupted.waits = 1;
  CHECK(shop.reader.run("backup shop.backup").exit == 0);
  shop.reader.interrupted.waits = 0;
  const ran restored = shop.reader.run("restore shop.backup restored.db");
  CHECK(restored.exit == 130);
  CHECK(restored.err == "stopped before the end; no log was made\n");
  CHECK(!std::filesystem::exists("restored.db"));
  CHECK(shop.reader.run("restore shop.backup --check").exit == 130);
  CHECK(!shop.left_aside());
}

TEST_CASE("a check names what is wrong with a backup, and what the program cannot make of it") {
  shop shop;
  CHECK(shop.reader.run("backup shop.backup").exit == 0);
  sql::database::open("shop.backup", sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{\"x\":1}' WHERE position = 3");
  const ran damaged = shop.reader.run("restore shop.backup --check");
  CHECK(damaged.exit == 6);
  CHECK(damaged.err.starts_with("whence: event 3 in shop.backup cannot be trusted\n"));
  CHECK(!shop.left_aside());
  CHECK(shop.reader.run("restore shop.backup --check --at 2").exit == 0);
}

TEST_CASE("a backup says what it has; checked, it was restored, verified, and each read model built from it") {
  shop shop;
  const ran ran = shop.reader.run("backup shop.backup --check");
  CHECK(ran.exit == 0);
  CHECK(ran.err.empty());
  CHECK(shop::plain(ran.out) == R"(shop.backup
log        <id>   epoch 1
events     9 events, the last one recorded 2026-01-27T10:30:09.000Z
size       <size>
check      restored aside, and verified: 9 events in 5 streams, all as they were written
models     built anew from it: levels, shipped
)");
  CHECK(!shop.left_aside());
  const json data = json::parse(shop.reader.run("restore shop.backup --check --json").out)["data"];
  CHECK(data["head"] == 9);
  CHECK(!data.contains("log"));
  CHECK(data["check"]["events"] == 9);
  CHECK(data["check"]["models"].size() == 2);
  CHECK(data["check"]["models"][0]["built"] == true);

  shop.reader.around.types = nullptr;
  const json stock = json::parse(shop.reader.run("restore shop.backup --check --json").out)["data"];
  CHECK(stock["check"]["models"].is_null());
}

TEST_CASE("in a folder a backup gets a name that says of what and of when it is") {
  shop shop;
  std::filesystem::create_directory("backups");
  CHECK(shop.reader.run("backup backups").exit == 0);
  const std::string name = std::filesystem::directory_iterator("backups")->path().filename().string();
  CHECK(std::regex_match(name, std::regex(R"(shop\.db\.20260127T\d{6}Z\.backup)")));
}

TEST_CASE("logs of one name are backed up into one folder in one second under two names") {
  shop shop;
  std::filesystem::create_directory("backups");
  for (int i = 0; i < 3; ++i) CHECK(shop.reader.run("backup backups").exit == 0);
  std::size_t made = 0;
  for (const auto& entry : std::filesystem::directory_iterator("backups")) {
    ++made;
    CHECK(read_backup(entry.path().string(), shop.reader.around.runtime).head == global_position{9});
  }
  CHECK(made == 3);
}

TEST_CASE("what a rehearsal that was killed left is removed by the next, and nothing that others have") {
  shop shop;
  CHECK(shop.reader.run("backup shop.backup").exit == 0);
  const std::string left = shop.aside.file("whence-restore-0199aaaa-0000-7000-8000-000000000000");
  const std::string held = shop.aside.file("whence-restore-0199bbbb-0000-7000-8000-000000000000");
  const std::string without = shop.aside.file("whence-restore-of-somebody");
  const auto kept_by = shop.reader.around.runtime.files->try_lock(held + ".lock");
  for (const std::string& folder : {left, held, without}) {
    std::filesystem::create_directory(folder);
    std::ofstream(folder + "/restored.db") << "of a customer";
  }
  std::ofstream(left + ".lock") << "4182\n";
  CHECK(shop.reader.run("restore shop.backup --check").exit == 0);
  CHECK(!std::filesystem::exists(left));
  CHECK(!std::filesystem::exists(left + ".lock"));
  CHECK(std::filesystem::exists(held + "/restored.db"));
  CHECK(std::filesystem::exists(without + "/restored.db"));
  std::filesystem::remove_all(held);
  std::filesystem::remove_all(without);
  std::filesystem::remove(held + ".lock");
  CHECK(!shop.left_aside());
}

TEST_CASE("nobody else may look into the folder of a rehearsal") {
  shop shop;
  CHECK(shop.reader.run("backup shop.backup").exit == 0);
  bool looked = false;
  static_cast<void>(
      check_restore("shop.backup", {}, shop.reader.around, [&](std::string_view, std::uint64_t, std::uint64_t) {
        for (const auto& entry : std::filesystem::directory_iterator(shop.aside.path())) {
          if (!entry.is_directory()) continue;
          looked = true;
          CHECK(entry.status().permissions() == std::filesystem::perms::owner_all);
        }
      }));
  CHECK(looked);
  CHECK(!shop.left_aside());
}

TEST_CASE("a backup is read as the log that it was") {
  shop shop;
  CHECK(shop.reader.run("backup shop.backup").exit == 0);
  const ran live = shop.reader.run("event list -o jsonl");
  shop.reader.around.store_at = [](const std::string& path) { return whence::sqlite(path); };
  const ran kept = shop.reader.run("event list -o jsonl --store shop.backup");
  CHECK(kept.exit == 0);
  CHECK(kept.out == live.out);
  CHECK(shop.reader.run("log verify --store shop.backup").exit == 0);
}

TEST_CASE("a restored log says where it ends, what it left out, and which read models are stopped") {
  shop shop;
  CHECK(shop.reader.run("backup shop.backup").exit == 0);
  const projection_ground ground{.log = whence::sqlite(shop.path).visit(shop.reader.around.runtime),
                                 .runtime = shop.reader.around.runtime,
                                 .models_directory = shop.folder.file("restored.db.models")};
  const auto& known = types().known().projections();
  const auto model = projection_runner::make(*known.front().definition, nullptr, ground);
  model->include({1, global_position{9}}, std::chrono::seconds{10});

  const ran ran = shop.reader.run("restore shop.backup restored.db --at 6");
  CHECK(ran.exit == 0);
  const std::string told = std::regex_replace(shop::plain(ran.out), std::regex("epoch [0-9]+,"), "epoch <time>,");
  CHECK(std::regex_replace(told, std::regex("made [0-9TZ:.-]+"), "made <time>") == R"(restored.db
backup     shop.backup, made <time>
log        <id>   epoch <time>, before 1
events     6 events, the last one recorded 2026-01-27T10:30:06.000Z
left out   3 events of the backup, from #7 on
)");
  CHECK(ran.err == "read model " + std::string(model->name()) +
                       " stands at #9 of another history than the restored log's, and is stopped; what to do: whence "
                       "projection status --store restored.db\n");
}

TEST_CASE("up to the time that a backup prints of its last event, all of it is restored and listed") {
  shop shop;
  dynamic_cast<manual_clock&>(*shop.reader.around.runtime.clock).advance(std::chrono::microseconds(983));
  tests::append_event(*shop.reader.log, "order-9", "Order", tests::event_of("OrderPlaced", "{}", 900));
  const ran made = shop.reader.run("backup shop.backup");
  std::smatch said;
  REQUIRE(std::regex_search(made.out, said, std::regex("10 events, the last one recorded ([0-9TZ:.-]+)\n")));
  const std::string time = said[1];
  const json restored = json::parse(shop.reader.run("restore shop.backup restored.db -o json --at " + time).out);
  CHECK(restored.at("data").at("head") == 10);
  const std::string listed = shop.reader.run("event list -o jsonl --until " + time).out;
  CHECK(std::count(listed.begin(), listed.end(), '\n') == 10);
}

TEST_CASE("a backup that is not there is named as what it is, and no log is asked for") {
  shop shop;
  CHECK(shop.reader.run("restore nothere restored.db").err ==
        "whence: cannot read nothere\n"
        "  where: nothere\n"
        "  why:   No such file or directory\n"
        "  do:    ls -l .\n"
        "         # name a file that is there  [file.missing, exit 3]\n");
}

TEST_CASE("what is there and no log is not called one, nor is it to be moved away") {
  shop shop;
  CHECK(shop.reader.run("backup shop.backup").exit == 0);
  CHECK(shop.reader.run("backup other.backup").exit == 0);
  std::filesystem::create_directory("folder");
  std::ofstream("empty").close();
  std::ofstream("noise") << "noise";
  for (const char* const there : {"folder/", "empty", "noise", "other.backup"}) {
    CAPTURE(there);
    const ran refused = shop.reader.run(std::string("restore shop.backup ") + there);
    CHECK(refused.exit != 0);
    CHECK(refused.err.starts_with(std::string("whence: cannot make ") + there + "\n"));
    CHECK(refused.err.find("mv ") == std::string::npos);
  }
}

TEST_CASE("beside a restored log, each who has seen more is stopped by name, and who has not goes on") {
  shop shop;
  const runtime& runtime = shop.reader.around.runtime;
  CHECK(shop.reader.run("backup shop.backup").exit == 0);
  const auto older = [&](std::uint64_t position) {
    const auto log = whence::sqlite(shop.path).visit(runtime);
    return checkpoint{log->identity(), global_position{position}, *log->chain_at(global_position{position})};
  };
  const checkpoint within = older(4);
  const checkpoint beyond = older(9);
  CHECK(shop.reader.run("restore shop.backup restored.db --at 6").exit == 0);
  const auto log = whence::sqlite("restored.db").open(runtime);

  const auto stopped = [&](const checkpoint& at) -> std::string {
    try {
      verify(at, *log, "invoices");
    } catch (const checkpoint_mismatch& refusal) {
      CHECK(refusal.owner == "invoices");
      CHECK(refusal.what == checkpoint_mismatch::kind::other_history);
      return refusal.text().why;
    }
    return {};
  };
  CHECK(stopped(within).empty());
  CHECK(stopped(beyond).find("the log was restored, or gave up a lost end") != std::string::npos);
  // The log goes on, past where the other one was.
  for (int i = 0; i < 4; ++i)
    tests::append_event(*log, "order-9", "Order", tests::event_of("OrderNoted", R"({"note":"new"})", 100 + i));
  CHECK(log->head() > beyond.position);
  CHECK(stopped(within).empty());
  CHECK(!stopped(beyond).empty());

  const auto model =
      projection_runner::make(*types().known().projections().front().definition, nullptr,
                              {.log = std::shared_ptr<log_reader>(whence::sqlite("restored.db").visit(runtime)),
                               .runtime = runtime,
                               .models_directory = ""});
  CHECK_THROWS_AS(model->include({beyond.log.epoch, beyond.position}, std::chrono::seconds{10}), token_of_other_epoch);
  CHECK_THROWS_AS(model->include({within.log.epoch, within.position}, std::chrono::seconds{10}), token_of_other_epoch);
}
