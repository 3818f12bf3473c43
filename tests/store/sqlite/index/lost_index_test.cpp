// The file of the index is removed, or another is put in its place, while the log is open: that is noticed and told, the index is
// made anew, and no answer is another for it.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <whence/store/log_errors.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

const std::vector<std::string> parts{"", "-wal", "-shm"};

/// A log of fifty events, and its index when it had twenty of them.
struct log_with_old_index {
  log_folder folder;
  std::vector<append_batch> appended;
  std::map<std::string, std::string> old_index;
  std::mutex mutex;
  std::vector<std::string> told;

  log_with_old_index() {
    folder.runtime().executor->on_report([this](const std::exception_ptr& failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const error& known) {
        const std::lock_guard lock(mutex);
        told.emplace_back(known.code());
      }
    });
    append(20);
    for (const std::string& part : parts) old_index[part] = log_folder::contents(folder.beside(".index" + part));
    append(30);
  }

  void append(int events) {
    const auto log = folder.open();
    for (int i = 0; i < events; ++i) {
      appended.push_back(folder.batch("order-" + std::to_string(i % 5)));
      REQUIRE(log->append(appended.back()).get().committed() != nullptr);
    }
  }

  void remove_index() const {
    for (const std::string& part : parts) std::filesystem::remove(folder.beside(".index" + part));
  }
  void put_old_index() const {
    remove_index();
    for (const auto& [part, bytes] : old_index) log_folder::write(folder.beside(".index" + part), bytes);
  }
  void put_index_of_another() const {
    const log_folder other;
    {
      const auto log = other.open();
      for (int i = 0; i < 60; ++i) other.append(*log, "order-" + std::to_string(i % 5));
    }
    remove_index();
    for (const std::string& part : parts)
      log_folder::write(folder.beside(".index" + part), log_folder::contents(other.beside(".index" + part)));
  }

  std::size_t times_told(const std::string& code) {
    const std::lock_guard lock(mutex);
    return static_cast<std::size_t>(std::ranges::count(told, code));
  }

  /// Of events that are in the log, whatever the index says.
  void check(whence::log& log) const {
    for (const std::size_t each : {std::size_t{0}, std::size_t{25}, appended.size() - 1}) {
      const append_outcome again = log.append(appended[each]).get();
      REQUIRE(again.committed() != nullptr);
      CHECK(again.committed()->repeated);
      CHECK(log.find_event(appended[each].streams[0].events[0].id) == again.committed()->first);
    }
    CHECK_FALSE(log.find_event(event_id(folder.runtime().make_uuid())));
    CHECK(log.stream_head("order-1") == stream_version{10});
    CHECK(log.read_stream("order-1", stream_version{3}).size() == 8);
    append_batch conflict = folder.batch("order-1");
    conflict.streams[0].expected = expected_version::exactly(stream_version{9});
    CHECK(log.append(conflict).get().refused()->actual == stream_version{10});
  }
};

/// The system's; but the index is removed just before somebody looks whether it is there, so many times.
class index_removing_files final : public files {
 public:
  explicit index_removing_files(const log_folder& folder) : index_(folder.beside(".index")) {}

  std::atomic<int> removals{0};

  std::unique_ptr<file> open(const std::string& path, open_file how) override { return system_->open(path, how); }
  lock_attempt try_lock(const std::string& path) override { return system_->try_lock(path); }
  std::optional<long> lock_holder(const std::string& path) override { return system_->lock_holder(path); }
  std::optional<file_status> status(const std::string& path) override {
    if (path == index_ && removals > 0) {
      --removals;
      for (const std::string& part : parts) std::filesystem::remove(index_ + part);
    }
    return system_->status(path);
  }
  void rename(const std::string& from, const std::string& to) override { system_->rename(from, to); }
  void rename_to_free(const std::string& from, const std::string& to) override { system_->rename_to_free(from, to); }
  bool remove(const std::string& path) override { return system_->remove(path); }
  void make_directory(const std::string& path) override { system_->make_directory(path); }
  void sync_directory(const std::string& path) override { system_->sync_directory(path); }
  std::vector<std::string> list(const std::string& directory) override { return system_->list(directory); }

 private:
  const std::shared_ptr<files> system_ = system_files();
  const std::string index_;
};

}  // namespace

TEST_CASE("an index that is lost while the log is open is noticed, told, and made anew, and costs no answer") {
  log_with_old_index given;
  const auto log = given.folder.open();
  REQUIRE(log->stream_head("order-1") == stream_version{10});  // the index is complete
  std::function<void()> lose;
  SUBCASE("removed") {
    lose = [&] { given.remove_index(); };
  }
  SUBCASE("removed, what was committed last") {
    lose = [&] { std::filesystem::remove(given.folder.beside(".index-wal")); };
  }
  SUBCASE("exchanged for an older one") {
    lose = [&] { given.put_old_index(); };
  }
  SUBCASE("exchanged for that of another log") {
    lose = [&] { given.put_index_of_another(); };
  }
  SUBCASE("exchanged for noise") {
    lose = [&] {
      given.remove_index();
      log_folder::write(given.folder.beside(".index"), std::string(20'000, 'x'));
    };
  }
  const auto lost = [&] { return given.times_told("log.index_lost"); };
  // Once before the committer has looked into it, and once after that.
  for (std::size_t time = 1; time <= 2; ++time) {
    lose();
    given.check(*log);
    for (int waits = 0; waits < 500 && lost() < time; ++waits) {
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
      CHECK(log->find_event(given.appended[30].streams[0].events[0].id) == global_position{31});
    }
    CHECK(lost() >= time);
    given.check(*log);
  }
  CHECK(log->head() == global_position{50});
  log->close();
  const log_verification found = verify_log(sqlite(given.folder.path()), given.folder.runtime());
  CHECK(found.sound());
  CHECK(found.index == log_verification::index_state::fits);
  CHECK(found.indexed_to == global_position{50});
}

TEST_CASE("an append waits while the index is removed, also if that is done again while it is made anew") {
  log_with_old_index given;
  const auto removing = std::make_shared<index_removing_files>(given.folder);
  runtime around = given.folder.runtime();
  around.files = removing;
  for (int time = 0; time < 3; ++time) {
    const auto log = sqlite(given.folder.path()).open(around);
    REQUIRE(log->stream_head("order-1") == stream_version{10});  // the index is complete
    removing->removals = 12;
    given.check(*log);
    const append_outcome next = log->append(given.folder.batch("other-" + std::to_string(time))).get();
    CHECK(next.committed() != nullptr);
    CHECK(removing->removals < 8);
    removing->removals = 0;
  }
}
