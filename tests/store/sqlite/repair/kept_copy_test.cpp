// The copy of the files of before: a repair that fails takes it back, as long as it has written nothing into the log.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include <whence/store/log_backup.hpp>
#include <whence/store/log_repair.hpp>

#include <tests/store/sqlite/failing_files.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// Nine events, of which the fifth is another one; what made it so stands in the WAL alone, as a process that died leaves it.
struct shop_with_wal {
  shop_with_wal() {
    const auto log = folder.open();
    for (int i = 0; i < 9; ++i) folder.append(*log, "order");
    log->close();
    back_up(sqlite(folder.path()), backup(), folder.runtime());
    sql::database db = sql::database::open(folder.path(), sql::open_mode::read_write);
    sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    db.run("UPDATE entries SET data = '{\"x\":1}' WHERE position = 5");
  }

  std::string backup() const { return folder.beside(".backup"); }
  std::map<std::string, std::string> bytes() const { return folder.bytes_of({"", "-wal", ".witness"}); }
  std::vector<std::string> copies() const {
    std::vector<std::string> found;
    for (const std::string& name : folder.names())
      if (name.find(".before-repair") != std::string::npos) found.push_back(name);
    return found;
  }

  log_folder folder;
};

}  // namespace

TEST_CASE(
    "whatever call fails, no copy stays of a log that was not written, and of one that was written it stays whole") {
  int as_it_was = 0;
  int written = 0;
  for (std::uint64_t call = 1;; ++call) {
    CAPTURE(call);
    const shop_with_wal shop;
    const auto before = shop.bytes();
    REQUIRE(!before.at("-wal").empty());
    const auto disk = std::make_shared<tests::failing_files>(call);
    runtime failing = shop.folder.runtime();
    failing.files = disk;
    try {
      static_cast<void>(log_repair(shop.folder.path(), failing, {.from = {shop.backup()}}).carry_out({}));
    } catch (const error&) {
      if (shop.bytes() == before) {
        ++as_it_was;
        CHECK(shop.copies() == std::vector<std::string>{});
      } else {
        ++written;
        REQUIRE(!shop.copies().empty());
        const std::string kept = std::filesystem::path(shop.folder.path()).parent_path() / shop.copies().front();
        for (const auto& [end, bytes] : before) CHECK(log_folder::contents(kept + end) == bytes);
      }
    }
    if (!disk->has_failed()) break;
  }
  CHECK(as_it_was > 10);
  CHECK(written > 0);
}
