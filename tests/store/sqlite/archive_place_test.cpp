// Where an archive is made: what is there already is told before anything is done, and stays what it is.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>
#include <stop_token>
#include <string>

#include <whence/core/async.hpp>
#include <whence/core/files.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/near_file.hpp>

#include <tests/no_rights.hpp>
#include <tests/store/sqlite/archived_shop.hpp>

using namespace whence;
using tests::archived_shop;
using tests::log_folder;

TEST_CASE("a plan tells what stands in the way of its archive, and writes nothing") {
  const archived_shop shop;
  const auto names = shop.folder.names();
  const auto refused = [&](const std::string& place) {
    const archive_options options{.to = place};
    try {
      plan_archive(shop.folder.path(), {.streams = {"order-3"}}, shop.folder.runtime(), options);
    } catch (const file_error& failure) {
      return std::string(failure.code()) + " " + failure.path.substr(shop.folder.path().size());
    } catch (const log_name_taken& failure) {
      return std::string(failure.code());
    }
    return std::string("nothing");
  };
  CHECK(refused(shop.folder.beside("-new")) == "nothing");
  CHECK(refused(shop.folder.beside(".witness")) == "log.name_taken");
  CHECK(refused(shop.folder.beside("-nowhere/old")) == "file.missing -nowhere/old");
  CHECK(refused(shop.folder.beside(".witness/old")).starts_with("file.not_a_directory"));
  CHECK(shop.folder.names() == names);
  REQUIRE(::mkfifo(shop.folder.beside("-pipe").c_str(), 0600) == 0);
  REQUIRE(::mkfifo(shop.folder.beside("-new.partial").c_str(), 0600) == 0);
  CHECK(refused(shop.folder.beside("-pipe")) == "file.exists -pipe");
  CHECK(refused(shop.folder.beside("-new")) == "file.exists -new.partial");
  // Where nothing is to be moved, nothing is to be made.
  CHECK(plan_archive(shop.folder.path(), {.streams = {"nobody"}}, shop.folder.runtime(), {.to = shop.folder.path()})
            .events == 0);
  const tests::no_right_to_write nobody(std::filesystem::path(shop.folder.path()).parent_path());
  CHECK(refused(shop.folder.beside("-old")) == "file.no_permission -old");
}

TEST_CASE("in a folder that this user may not enter nothing is made, and that is told") {
  const archived_shop shop;
  const std::filesystem::path folder = std::filesystem::path(shop.folder.path()).parent_path();
  std::filesystem::create_directory(folder / "closed");
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::none);
  const tests::no_right_to_write nobody(folder);
  const auto code_of = [](const auto& work) {
    try {
      work();
    } catch (const file_error& refused) {
      return std::string(refused.code());
    }
    return std::string("nothing");
  };
  const archive_options options{.to = (folder / "closed" / "old").string()};
  CHECK(code_of([&] { plan_archive(shop.folder.path(), {.streams = {"order-3"}}, shop.folder.runtime(), options); }) ==
        "file.no_permission");
  for (const near_log near : {near_log::below, near_log::beside})
    CHECK(code_of([&] { name_from_log(shop.folder.path(), options.to, near); }) == "file.no_permission");
}

TEST_CASE("an archive that was stopped is finished by who asks for the same one, and no other is made") {
  const archived_shop shop;
  const std::string mine = shop.folder.beside("-mine");
  {
    const auto log = shop.folder.open();
    for (int i = 0; i < 3; ++i) shop.folder.append(*log, "large", 1'000);
    shop.folder.append(*log, "order-1");
    log->close();
  }
  std::stop_source stop;
  archive_options options{.to = mine, .on_progress = {}, .stop = stop.get_token()};
  options.on_progress = [&](const keeping_progress& now) {
    if (now.doing == "moving") stop.request_stop();
  };
  CHECK_THROWS_AS(shop.archive({.streams = {"large"}}, options), operation_cancelled);
  {
    const auto log = shop.folder.open();
    shop.folder.append(*log, "large", 2);
    shop.folder.append(*log, "order-1");
    log->close();
  }
  CHECK(plan_archive(shop.folder.path(), {.streams = {"large"}}, shop.folder.runtime(), {.to = mine}).events == 0);
  const made_archive made = shop.archive({.streams = {"large"}}, {.to = mine});
  CHECK(made.resumed == mine);
  CHECK(made.number == 0);
  CHECK(shop.number("SELECT count(*) FROM entries WHERE encoding = 2") == 3'000);
  // It is whole now: who asks for it once more asks for another one.
  CHECK_THROWS_AS(shop.archive({.streams = {"large"}}, {.to = mine}), file_error);
}

TEST_CASE("the name of an archive that was moved away stays its own") {
  const archived_shop shop;
  log_folder::write(shop.file(1), "of before a repair");
  CHECK(shop.archive({.streams = {"order-3"}}).path == shop.file(2));
  std::filesystem::rename(shop.file(2), shop.folder.beside("-away"));
  CHECK_THROWS_AS(shop.archive({.streams = {"order-4"}}, {.to = shop.file(2)}), file_error);
  CHECK(shop.archive({.streams = {"order-4"}}).path == shop.file(3));
  std::filesystem::rename(shop.folder.beside("-away"), shop.file(2));
  CHECK(shop.there() == shop.before);
}

TEST_CASE("a file that is there is never replaced by an archive") {
  const archived_shop shop;
  const std::string mine = shop.folder.beside("-mine");
  SUBCASE("that is given") {
    log_folder::write(mine, "mine");
    CHECK_THROWS_AS(shop.archive({.streams = {"order-3"}}, {.to = mine}), file_error);
  }
  SUBCASE("that comes while it is made") {
    archive_options options{.to = mine};
    options.on_progress = [&](const keeping_progress& now) {
      if (now.doing == "copying") log_folder::write(mine, "mine");
    };
    CHECK_THROWS_AS(shop.archive({.streams = {"order-3"}}, options), file_error);
  }
  SUBCASE("that a link leads to") {
    log_folder::write(mine, "mine");
    std::filesystem::create_symlink(mine, shop.folder.beside("-link"));
    CHECK_THROWS_AS(shop.archive({.streams = {"order-3"}}, {.to = shop.folder.beside("-link")}), file_error);
  }
  CHECK(log_folder::contents(mine) == "mine");
  CHECK_FALSE(std::filesystem::exists(mine + ".partial"));
  CHECK(archives_of(shop.folder.path(), shop.folder.runtime()).empty());
  CHECK(shop.there() == shop.before);
}

TEST_CASE("what is no file where an archive is to be made is left alone, and nobody waits for it") {
  const archived_shop shop;
  const std::string mine = shop.folder.beside("-mine");
  const std::string partial = mine + ".partial";
  SUBCASE("a pipe") { REQUIRE(::mkfifo(partial.c_str(), 0600) == 0); }
  SUBCASE("a link to a pipe") {
    REQUIRE(::mkfifo(shop.folder.beside("-pipe").c_str(), 0600) == 0);
    std::filesystem::create_symlink(shop.folder.beside("-pipe"), partial);
  }
  SUBCASE("a folder") { std::filesystem::create_directory(partial); }
  const auto what = std::filesystem::symlink_status(partial).type();
  try {
    shop.archive({.streams = {"order-3"}}, {.to = mine});
    FAIL("it was replaced");
  } catch (const file_error& refused) {
    CHECK(refused.path == partial);
    CHECK(refused.code() == "file.exists");
  }
  CHECK(std::filesystem::symlink_status(partial).type() == what);
  CHECK(shop.there() == shop.before);
}

TEST_CASE("where a link leads nowhere yet, the archive is made there") {
  const archived_shop shop;
  std::filesystem::create_directory(shop.folder.beside("-disk"));
  const std::string target = shop.folder.beside("-disk") + "/old";
  std::filesystem::create_symlink(target, shop.folder.beside("-link"));
  CHECK(shop.archive({.streams = {"order-3"}}, {.to = shop.folder.beside("-link")}).what.events == 10);
  CHECK(std::filesystem::is_symlink(shop.folder.beside("-link")));
  CHECK(std::filesystem::is_regular_file(target));
  CHECK(shop.there() == shop.before);
}

TEST_CASE("the name of an archive that is nobody's any more is left to it, and the next is taken") {
  const archived_shop shop;
  log_folder::write(shop.file(1), "of before a repair");
  CHECK(shop.archive({.streams = {"order-3"}}).path == shop.file(2));
  CHECK(shop.archive({.streams = {"order-4"}}).path == shop.file(3));
  CHECK(log_folder::contents(shop.file(1)) == "of before a repair");
  CHECK(shop.there() == shop.before);
}

TEST_CASE("no archive gets a name under which another attempt, or somebody else, would take it for something else") {
  const archived_shop shop;
  const std::string log = shop.folder.path();
  std::filesystem::create_directory(log + ".models");
  for (const char* const end : {".old.partial", ".ctl", ".models/orders.1.1.db", "-wal", "-journal", ".witness"}) {
    CAPTURE(end);
    CHECK_THROWS_AS(shop.archive({.streams = {"order-3"}}, {.to = log + end}), log_name_taken);
    CHECK(!std::filesystem::exists(log + end + ".partial"));
  }
  CHECK_THROWS_AS(shop.archive({.streams = {"order-3"}}, {.to = log}), file_error);
  CHECK(shop.there() == shop.before);
  CHECK(archives_of(log, shop.folder.runtime()).empty());
}

TEST_CASE("a file near the log is named so that no command takes its name for an option") {
  CHECK(place_from_log("shop.db", "shop.db.archive.1") == "shop.db.archive.1");
  CHECK(place_from_log("./-shop.db", "-shop.db.archive.1") == "./-shop.db.archive.1");
  CHECK(place_from_log("shops/-shop.db", "-shop.db.archive.1") == "shops/-shop.db.archive.1");
  CHECK(place_from_log("shop.db", "/old/1") == "/old/1");
}
