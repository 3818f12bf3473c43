// A repair has the log for itself: nobody writes it between the plan and what comes of that.
#include <doctest/doctest.h>

#include <filesystem>
#include <memory>

#include <whence/core/async.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// A hundred events, of which the third is damaged: a writer looks at the last ones when it opens the log.
struct shop {
  shop() {
    const auto log = folder.open();
    folder.append(*log, "order-0", 100);
    log->close();
    folder.change("UPDATE entries SET data = '{\"x\":1}' WHERE position = 3");
  }

  log_repair repair() const { return {folder.path(), folder.runtime()}; }
  static repair_decision accepting() {
    return {.accept = {log_loss::damage},
            .audit = log_operation{.name = "log repair", .reason = "ticket 17", .by = this_operator("test")}};
  }
  std::uint64_t head() const { return folder.visit()->head().value(); }

  log_folder folder;
};

}  // namespace

TEST_CASE("a log that a process writes is not repaired, and none writes it while one looks at the plan") {
  const shop shop;
  {
    const auto log = shop.folder.open();
    CHECK_THROWS_AS(shop.repair(), log_busy);
  }
  const log_repair held = shop.repair();
  CHECK_THROWS_AS(shop.folder.open(), log_busy);
}

TEST_CASE("where a log came without its lock, nobody may have written it between a plan and its repair") {
  const shop shop;
  std::filesystem::remove(shop.folder.beside(".lock"));
  log_repair planned = shop.repair();
  CHECK(planned.plan().lost_events == 98);
  CHECK_FALSE(std::filesystem::exists(shop.folder.beside(".lock")));
  SUBCASE("somebody writes it") {
    const auto log = shop.folder.open();
    CHECK_THROWS_AS(planned.carry_out(shop::accepting()), log_busy);
    log->close();
  }
  SUBCASE("somebody has written it") {
    const auto log = shop.folder.open();
    shop.folder.append(*log, "order-7");
    log->close();
    CHECK_THROWS_AS(planned.carry_out(shop::accepting()), log_changed);
    CHECK(shop.head() == 101);
  }
  SUBCASE("nobody has written it") {
    planned.carry_out(shop::accepting());
    CHECK(verify_log(sqlite(shop.folder.path()), shop.folder.runtime()).sound());
    CHECK(shop.head() == 3);
  }
}
