// What a log's errors say, and an append's.
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tests/errors/said.hpp>
#include <tests/no_rights.hpp>
#include <tests/store/sqlite/watched_vfs.hpp>

#include <whence/sql/database.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_import.hpp>
#include <whence/store/log_verification.hpp>

using namespace whence;
using tests::scene;
namespace vfs = tests::watched_vfs;

namespace {

append_batch batch_of(const runtime& runtime, expected_version expected = expected_version::any(),
                      std::string data = R"({"cents":100})") {
  append_batch batch;
  batch.streams.push_back({.stream = "account-ada",
                           .aggregate_type = "Account",
                           .expected = expected,
                           .events = {{.id = event_id{runtime.make_uuid()},
                                       .type = "Deposited",
                                       .occurred_at = runtime.clock->now(),
                                       .data = std::move(data),
                                       .metadata = {},
                                       .tags = {}}}});
  return batch;
}

std::unique_ptr<whence::log> open(const scene& here, sqlite_options options = {}) {
  return sqlite(here.file("bank.db"), options).open(here.runtime());
}

/// A log of three events that was closed in order.
void make_log(const scene& here) {
  const auto log = open(here);
  for (int i = 0; i < 3; ++i) static_cast<void>(log->append(batch_of(here.runtime())).get().value());
}

void change(const scene& here, const std::string& script) {
  auto db = sql::database::open(here.file("bank.db"), sql::open_mode::read_write);
  db.run(script);
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace

TEST_CASE("a reason that is longer than is kept") {
  const scene here;
  const log_operation repair{.name = "log repair", .reason = std::string(1'001, 'x'), .by = this_operator("whence")};
  CHECK(here.says([&] { static_cast<void>(audit_of(repair, here.runtime())); }) ==
        R"(app: the reason is too long to be kept; nothing was changed
  where: --reason
  why:   it has 1001 bytes, and may have 1000
  do:    say it shorter, and name what has the rest: a ticket, a page  [audit.reason, exit 2]
)");
}

TEST_CASE("a log that was read as one that nobody writes") {
  const scene here;
  make_log(here);
  change(here, "PRAGMA wal_checkpoint(TRUNCATE)");  // closed after it, it has no -wal
  auto rights = std::make_unique<tests::no_right_to_write>(here.file(""));
  verify_options options;
  options.on_progress = [&](const verify_progress&) {
    if (!rights) return;
    rights.reset();
    static_cast<void>(open(here)->append(batch_of(here.runtime())).get().value());
  };
  CHECK(here.says([&] { verify_log(sqlite(here.file("bank.db")), here.runtime(), options); }) ==
        R"(app: bank.db was changed while it was read
  where: bank.db
  why:   it had no -wal beside it, and none can be made there: so it was read as a file that nobody writes
  do:    try again: a log that is being written is read beside its writer  [log.changed, exit 5]
)");
}

TEST_CASE("a log in whose place an older one was put while it was read") {
  const scene here;
  make_log(here);
  std::filesystem::copy(here.file("bank.db"), here.file("older.db"));
  static_cast<void>(open(here)->append(batch_of(here.runtime())).get().value());
  const auto visitor = sqlite(here.file("bank.db")).visit(here.runtime());
  static_cast<void>(visitor->head());
  std::filesystem::rename(here.file("older.db"), here.file("bank.db"));
  std::filesystem::remove(here.file("bank.db-wal"));
  CHECK(here.says([&] { static_cast<void>(visitor->head()); }) ==
        R"(app: another file was put in the place of bank.db, and it does not go on there
  where: bank.db
  why:   it ends before position 4
  do:    begin anew: what was read before may not be in the log that stands there now  [log.replaced, exit 5]
)");
}

TEST_CASE("an index that is removed while the log is open") {
  const scene here;
  make_log(here);
  const auto log = open(here);
  std::string reported;
  here.runtime().executor->on_report(
      [&](const std::exception_ptr& failure) { reported = here.says([&] { std::rethrow_exception(failure); }); });
  REQUIRE(log->stream_head("account-ada") == stream_version{3});
  for (const char* const part : {"", "-wal", "-shm"})
    std::filesystem::remove(here.file(std::string("bank.db.index") + part));
  for (int waits = 0; waits < 500 && reported.empty(); ++waits) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    CHECK(log->stream_head("account-ada") == stream_version{3});
  }
  CHECK(reported == R"(app: bank.db.index was removed or replaced while the log is open
  where: bank.db.index
  why:   no event is lost: it is made anew from the log, and appends wait for that
  do:    leave the files of a log alone while a process has it open  [log.index_lost, exit 6]
)");
}

TEST_CASE("a witness of which a part is missing") {
  const scene here;
  make_log(here);
  std::vector<std::string> reported;
  here.runtime().executor->on_report([&](const std::exception_ptr& failure) {
    reported.push_back(here.says([&] { std::rethrow_exception(failure); }));
  });
  std::size_t left = 0;
  SUBCASE("cut to its first slot") { left = 72; }
  SUBCASE("cut where its second slot begins") { left = 4096; }
  SUBCASE("cut within its second slot") { left = 4100; }
  std::filesystem::resize_file(here.file("bank.db.witness"), left);
  CHECK_FALSE(verify_log(sqlite(here.file("bank.db")), here.runtime()).sound());
  // The next opening tells it, and makes it whole; the one after that has nothing to tell.
  for (int openings = 0; openings < 2; ++openings) CHECK(open(here)->head() == global_position{3});
  CHECK(reported == std::vector<std::string>{
                        R"(app: one of the two slots of bank.db.witness could not be read
  where: bank.db.witness
  why:   nothing is lost: the other one is good, and this one was written anew
  do:    look at the disk, unless the power was cut before  [log.witness_damaged, exit 6]
)"});
  CHECK(verify_log(sqlite(here.file("bank.db")), here.runtime()).sound());
}

TEST_CASE("logs that are not there, or are none") {
  const scene here;
  CHECK(here.says([&] { sqlite(here.file("bank.db")).visit(here.runtime()); }) == R"(app: there is no log bank.db
  where: bank.db
  do:    give the path of a log  [log.missing, exit 3]
)");
  {
    open(here);
    CHECK(here.says([&] { sqlite(here.file("bank.db-journal")).open(here.runtime()); }) ==
          R"(app: bank.db-journal has a name that belongs to bank.db; nothing was made
  where: bank.db-journal
  why:   whoever opens bank.db would take it for a part of that
  do:    give another path  [log.name_taken, exit 4]
)");
    CHECK_FALSE(std::filesystem::exists(here.file("bank.db-journal")));
  }
  here.write("bank.db", "a shopping list");
  CHECK(here.says([&] { open(here); }) == R"(app: bank.db is not a Whence log; nothing was changed
  where: bank.db
  why:   it is no SQLite database
  do:    give the path of a log  [log.not_a_log, exit 6]
)");
}

TEST_CASE("a log of a newer format") {
  const scene here;
  make_log(here);
  change(here, "PRAGMA user_version = 7");
  CHECK(here.says([&] { open(here); }) ==
        R"(app: bank.db has format 7, and this program knows formats up to 2; nothing was changed
  where: bank.db
  why:   a newer Whence wrote it
  do:    use the program that wrote it, or a newer one  [log.newer_format, exit 6]
)");
}

TEST_CASE("a log of before the first release") {
  const scene here;
  make_log(here);
  change(here, "PRAGMA user_version = 0");
  CHECK(here.says([&] { open(here); }) ==
        R"(app: bank.db has format 0, and this program knows formats from 1 on; nothing was changed
  where: bank.db
  why:   a Whence of before the first release wrote it
  do:    use the program that wrote it  [log.older_format, exit 6]
)");
}

TEST_CASE("a log that another one writes, and one that is closed meanwhile") {
  const scene here;
  const auto log = open(here);
  CHECK(here.says([&] { open(here); }) == R"(app: bank.db is held for writing by process 4182; nothing was touched
  where: bank.db.lock
  why:   a log has one writer at a time
  do:    wait until that process has ended, or stop it; to look into the log, nobody has to wait  [log.busy, exit 5]
)");
  auto more = log->wait_beyond(global_position{0});
  log->close();
  CHECK(here.says([&] { std::move(more).get(); }) == R"(app: bank.db was closed
  do:    open the log again  [log.closed, exit 5]
)");
}

TEST_CASE("a log of which an event was changed") {
  const scene here;
  make_log(here);
  change(here, "UPDATE entries SET data = '{\"cents\":900}' WHERE position = 2");
  CHECK(here.says([&] { open(here)->read(global_position{1}); }) == R"(app: event 2 in bank.db cannot be trusted
  where: bank.db
  why:   stored chain hash <hash>, computed <hash>: the file was changed from outside, or the disk is failing
  do:    copy bank.db* to a safe place before anything else; then repair it (whence log repair), or restore a backup  [log.checksum, exit 6]
)");
}

TEST_CASE("a log that lost its end, and one that lost its witness") {
  const scene here;
  make_log(here);
  change(here, "DELETE FROM entries WHERE position = 3");
  CHECK(here.says([&] { open(here); }) ==
        R"(app: bank.db ends at event 2, but event 3 was acknowledged; nothing was changed
  where: bank.db.witness
  why:   the end of the log is lost: its files were cut, damaged, or replaced by older ones
  do:    copy bank.db* to a safe place, then put the newest copies of these files in their place; whence log repair brings back what a backup has, and goes on without the rest if that is accepted  [log.tail_missing, exit 6]
)");
  std::filesystem::remove(here.file("bank.db.witness"));
  CHECK(here.says([&] { open(here); }) == R"(app: bank.db has no usable witness beside it; nothing was changed
  where: bank.db.witness
  why:   there is none
  do:    bring bank.db.witness back from where the log came from; whence log repair goes on without it if that is accepted  [log.witness_missing, exit 6]
)");
}

TEST_CASE("appends that are refused") {
  const scene here;
  const auto log = memory().open(here.runtime());
  const append_batch first = batch_of(here.runtime());
  static_cast<void>(log->append(first).get().value());
  CHECK(here.says([&] { log->append(batch_of(here.runtime(), expected_version::none())).get().value(); }) ==
        R"(app: account-ada: expected version none, found version 1; nothing was written
  where: account-ada
  why:   another writer was first: version 1 is Deposited (event <id>, position 1)
  do:    load the aggregate and decide again  [append.version_conflict, exit 4]
)");
  append_batch under_query = batch_of(here.runtime());
  const query_item of_deposits{.event_types = {"Deposited"}, .tags = {}};
  under_query.conditions.push_back({{{of_deposits}}, global_position{}});
  CHECK(here.says([&] { log->append(under_query).get().value(); }) ==
        R"(app: there are events that the append rules out: (Deposited); nothing was written
  where: account-ada
  why:   another writer was first: Deposited in account-ada (event <id>, position 1)
  do:    read what the query finds and decide again  [append.condition_conflict, exit 4]
)");
  append_batch changed = first;
  changed.streams[0].events[0].data = R"({"cents":900})";
  CHECK(here.says([&] { log->append(changed).get().value(); }) ==
        R"(app: event <id> is in the log already; nothing was written
  where: account-ada
  why:   its content there is another one
  do:    give each event an id of its own; repeat an append with exactly what it had the first time  [append.event_id_reused, exit 4]
)");
  CHECK(here.says([&] { log->append({}).get().value(); }) ==
        R"(app: the batch cannot be appended: a batch has at least one stream; nothing was written
  do:    correct the batch  [append.invalid, exit 4]
)");
  log->close();
  CHECK(here.says([&] { log->append(batch_of(here.runtime())).get().value(); }) ==
        R"(app: the log is closed; nothing was written
  do:    open the log again  [append.closed, exit 5]
)");
}

TEST_CASE("appends that are larger than the log's limits") {
  const scene here;
  const auto log =
      memory({.sizes = {.event_bytes_max = 20, .metadata_bytes_max = 8, .batch_bytes_max = 200, .batch_events_max = 3}})
          .open(here.runtime());
  const auto one = [&] { return batch_of(here.runtime(), expected_version::any(), R"({"cents":1})"); };
  CHECK(log->append(one()).get().committed() != nullptr);
  CHECK(here.says([&] {
    log->append(batch_of(here.runtime(), expected_version::any(), R"({"cents":100000000000})")).get().value();
  }) == R"(app: the data of event <id> has 22 bytes, and event_bytes_max is 20; nothing was written
  where: account-ada
  do:    keep what is large elsewhere, and refer to it; or open the log with a larger event_bytes_max  [append.too_large, exit 4]
)");
  append_batch tagged = one();
  tagged.streams[0].events[0].tags = {"branch:5", "region:north"};
  CHECK(here.says([&] { log->append(tagged).get().value(); }) ==
        R"(app: the metadata of event <id> has 20 bytes, and metadata_bytes_max is 8; nothing was written
  where: account-ada
  do:    keep what is large elsewhere, and refer to it; or open the log with a larger metadata_bytes_max  [append.too_large, exit 4]
)");
  append_batch many = one();
  for (int i = 0; i < 3; ++i) many.streams[0].events.push_back(one().streams[0].events[0]);
  CHECK(here.says([&] { log->append(many).get().value(); }) ==
        R"(app: the batch has 4 events, and batch_events_max is 3; nothing was written
  do:    append it in several batches; or open the log with a larger batch_events_max  [append.too_large, exit 4]
)");
  append_batch heavy = one();
  heavy.streams[0].stream = std::string(200, 's');
  CHECK(here.says([&] { log->append(heavy).get().value(); }) ==
        R"(app: the batch has 227 bytes, and batch_bytes_max is 200; nothing was written
  do:    append it in several batches; or open the log with a larger batch_bytes_max  [append.too_large, exit 4]
)");
}

TEST_CASE("a queue of appends that is full") {
  const scene here;
  const auto log = open(
      here, {.queue_bytes_max = 1'000, .queue_full = when_queue_full::refuse, .held_at_most = std::chrono::minutes{1}});
  const std::string large = "\"" + std::string(900, 'x') + "\"";
  auto held = log->append(batch_of(here.runtime(), expected_version::any(), large));
  CHECK(here.says([&] { log->append(batch_of(here.runtime(), expected_version::any(), large)).get().value(); }) ==
        R"(app: the queue of appends is full; nothing was written
  why:   queue_bytes_max is 1000; 1793 bytes are queued, and this append has 1793
  do:    append again in a while, or open the log with when_queue_full::wait or a larger queue_bytes_max  [append.queue_full, exit 5]
)");
  CHECK(std::move(held).get().committed() != nullptr);
}

TEST_CASE("a storage that fails before a commit, and in one") {
  vfs::install();
  const scene here;
  const auto log = open(here);
  static_cast<void>(log->append(batch_of(here.runtime())).get().value());
  vfs::arm(vfs::fault{.where = vfs::place::wal, .what = vfs::call::write, .no_space = true});
  CHECK(here.says([&] { log->append(batch_of(here.runtime())).get().value(); }) ==
        R"(app: the storage failed; nothing was written
  why:   bank.db: database or disk is full (SQLite 13)
  do:    make room on the disk; then append the same batch again  [append.not_written, exit 5]
)");
  vfs::arm(vfs::fault{.where = vfs::place::wal, .what = vfs::call::sync, .for_good = true});
  CHECK(here.says([&] { log->append(batch_of(here.runtime())).get().value(); }) ==
        R"(app: it is not known whether the events were written
  why:   bank.db: disk I/O error (SQLite 1034); then: bank.db: disk I/O error (SQLite 1034)
  do:    put the cause right; then open the log again, and append the same batch (the same event ids) again  [append.unknown, exit 5]
)");
  vfs::disarm();
}

namespace {

/// Three events of two streams; the first one's stream is archived.
void make_archive(const scene& here) {
  make_log(here);
  const auto log = open(here);
  append_batch other = batch_of(here.runtime());
  other.streams.front().stream = "account-bob";
  static_cast<void>(log->append(std::move(other)).get().value());
  keeping_of(*log).archive({.streams = {"account-ada"}}, {});
  log->close();
}

std::string first_event(const scene& here) {
  return here.says([&] { static_cast<void>(sqlite(here.file("bank.db")).visit(here.runtime())->read({}, {}, {})); });
}

}  // namespace

TEST_CASE("an archive that is not there") {
  const scene here;
  make_archive(here);
  std::filesystem::remove(here.file("bank.db.archive.1"));
  CHECK(first_event(here) == R"(app: event 1 of bank.db lies in an archive that is not there
  where: bank.db.archive.1
  why:   it was archived to bank.db.archive.1, and there is no such file
  do:    bring bank.db.archive.1 back from where it went; or log repair --with FILE puts back what a backup has of it  [log.archive_missing, exit 6]
)");
}

TEST_CASE("another file in the place of an archive") {
  const scene here;
  make_archive(here);
  std::filesystem::remove(here.file("bank.db.archive.1"));
  here.write("bank.db.archive.1", std::string(200, 'x'));
  CHECK(first_event(here) == R"(app: event 1 of bank.db lies in an archive, and cannot be trusted there
  where: bank.db.archive.1
  why:   it was archived to bank.db.archive.1: bank.db.archive.1: file is not a database (SQLite 26)
  do:    put a good copy of bank.db.archive.1 in its place; or log repair --with FILE puts back what a backup has of it  [log.archive_damaged, exit 6]
)");
}

TEST_CASE("a view in the place of a table") {
  const scene here;
  make_log(here);
  sql::database::open(here.file("bank.db"), sql::open_mode::read_write)
      .run("DROP VIEW events; ALTER TABLE types RENAME TO kept; CREATE VIEW types AS SELECT * FROM kept");
  CHECK(first_event(here) == R"(app: bank.db has not the tables of a log: nothing in it is believed
  where: bank.db
  why:   `types` is a view
  do:    copy bank.db* to a safe place before anything else; then repair it, or restore a backup  [log.other_tables, exit 6]
)");
}

TEST_CASE("a log in memory whose file is to be kept in order") {
  const scene here;
  const auto log = memory().open(here.runtime());
  CHECK(here.says([&] { static_cast<void>(keeping_of(*log)); }) ==
        R"(app: a log in memory has no file that could be kept in order
  where: memory
  why:   it is gone with its program in any case
  do:    give the path of a log  [log.of_memory, exit 4]
)");
}

TEST_CASE("a log into which an import has not come to its end") {
  const scene here;
  const auto source = sqlite(here.file("bank.db"));
  source.open_import(here.runtime(), {log_id(here.runtime().make_uuid()), 2});
  CHECK(here.says([&] { open(here); }) == R"(app: an import into bank.db has not come to its end; nothing was changed
  where: bank.db
  why:   an export says at its end whether all of it has come, and as it was exported
  do:    import the whole export again: it goes on behind what is there; if that is refused, move bank.db away, with all whose names begin so, and import it anew  [log.import_unfinished, exit 6]
)");
}
