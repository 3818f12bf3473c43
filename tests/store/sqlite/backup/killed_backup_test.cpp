// A backup that is killed: at each call that it makes of the file system, and behind each part that it has copied, or read back.
// Only a process without threads may fork, so the log is made, and looked at, in children too.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include <whence/core/file_draft.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/in_child.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// More than one part of a copy.
constexpr int many = 9'000;

/// The system's; its process is killed at a step.
class deadly_files final : public files {
 public:
  explicit deadly_files(int at) : left_(at) {}

  void step() {
    if (--left_ == 0) ::kill(::getpid(), SIGKILL);
  }

  std::unique_ptr<file> open(const std::string& path, open_file how) override {
    step();
    return std::make_unique<deadly_file>(*this, system_->open(path, how));
  }
  std::unique_ptr<file> make(const std::string& path, const file_access& access) override {
    step();
    return std::make_unique<deadly_file>(*this, system_->make(path, access));
  }
  lock_attempt try_lock(const std::string& path) override { return step(), system_->try_lock(path); }
  std::optional<long> lock_holder(const std::string& path) override { return step(), system_->lock_holder(path); }
  std::optional<file_status> status(const std::string& path) override { return system_->status(path); }
  void rename(const std::string& from, const std::string& to) override { step(), system_->rename(from, to); }
  void rename_to_free(const std::string& from, const std::string& to) override {
    step(), system_->rename_to_free(from, to);
  }
  std::string behind_links(const std::string& path) override { return system_->behind_links(path); }
  bool remove(const std::string& path) override { return step(), system_->remove(path); }
  void make_directory(const std::string& path) override { step(), system_->make_directory(path); }
  void sync_directory(const std::string& path) override { step(), system_->sync_directory(path); }
  std::vector<std::string> list(const std::string& directory) override { return system_->list(directory); }

 private:
  struct deadly_file final : file {
    deadly_file(deadly_files& files, std::unique_ptr<file> opened) : all(files), inner(std::move(opened)) {}
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) override {
      return inner->read_at(offset, into);
    }
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
      all.step(), inner->write_at(offset, bytes);
    }
    std::uint64_t size() override { return inner->size(); }
    void cut(std::uint64_t size) override { all.step(), inner->cut(size); }
    void sync() override { all.step(), inner->sync(); }
    deadly_files& all;
    std::unique_ptr<file> inner;
  };

  const std::shared_ptr<files> system_ = system_files();
  int left_;
};

struct killed_backups {
  std::string backup() const { return folder.beside(".backup"); }

  bool in_child(const std::function<void()>& body) const {
    return tests::in_child([&] { return body(), 0; }).exited_with(0);
  }

  void make_log() const {
    const auto log = folder.open();
    for (int left = many; left > 0; left -= 1'000) folder.append(*log, "order-1", std::min(left, 1'000));
    log->close();
  }

  void back_up_and_die(int step) const {
    runtime runtime = folder.runtime();
    const auto deadly = std::make_shared<deadly_files>(step);
    runtime.files = deadly;
    back_up(sqlite(folder.path()), backup(), runtime, {.on_progress = [&](const auto&) { deadly->step(); }});
  }

  void make_whole() const { back_up(sqlite(folder.path()), backup(), folder.runtime()); }

  void must_be_whole() const {
    if (!verify_log(sqlite(backup()), folder.runtime()).sound()) throw std::runtime_error("it is damaged");
    if (sqlite(backup()).visit(folder.runtime())->head().value() != many) throw std::runtime_error("it is not all");
    const std::string aside = folder.beside(".restored");
    if (restore_log(backup(), aside, folder.runtime()).head.value() != many) throw std::runtime_error("nor restored");
    for (const char* const end : {"", "-wal", "-shm", ".witness", ".lock"}) std::filesystem::remove(aside + end);
  }

  /// What readers share is not the log's.
  std::map<std::string, std::string> bytes_of_log() const {
    std::map<std::string, std::string> found;
    for (const std::string& name : log_names) found[name] = log_folder::contents(at(name));
    return found;
  }
  std::vector<std::string> beside_log() const {
    std::vector<std::string> found;
    for (const std::string& name : names())
      if (name.find(".backup") != std::string::npos) found.push_back(name);
    return found;
  }
  /// Without a runtime, which has threads.
  std::vector<std::string> names() const { return system_files()->list(directory_of(folder.path())); }
  std::string at(const std::string& name) const { return directory_of(folder.path()) + "/" + name; }

  log_folder folder;
  std::vector<std::string> log_names;
};

}  // namespace

TEST_CASE(
    "a backup that is killed at any step leaves its log as it was, and a whole backup or none; what else it leaves is "
    "known for what it is, and goes with the next") {
  killed_backups shop;
  REQUIRE(shop.in_child([&] { shop.make_log(); }));
  for (const std::string& name : shop.names())
    if (!name.ends_with("-shm")) shop.log_names.push_back(name);
  const auto before = shop.bytes_of_log();
  const std::string name = std::filesystem::path(shop.backup()).filename().string();
  int kills = 0;
  int whole = 0;
  int leftovers = 0;
  for (int step = 1;; ++step) {
    CAPTURE(step);
    const tests::ending how = tests::in_child([&] { return shop.back_up_and_die(step), 0; });
    CHECK(shop.bytes_of_log() == before);
    if (how.exited_with(0)) break;
    REQUIRE(how.killed_by(SIGKILL));
    ++kills;
    for (const std::string& left : shop.beside_log()) {
      if (left == name) continue;
      CHECK(is_name_of_draft(left));
      ++leftovers;
    }
    if (std::filesystem::exists(shop.backup())) {
      ++whole;
      CHECK(shop.in_child([&] { shop.must_be_whole(); }));
      std::filesystem::remove(shop.backup());
    }
    REQUIRE(shop.in_child([&] { shop.make_whole(); }));
    CHECK(shop.beside_log() == std::vector{name});
    std::filesystem::remove(shop.backup());
  }
  CHECK(shop.in_child([&] { shop.must_be_whole(); }));
  CHECK(kills > 10);
  CHECK(whole > 0);
  CHECK(whole < kills);
  CHECK(leftovers > 0);
}
