// A fork reads its past through its base, and writes its future into its own file. Tried with a base that has its writer all the
// while, and with one that is not what it was any more.
#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/no_rights.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

struct forked {
  explicit forked(int events = 90) {
    const auto log = folder.open();
    for (int i = 0; i < events / 10; ++i) folder.append(*log, "order-" + std::to_string(i % 3), 10);
  }

  std::string path() const { return folder.beside(".what-if"); }
  log_source source() const { return sqlite(path()); }
  std::unique_ptr<whence::log> open() const { return source().open(folder.runtime()); }
  std::unique_ptr<log_reader> visit() const { return source().visit(folder.runtime()); }
  forked_log fork(const fork_options& options = {}) const {
    return fork_log(folder.path(), path(), folder.runtime(), options);
  }
  std::vector<std::string> of_fork() const {
    std::vector<std::string> found;
    for (const std::string& name : folder.names())
      if (name.starts_with("shop.db.what-if")) found.push_back(name);
    return found;
  }
  /// Of a fork that failed: the lock of a log is never taken away.
  bool left_nothing() const {
    const std::vector<std::string> found = of_fork();
    return found.empty() || found == std::vector<std::string>{"shop.db.what-if.lock"};
  }

  log_folder folder;
};

/// What opening says of the base: the same to a writer and to who only looks.
std::string refused(const forked& shop) {
  const auto what = [](const std::function<void()>& open) -> std::string {
    try {
      open();
    } catch (const error& refusal) {
      return std::string(refusal.code()) + ": " + refusal.text().why;
    }
    return "opened";
  };
  const std::string to_writer = what([&] { shop.open(); });
  CHECK(what([&] { shop.visit(); }) == to_writer);
  CHECK(what([&] { verify_log(shop.source(), shop.folder.runtime()); }) == to_writer);
  CHECK(what([&] { back_up(shop.source(), shop.folder.beside(".none"), shop.folder.runtime()); }) == to_writer);
  CHECK(what([&] { bases_of(shop.path(), shop.folder.runtime()); }) == to_writer);
  return to_writer.substr(0, to_writer.find("; the fork has the past"));
}

std::vector<std::uint64_t> positions(const event_page& page) {
  std::vector<std::uint64_t> found;
  for (const recorded_event& event : page) found.push_back(event.position.value());
  return found;
}

}  // namespace

TEST_CASE("a fork is never made over a log, nor over a part of one") {
  const forked shop;
  const std::string before = log_folder::contents(shop.folder.path());
  CHECK_THROWS_AS(fork_log(shop.folder.path(), shop.folder.path(), shop.folder.runtime()), fork_over_log);
  CHECK(log_folder::contents(shop.folder.path()) == before);
  shop.fork();
  const std::string first = log_folder::contents(shop.path());
  CHECK_THROWS_AS(shop.fork(), fork_over_log);
  CHECK(log_folder::contents(shop.path()) == first);
  std::filesystem::remove(shop.path());
  CHECK_THROWS_AS(shop.fork(), fork_over_log);  // its witness is there, and has seen events
  std::filesystem::remove(shop.path() + ".witness");
  CHECK(shop.fork().position == global_position{90});
}

TEST_CASE("what is no log, or goes not so far, or is not all there, has no fork") {
  const forked shop;
  CHECK_THROWS_AS(fork_log(shop.folder.beside(".none"), shop.path(), shop.folder.runtime()), log_missing);
  log_folder::write(shop.folder.beside(".noise"), "no log");
  CHECK_THROWS_AS(fork_log(shop.folder.beside(".noise"), shop.path(), shop.folder.runtime()), not_a_log);
  CHECK_THROWS_AS(shop.fork({.at = global_position{91}}), fork_not_in_log);
  SUBCASE("its end is missing") {
    shop.folder.change("DELETE FROM entries WHERE position > 80");
    CHECK_THROWS_AS(shop.fork(), tail_missing);
  }
  SUBCASE("the event at the position is damaged") {
    shop.folder.change("UPDATE entries SET data = '{\"x\":1}' WHERE position = 50");
    CHECK_THROWS_AS(shop.fork({.at = global_position{50}}), log_damaged);
  }
  CHECK(shop.left_nothing());
}

TEST_CASE(
    "nothing is forked while another process is about to have a log there, and what one left that was killed is "
    "removed") {
  const forked shop;
  {
    const lock_attempt held = shop.folder.runtime().files->try_lock(shop.path() + ".lock");
    CHECK_THROWS_AS(shop.fork(), log_busy);
    CHECK(shop.left_nothing());
  }
  log_folder::write(shop.path() + ".1-1.draft", "left by one that was killed");
  log_folder::write(shop.path() + ".1-1.draft-journal", "the same");
  log_folder::write(shop.path() + ".1-1.draft.lock", "1\n");
  shop.fork();
  CHECK(shop.of_fork() ==
        std::vector<std::string>{"shop.db.what-if", "shop.db.what-if.lock", "shop.db.what-if.witness"});
}

TEST_CASE("a fork whose base is not there any more, or is not what it was, is not opened, and says so") {
  const forked shop;
  shop.fork({.at = global_position{50}});
  {
    const auto fork = shop.open();
    shop.folder.append(*fork, "order-1", 3);
  }
  const log_id id = shop.folder.visit()->identity().id;
  const auto put_another = [&](const std::function<void()>& make) {
    for (const char* const end : {"", "-wal", "-shm", ".witness", ".index"})
      std::filesystem::remove(shop.folder.beside(end));
    make();
  };
  SUBCASE("moved") {
    std::filesystem::rename(shop.folder.path(), shop.folder.beside(".moved"));
    CHECK(refused(shop) == "log.base_missing: up to event 50, the events of a fork are those of its base, log " +
                               id.to_string() + ": it was moved or removed, or the fork was moved without it");
  }
  SUBCASE("another log") {
    put_another([&] { shop.folder.open()->close(); });
    CHECK(refused(shop) == "log.base_differs: it is another log, " + shop.folder.visit()->identity().id.to_string());
  }
  SUBCASE("no log at all") {
    put_another([&] { log_folder::write(shop.folder.path(), "noise"); });
    CHECK(refused(shop) == "log.base_differs: it is no SQLite database");
  }
  SUBCASE("restored to before the position") {
    back_up(sqlite(shop.folder.path()), shop.folder.beside(".backup"), shop.folder.runtime());
    put_another([&] {
      restore_log(shop.folder.beside(".backup"), shop.folder.path(), shop.folder.runtime(),
                  {.at = global_position{49}});
    });
    CHECK(refused(shop) == "log.base_differs: it ends at event 49");
    SUBCASE("and went on") {
      {
        const auto log = shop.folder.open();
        shop.folder.append(*log, "order-7", 10);
      }
      CHECK(refused(shop) == "log.base_differs: its event 50 is another one: it went on in another way");
    }
  }
  SUBCASE("cut") {
    shop.folder.change("DELETE FROM entries WHERE position > 40");
    CHECK(refused(shop) == "log.base_differs: it ends at event 40");
  }
}

TEST_CASE("a fork whose base was restored to the position, or beyond, or is a backup of it now, goes on") {
  const forked shop;
  shop.fork({.at = global_position{50}});
  const chain_hash then = *shop.visit()->chain_at(global_position{50});
  back_up(sqlite(shop.folder.path()), shop.folder.beside(".backup"), shop.folder.runtime());
  for (const char* const end : {"", "-wal", "-shm", ".witness"}) std::filesystem::remove(shop.folder.beside(end));
  SUBCASE("restored to the position") {
    restore_log(shop.folder.beside(".backup"), shop.folder.path(), shop.folder.runtime(), {.at = global_position{50}});
    const auto log = shop.folder.open();
    shop.folder.append(*log, "order-9", 5);
  }
  SUBCASE("restored whole") { restore_log(shop.folder.beside(".backup"), shop.folder.path(), shop.folder.runtime()); }
  SUBCASE("a backup") { std::filesystem::rename(shop.folder.beside(".backup"), shop.folder.path()); }
  const auto fork = shop.open();
  CHECK(fork->head() == global_position{50});
  CHECK(fork->chain_at(global_position{50}) == then);
  CHECK(shop.folder.append(*fork, "order-9").last == global_position{51});
  CHECK(verify_log(shop.source(), shop.folder.runtime()).sound());
}

TEST_CASE("a base that leads back to its own fork is none") {
  const forked shop;
  const std::string second = shop.folder.beside(".second");
  shop.fork({.at = global_position{50}});
  {
    const auto fork = shop.open();
    shop.folder.append(*fork, "order-1", 20);
  }
  fork_log(shop.path(), second, shop.folder.runtime());
  std::filesystem::remove(shop.folder.path());
  std::filesystem::remove(shop.folder.beside("-wal"));
  std::filesystem::remove(shop.folder.beside("-shm"));
  std::filesystem::create_symlink(second, shop.folder.path());
  CHECK(refused(shop) == "log.base_differs: it is a fork itself, and event 50 is none of its own");
}

TEST_CASE("a damaged event of the past is named with the file of the base, and what is before and behind it is read") {
  const forked shop;
  shop.fork();
  {
    const auto fork = shop.open();
    shop.folder.append(*fork, "order-1", 5);
  }
  shop.folder.change("UPDATE entries SET data = '{\"x\":1}' WHERE position = 42");
  const auto visitor = shop.visit();
  CHECK(visitor->read({}).scanned_to() == global_position{41});
  try {
    visitor->read(global_position{41});
    FAIL("it was read");
  } catch (const log_damaged& damage) {
    CHECK(damage.path == shop.folder.path());
    CHECK(damage.position == global_position{42});
  }
  CHECK(visitor->read(global_position{43}).size() == 52);
  const log_verification found = verify_log(shop.source(), shop.folder.runtime());
  REQUIRE(!found.findings.empty());
  CHECK(found.findings.front().positions.first == global_position{42});
  CHECK(found.findings.front().file == shop.folder.path());
  CHECK(found.events == 94);
}

TEST_CASE("a damaged event of one's own is named with the file of the fork") {
  const forked shop;
  shop.fork();
  {
    const auto fork = shop.open();
    shop.folder.append(*fork, "order-1", 5);
  }
  const auto change = [&](const std::string& script) {
    sql::database::open(shop.path(), sql::open_mode::read_write).run(script);
  };
  std::uint64_t first = 0;
  SUBCASE("the first") {
    first = 91;
    change("UPDATE entries SET data = '{\"x\":1}' WHERE position = 91");
  }
  SUBCASE("a later one") {
    first = 93;
    change("UPDATE entries SET data = '{\"x\":1}' WHERE position = 93");
  }
  SUBCASE("one that is missing") {
    first = 91;
    change("DELETE FROM entries WHERE position = 91");
  }
  SUBCASE("one where only the base has any") {
    first = 91;
    change(
        "INSERT INTO entries SELECT 30, stream, version, type, occurred_at, recorded_at, id, correlation, causation,"
        " chain, name, causation_type, source, traceparent, tags, encoding, data FROM entries WHERE position = 91");
  }
  const log_verification found = verify_log(shop.source(), shop.folder.runtime());
  REQUIRE(!found.findings.empty());
  CHECK(found.findings.front().positions.first == global_position{first});
  CHECK(found.findings.front().file == shop.path());
}

TEST_CASE("a fork without an event of its own stands where it was forked, and is whole") {
  const forked shop;
  const forked_log made = shop.fork({.at = global_position{37}});
  CHECK(made.position == global_position{37});
  CHECK(made.log.id == made.of.id);
  CHECK(made.log.epoch > made.of.epoch);
  const auto visitor = shop.visit();
  CHECK(visitor->identity() == made.log);
  CHECK(visitor->head() == global_position{37});
  CHECK(visitor->condition().what == log_condition::kind::whole);
  CHECK(visitor->condition().witnessed == global_position{37});
  CHECK(visitor->epoch_of_last_event() < made.log.epoch);
  CHECK(visitor->read(global_position{30}).size() == 7);
  CHECK(visitor->chain_at(global_position{37}) == shop.folder.visit()->chain_at(global_position{37}));
  CHECK_FALSE(visitor->chain_at(global_position{38}).has_value());
  const log_verification found = verify_log(shop.source(), shop.folder.runtime());
  CHECK(found.sound());
  CHECK(found.events == 37);
  CHECK(found.witnessed == global_position{37});
}

TEST_CASE("a fork goes on where its past ends, and its base, which is written all the while, knows nothing of it") {
  const forked shop;
  const auto log = shop.folder.open();
  shop.fork({.at = global_position{50}});
  const auto fork = shop.open();
  CHECK(fork->stream_head("order-1") == stream_version{20});
  CHECK(shop.folder.append(*fork, "order-1", 2).last == global_position{52});
  shop.folder.append(*log, "order-1", 7);
  CHECK(shop.folder.append(*fork, "order-new").last == global_position{53});
  CHECK(fork->stream_head("order-1") == stream_version{22});
  CHECK(fork->stream_head("order-new") == stream_version{1});
  CHECK(log->stream_head("order-1") == stream_version{37});
  CHECK(log->stream_head("order-new") == stream_version{});
  CHECK(positions(fork->read(global_position{48})) == std::vector<std::uint64_t>{49, 50, 51, 52, 53});
  CHECK(positions(fork->read_stream("order-1", stream_version{19})).size() == 4);
  CHECK(fork->chain_at(global_position{51}) != log->chain_at(global_position{51}));
}

TEST_CASE("an event of the past is known in a fork: its id is a repeat, and its stream's versions count") {
  const forked shop;
  append_batch known = shop.folder.batch("order-7", 2);
  {
    const auto log = shop.folder.open();
    log->append(known).get().value();
  }
  shop.fork();
  const auto fork = shop.open();
  const append_outcome again = fork->append(known).get();
  REQUIRE(again.committed() != nullptr);
  CHECK(again.committed()->repeated);
  CHECK(again.committed()->last == global_position{92});
  append_batch late = shop.folder.batch("order-7");
  late.streams.front().expected = expected_version::exactly(stream_version{1});
  const append_outcome refusal = fork->append(late).get();
  REQUIRE(refusal.refused() != nullptr);
  CHECK(refusal.refused()->why == append_refused::reason::version_conflict);
  late.streams.front().expected = expected_version::exactly(stream_version{2});
  CHECK(fork->append(late).get().committed() != nullptr);
}

TEST_CASE("not a byte of a base changes, whatever is done with its fork") {
  const forked shop;
  const auto bytes = [&] { return shop.folder.bytes_of({"", "-wal", ".witness", ".lock", ".index", ".index-wal"}); };
  const auto before = bytes();
  shop.fork({.at = global_position{70}});
  {
    const auto fork = shop.open();
    for (int i = 0; i < 20; ++i) shop.folder.append(*fork, "order-1", 5);
    fork->read_stream("order-1");
  }
  verify_log(shop.source(), shop.folder.runtime());
  back_up(shop.source(), shop.folder.beside(".backup"), shop.folder.runtime());
  CHECK(bytes() == before);
}

TEST_CASE("a base is read where no file can be made beside it, and nothing is made") {
  const forked shop;
  const tests::temporary_folder media;
  const tests::temporary_folder sandbox;
  std::filesystem::permissions(sandbox.path(), std::filesystem::perms::all);
  sql::database::open(shop.folder.path(), sql::open_mode::read_write).run("PRAGMA wal_checkpoint(TRUNCATE)");
  for (const char* const end : {"", ".witness"})
    std::filesystem::copy_file(shop.folder.beside(end), media.file(std::string("shop.db") + end));
  const tests::no_right_to_write taken(media.path());
  const log_source fork = sqlite(sandbox.file("what-if.db"));
  fork_log(media.file("shop.db"), fork.name(), shop.folder.runtime(), {.at = global_position{60}});
  {
    const auto log = fork.open(shop.folder.runtime());
    CHECK(shop.folder.append(*log, "order-2", 4).last == global_position{64});
    CHECK(log->read({}).size() == 64);
  }
  CHECK(verify_log(fork, shop.folder.runtime()).sound());
  CHECK(shop.folder.runtime().files->list(media.path().string()) ==
        std::vector<std::string>{"shop.db", "shop.db.witness"});
}

TEST_CASE("a base and its fork are moved together, and the fork is found by a link") {
  const forked shop;
  shop.fork({.at = global_position{60}});
  {
    const auto fork = shop.open();
    shop.folder.append(*fork, "order-1");
  }
  const std::filesystem::path from = std::filesystem::path(shop.path()).parent_path();
  const tests::temporary_folder elsewhere;
  for (const std::string& name : shop.folder.names()) {
    if (!name.ends_with(".lock") && !name.ends_with("-shm")) std::filesystem::rename(from / name, elsewhere.file(name));
  }
  const std::string moved = elsewhere.file("shop.db.what-if");
  CHECK(sqlite(moved).open(shop.folder.runtime())->head() == global_position{61});
  const tests::temporary_folder third;
  std::filesystem::create_symlink(moved, third.file("linked.db"));
  CHECK(sqlite(third.file("linked.db")).visit(shop.folder.runtime())->read({}).size() == 61);
}

TEST_CASE("a base that lies far away is named by its whole path, and one nearby from the folder of the fork") {
  const forked shop;
  const auto stored = [&](const std::string& to) {
    std::filesystem::create_directories(std::filesystem::path(to).parent_path());
    fork_log(shop.folder.path(), to, shop.folder.runtime());
    return *sql::database::open(to, sql::open_mode::read_only).text("SELECT path FROM bases");
  };
  const std::string folder = std::filesystem::path(shop.path()).parent_path().string();
  CHECK(stored(folder + "/a.db") == "shop.db");
  CHECK(stored(folder + "/b/b.db") == "../shop.db");
  CHECK(stored(folder + "/c/c/c.db") == std::filesystem::weakly_canonical(shop.folder.path()).string());
}

TEST_CASE("a fork of a fork reads through both, and one within the past of the first has the first one's base") {
  const forked shop;
  shop.fork({.at = global_position{50}});
  {
    const auto fork = shop.open();
    shop.folder.append(*fork, "order-1", 20);
  }
  const std::string within = shop.folder.beside(".within");
  CHECK(fork_log(shop.path(), within, shop.folder.runtime(), {.at = global_position{50}}).base == shop.folder.path());
  const std::string second = shop.folder.beside(".second");
  CHECK(fork_log(shop.path(), second, shop.folder.runtime(), {.at = global_position{65}}).base == shop.path());
  const std::vector<log_base> bases = bases_of(second, shop.folder.runtime());
  REQUIRE(bases.size() == 2);
  CHECK(bases[0].path == shop.path());
  CHECK(bases[0].position == global_position{65});
  CHECK(bases[1].path == shop.folder.path());
  CHECK(bases[1].position == global_position{50});
  const auto log = sqlite(second).open(shop.folder.runtime());
  CHECK(shop.folder.append(*log, "order-1", 3).last == global_position{68});
  CHECK(log->read({}).size() == 68);
  CHECK(log->stream_head("order-1") == stream_version{20 + 15 + 3});
  CHECK(verify_log(sqlite(second), shop.folder.runtime()).sound());
}

TEST_CASE("a backup of a fork has every event, and what is restored of it needs no base") {
  const forked shop;
  shop.fork({.at = global_position{50}});
  {
    const auto fork = shop.open();
    shop.folder.append(*fork, "order-1", 20);
  }
  const log_backup made = back_up(shop.source(), shop.folder.beside(".backup"), shop.folder.runtime());
  CHECK(made.head == global_position{70});
  const chain_hash last = *shop.visit()->chain_at(global_position{70});
  std::filesystem::remove(shop.folder.path());
  const std::string restored = shop.folder.beside(".restored");
  restore_log(shop.folder.beside(".backup"), restored, shop.folder.runtime());
  CHECK(sqlite(restored).visit(shop.folder.runtime())->chain_at(global_position{70}) == last);
  CHECK(bases_of(restored, shop.folder.runtime()).empty());
  CHECK(verify_log(sqlite(restored), shop.folder.runtime()).sound());
}

TEST_CASE("a backup is forked as a log is") {
  const forked shop;
  back_up(sqlite(shop.folder.path()), shop.folder.beside(".backup"), shop.folder.runtime());
  const std::string before = log_folder::contents(shop.folder.beside(".backup"));
  fork_log(shop.folder.beside(".backup"), shop.path(), shop.folder.runtime());
  {
    const auto fork = shop.open();
    CHECK(shop.folder.append(*fork, "order-1").last == global_position{91});
  }
  CHECK(verify_log(shop.source(), shop.folder.runtime()).sound());
  CHECK(log_folder::contents(shop.folder.beside(".backup")) == before);
}

TEST_CASE("two types that have one number, one in the base and one in the fork, stay two") {
  // So it is where a base was imported, or restored, after the fork was made.
  const forked shop;
  shop.fork({.at = global_position{50}});
  {
    const auto fork = shop.open();
    shop.folder.append(*fork, "order-1");
    append_batch other = shop.folder.batch("cart-1");
    other.streams.front().aggregate_type = "Cart";
    other.streams.front().events.front().type = "CartFilled";
    fork->append(other).get().value();
  }
  shop.folder.change(
      "INSERT INTO types SELECT 2, aggregate_type, event_type, version FROM types; UPDATE entries SET type = 2");
  const auto visitor = shop.visit();
  CHECK(visitor->read({}, {.aggregate_types = {}, .event_types = {"OrderPlaced"}}).size() == 51);
  CHECK(positions(visitor->read({}, {.aggregate_types = {}, .event_types = {"CartFilled"}})) ==
        std::vector<std::uint64_t>{52});
  const std::string backup = shop.folder.beside(".backup");
  CHECK(back_up(shop.source(), backup, shop.folder.runtime()).head == global_position{52});
  CHECK(verify_log(sqlite(backup), shop.folder.runtime()).sound());
}

TEST_CASE("a fork is whole, also where the file of its base lacks a page that has none of its events") {
  const forked shop;
  shop.fork({.at = global_position{50}});
  shop.folder.change("");
  std::string bytes = log_folder::contents(shop.folder.path());
  constexpr std::size_t at_end_of_page_count = 31;
  ++bytes[at_end_of_page_count];
  log_folder::write(shop.folder.path(), bytes);
  CHECK_THROWS_AS(shop.folder.visit()->condition(), log_damaged);
  CHECK(shop.visit()->condition().what == log_condition::kind::whole);
  CHECK(back_up(shop.source(), shop.folder.beside(".backup"), shop.folder.runtime()).head == global_position{50});
}
