// Whoever may read a log, and nobody else, may read what is made of it: by the mode of its file, and by its group.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <whence/sql/database.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_repair.hpp>

#include <tests/acting_as_alice.hpp>
#include <tests/skip.hpp>
#include <tests/store/sqlite/archived_shop.hpp>

using namespace whence;

namespace {

using tests::accounting;
using tests::acting_as_alice;
using tests::alice;
using tests::is_for;
using tests::staff;

/// A log, alice's and accounting's, in a folder of hers; and nothing beside it that can be made anew.
struct shop_of_accounting : tests::archived_shop {
  explicit shop_of_accounting(mode_t mode) {
    folder.change("SELECT 1");
    for (const char* const end : {"-wal", "-shm", ".index", ".index-wal", ".index-shm", ".lock"})
      std::filesystem::remove(folder.beside(end));
    for (const auto& file : std::filesystem::directory_iterator(directory()))
      REQUIRE(::chown(file.path().c_str(), alice, staff) == 0);
    REQUIRE(::chown(directory().c_str(), alice, staff) == 0);
    REQUIRE(::chown(folder.path().c_str(), alice, accounting) == 0);
    REQUIRE(::chmod(folder.path().c_str(), mode) == 0);
  }

  std::filesystem::path directory() const { return std::filesystem::path(folder.path()).parent_path(); }

  /// What has events or their keys in it: an archive, a backup, a restored log, a fork, and what is made beside a log that is open.
  std::vector<std::string> made() const {
    archive({.streams = {"order-3"}});
    const std::string backup = folder.beside(".backup");
    back_up(sqlite(folder.path()), backup, folder.runtime());
    restore_log(backup, folder.beside(".restored"), folder.runtime());
    fork_log(folder.path(), folder.beside(".fork"), folder.runtime());
    std::vector<std::string> all{file(), backup, folder.beside(".restored"), folder.beside(".fork")};
    for (const char* const end : {"-wal", ".index", ".index-wal"}) all.push_back(folder.beside(end));
    return all;
  }
  /// The same of a repair: the log itself, and the copy that it keeps.
  std::vector<std::string> repaired() const {
    folder.change("UPDATE entries SET data = '[]' WHERE position = 60");
    const repaired_log done =
        log_repair(folder.path(), folder.runtime())
            .carry_out({.accept = {log_loss::damage},
                        .audit = log_operation{.name = "log repair", .reason = "disk", .by = this_operator("test")}});
    CHECK(!done.unfinished);
    return {folder.path(), folder.beside("-wal"), done.kept, done.kept + "-wal"};
  }
};

}  // namespace

TEST_CASE("what is made of a log is for the log's group, and not for that of who makes it") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  const shop_of_accounting shop(0640);
  const acting_as_alice now({staff, accounting});
  for (const std::string& file : shop.made()) CHECK_MESSAGE(is_for(file, accounting, 0640), file);
  for (const std::string& file : shop.repaired()) CHECK_MESSAGE(is_for(file, accounting, 0640), file);
}

TEST_CASE("the group of a log that was restored may read it, and what is appended to it") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  const shop_of_accounting shop(0640);
  const std::string restored = shop.folder.beside(".restored");
  {
    const acting_as_alice now({staff, accounting});
    const std::string backup = shop.folder.beside(".backup");
    back_up(sqlite(shop.folder.path()), backup, shop.folder.runtime());
    restore_log(backup, restored, shop.folder.runtime());
    const auto log = sqlite(restored).open(shop.folder.runtime());
    shop.folder.append(*log, "order-new");
    for (const char* const end : {"", "-wal", "-shm", ".index", ".index-wal", ".index-shm"})
      CHECK_MESSAGE(is_for(restored + end, accounting, 0640), end);
    log->close();
  }
  const acting_as_alice now({staff, accounting});
  CHECK(sqlite(restored).visit(shop.folder.runtime())->stream_head("order-new") == stream_version{1});
}

TEST_CASE("where who makes it is not in the log's group, no group gets more than all others") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  mode_t log = 0640;
  mode_t made = 0600;
  SUBCASE("others may not read it") {}
  SUBCASE("others may read it") { log = made = 0644; }
  SUBCASE("others may read it, and the group may not") { log = 0604; }
  const shop_of_accounting shop(log);
  const acting_as_alice now({staff});
  for (const std::string& file : shop.made()) CHECK_MESSAGE(is_for(file, staff, made), file);
}

TEST_CASE("the index of a log that is its owner's alone is its owner's alone, whatever the umask is") {
  const tests::archived_shop shop;
  constexpr auto owner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  std::filesystem::permissions(shop.folder.path(), owner);
  for (const char* const end : {".index", ".index-wal", ".index-shm"}) std::filesystem::remove(shop.folder.beside(end));
  shop.folder.open()->close();
  for (const char* const end : {".index", ".index-wal"})
    CHECK(std::filesystem::status(shop.folder.beside(end)).permissions() == owner);
}
