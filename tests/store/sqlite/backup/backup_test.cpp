// A backup is a verified prefix of its log in one file, or nothing at all.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include <whence/core/async.hpp>
#include <whence/core/file_draft.hpp>
#include <whence/core/payload_form.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// More than one part of a copy.
constexpr int many = 9'000;

struct backed_up {
  backed_up() = default;
  explicit backed_up(int events) {
    const auto log = folder.open();
    for (int left = events; left > 0; left -= 1'000) folder.append(*log, "order-1", std::min(left, 1'000));
    log->close();
  }

  log_backup make(const backup_options& options = {}) const {
    return back_up(sqlite(folder.path()), backup(), folder.runtime(), options);
  }
  std::string backup() const { return folder.beside(".backup"); }
  std::string in_folder(const std::string& name) const { return directory_of(folder.path()) + "/" + name; }
  std::unique_ptr<log_reader> visit() const { return sqlite(backup()).visit(folder.runtime()); }
  void change_backup(const std::string& script) const {
    sql::database::open(backup(), sql::open_mode::read_write).run(script);
  }
  /// What is in the folder that a log leaves not there.
  std::vector<std::string> of_backups() const {
    std::vector<std::string> found;
    for (const std::string& name : folder.names())
      if (name.find("backup") != std::string::npos) found.push_back(name);
    return found;
  }

  log_folder folder;
};

}  // namespace

TEST_CASE("a disk that does not keep what was written is told, and the log is not called damaged for it") {
  const backed_up shop(many);
  const auto forget = [&](const backup_progress& now) {
    if (now.doing != "reading back" || now.done == static_cast<std::uint64_t>(many)) return;
    for (const std::string& name : shop.folder.names())
      if (name.ends_with(".draft"))
        sql::database::open(shop.in_folder(name), sql::open_mode::read_write)
            .run("UPDATE entries SET data = '{\"x\":1}' WHERE position = 8500");
  };
  try {
    shop.make({.on_progress = forget});
    FAIL("a backup has another event than its log");
  } catch (const file_error& failure) {
    CHECK(failure.code() == "file.io");
    CHECK(failure.path == shop.backup());
    CHECK(failure.text().what == "cannot read back what was just written to make " + shop.backup());
  }
  CHECK(shop.of_backups().empty());
}

TEST_CASE("a log that is damaged, or is not all there, has no backup, and nothing is left of the attempt") {
  const backed_up shop(many);
  SUBCASE("an event is another one") {
    shop.folder.change("UPDATE entries SET data = '{\"x\":1}' WHERE position = 8500");
    CHECK_THROWS_AS(shop.make(), log_damaged);
  }
  SUBCASE("an event in the middle is missing") {
    shop.folder.change("DELETE FROM entries WHERE position = 300");
    CHECK_THROWS_AS(shop.make(), log_damaged);
  }
  SUBCASE("its end is missing") {
    shop.folder.change("DELETE FROM entries WHERE position > 8990");
    CHECK_THROWS_AS(shop.make(), tail_missing);
  }
  SUBCASE("its witness is missing, as beside a copy made with cp") {
    std::filesystem::remove(shop.folder.beside(".witness"));
    CHECK_THROWS_AS(shop.make(), witness_missing);
  }
  CHECK(shop.of_backups().empty());
}

TEST_CASE("nothing is written over: not a file, not another backup, not the log") {
  const backed_up shop(3);
  shop.make();
  const std::string before = log_folder::contents(shop.backup());
  const auto code_of = [&](const std::string& to) {
    try {
      back_up(sqlite(shop.folder.path()), to, shop.folder.runtime());
    } catch (const error& refused) {
      return std::string(refused.code());
    }
    return std::string("written");
  };
  CHECK(code_of(shop.backup()) == "file.exists");
  CHECK(code_of(shop.folder.path()) == "file.exists");
  CHECK(code_of(shop.folder.beside(".lock")) == "log.name_taken");
  for (const char* const end : {"-wal", "-shm"})
    std::filesystem::remove(shop.folder.beside(end));  // it was closed in order
  std::filesystem::create_directory(shop.folder.beside(".models"));
  for (const char* const end : {"-wal", "-journal", ".models", ".models/orders.1.1.db", ".backup-journal"})
    CHECK(code_of(shop.folder.beside(end)) == "log.name_taken");
  CHECK(!std::filesystem::exists(shop.folder.beside("-wal")));
  CHECK(log_folder::contents(shop.backup()) == before);
  CHECK(shop.of_backups() == std::vector<std::string>{"shop.db.backup"});
}

TEST_CASE("a backup that is stopped leaves nothing") {
  const backed_up shop(many);
  std::stop_source stop;
  backup_options options;
  options.stop = stop.get_token();
  options.on_progress = [&](const backup_progress& now) {
    CHECK(now.done <= now.of);
    stop.request_stop();
  };
  CHECK_THROWS_AS(shop.make(options), operation_cancelled);
  CHECK(shop.of_backups().empty());
  CHECK(shop.make().head == global_position{many});
  CHECK(shop.of_backups() == std::vector<std::string>{"shop.db.backup"});
}

TEST_CASE("what lies beside a backup that is made stays: a live log, another backup, whatever it is called") {
  backed_up shop(3);
  for (const char* const end : {".partial", ".partial.lock", ".partial-journal", ".new", ".draft"})
    log_folder::write(shop.backup() + end, "precious");
  const std::string log = shop.backup() + ".partial";
  std::filesystem::remove(log);
  std::filesystem::remove(log + ".lock");
  std::filesystem::remove(log + "-journal");
  const auto written = sqlite(log).open(shop.folder.runtime());
  shop.folder.append(*written, "order-1", 3);
  CHECK(back_up(sqlite(log), shop.backup(), shop.folder.runtime()).head == global_position{3});
  shop.folder.append(*written, "order-1", 3);
  written->close();
  CHECK(sqlite(log).visit(shop.folder.runtime())->head() == global_position{6});
  for (const char* const end : {".new", ".draft"}) CHECK(log_folder::contents(shop.backup() + end) == "precious");
}

TEST_CASE("what came meanwhile under the name of a backup is not replaced") {
  const backed_up shop(many);
  backup_options options;
  options.on_progress = [&](const backup_progress&) { log_folder::write(shop.backup(), "precious"); };
  CHECK_THROWS_AS(shop.make(options), file_error);
  CHECK(log_folder::contents(shop.backup()) == "precious");
  CHECK(shop.of_backups() == std::vector<std::string>{"shop.db.backup"});
}

TEST_CASE(
    "a backup of a log that only its owner may read is one that only its owner may read, from its first byte on") {
  const backed_up shop(many);
  const auto mode_of = [](const std::string& path) { return std::filesystem::status(path).permissions(); };
  const auto owner_only = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  std::filesystem::permissions(shop.folder.path(), owner_only);
  backup_options options;
  options.on_progress = [&](const backup_progress&) {
    for (const std::string& name : shop.of_backups())
      if (name.ends_with(".draft")) CHECK(mode_of(shop.in_folder(name)) == owner_only);
  };
  shop.make(options);
  CHECK(mode_of(shop.backup()) == owner_only);
}

TEST_CASE("behind a link that leads nowhere a backup is made, but not under a name of the log's own") {
  const backed_up shop(3);
  std::filesystem::create_symlink("elsewhere", shop.backup());
  CHECK(shop.make().bytes > 0);
  CHECK(std::filesystem::is_symlink(shop.backup()));
  CHECK(read_backup(shop.in_folder("elsewhere"), shop.folder.runtime()).head == global_position{3});
  std::filesystem::create_symlink("shop.db.index-journal", shop.folder.beside(".other-backup"));
  CHECK_THROWS_AS(back_up(sqlite(shop.folder.path()), shop.folder.beside(".other-backup"), shop.folder.runtime()),
                  log_name_taken);
  CHECK(!std::filesystem::exists(shop.folder.beside(".index-journal")));
}

TEST_CASE("a name that leaves no room for those of what a log has beside it is refused before a backup is made") {
  const backed_up shop(3);
  const std::string path = shop.in_folder(std::string(241, 'b'));
  CHECK(back_up(sqlite(shop.folder.path()), path, shop.folder.runtime()).head == global_position{3});
  CHECK(verify_log(sqlite(path), shop.folder.runtime()).sound());
  for (const std::size_t size : {std::size_t{242}, std::size_t{255}, std::size_t{300}}) {
    const std::string longer = shop.in_folder(std::string(size, 'c'));
    try {
      back_up(sqlite(shop.folder.path()), longer, shop.folder.runtime());
      FAIL("it was made");
    } catch (const file_error& refused) {
      CHECK(refused.code() == "file.name_too_long");
      CHECK(refused.path == longer);
    }
  }
  for (const std::string& name : shop.folder.names()) CHECK(name.find("cc") == std::string::npos);
}

TEST_CASE("two do not make one backup at once") {
  const backed_up shop(3);
  const file_draft other(*shop.folder.runtime().files, shop.backup());
  try {
    shop.make();
    FAIL("it was made");
  } catch (const backup_busy& busy) {
    CHECK(busy.path == shop.backup());
    CHECK(busy.holder_pid == ::getpid());
  }
}

TEST_CASE("a log in memory has no backup") {
  const runtime runtime = runtime::system();
  CHECK_THROWS_AS(back_up(memory(), "none.backup", runtime), backup_of_memory);
  CHECK(!std::filesystem::exists("none.backup"));
}

TEST_CASE("no process writes into a backup, whatever it accepts") {
  const backed_up shop(3);
  shop.make();
  const std::string before = log_folder::contents(shop.backup());
  CHECK_THROWS_AS(sqlite(shop.backup()).open(shop.folder.runtime()), log_is_backup);
  CHECK_THROWS_AS(sqlite(shop.backup(), {.accept_missing_tail = true}).open(shop.folder.runtime()), log_is_backup);
  CHECK(!is_sqlite_log(*shop.folder.runtime().files, shop.backup()));
  CHECK(log_folder::contents(shop.backup()) == before);
  CHECK(shop.of_backups() == std::vector<std::string>{"shop.db.backup"});
}

TEST_CASE("what is no backup is not read as one") {
  const backed_up shop(3);
  CHECK_THROWS_AS(read_backup(shop.folder.path(), shop.folder.runtime()), not_a_backup);
  CHECK_THROWS_AS(read_backup(shop.backup(), shop.folder.runtime()), log_missing);
  log_folder::write(shop.backup(), "noise");
  CHECK_THROWS_AS(read_backup(shop.backup(), shop.folder.runtime()), not_a_log);
}

TEST_CASE("a backup that lost its end, or what it says of itself, is found by who looks and by a verification") {
  const backed_up shop(9);
  shop.make();
  SUBCASE("events") { shop.change_backup("DELETE FROM entries WHERE position > 7"); }
  SUBCASE("the row") { shop.change_backup("DELETE FROM backup"); }
  SUBCASE("the table") { shop.change_backup("DROP TABLE backup"); }
  SUBCASE("a position in the row") {
    shop.change_backup("UPDATE backup SET position = 5, chain = (SELECT chain FROM entries WHERE position = 5)");
  }
  SUBCASE("where the epoch began") { shop.change_backup("UPDATE log SET began_after = 3"); }
  CHECK(shop.visit()->condition().what != log_condition::kind::whole);
  const log_verification found = verify_log(sqlite(shop.backup()), shop.folder.runtime());
  CHECK(found.loses_events());
}

TEST_CASE("a backup of an empty log is one of no event") {
  const backed_up shop;
  shop.folder.open()->close();
  const log_backup made = shop.make();
  CHECK(made.head == global_position{});
  CHECK(shop.visit()->head() == global_position{});
  CHECK(shop.visit()->condition().what == log_condition::kind::whole);
}

TEST_CASE("a backup has each event as it was written, in one file, while the log is written") {
  const backed_up shop(many);
  const auto log = shop.folder.open();
  backup_options options;
  int parts = 0;
  options.on_progress = [&](const backup_progress& now) {
    if (now.doing == "events" && ++parts == 1) shop.folder.append(*log, "order-2", 5);
  };
  const log_backup made = shop.make(options);
  CHECK(parts > 1);
  CHECK(made.head == global_position{many});
  CHECK(made.log == log->identity());
  CHECK(made.chain == log->chain_at(made.head));
  CHECK(made.bytes == std::filesystem::file_size(shop.backup()));

  const log_backup says = read_backup(shop.backup(), shop.folder.runtime());
  CHECK(says.head == made.head);
  CHECK(says.chain == made.chain);
  CHECK(says.made_at == made.made_at);
  CHECK(says.recorded_at == made.recorded_at);

  const log_verification found = verify_log(sqlite(shop.backup()), shop.folder.runtime());
  CHECK(found.sound());
  CHECK(found.events == many);
  CHECK(shop.of_backups() == std::vector<std::string>{"shop.db.backup"});  // to read it makes no file beside it
}

TEST_CASE("what an event may have is in its backup: causes, tags, binary data, several types and streams") {
  const backed_up shop;
  const auto log = shop.folder.open();
  append_batch batch = shop.folder.batch("order-1", 2);
  new_event& first = batch.streams[0].events[0];
  first.type = "OrderNoted";
  first.version = 3;
  first.tags = {"customer:42", "a \"quoted\" one"};
  first.metadata.correlation = correlation_id(shop.folder.runtime().make_uuid());
  first.metadata.causation_type = "PlaceOrder";
  first.metadata.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  batch.streams[0].events[1].data = std::string(binary_mark) + "\xA0";
  batch.streams.push_back(shop.folder.batch("order-2", 1).streams[0]);
  static_cast<void>(log->append(batch).get().value());
  shop.make();
  const auto backup = shop.visit();
  CHECK(backup->stream_head("order-2") == stream_version{1});
  const event_page written = log->read({});
  const event_page kept = backup->read({});
  REQUIRE(kept.size() == 3);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    CHECK(kept[i].chain == written[i].chain);  // which covers all of it
    CHECK(kept[i].data == written[i].data);
  }
  CHECK(backup->identity() == log->identity());
}
