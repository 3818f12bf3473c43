// A visitor beside a running application, and beside none. In one process: what keeps them apart are locks on files, which
// know no processes.
#include <tests/app/counters.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <tests/temporary_folder.hpp>

using namespace whence;
using namespace std::chrono_literals;
using namespace counters;
namespace fs = std::filesystem;

namespace {

const id<Counter> one{"counter-1"};

struct desk {
  tests::temporary_folder folder;
  std::string path = folder.file("counters.db");

  application_builder plan() const { return application::on(sqlite(path)).aggregate<Counter>().projection<Sums>(); }
  visitor visit() const { return visitor::to(sqlite(path)).aggregate<Counter>().projection<Sums>().open(); }

  std::string content(const std::string& file) const {
    std::ifstream stream(path + file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
};

}  // namespace

TEST_CASE("a visitor of a log that does not exist is told so, and makes none") {
  const desk given;
  CHECK_THROWS_AS(given.visit(), log_missing);
  CHECK(fs::is_empty(given.folder.path()));
}

TEST_CASE("a visitor asks only for what it said it wants") {
  const desk given;
  given.plan().start();
  const auto guest = visitor::to(sqlite(given.path)).open();
  CHECK_THROWS_AS(static_cast<void>(guest.model<Sums>()), projection_not_registered);
  CHECK_THROWS_AS(visitor::to(sqlite(given.path)).projection<Sums>().projection<SumsOf<2>>(), duplicate_projection);
}

TEST_CASE("a visitor brings the models up when nobody runs, and changes no byte of the log") {
  const desk given;
  {
    const auto app = given.plan().start();
    for (int turn = 0; turn < 30; ++turn) CHECK(app.send<Count>(one, 1).get().accepted());
  }
  const auto log_before = given.content("");
  const auto wal_before = given.content("-wal");
  SUBCASE("as they are") {}
  SUBCASE("built anew") { fs::remove_all(given.path + ".models"); }
  const auto guest = given.visit();
  CHECK(total(guest.model<Sums>()) == 30);
  CHECK(guest.load(one).state.total == 30);
  CHECK(guest.head_token().position == global_position{30});
  CHECK(given.content("") == log_before);
  CHECK(given.content("-wal") == wal_before);
}

TEST_CASE("a visitor of a running application sees all that was in the log when it asked") {
  const desk given;
  auto app = given.plan().start();
  std::atomic<bool> done{false};
  std::atomic<std::int64_t> accepted{0};
  std::thread writer([&] {
    while (!done) {
      if (app.send<Count>(one, 1).get().accepted()) ++accepted;
    }
  });
  for (int turn = 0; turn < 20; ++turn) {
    const std::int64_t at_least = accepted;
    const auto guest = given.visit();
    CHECK(total(guest.model<Sums>(30s)) >= at_least);
  }
  done = true;
  writer.join();
  app.model<Sums>().include(app.head_token());
  CHECK(total(app.model<Sums>()) == accepted);
}

TEST_CASE("a visitor that holds up a model is waited for by the application, which then goes on") {
  const desk given;
  auto app = given.plan().start();
  CHECK(app.send<Count>(one, 1).get().accepted());
  app.model<Sums>().include(app.head_token());
  const auto runtime = whence::runtime::system(1);
  whence::lock_attempt held;
  while (!held.lock) held = runtime.files->try_lock(given.path + ".models/sums.lock");
  CHECK(app.send<Count>(one, 1).get().accepted());  // commands don't wait
  CHECK_THROWS_AS(app.model<Sums>().include(app.head_token(), 20ms), read_model_behind);
  CHECK(total(app.model<Sums>()) == 1);
  held.lock.reset();
  app.model<Sums>().include(app.head_token());
  CHECK(total(app.model<Sums>()) == 2);
}
