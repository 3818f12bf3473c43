// What root does to the log of a service's user leaves nothing there that this user could not open, and may be done with files that
// are root's alone.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <whence/sql/database.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/skip.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using tests::ran;

namespace {

constexpr uid_t service = 65'534;

/// A shop's log of nine events, closed, in a folder that is all the service's; and another folder that root alone may enter, with a
/// backup and an export of it.
struct shop_of_service {
  shop_of_service() {
    std::filesystem::current_path(roots.path());
    {
      const auto log = sqlite(path).open(reader.around.runtime);
      tests::fill_shop(*log, reader.around.runtime);
      log->close();
    }
    back_up(sqlite(path), "sunday.backup", reader.around.runtime);
    std::filesystem::permissions("sunday.backup", std::filesystem::perms::owner_read);
    reader.with("WHENCE_STORE", path);
    reader.around.store_at = [this](const std::string& name) { return sqlite(name.empty() ? path : name); };
    std::ofstream("shop.jsonl") << reader.run("export").out;
    std::filesystem::permissions("shop.jsonl", std::filesystem::perms::owner_read);
  }

  void give_away() const {
    REQUIRE(::chown(folder.path().c_str(), service, service) == 0);
    for (const auto& file : std::filesystem::directory_iterator(folder.path()))
      REQUIRE(::lchown(file.path().c_str(), service, service) == 0);
  }
  void remove(std::initializer_list<const char*> ends) const {
    for (const char* const end : ends) std::filesystem::remove(path + end);
  }
  void damage(const std::string& position) const {
    sql::database db = sql::database::open(path, sql::open_mode::read_write);
    db.run("UPDATE entries SET data = '{\"x\":1}' WHERE position = " + position);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) found.insert(file.path().filename());
    return found;
  }
  /// Those that are not the service's.
  std::string foreign() const {
    std::string found;
    for (const std::string& name : names()) {
      struct stat there{};
      REQUIRE(::lstat(folder.file(name).c_str(), &there) == 0);
      if (there.st_uid != service || there.st_gid != service) found += name + " ";
    }
    return found;
  }
  /// As the service would, which is not root.
  bool service_appends() const {
    REQUIRE(::seteuid(service) == 0);
    bool appended = false;
    try {
      const auto log = sqlite(path).open(reader.around.runtime);
      append_batch batch;
      batch.streams = {audit_of({.name = "trial"}, reader.around.runtime)};
      static_cast<void>(log->append(batch).get().value());
      log->close();
      appended = true;
    } catch (const error& failure) {
      MESSAGE(failure.what());
    }
    REQUIRE(::seteuid(0) == 0);
    return appended;
  }

  tests::temporary_folder folder;
  tests::temporary_folder roots;
  std::string path = folder.file("shop.db");
  tests::console reader{memory(), tests::shop_runtime()};
};

}  // namespace

TEST_CASE("a log that root repairs stays its owner's, with all that is made beside it") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  shop_of_service shop;
  std::string line;
  SUBCASE("from a backup") {
    shop.damage("3");
    line = "log repair --with sunday.backup";
  }
  SUBCASE("without its lock and its index, and with a loss") {
    shop.damage("3");
    shop.remove({".lock", ".index", ".index-wal", ".index-shm"});
    line = "log repair --accept damage --reason disk --yes";
  }
  SUBCASE("without its witness") {
    shop.remove({".witness", ".lock"});
    line = "log repair --accept missing-witness --reason move --yes";
  }
  SUBCASE("only its index is damaged") {
    sql::database::open(shop.path + ".index", sql::open_mode::read_write).run("DELETE FROM runs");
    std::filesystem::resize_file(shop.path + ".index", 4'096);
    line = "log repair";
  }
  shop.give_away();
  const ran repaired = shop.reader.run(line);
  CAPTURE(repaired.out);
  CAPTURE(repaired.err);
  CHECK(repaired.exit == 0);
  CHECK(repaired.out.find("repaired ") != std::string::npos);
  CHECK(::geteuid() == 0);
  CHECK(shop.foreign() == "");
  CHECK(shop.service_appends());
  CHECK(verify_log(sqlite(shop.path), shop.reader.around.runtime).sound());
}

TEST_CASE("a dry run of root's on another's log leaves no lock of root's, and the service goes on") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  shop_of_service shop;
  shop.remove({".lock"});
  shop.give_away();
  const std::set<std::string> before = shop.names();
  CHECK(shop.reader.run("log repair --dry-run").exit == 0);
  CHECK(shop.reader.run("log repair").exit == 0);
  for (const std::string& name : shop.names())
    if (!name.ends_with("-wal") && !name.ends_with("-shm")) CHECK(before.count(name) == 1);
  CHECK(shop.foreign() == "");
  CHECK(shop.service_appends());
}

TEST_CASE("what root imports into another's log is that user's, from a file that root alone may read") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  shop_of_service shop;
  std::ofstream("begin.jsonl") << shop.reader.run("export --to 4").out;
  for (const std::string& name : shop.names()) std::filesystem::remove(shop.folder.file(name));
  CHECK(shop.reader.run("import begin.jsonl").exit == 0);
  shop.remove({".lock", ".index", ".index-wal", ".index-shm"});
  shop.give_away();
  const ran imported = shop.reader.run("import shop.jsonl");
  CHECK(imported.err == "");
  CHECK(imported.out.find("appended  5\n") != std::string::npos);
  CHECK(shop.foreign() == "");
  CHECK(shop.service_appends());
}

TEST_CASE("what root looks at, or copies to a place of his own, gets nothing of root's beside it") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  shop_of_service shop;
  shop.give_away();
  CHECK(shop.reader.run("log make-key shop.key").exit == 0);
  const std::vector<std::vector<std::string>> lines{{"doctor"},
                                                    {"inspect"},
                                                    {"log", "verify"},
                                                    {"event", "list"},
                                                    {"sql", "-c", "SELECT 1"},
                                                    {"backup", "monday.backup"},
                                                    {"log", "fork", "what-if.db"},
                                                    {"log", "prove", "--key", "shop.key", "--heads", "shop.heads"},
                                                    {"log", "archive", "--aggregate", "Order", "--dry-run"},
                                                    {"log", "compact", "--dry-run"},
                                                    {"import", "shop.jsonl", "--dry-run"}};
  for (const std::vector<std::string>& line : lines) {
    CAPTURE(line.front() + " " + line.back());
    CHECK(shop.reader.run(line).err == "");
    CHECK(shop.foreign() == "");
  }
  CHECK(shop.service_appends());
}

TEST_CASE("heads that a service signs keep a lock of its own, if root signs once") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  shop_of_service shop;
  CHECK(shop.reader.run("log make-key shop.key").exit == 0);
  const std::string prove = "log prove --key shop.key --heads " + shop.folder.file("shop.heads");
  CHECK(shop.reader.run(prove).exit == 0);
  std::filesystem::remove(shop.folder.file("shop.heads.lock"));
  shop.give_away();
  CHECK(shop.reader.run(prove).exit == 0);
  CHECK(shop.names().count("shop.heads.lock") == 1);
  CHECK(shop.foreign() == "");
}
