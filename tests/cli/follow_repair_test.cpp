// `whence event list --follow` as a process of its own, while other processes repair the log and append to it.
#include <cstddef>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/shop_log.hpp>
#include <tests/cli/whence_program.hpp>
#include <tests/temporary_folder.hpp>
#include <whence/core/envelope.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;

namespace {

/// Nine events, the third of which is damaged; and a backup of before.
struct damaged_shop {
  damaged_shop() {
    const runtime runtime = tests::shop_runtime();
    const auto log = sqlite(path()).open(runtime);
    tests::fill_shop(*log, runtime);
    log->close();
    REQUIRE(tests::run_whence({"backup", "shop.backup"}, here()).exit == 0);
    sql::database db = sql::database::open(path(), sql::open_mode::read_write);
    db.run("UPDATE entries SET data = '{\"x\":1}' WHERE position = 3");
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    std::ofstream(folder.file("event.json")) << R"({"eventType":"OrderNoted","data":{}})";
  }
  std::string path() const { return folder.file("shop.db"); }
  tests::program_surroundings here() const { return {.folder = folder.path().string()}; }

  /// Follows from the last but one on, until there are four; what it says, between its exit code and how many events it showed.
  std::string followed_over(const std::string& repair) const {
    return tests::run_in_shell(
               "export WHENCE_STORE=shop.db; whence event list --follow --tail 2 --count 4 --for 60s -o jsonl >out "
               "2>err & "
               "for i in {1..3000}; do grep -q live err && break; sleep 0.01; done; " +
                   repair + " >done 2>&1 || cat done; " +
                   "whence event append order-12345 event.json --yes >done 2>&1 || cat done; "
                   "wait $!; echo $?; cat err; wc -l <out",
               here())
        .out;
  }
  std::vector<std::uint64_t> positions_shown() const {
    std::vector<std::uint64_t> shown;
    std::istringstream text(tests::content_of(folder.file("out")));
    for (std::string line; std::getline(text, line);) shown.push_back(envelope_from_json(line).position->value());
    return shown;
  }

  tests::temporary_folder folder;
};

}  // namespace

TEST_CASE("who follows a log that is repaired with a loss is stopped by name, and sees nothing of the other history") {
  const damaged_shop shop;
  const std::string said = shop.followed_over("whence log repair --accept damage --reason disk --yes");
  CHECK(
      std::regex_replace(said, std::regex("epoch [0-9]{3,}"), "epoch <epoch>") ==
      "5\n"
      "live: shop.db after #9; Ctrl-C ends it\n"
      "whence: another file was put in the place of shop.db, and it does not go on there\n"
      "  where: shop.db\n"
      "  why:   it is of epoch <epoch>, and what was read is of epoch 1: the log was restored, or gave up what was "
      "lost\n"
      "  do:    begin anew: what was read before may not be in the log that stands there now  [log.replaced, exit 5]\n"
      "2\n");
  CHECK(shop.positions_shown() == std::vector<std::uint64_t>{8, 9});
}

TEST_CASE("who follows a log that is repaired without a loss goes on, and notices nothing") {
  const damaged_shop shop;
  CHECK(shop.followed_over("whence log repair --with shop.backup") == "0\nlive: shop.db after #9; Ctrl-C ends it\n4\n");
  // What the repair notes of itself comes first.
  CHECK(shop.positions_shown() == std::vector<std::uint64_t>{8, 9, 10, 11});
}
