// Who reads a log while a repair, a restore or a person puts another file in its place: goes on there, or is told by name.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/files.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// Nine events, of which a backup has all and an older copy the first six; and somebody who has read them all.
struct shop {
  shop() {
    const auto log = folder.open();
    folder.append(*log, "order-1", 6);
    log->close();
    std::filesystem::copy(folder.path(), folder.beside(".older"));
    static_cast<void>(back_up(sqlite(folder.path()), folder.beside(".older-backup"), folder.runtime()));
    append(3);
    static_cast<void>(back_up(sqlite(folder.path()), folder.beside(".backup"), folder.runtime()));
    visitor = folder.visit();
    REQUIRE(visitor->head() == global_position{9});
  }

  void append(int events) const {
    const auto log = folder.open();
    folder.append(*log, "order-1", events);
    log->close();
  }
  void repair(const repair_decision& decision, std::vector<std::string> from = {}) const {
    log_repair(folder.path(), folder.runtime(), {.from = std::move(from)}).carry_out(decision);
  }
  void damage(int position) const {
    folder.change("UPDATE entries SET data = '{\"x\":1}' WHERE position = " + std::to_string(position));
  }
  void take_away() const {
    for (const char* const end : {"", "-wal", "-shm", ".witness"})
      if (std::filesystem::exists(folder.beside(end)))
        std::filesystem::rename(folder.beside(end), folder.beside(".away" + std::string(end)));
  }

  log_folder folder;
  std::unique_ptr<log_reader> visitor;
};

}  // namespace

TEST_CASE("over a repair that loses nothing, who reads and who waits go on in the repaired log") {
  const shop shop;
  shop.damage(4);
  async<global_position> next = shop.visitor->wait_beyond(global_position{9});
  shop.repair({}, {shop.folder.beside(".backup")});
  shop.append(1);
  CHECK(std::move(next).get() == global_position{10});
  CHECK(shop.visitor->read(global_position{3}).front().position == global_position{4});
  CHECK(shop.visitor->head() == global_position{10});
  CHECK(shop.visitor->read(global_position{9}).front().position == global_position{10});
}

TEST_CASE("over a repair that loses what was read, who waits is told by name, and so is who asks later") {
  const shop shop;
  shop.damage(4);
  async<global_position> next = shop.visitor->wait_beyond(global_position{9});
  shop.repair({.accept = {log_loss::damage},
               .audit = log_operation{.name = "log repair", .reason = "ticket 17", .by = this_operator("test")}});
  CHECK_THROWS_AS(std::move(next).get(), log_replaced);
  CHECK_THROWS_AS(shop.visitor->head(), log_replaced);
  CHECK_THROWS_AS(shop.visitor->read(global_position{3}), log_replaced);
  CHECK_THROWS_AS(shop.visitor->wait_beyond(global_position{9}).get(), log_replaced);
  CHECK(shop.folder.visit()->head() == global_position{4});  // with the audit event
}

TEST_CASE("while no file stands there, what was open is read on; a restored one is of another epoch") {
  const shop shop;
  shop.take_away();
  CHECK(shop.visitor->head() == global_position{9});
  CHECK(shop.visitor->read(global_position{8}).size() == 1);
  async<global_position> next = shop.visitor->wait_beyond(global_position{9});
  static_cast<void>(restore_log(shop.folder.beside(".backup"), shop.folder.path(), shop.folder.runtime()));
  CHECK_THROWS_AS(std::move(next).get(), log_replaced);
  CHECK_THROWS_AS(shop.visitor->head(), log_replaced);
}

TEST_CASE("a copy that is put there of the same epoch has to have what was read") {
  const shop shop;
  shop.take_away();
  SUBCASE("it has") {
    std::filesystem::copy(shop.folder.beside(".away"), shop.folder.path());
    CHECK(shop.visitor->head() == global_position{9});
    CHECK(shop.visitor->read(global_position{8}).size() == 1);
  }
  SUBCASE("it ends before that") {
    std::filesystem::copy(shop.folder.beside(".older"), shop.folder.path());
    CHECK_THROWS_AS(shop.visitor->head(), log_replaced);
  }
  SUBCASE("it is another log") {
    const log_folder other;
    const auto log = other.open();
    other.append(*log, "order-1", 12);
    log->close();
    std::filesystem::copy(other.path(), shop.folder.path());
    CHECK_THROWS_AS(shop.visitor->head(), log_replaced);
  }
}

TEST_CASE("a file that is copied over the log is another log, though it is the same file") {
  const shop shop;
  const std::string other = shop.folder.beside(".other");
  static_cast<void>(restore_log(shop.folder.beside(".older-backup"), other, shop.folder.runtime()));
  {
    const auto log = sqlite(other).open(shop.folder.runtime());
    shop.folder.append(*log, "order-2", 4);
    log->close();
  }
  const std::uint64_t inode = system_files()->status(shop.folder.path())->inode;
  for (const char* const end : {"", ".witness"})
    std::filesystem::copy(other + end, shop.folder.beside(end), std::filesystem::copy_options::overwrite_existing);
  REQUIRE(system_files()->status(shop.folder.path())->inode == inode);
  SUBCASE("who asks for its head is told") {
    shop.append(1);
    CHECK_THROWS_AS(shop.visitor->head(), log_replaced);
  }
  SUBCASE("who waits is told") {
    async<global_position> next = shop.visitor->wait_beyond(global_position{9});
    shop.append(1);
    CHECK_THROWS_AS(std::move(next).get(), log_replaced);
  }
  CHECK_THROWS_AS(shop.visitor->read(global_position{3}), log_replaced);
}

TEST_CASE("who asks in the moment in which a longer file takes the log's place is not told that it was another log") {
  const log_folder folder;
  constexpr int copies = 120;
  const auto copy = [&folder](int number) { return folder.beside(".copy-" + std::to_string(number)); };
  for (int number = 0; number <= copies; ++number) {
    const auto log = folder.open();
    folder.append(*log, "order-1", 1);
    log->close();
    std::filesystem::copy(folder.path(), copy(number));
  }
  std::filesystem::rename(copy(0), folder.path());
  const auto visitor = folder.visit();
  std::atomic<bool> is_over = false;
  std::atomic<int> told = 0;
  const auto until_over = [&](const auto& ask) {
    return std::thread([&, ask] {
      while (!is_over) {
        try {
          ask();
        } catch (const log_replaced&) {
          ++told;
          return;
        } catch (const error&) {
          // In the middle of it there are files of two logs.
        }
      }
    });
  };
  std::stop_source stop;
  std::vector<std::thread> asking;
  for (int i = 0; i < 2; ++i) asking.push_back(until_over([&] { static_cast<void>(visitor->head()); }));
  asking.push_back(until_over([&] {
    const global_position head = visitor->head();
    static_cast<void>(visitor->wait_beyond(head, stop.get_token()).get());
  }));
  for (int number = 1; number <= copies; ++number) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    for (const char* const end : {"-wal", "-shm"}) std::filesystem::remove(folder.beside(end));
    std::filesystem::rename(copy(number), folder.path());
  }
  is_over = true;
  stop.request_stop();
  for (std::thread& each : asking) each.join();
  CHECK(told == 0);
  CHECK(visitor->head() == global_position{copies + 1});
}
