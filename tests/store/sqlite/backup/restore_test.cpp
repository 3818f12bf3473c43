// A restored log is a prefix of the one that was backed up, in a new epoch; and no log is ever restored over another.
#include <doctest/doctest.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// The system's; but what is written to a witness when the log has its name fails.
class files_that_fail final : public files {
 public:
  explicit files_that_fail(std::string log) : log_(std::move(log)) {}

  std::unique_ptr<file> open(const std::string& path, open_file how) override {
    auto opened = system_->open(path, how);
    if (path.find(".witness") == std::string::npos) return opened;
    return std::make_unique<failing_file>(std::move(opened), log_);
  }
  std::unique_ptr<file> make(const std::string& path, const file_access& access) override {
    return system_->make(path, access);
  }
  lock_attempt try_lock(const std::string& path) override { return system_->try_lock(path); }
  std::optional<long> lock_holder(const std::string& path) override { return system_->lock_holder(path); }
  std::optional<file_status> status(const std::string& path) override { return system_->status(path); }
  void rename(const std::string& from, const std::string& to) override { system_->rename(from, to); }
  void rename_to_free(const std::string& from, const std::string& to) override { system_->rename_to_free(from, to); }
  std::string behind_links(const std::string& path) override { return system_->behind_links(path); }
  bool remove(const std::string& path) override { return system_->remove(path); }
  void make_directory(const std::string& path) override { system_->make_directory(path); }
  void sync_directory(const std::string& path) override { system_->sync_directory(path); }
  std::vector<std::string> list(const std::string& directory) override { return system_->list(directory); }

 private:
  struct failing_file final : file {
    failing_file(std::unique_ptr<file> opened, const std::string& published)
        : inner(std::move(opened)), log(published) {}
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) override {
      return inner->read_at(offset, into);
    }
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
      if (std::filesystem::exists(log)) throw file_error("write", "the witness", ENOSPC);
      inner->write_at(offset, bytes);
    }
    std::uint64_t size() override { return inner->size(); }
    void cut(std::uint64_t size) override { inner->cut(size); }
    void sync() override { inner->sync(); }
    std::unique_ptr<file> inner;
    const std::string log;
  };

  const std::shared_ptr<files> system_ = system_files();
  const std::string log_;
};

struct restored {
  restored() {
    const auto log = folder.open();
    for (int i = 0; i < 9; ++i) folder.append(*log, "order-" + std::to_string(i % 3), 1'000);
    made = back_up(sqlite(folder.path()), backup(), folder.runtime());
    folder.append(*log, "order-1", 3);
    log->close();
  }

  std::string backup() const { return folder.beside(".backup"); }
  std::string other() const { return folder.beside(".restored"); }
  restored_log restore(const std::string& to, const restore_options& options = {}) const {
    return restore_log(backup(), to, folder.runtime(), options);
  }
  void change_backup(const std::string& script) const {
    sql::database::open(backup(), sql::open_mode::read_write).run(script);
  }
  std::vector<std::string> of_restored() const {
    std::vector<std::string> found;
    for (const std::string& name : folder.names())
      if (name.starts_with("shop.db.restored")) found.push_back(name);
    return found;
  }
  /// Of a restore that failed: the lock of a log is never taken away.
  bool left_nothing() const {
    const std::vector<std::string> found = of_restored();
    return found.empty() || found == std::vector<std::string>{"shop.db.restored.lock"};
  }

  log_folder folder;
  log_backup made;
};

}  // namespace

TEST_CASE("a log is never restored over another, nor over a part of one") {
  const restored shop;
  const auto refused = [&](const std::string& to) {
    try {
      shop.restore(to);
    } catch (const restore_over_log& refusal) {
      return refusal.holder_pid > 0 ? std::string("written") : refusal.text().where;
    }
    return std::string();
  };
  const std::string before = log_folder::contents(shop.folder.path());
  CHECK(refused(shop.folder.path()) == shop.folder.path());
  CHECK(log_folder::contents(shop.folder.path()) == before);
  {
    const auto log = shop.folder.open();
    CHECK(refused(shop.folder.path()) == "written");
  }
  // Its owner has moved the database away, and left what lies beside it.
  std::filesystem::rename(shop.folder.path(), shop.folder.beside(".old"));
  CHECK(refused(shop.folder.path()) != "");
  std::filesystem::remove(shop.folder.beside("-wal"));
  std::filesystem::remove(shop.folder.beside("-shm"));
  CHECK(refused(shop.folder.path()) == shop.folder.beside(".witness"));
  std::filesystem::remove(shop.folder.beside(".witness"));
  CHECK(refused(shop.folder.path()) == "");
}

TEST_CASE("what lies beside a log that is restored stays, a live log too; and what belongs to a log is in the way") {
  const restored shop;
  const std::string beside = shop.other() + ".new";
  const auto written = sqlite(beside).open(shop.folder.runtime());
  shop.folder.append(*written, "order-1", 3);
  CHECK(shop.restore(shop.other()).head == shop.made.head);
  shop.folder.append(*written, "order-1", 3);
  written->close();
  CHECK(sqlite(beside).visit(shop.folder.runtime())->head() == global_position{6});
  const std::string third = shop.folder.beside(".third");
  log_folder::write(third + "-journal", "of another database");
  CHECK_THROWS_AS(shop.restore(third), restore_over_log);
  CHECK(log_folder::contents(third + "-journal") == "of another database");
}

TEST_CASE("a log is not restored where its files would take the place of the backup") {
  const restored shop;
  for (const char* const end : {"", ".index", ".index-journal", ".lock", ".witness", "-journal"}) {
    const std::string backup = shop.other() + end;
    std::filesystem::copy_file(shop.backup(), backup);
    CHECK_THROWS_AS(restore_log(backup, shop.other(), shop.folder.runtime()), restore_onto_backup);
    CHECK(log_folder::contents(backup) == log_folder::contents(shop.backup()));
    CHECK(shop.of_restored().size() == 1);
    std::filesystem::remove(backup);
  }
}

TEST_CASE("no log gets a name that belongs to another one, or to the backup") {
  const restored shop;
  const std::string log = shop.folder.path();
  const std::string index = log + ".index";
  shop.restore(shop.other());
  for (const std::string& name : {log + "-wal", log + "-journal", index, shop.backup() + "-journal"}) {
    CAPTURE(name);
    std::filesystem::remove(name);
    CHECK_THROWS_AS(sqlite(name).open(shop.folder.runtime()), log_name_taken);
    CHECK_THROWS_AS(shop.restore(name), log_name_taken);
    for (const char* const end : {"", ".lock", ".witness"}) CHECK(!std::filesystem::exists(name + end));
    CHECK_THROWS_AS(fork_log(shop.other(), name, shop.folder.runtime()), log_name_taken);
    for (const char* const end : {".lock", ".witness"}) CHECK(!std::filesystem::exists(name + end));
  }
}

TEST_CASE("what comes while a log is restored is in its way, and stays") {
  const restored shop;
  std::string came;
  SUBCASE("a file") { came = shop.other(); }
  SUBCASE("a witness") { came = shop.other() + ".witness"; }
  restore_options options;
  options.on_progress = [&](const backup_progress&) { log_folder::write(came, "precious"); };
  CHECK_THROWS_AS(shop.restore(shop.other(), options), restore_over_log);
  CHECK(log_folder::contents(came) == "precious");
  CHECK(shop.of_restored().size() == 2);  // and the lock
}

TEST_CASE("a restore that fails when the log has its name leaves no log") {
  const restored shop;
  runtime runtime = shop.folder.runtime();
  runtime.files = std::make_shared<files_that_fail>(shop.other());
  CHECK_THROWS_AS(restore_log(shop.backup(), shop.other(), runtime), file_error);
  CHECK(shop.left_nothing());
  CHECK(shop.restore(shop.other()).head == shop.made.head);
}

TEST_CASE("a log that is restored may be read by those who may read its backup") {
  const restored shop;
  const auto owner_only = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  std::filesystem::permissions(shop.backup(), owner_only);
  shop.restore(shop.other());
  CHECK(std::filesystem::status(shop.other()).permissions() == owner_only);
}

TEST_CASE("a witness that nothing was written to is left by who was killed, and in nobody's way") {
  const restored shop;
  std::string text;
  SUBCASE("it is empty") {}
  SUBCASE("it has nothing but zeros") { text = std::string(5'000, '\0'); }
  log_folder::write(shop.other() + ".witness", text);
  CHECK(shop.restore(shop.other()).head == shop.made.head);
  CHECK(verify_log(sqlite(shop.other()), shop.folder.runtime()).sound());
}

TEST_CASE("nothing is restored while another process is about to have a log there") {
  const restored shop;
  const lock_attempt held = shop.folder.runtime().files->try_lock(shop.other() + ".lock");
  CHECK_THROWS_AS(shop.restore(shop.other()), log_busy);
  CHECK(shop.left_nothing());
}

TEST_CASE("what is no backup, or goes not so far, makes no log") {
  const restored shop;
  CHECK_THROWS_AS(restore_log(shop.folder.path(), shop.other(), shop.folder.runtime()), not_a_backup);
  CHECK_THROWS_AS(restore_log(shop.folder.beside(".none"), shop.other(), shop.folder.runtime()), log_missing);
  CHECK_THROWS_AS(shop.restore(shop.other(), {.at = global_position{9'001}}), not_in_backup);
  CHECK_THROWS_AS(shop.restore(shop.other(), {.until = timestamp{}}), not_in_backup);
  CHECK(shop.left_nothing());
}

TEST_CASE("a backup that is damaged makes no log; what it has before that is restored by position") {
  const restored shop;
  SUBCASE("an event is another one") {
    shop.change_backup("UPDATE entries SET data = '{\"x\":1}' WHERE position = 8500");
  }
  SUBCASE("an event is missing") { shop.change_backup("DELETE FROM entries WHERE position = 8500"); }
  SUBCASE("the last one is missing") { shop.change_backup("DELETE FROM entries WHERE position >= 8500"); }
  CHECK_THROWS_AS(shop.restore(shop.other()), log_damaged);
  CHECK(shop.left_nothing());
  CHECK(shop.restore(shop.other(), {.at = global_position{8'499}}).head == global_position{8'499});
}

TEST_CASE("a restore that is stopped leaves no log") {
  const restored shop;
  std::stop_source stop;
  restore_options options;
  options.stop = stop.get_token();
  options.on_progress = [&](const backup_progress&) { stop.request_stop(); };
  CHECK_THROWS_AS(shop.restore(shop.other(), options), operation_cancelled);
  CHECK(shop.left_nothing());
  CHECK(shop.restore(shop.other()).head == shop.made.head);
  CHECK(shop.of_restored() ==
        std::vector<std::string>{"shop.db.restored", "shop.db.restored.lock", "shop.db.restored.witness"});
}

TEST_CASE("a crash between witness and log leaves a place to which a log can be restored, or opened as a new one") {
  const restored shop;
  shop.restore(shop.other());
  std::filesystem::remove(
      shop.other());  // what it is before the rename, but for the witness, which has seen nothing then
  CHECK_THROWS_AS(shop.restore(shop.other()), restore_over_log);
  const std::string half = shop.folder.beside(".half");
  sqlite(half).open(shop.folder.runtime())->close();
  std::filesystem::remove(half);
  for (const char* const end : {"-wal", "-shm"}) std::filesystem::remove(half + end);
  CHECK(shop.restore(half).head == shop.made.head);
  CHECK(sqlite(half).open(shop.folder.runtime())->head() == shop.made.head);
}

TEST_CASE("a restored log is verified, and has every event that the log had at that position") {
  const restored shop;
  const restored_log made = shop.restore(shop.other());
  CHECK(made.head == shop.made.head);
  CHECK(made.from.made_at == shop.made.made_at);
  const log_verification found = verify_log(sqlite(shop.other()), shop.folder.runtime());
  CHECK(found.sound());
  CHECK(found.events == 9'000);
  CHECK(found.witnessed == made.head);
  CHECK(found.identity == made.log);

  const auto log = sqlite(shop.other()).open(shop.folder.runtime());
  CHECK(log->chain_at(made.head) == shop.folder.visit()->chain_at(made.head));
  CHECK(log->stream_head("order-1") == stream_version{3'000});
  CHECK(shop.folder.append(*log, "order-1").last == made.head.next());
}

TEST_CASE("a log is restored as of a position, or as of a time") {
  const restored shop;
  const restored_log made = shop.restore(shop.other(), {.at = global_position{4'321}});
  CHECK(made.head == global_position{4'321});
  CHECK(verify_log(sqlite(shop.other()), shop.folder.runtime()).sound());

  const auto visitor = shop.folder.visit();
  const timestamp until = visitor->read(global_position{5'000}, {}, {.events = 1}).front().recorded_at;
  const restored_log then = shop.restore(shop.folder.beside(".then"), {.until = until});
  CHECK(then.recorded_at <= until);
  const event_page behind = visitor->read(then.head, {}, {.events = 1});
  REQUIRE(!behind.empty());
  CHECK((then.head == shop.made.head || behind.front().recorded_at > until));
}

TEST_CASE("each restore begins an epoch of its own, also the second one of the same backup") {
  const restored shop;
  const restored_log first = shop.restore(shop.other());
  const restored_log second = shop.restore(shop.folder.beside(".again"));
  CHECK(first.log.id == shop.made.log.id);
  CHECK(first.log.epoch > shop.made.log.epoch);
  CHECK(second.log.epoch != first.log.epoch);
  CHECK(second.log.epoch > shop.made.log.epoch);
}

TEST_CASE("a backup of a restored log, restored, is a third epoch of the same history") {
  const restored shop;
  const restored_log first = shop.restore(shop.other());
  const log_backup again = back_up(sqlite(shop.other()), shop.folder.beside(".second"), shop.folder.runtime());
  CHECK(again.log == first.log);
  CHECK(again.chain == shop.made.chain);
  const restored_log third = restore_log(again.path, shop.folder.beside(".third"), shop.folder.runtime());
  CHECK(third.log.epoch > first.log.epoch);
}

TEST_CASE(
    "an index that knows more than the restored log is not believed, nor one that was left there found to be wrong") {
  const restored shop;
  for (const char* const end : {"", "-wal", "-shm", ".witness"}) std::filesystem::remove(shop.folder.beside(end));
  REQUIRE(std::filesystem::exists(shop.folder.beside(".index")));
  shop.restore(shop.folder.path(), {.at = global_position{1'500}});
  CHECK(verify_log(sqlite(shop.folder.path()), shop.folder.runtime()).sound());
  const auto log = shop.folder.open();
  CHECK(log->stream_head("order-0") == stream_version{1'000});
  CHECK(log->stream_head("order-1") == stream_version{500});
  CHECK(log->stream_head("order-2") == stream_version{});
}
