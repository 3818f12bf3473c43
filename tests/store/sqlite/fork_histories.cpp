// Forks of random histories, and forks of these, against logs that have the same events in one file: of a writer and of a visitor,
// all is answered alike. A log in one file is what a restore makes of a backup at the position where the fork was made. Meanwhile
// the base goes on, the base and the fork are archived and compacted, and the base's index may be missing.
//
//     fork_histories ROUNDS [seed=N] [appends=N]
#include <filesystem>
#include <memory>
#include <string>

#include <whence/store/log_archive.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_source.hpp>

#include <tests/store/sqlite/compared_history.hpp>

using namespace whence;

namespace {

/// A log, and one in one file that has the same events.
struct pair_of_logs {
  std::string path;
  std::string like;
};

class history : tests::compared_history {
 public:
  history(std::uint64_t seed, int appends) : compared_history("a fork", seed, appends) {}

  void run() {
    const std::string base = folder_.file("base.db");
    std::unique_ptr<whence::log> log = sqlite(base).open(runtime_);
    grow(*log, nullptr);
    const std::string backup = folder_.file("backup");
    const std::string like = folder_.file("like.db");
    back_up(sqlite(base), backup, runtime_);
    restore_log(backup, like, runtime_);
    keep_house(*log);
    if (up_to(1) == 0) {
      log->close();
      log = sqlite(base).open(runtime_);
    }
    const std::unique_ptr<whence::log> plain = sqlite(like).open(runtime_);
    grow(*log, plain.get());
    branch({base, like}, 1, log.get(), plain.get());
    log->close();
    must_be_sound(base);
    branch({base, like}, 9, nullptr, nullptr);
  }

 private:
  std::string next_file(const std::string& name) { return folder_.file(name + "-" + std::to_string(++files_) + ".db"); }

  /// Archives some of it, and compacts it, or neither.
  void keep_house(whence::log& log) {
    if (up_to(1) == 0) archive(log, up_to(1) == 0 ? std::string() : next_file("old"));
    if (up_to(2) == 0) keeping_of(log).compact({});
  }

  /// As a restore of a log in one file makes it.
  void make_like(const pair_of_logs& of, const std::string& like, global_position at) {
    const std::string backup = next_file("backup");
    back_up(sqlite(of.like), backup, runtime_);
    restore_log(backup, like, runtime_, {.at = at});
  }

  /// What a fork may find where its base's index should be: all of it, nothing, or no index.
  void spoil_index(const std::string& log) {
    const std::uint64_t how = up_to(3);
    if (how < 2) return;
    for (const char* const end : {"", "-wal", "-shm"}) std::filesystem::remove(log + ".index" + end);
    if (how == 3) std::filesystem::copy_file(log + ".witness", log + ".index");
  }

  /// Forks `of` at a random position. `writer` goes on with `of` meanwhile, and `writer_like` with the other.
  void branch(const pair_of_logs& of, int depth, whence::log* writer, whence::log* writer_like) {
    const pair_of_logs fork{next_file("fork"), next_file("like")};
    const global_position head = sqlite(of.path).visit(runtime_)->head();
    const global_position at{rarely() ? head.value() : 1 + up_to(head.value() - 1)};
    make_like(of, fork.like, at);
    if (writer == nullptr) spoil_index(of.path);
    if (fork_log(of.path, fork.path, runtime_, {.at = at}).position != at) fail("forked elsewhere");
    {
      const auto seen = sqlite(fork.path).visit(runtime_);
      compare_whole(*seen, *sqlite(fork.like).visit(runtime_));
      compare(*seen, *sqlite(of.path).visit(runtime_), at);
    }
    live(of, fork, at, depth, writer, writer_like);
    {
      const auto again = sqlite(fork.path).open(runtime_);
      compare_whole(*again, *sqlite(fork.like).visit(runtime_));
    }
    must_be_sound(fork.path);
    if (depth < 4 && up_to(2) > 0) branch(fork, depth + 4, nullptr, nullptr);
    const std::string whole = next_file("whole");
    back_up(sqlite(fork.path), whole, runtime_);
    compare_whole(*sqlite(whole).visit(runtime_), *sqlite(fork.like).visit(runtime_));
    must_be_sound(whole);
  }

  void live(const pair_of_logs& of, const pair_of_logs& fork, global_position at, int depth, whence::log* writer,
            whence::log* writer_like) {
    const std::unique_ptr<log_reader> early = sqlite(fork.path).visit(runtime_);
    const auto log = sqlite(fork.path).open(runtime_);
    const auto plain = sqlite(fork.like).open(runtime_);
    for (int part = 0; part < 3; ++part) {
      grow(*log, plain.get());
      compare_whole(*log, *plain);
      compare_whole(*early, *plain);
      keep_house(*log);
      if (writer != nullptr) {
        grow(*writer, writer_like);
        keep_house(*writer);
      }
      compare_whole(*log, *plain);
      compare_whole(*early, *plain);
      compare_whole(*sqlite(fork.path).visit(runtime_), *plain);
      compare(*log, *sqlite(of.path).visit(runtime_), at);
    }
    if (depth < 4 && up_to(1) == 0) branch(fork, depth + 1, log.get(), plain.get());
  }

  int files_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  return tests::run_histories(argc, argv, "each forked, some of the forks as well: answered as logs in one file",
                              [](std::uint64_t seed, int appends) { history(seed, appends).run(); });
}
