// What is archived is read as if it were still here; what stands in the way is said, and takes nothing else away.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/no_rights.hpp>
#include <tests/store/sqlite/archived_shop.hpp>

using namespace whence;
using tests::all_of;
using tests::archived_shop;
using tests::lines;
using tests::log_folder;
using tests::stream_of;

TEST_CASE("an archive that is not there is told by its name for what lies in it, and for nothing else") {
  const archived_shop shop;
  shop.archive({.streams = {"order-3"}});
  std::filesystem::rename(shop.file(), shop.file() + ".elsewhere");
  const auto log = shop.folder.open();
  CHECK(stream_of(*log, "order-4").size() == 10);
  CHECK(log->read({}, {}, {}).size() == 3);  // what comes before it is given out first
  try {
    log->read(global_position{3}, {}, {});
    FAIL("an event came from nowhere");
  } catch (const log_damaged& damage) {
    CHECK(damage.code() == "log.archive_missing");
    CHECK(damage.position == global_position{4});
    CHECK(damage.path == shop.file());
  }
  CHECK(log->read(global_position{4}, {}, {}).size() == 9);
  CHECK(log->chain_at(global_position{4}).has_value());
  CHECK(shop.folder.append(*log, "order-4").last == global_position{101});
  const append_outcome onto = log->append(shop.folder.batch("order-3")).get();
  REQUIRE(onto.refused() != nullptr);
  std::filesystem::rename(shop.file() + ".elsewhere", shop.file());
  CHECK(log->read(global_position{3}, {}, {.events = 1}).front().stream == "order-3");
  CHECK(log->append(shop.folder.batch("order-3")).get().committed() != nullptr);
}

TEST_CASE("what stands in an archive's place, and is not that archive as it was made, is told") {
  const archived_shop shop;
  shop.archive({.streams = {"order-3"}});
  const auto told = [&] {
    try {
      shop.folder.visit()->read(global_position{3}, {}, {.events = 1});
      return std::string("nothing");
    } catch (const log_damaged& damage) {
      CHECK(damage.position == global_position{4});
      return std::string(damage.code()) + ": " + damage.text().why;
    }
  };
  const std::string begins = "log.archive_damaged: it was archived to " + shop.file() + ": ";
  SUBCASE("an event is another one") {
    shop.change_archive("UPDATE entries SET data = '{\"n\":4}' WHERE position = 4");
    CHECK(told().starts_with(begins + "stored chain hash"));
  }
  SUBCASE("an event is missing") {
    shop.change_archive("DELETE FROM entries WHERE position = 4");
    CHECK(told() == begins + "its row there is missing, or is not as it was written");
  }
  SUBCASE("another archive of the same log") {
    shop.archive({.streams = {"order-5"}});
    std::filesystem::copy_file(shop.file(2), shop.file(), std::filesystem::copy_options::overwrite_existing);
    CHECK(told() == begins + "it is another archive of this log");
  }
  SUBCASE("an archive of another log") {
    const archived_shop other;
    other.archive({.streams = {"order-3"}});
    std::filesystem::copy_file(other.file(), shop.file(), std::filesystem::copy_options::overwrite_existing);
    CHECK(told() == begins + "it is an archive of another log");
  }
  SUBCASE("no database") {
    log_folder::write(shop.file(), "noise");
    CHECK(told().starts_with(begins));
  }
  SUBCASE("a file that was cut") {
    std::filesystem::resize_file(shop.file(), std::filesystem::file_size(shop.file()) - 8'192);
    CHECK(told().starts_with(begins));
  }
  CHECK_FALSE(verify_log(sqlite(shop.folder.path()), shop.folder.runtime()).sound());
}

TEST_CASE("a verification finds what is missing in an archive, and says in which file") {
  const archived_shop shop;
  shop.archive({.streams = {"order-3", "order-4"}});
  std::filesystem::remove(shop.file());
  const log_verification found = verify_log(sqlite(shop.folder.path()), shop.folder.runtime());
  REQUIRE(found.findings.size() == 10);
  CHECK(found.findings.front().what == log_finding::kind::unreadable);
  CHECK(found.findings.front().positions.first == global_position{4});
  CHECK(found.findings.front().positions.last == global_position{5});
  CHECK(found.findings.front().file == shop.file());
  CHECK(found.events == 80);
}

TEST_CASE("whoever may read the log, and nobody else, may read its archive") {
  const archived_shop shop;
  const auto mode = [](const std::string& file) { return std::filesystem::status(file).permissions(); };
  constexpr auto owner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  for (const auto only : {owner, owner | std::filesystem::perms::group_read}) {
    std::filesystem::permissions(shop.folder.path(), only);
    CHECK(mode(shop.archive({.streams = {only == owner ? "order-3" : "order-4"}}).path) == only);
  }
}

TEST_CASE("a pipe in an archive's place is no archive, and nobody waits for it") {
  const archived_shop shop;
  shop.archive({.streams = {"order-3"}});
  std::filesystem::remove(shop.file());
  REQUIRE(::mkfifo(shop.file().c_str(), 0600) == 0);
  CHECK_THROWS_AS(shop.there(), log_damaged);
  CHECK(archives_of(shop.folder.path(), shop.folder.runtime()).front().problem == "it is no file");
}

TEST_CASE("an archive that this user may not read is no damaged one, and takes no other event away") {
  const archived_shop shop;
  shop.archive({.streams = {"order-3"}});
  std::filesystem::permissions(shop.file(), std::filesystem::perms::none);
  const tests::no_right_to_write nobody(std::filesystem::path(shop.folder.path()).parent_path());
  const auto log = shop.folder.visit();
  CHECK(log->read({}, {}, {}).size() == 3);
  try {
    static_cast<void>(log->read(global_position{3}, {}, {}));
    FAIL("it was read");
  } catch (const log_damaged& refused) {
    CHECK(refused.is_refused);
    CHECK(refused.code() == "file.no_permission");
    CHECK(refused.position == global_position{4});
    CHECK(refused.path == shop.file());
    CHECK(refused.text().why == "it was archived to " + shop.file() + ": Permission denied");
  }
  CHECK(log->read(global_position{4}, {}, {}).size() == 9);
  CHECK(log->chain_at(global_position{4}).has_value());
  const log_archive archive = archives_of(shop.folder.path(), shop.folder.runtime()).front();
  CHECK(archive.refusal != nullptr);
  REQUIRE(obstacle_of(shop.folder.path(), archive).has_value());
  CHECK(obstacle_of(shop.folder.path(), archive)->is_refused);
  const log_verification found = verify_log(sqlite(shop.folder.path()), shop.folder.runtime());
  CHECK(found.findings.size() == 10);
  CHECK(found.findings.front().file == shop.file());
  CHECK(found.events == 90);
}

TEST_CASE("a damaged event is not archived, and nothing else is then") {
  const archived_shop shop;
  shop.folder.change("UPDATE entries SET data = '{}' WHERE position = 24");
  CHECK_THROWS_AS(shop.archive({.streams = {"order-3"}}), log_damaged);
  CHECK(shop.number("SELECT count(*) FROM entries WHERE encoding = 2") == 0);
  CHECK(shop.folder.names() == lines{"shop.db", "shop.db-shm", "shop.db-wal", "shop.db.index", "shop.db.index-shm",
                                     "shop.db.index-wal", "shop.db.lock", "shop.db.witness"});
}

TEST_CASE("an archive that is stopped leaves nothing, and a log as it was") {
  const archived_shop shop;
  std::stop_source stop;
  archive_options options{.to = {}, .on_progress = {}, .stop = stop.get_token()};
  options.on_progress = [&](const keeping_progress& now) {
    if (now.doing == "copying") stop.request_stop();
  };
  CHECK_THROWS_AS(shop.archive({.streams = {"order-3"}}, options), operation_cancelled);
  CHECK(shop.number("PRAGMA user_version") == 1);
  CHECK_FALSE(std::filesystem::exists(shop.file() + ".partial"));
  CHECK(shop.there() == shop.before);
}

TEST_CASE("an archive that was stopped while it moved events is finished by the next") {
  archived_shop shop;
  {
    const auto log = shop.folder.open();
    for (int i = 0; i < 5; ++i) shop.folder.append(*log, "large", 1'000);
    shop.folder.append(*log, "order-1");
    shop.before = all_of(*log);
    log->close();
  }
  std::stop_source stop;
  archive_options options{.to = {}, .on_progress = {}, .stop = stop.get_token()};
  options.on_progress = [&](const keeping_progress& now) {
    if (now.doing == "moving") stop.request_stop();
  };
  CHECK_THROWS_AS(shop.archive({.streams = {"large"}}, options), operation_cancelled);
  const std::int64_t moved = shop.number("SELECT count(*) FROM entries WHERE encoding = 2");
  CHECK(moved > 0);
  CHECK(moved < 5'000);
  CHECK(shop.there() == shop.before);
  const made_archive made = shop.archive({.streams = {"large"}});
  CHECK(made.resumed == shop.file());
  CHECK(made.number == 0);
  CHECK(shop.number("SELECT count(*) FROM entries WHERE encoding = 2") == 5'000);
  CHECK(shop.there() == shop.before);
}

TEST_CASE("a program that knows format 1 alone would refuse a log with archives, and one that is restored is whole") {
  const archived_shop shop;
  CHECK(shop.number("PRAGMA user_version") == 1);
  shop.archive({.streams = {"order-3"}});
  CHECK(shop.number("PRAGMA user_version") == 2);
  CHECK(shop.number("SELECT format FROM log") == 2);
  back_up(sqlite(shop.folder.path()), shop.folder.beside(".backup"), shop.folder.runtime());
  const std::string restored = shop.folder.beside(".restored");
  restore_log(shop.folder.beside(".backup"), restored, shop.folder.runtime());
  std::filesystem::remove(shop.file());
  CHECK(all_of(*sqlite(restored).visit(shop.folder.runtime())) == shop.before);
  CHECK(archives_of(restored, shop.folder.runtime()).empty());
}

TEST_CASE("streams are chosen by name, by their last event and by type; all of what is said has to hold") {
  const archived_shop shop;
  const auto planned = [&](const archive_selection& which) {
    return plan_archive(shop.folder.path(), which, shop.folder.runtime());
  };
  const auto of = [](std::string_view wanted) { return [wanted](std::string_view type) { return type == wanted; }; };
  const timestamp later = shop.folder.runtime().clock->now() + std::chrono::hours{1};
  CHECK(planned({}).events == 0);
  CHECK(planned({.streams = {"order-3"}}).events == 10);
  CHECK(planned({.streams = {"order-3"}, .last_before = later - std::chrono::hours{2}}).events == 0);
  CHECK(planned({.streams = {"order-3"}, .of_type = of("Invoice")}).events == 0);
  CHECK(planned({.streams = {"order-3", "nobody"}}).unknown_streams == lines{"nobody"});
  CHECK(planned({.last_before = later}).streams == 10);
  CHECK(planned({.last_before = later}).events == 99);  // the last event of all stays
  CHECK(planned({.of_type = of("Order")}).events == 99);
}

TEST_CASE("what is archived is read as if it were here, by who was there before and by who comes") {
  const archived_shop shop;
  const auto early = shop.folder.visit();
  CHECK(all_of(*early) == shop.before);
  const auto log = shop.folder.open();
  const made_archive made = archived_shop::house(*log).archive({.streams = {"order-3", "order-0"}}, {});
  CHECK(made.what.events == 20);
  CHECK(made.number == 1);
  CHECK(made.path == shop.file());
  CHECK(all_of(*early) == shop.before);
  CHECK(all_of(*log) == shop.before);
  CHECK(shop.there() == shop.before);
  CHECK(stream_of(*early, "order-3").size() == 10);
  // A stream that is written again lies in both.
  CHECK(shop.folder.append(*log, "order-3").last == global_position{101});
  CHECK(stream_of(*log, "order-3").size() == 11);
  CHECK(log->stream_head("order-3") == stream_version{11});
  const auto later = archived_shop::house(*log).archive({.streams = {"order-3", "order-5"}}, {});
  CHECK(later.number == 2);
  CHECK(later.what.events == 10);  // the new one of order-3 is the last of the log
  log->close();
  const lines after = shop.there();
  CHECK(lines(after.begin(), after.begin() + 100) == shop.before);
  CHECK(verify_log(sqlite(shop.folder.path()), shop.folder.runtime()).sound());
}

TEST_CASE("a log and its archives can be moved together, and an archive elsewhere is named whole") {
  const archived_shop shop;
  const tests::temporary_folder elsewhere;
  shop.archive({.streams = {"order-3"}});
  shop.archive({.streams = {"order-4"}}, {.to = elsewhere.file("old.archive")});
  const std::vector<log_archive> archives = archives_of(shop.folder.path(), shop.folder.runtime());
  REQUIRE(archives.size() == 2);
  CHECK(archives[0].path == shop.file());
  CHECK(archives[1].path == elsewhere.file("old.archive"));
  CHECK(archives[1].events == 10);
  CHECK(archives[1].problem.empty());
  const tests::temporary_folder moved;
  for (const char* const end : {"", "-wal", "-shm", ".witness", ".archive.1"})
    std::filesystem::copy_file(shop.folder.beside(end), moved.file("shop.db" + std::string(end)));
  CHECK(all_of(*sqlite(moved.file("shop.db")).visit(shop.folder.runtime())) == shop.before);
}

TEST_CASE("a fork reads what its base has archived, and archives what is its own") {
  const archived_shop shop;
  shop.archive({.streams = {"order-3"}});
  const std::string path = shop.folder.beside(".fork");
  fork_log(shop.folder.path(), path, shop.folder.runtime(), {.at = global_position{95}});
  const auto fork = sqlite(path).open(shop.folder.runtime());
  CHECK(all_of(*fork) == lines(shop.before.begin(), shop.before.begin() + 95));
  for (int i = 0; i < 3; ++i) shop.folder.append(*fork, "order-3");
  const lines before = all_of(*fork);
  const made_archive made = keeping_of(*fork).archive({.streams = {"order-3", "order-4"}}, {});
  CHECK(made.what.events == 2);
  CHECK(made.what.first == global_position{96});
  CHECK(all_of(*fork) == before);
  CHECK(keeping_of(*fork).compact({}).settled);
  fork->close();
  CHECK(verify_log(sqlite(path), shop.folder.runtime()).sound());
  CHECK(shop.there() == shop.before);
}

TEST_CASE("a compacted log is smaller, and the same to who was there before and to who comes") {
  const archived_shop shop;
  lines all;
  const auto log = shop.folder.open();
  for (int i = 0; i < 20; ++i) shop.folder.append(*log, "large", 200, "{\"text\":\"" + std::string(900, 'x') + "\"}");
  shop.folder.append(*log, "order-1");
  all = all_of(*log);
  const auto early = shop.folder.visit();
  CHECK(all_of(*early) == all);
  archived_shop::house(*log).archive({.streams = {"large"}}, {});
  const std::uint64_t archived = shop.bytes();
  const compacted_log made = archived_shop::house(*log).compact({});
  CHECK(made.settled);
  CHECK(made.bytes_before == archived);
  CHECK(made.bytes_after == shop.bytes());
  CHECK(made.bytes_after * 10 < made.bytes_before);
  CHECK(made.bytes_after < 4'500 * 70);
  CHECK(all_of(*early) == all);
  CHECK(all_of(*log) == all);
  CHECK(shop.folder.append(*log, "order-1").last == global_position{4'102});
  log->close();
  CHECK(verify_log(sqlite(shop.folder.path()), shop.folder.runtime()).sound());
}

TEST_CASE("a log that is damaged is not compacted, and called damaged as by everybody else") {
  const log_folder folder;
  {
    const auto log = folder.open();
    for (int i = 0; i < 10; ++i) folder.append(*log, "order-1", 100, "{\"note\":\"" + std::string(500, 'x') + "\"}");
    log->close();
  }
  constexpr std::streamoff page = 8'192;
  std::fstream file(folder.path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(30 * page);
  file << std::string(page, '\xff');
  file.close();
  const auto log = folder.open();
  try {
    keeping_of(*log).compact({});
    FAIL("what cannot be read was written anew");
  } catch (const log_damaged& damage) {
    CHECK(damage.code() == "log.checksum");
    CHECK(damage.path == folder.path());
    CHECK(damage.position == global_position{});
  }
}

TEST_CASE("a compaction that is stopped leaves the file as it was") {
  const archived_shop shop;
  const auto log = shop.folder.open();
  for (int i = 0; i < 20; ++i) shop.folder.append(*log, "large", 1'000);
  archived_shop::house(*log).archive({.streams = {"large"}}, {});
  const std::uint64_t bytes = shop.bytes();
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(archived_shop::house(*log).compact({.on_progress = {}, .stop = stop.get_token()}),
                  operation_cancelled);
  CHECK(shop.bytes() == bytes);
  CHECK(shop.folder.append(*log, "order-1").last == global_position{20'101});
  log->close();
  CHECK(verify_log(sqlite(shop.folder.path()), shop.folder.runtime()).sound());
}

TEST_CASE("pages that an archive leaves free take what is appended next") {
  const archived_shop shop;
  const auto log = shop.folder.open();
  const std::string data = "{\"text\":\"" + std::string(900, 'x') + "\"}";
  for (int i = 0; i < 20; ++i) shop.folder.append(*log, "large", 200, data);
  shop.folder.append(*log, "order-1");
  archived_shop::house(*log).archive({.streams = {"large"}}, {});
  const std::uint64_t archived = shop.bytes();
  for (int i = 0; i < 10; ++i) shop.folder.append(*log, "new", 200, data);
  log->close();
  CHECK(shop.bytes() == archived);
}
