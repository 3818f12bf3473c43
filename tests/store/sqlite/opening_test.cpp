// Opening: what is refused, by which name, and that refusing changes nothing.
#include <doctest/doctest.h>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <whence/store/audit_event.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/witness.hpp>

#include <tests/in_child.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

constexpr std::uint64_t killed_at = 20;

/// Leaves a log as a killed process does: its newest events are in the WAL alone.
void append_and_die(const log_folder& folder, std::uint64_t events = killed_at) {
  const tests::ending how = tests::in_child([&] {
    const auto log = folder.open();
    for (std::uint64_t i = 0; i < events; ++i) folder.append(*log, "order-" + std::to_string(i % 3));
    return ::kill(::getpid(), SIGKILL);
  });
  REQUIRE(how.killed_by(SIGKILL));
}

const std::vector<std::string> log_and_witness{"", "-wal", ".witness"};

template <class Error, class Action>
Error failure_of(Action action) {
  try {
    action();
  } catch (const Error& failure) {
    return failure;
  }
  throw std::runtime_error("it did not fail with that");
}

}  // namespace

TEST_CASE("what is no log is refused, and left alone, by writer and visitor") {
  const log_folder folder;
  SUBCASE("noise") { log_folder::write(folder.path(), std::string(20'000, 'x')); }
  SUBCASE("an empty file") { log_folder::write(folder.path(), ""); }
  SUBCASE("a short file") { log_folder::write(folder.path(), "SQLite format 3"); }
  SUBCASE("a directory") { std::filesystem::create_directory(folder.path()); }
  SUBCASE("a database of another application") {
    sql::database::open(folder.path(), sql::open_mode::create).run("CREATE TABLE entries(position)");
  }
  const std::string before = log_folder::contents(folder.path());
  CHECK(failure_of<not_a_log>([&] { folder.open(); }).code() == "log.not_a_log");
  CHECK_THROWS_AS(folder.visit(), not_a_log);
  CHECK(log_folder::contents(folder.path()) == before);
  CHECK(folder.names() == std::vector<std::string>{"shop.db"});
}

TEST_CASE("a log of a newer format is refused by the number") {
  const log_folder folder;
  folder.open();
  SUBCASE("by user_version") { folder.change("PRAGMA user_version=7"); }
  SUBCASE("by the format in its table") { folder.change("UPDATE log SET format = 7"); }
  const auto before = folder.bytes_of({""});
  CHECK(failure_of<newer_format>([&] { folder.open(); }).found == 7);
  CHECK_THROWS_AS(folder.visit(), newer_format);
  CHECK(folder.bytes_of({""}) == before);
}

TEST_CASE("a log of before the first release is refused by the number, and by those that only look, too") {
  const log_folder folder;
  folder.open();
  SUBCASE("by user_version") { folder.change("PRAGMA user_version=0"); }
  SUBCASE("by the format in its table") { folder.change("UPDATE log SET format = 0"); }
  const auto before = folder.bytes_of({""});
  const older_format refused = failure_of<older_format>([&] { folder.open(); });
  CHECK(refused.found == 0);
  CHECK(refused.first == 1);
  CHECK_THROWS_AS(folder.visit(), older_format);
  CHECK_THROWS_AS(verify_log(sqlite(folder.path()), folder.runtime()), older_format);
  CHECK(folder.bytes_of({""}) == before);
  CHECK(is_sqlite_log(*system_files(), folder.path()));
}

TEST_CASE("a visitor does not make a log, and a folder that is missing is said to be") {
  const log_folder folder;
  CHECK_THROWS_AS(folder.visit(), log_missing);
  CHECK(folder.names().empty());
  CHECK_THROWS_AS(sqlite(folder.beside("/none/shop.db")).open(folder.runtime()), file_error);
}

TEST_CASE("a second writer is refused by name and process id, and the first goes on") {
  const log_folder folder;
  const auto first = folder.open();
  const auto busy = failure_of<log_busy>([&] { folder.open(); });
  CHECK(busy.holder_pid == ::getpid());
  CHECK(busy.what() ==
        folder.path() + " is held for writing by process " + std::to_string(::getpid()) + "; nothing was touched");
  CHECK(folder.append(*first, "order-1").last == global_position{1});
}

TEST_CASE("a second writer is refused also when it comes by a link") {
  const log_folder folder;
  const auto first = folder.open();
  folder.append(*first, "order-1");
  const std::string link = folder.beside(".link");
  std::filesystem::create_symlink(folder.path(), link);
  CHECK_THROWS_AS(sqlite(link).open(folder.runtime()), log_busy);
  const auto visitor = sqlite(link).visit(folder.runtime());
  CHECK(visitor->condition().what == log_condition::kind::whole);
  CHECK(visitor->stream_head("order-1") == stream_version{1});
  CHECK_FALSE(std::filesystem::exists(link + ".lock"));
  CHECK(sqlite(link).models_directory() == sqlite(folder.path()).models_directory());
}

TEST_CASE("a writer starts at once after the one before it was killed, and finds all that it acknowledged") {
  const log_folder folder;
  append_and_die(folder);
  const auto log = folder.open();
  CHECK(log->head() == global_position{killed_at});
  CHECK(folder.append(*log, "order-0").first == global_position{killed_at + 1});
}

TEST_CASE("a lost tail is refused to a writer, told by a visitor, and every byte is left") {
  const log_folder folder;
  append_and_die(folder);
  const std::string wal = log_folder::frames(log_folder::contents(folder.beside("-wal")));
  for (const std::size_t cut : {wal.size() - 1, wal.size() / 2, std::size_t{32}, std::size_t{0}}) {
    CAPTURE(cut);
    log_folder::write(folder.beside("-wal"), wal.substr(0, cut));
    const auto before = folder.bytes_of(log_and_witness);
    const auto missing = failure_of<tail_missing>([&] { folder.open(); });
    CHECK(missing.witnessed == global_position{killed_at});
    CHECK(missing.found < global_position{killed_at});

    const auto visitor = folder.visit();
    const log_condition condition = visitor->condition();
    CHECK(condition.what == log_condition::kind::tail_missing);
    CHECK(condition.witnessed == global_position{killed_at});
    CHECK(condition.found == missing.found);
    CHECK(visitor->read(global_position{}).size() == missing.found.value());
    CHECK(folder.bytes_of(log_and_witness) == before);
  }
}

TEST_CASE("accepting a lost tail by name begins a new epoch, with a witness of its own") {
  const log_folder folder;
  append_and_die(folder);
  const std::string wal = log_folder::frames(log_folder::contents(folder.beside("-wal")));
  log_folder::write(folder.beside("-wal"), wal.substr(0, wal.size() / 2));
  std::uint64_t kept = 0;
  log_id id;
  {
    const auto log = folder.open({.accept_missing_tail = true});
    kept = log->head().value();
    id = log->identity().id;
    CHECK(kept < killed_at);
    CHECK(log->identity().epoch == 2);
    CHECK(folder.append(*log, "order-0").token == token{2, global_position{kept + 1}});
  }
  const auto again = folder.open({.accept_missing_tail = true});
  CHECK(again->identity() == log_identity{id, 2});  // nothing is missing now: nothing to accept
  CHECK(again->head() == global_position{kept + 1});
  CHECK(folder.visit()->condition().what == log_condition::kind::whole);
}

TEST_CASE("a log that is not empty is refused without its witness, or with one that is not its own") {
  const log_folder folder;
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 3);
  }
  SUBCASE("removed") { std::filesystem::remove(folder.beside(".witness")); }
  SUBCASE("noise") { log_folder::write(folder.beside(".witness"), std::string(8192, 'x')); }
  SUBCASE("of another log") {
    const log_folder other;
    other.open();
    log_folder::write(folder.beside(".witness"), log_folder::contents(other.beside(".witness")));
  }
  const auto before = folder.bytes_of(log_and_witness);
  CHECK(failure_of<witness_missing>([&] { folder.open(); }).code() == "log.witness_missing");
  CHECK(folder.visit()->condition().what == log_condition::kind::witness_missing);
  CHECK(folder.visit()->head() == global_position{3});
  CHECK(folder.bytes_of(log_and_witness) == before);
  CHECK(folder.open({.accept_missing_tail = true})->identity().epoch == 2);
  CHECK(folder.visit()->condition().what == log_condition::kind::whole);
}

TEST_CASE("an older copy of the log is a lost tail, and another history is damage") {
  const log_folder folder;
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 3);
  }
  const auto older = folder.bytes_of({""});
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 3);
  }
  const auto newer = folder.bytes_of({".witness"});
  log_folder::write(folder.path(), older.at(""));
  log_folder::write(folder.beside("-wal"), "");
  CHECK(failure_of<tail_missing>([&] { folder.open(); }).found == global_position{3});

  std::filesystem::remove(folder.beside(".witness"));
  {
    const auto log = folder.open({.accept_missing_tail = true});
    folder.append(*log, "order-1", 5);
  }
  // The same log, and as long, but not what was witnessed: told although the epoch is put back by hand.
  folder.change("UPDATE log SET epoch = 1");
  log_folder::write(folder.beside(".witness"), newer.at(".witness"));
  CHECK(failure_of<log_damaged>([&] { folder.open(); }).position == global_position{6});
}

TEST_CASE("a log whose file is gone, while its witness remembers events, is not made anew in silence") {
  const log_folder folder;
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 3);
  }
  std::filesystem::remove(folder.path());
  CHECK(failure_of<tail_missing>([&] { folder.open(); }).witnessed == global_position{3});
  CHECK_FALSE(std::filesystem::exists(folder.path()));
  CHECK(folder.open({.accept_missing_tail = true})->head() == global_position{});
}

TEST_CASE("a copy that SQLite made, which is in no WAL mode, is a log to go on with") {
  const log_folder folder;
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 3);
  }
  folder.change("VACUUM INTO '" + folder.beside(".copy") + "'");
  for (const std::string suffix : {"-wal", "-shm"}) std::filesystem::remove(folder.beside(suffix));
  std::filesystem::rename(folder.beside(".copy"), folder.path());

  CHECK(folder.visit()->head() == global_position{3});
  const auto log = folder.open();
  CHECK(folder.append(*log, "order-1").last == global_position{4});
  CHECK(folder.visit()->head() == global_position{4});
}

TEST_CASE("a log that is made leaves the log beside it which has its name and more") {
  const log_folder folder;
  const auto beside = sqlite(folder.beside(".new")).open(folder.runtime());
  folder.append(*beside, "order-1", 3);
  folder.open()->close();
  folder.append(*beside, "order-1", 3);
  beside->close();
  CHECK(sqlite(folder.beside(".new")).visit(folder.runtime())->head() == global_position{6});
}

TEST_CASE("a log is not opened if its lock would be somebody's file, and that stays") {
  const log_folder folder;
  const auto other = sqlite(folder.beside(".lock")).open(folder.runtime());
  folder.append(*other, "order-1", 3);
  CHECK(failure_of<file_error>([&] { folder.open(); }).code() == "file.exists");
  CHECK_FALSE(std::filesystem::exists(folder.path()));
  folder.append(*other, "order-1", 3);
  CHECK(other->head() == global_position{6});
}

TEST_CASE("a WAL without its database is not taken for a part of a new log") {
  const log_folder folder;
  append_and_die(folder);
  std::filesystem::remove(folder.path());
  std::filesystem::remove(folder.beside(".witness"));
  const std::string wal = log_folder::contents(folder.beside("-wal"));
  CHECK_THROWS_AS(folder.open(), not_a_log);
  CHECK(log_folder::contents(folder.beside("-wal")) == wal);
}

TEST_CASE("making a log can be interrupted anywhere and is done again") {
  const log_folder folder;
  folder.open();
  const std::string log = log_folder::contents(folder.path());
  const std::string seen_nothing = log_folder::contents(folder.beside(".witness"));
  std::filesystem::remove(folder.path());
  SUBCASE("before the witness") { std::filesystem::remove(folder.beside(".witness")); }
  SUBCASE("while the witness was written") {
    log_folder::write(folder.beside(".witness"), seen_nothing.substr(0, 5000));
  }
  SUBCASE("before the rename") {}
  log_folder::write(folder.beside(".1-1.draft"), log.substr(0, log.size() / 2));
  log_folder::write(folder.beside(".1-1.draft-journal"), "leftover");
  log_folder::write(folder.beside(".1-1.draft.lock"), "1\n");
  const auto made = folder.open();
  CHECK(folder.append(*made, "order-1").last == global_position{1});
  for (const std::string& name : folder.names()) CHECK(name.find("draft") == std::string::npos);
}

TEST_CASE("the loss of a tail stays accepted if the process dies before the new witness is there") {
  const log_folder folder;
  append_and_die(folder);
  const std::string witness_before = log_folder::contents(folder.beside(".witness"));
  const std::string wal = log_folder::frames(log_folder::contents(folder.beside("-wal")));
  log_folder::write(folder.beside("-wal"), wal.substr(0, wal.size() / 2));
  std::uint64_t kept = 0;
  {
    const auto log = folder.open({.accept_missing_tail = true});
    kept = log->head().value();
  }
  log_folder::write(folder.beside(".witness"), witness_before);
  const auto log = folder.open();
  CHECK(log->head() == global_position{kept});
  CHECK(log->identity().epoch == 2);
}

TEST_CASE("a log that somebody else writes to takes no more appends") {
  const log_folder folder;
  const auto log = folder.open();
  folder.append(*log, "order-1");
  {
    sql::database other = sql::database::open(folder.path(), sql::open_mode::read_write);
    other.run(
        "INSERT INTO entries SELECT 2, stream, 2, type, occurred_at, recorded_at, id, correlation, causation, chain,"
        " name, causation_type, source, traceparent, tags, encoding, data FROM entries");
  }
  for (const auto why : {append_refused::reason::not_written, append_refused::reason::closed}) {
    const append_outcome outcome = log->append(folder.batch("order-1")).get();
    REQUIRE(outcome.refused() != nullptr);
    CHECK(outcome.refused()->why == why);
    CHECK(outcome.refused()->cause == storage_fault::foreign_writer);
    CHECK(outcome.refused()->detail.find("UNIQUE constraint failed") != std::string::npos);
  }
  CHECK_THROWS_AS(log->read(global_position{1}), log_damaged);
  CHECK(log->read(global_position{}).size() == 1);
}

TEST_CASE("a log without events and without a witness is a copy that lacks both") {
  const log_folder folder;
  folder.open();
  std::filesystem::remove(folder.beside(".witness"));
  CHECK_THROWS_AS(folder.open(), witness_missing);
  CHECK(folder.visit()->condition().what == log_condition::kind::witness_missing);
}

TEST_CASE("a witness of an earlier epoch is none for events of a later one") {
  const log_folder folder;
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 3);
  }
  const auto first = folder.bytes_of({".witness"});
  std::filesystem::remove(folder.beside(".witness"));
  folder.open({.accept_missing_tail = true});
  log_folder::write(folder.beside(".witness"), first.at(".witness"));
  CHECK(folder.open()->head() == global_position{3});  // as a process leaves it that dies while it begins an epoch
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 2);
  }
  log_folder::write(folder.beside(".witness"), first.at(".witness"));
  CHECK_THROWS_AS(folder.open(), witness_missing);
}

TEST_CASE("streams whose names were made to have the same hash are two") {
  const std::string one = "\u1F09z&:Y*,Cv'\U000B5FC4-customer-000001";
  const std::string other = "\u8F1B2&0Y&%Cdo\U000BFFC8-customer-000001";
  REQUIRE(one.size() == other.size());
  const log_folder folder;
  const auto log = folder.open();
  folder.append(*log, one);
  folder.append(*log, other);
  folder.append(*log, one);
  CHECK(log->stream_head(one) == stream_version{2});
  CHECK(log->stream_head(other) == stream_version{1});
  CHECK(log->read_stream(one).size() == 2);
  CHECK(log->read_stream(other).size() == 1);
}

TEST_CASE("damage at the end of the log is found when it is opened") {
  const log_folder folder;
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 10);
  }
  folder.change("UPDATE entries SET data = '[]' WHERE position = 8");
  const auto before = folder.bytes_of(log_and_witness);
  CHECK(failure_of<log_damaged>([&] { folder.open(); }).position == global_position{8});
  CHECK(folder.bytes_of(log_and_witness) == before);
}

TEST_CASE("a log whose other files would have too long names is not begun") {
  const tests::temporary_folder folder;
  const runtime runtime = runtime::system(1);
  for (const std::size_t letters : {std::size_t{214}, std::size_t{250}, std::size_t{255}, std::size_t{300}}) {
    CAPTURE(letters);
    const std::string path = folder.file(std::string(letters, 'a'));
    try {
      sqlite(path).open(runtime);
      CHECK_MESSAGE(false, "it was opened");
    } catch (const file_error& refused) {
      CHECK(refused.code() == "file.name_too_long");
      CHECK(refused.path == path);
    }
    CHECK(std::filesystem::is_empty(folder.path()));
  }
  const std::string longest = folder.file(std::string(213, 'a'));
  {
    const auto log = sqlite(longest).open(runtime);
    const log_folder events;
    events.append(*log, "order-1", 2);
    log->close();
  }
  sql::database::open(longest, sql::open_mode::read_write).run("UPDATE entries SET data = '[]' WHERE position = 2");
  const repaired_log done =
      log_repair(longest, runtime)
          .carry_out({.accept = {log_loss::damage},
                      .audit = log_operation{.name = "log repair", .reason = "disk", .by = this_operator("test")}});
  CHECK(std::filesystem::exists(done.kept + ".witness"));
}

TEST_CASE("a log that is there is opened, though what is made beside it later has no room in a name") {
  const tests::temporary_folder folder;
  const runtime runtime = runtime::system(1);
  sqlite(folder.file("a")).open(runtime)->close();
  const std::string path = folder.file(std::string(241, 'a'));
  for (const char* const end : {"", "-wal", ".witness"}) std::filesystem::rename(folder.file("a") + end, path + end);
  sqlite(path).open(runtime)->close();
}
