// Random histories in which random streams are archived, again and again, and the log is compacted now and then, beside a log
// that has the same events in one file: of a writer, of a visitor who was there before and of one who comes, all is answered alike.
//
//     archive_histories ROUNDS [seed=N] [appends=N]
#include <memory>
#include <string>

#include <whence/store/log_archive.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_source.hpp>

#include <tests/store/sqlite/compared_history.hpp>

using namespace whence;

namespace {

class history : tests::compared_history {
 public:
  history(std::uint64_t seed, int appends) : compared_history("a log with archives", seed, appends) {}

  void run() {
    const std::string path = folder_.file("shop.db");
    const std::string model = folder_.file("model.db");
    std::unique_ptr<whence::log> log = sqlite(path).open(runtime_);
    grow(*log, nullptr);
    back_up(sqlite(path), folder_.file("backup"), runtime_);
    restore_log(folder_.file("backup"), model, runtime_);
    const std::unique_ptr<whence::log> plain = sqlite(model).open(runtime_);
    const std::unique_ptr<log_reader> early = sqlite(path).visit(runtime_);
    for (int part = 0; part < 4; ++part) {
      compare_whole(*early, *plain);
      archive(*log, up_to(1) == 0 ? std::string() : folder_.file("old-" + std::to_string(part)));
      compare_whole(*log, *plain);
      compare_whole(*early, *plain);
      compare_whole(*sqlite(path).visit(runtime_), *plain);
      grow(*log, plain.get());
      if (up_to(1) == 0) keeping_of(*log).compact({});
      if (up_to(1) == 0) {
        log->close();
        log = sqlite(path).open(runtime_);
      }
      compare_whole(*log, *plain);
    }
    log->close();
    must_be_sound(path);
    const std::string whole = folder_.file("whole");
    back_up(sqlite(path), whole, runtime_);
    compare_whole(*sqlite(whole).visit(runtime_), *plain);
    must_be_sound(whole);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return tests::run_histories(argc, argv, "with archives: answered as logs in one file",
                              [](std::uint64_t seed, int appends) { history(seed, appends).run(); });
}
