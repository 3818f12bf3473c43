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

  static std::string read_file(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::string content(const std::string& file) const { return read_file(path + file); }
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

namespace {

/// A log that lost its last two events of five: its files are older ones, and the witness and the models are not.
struct torn_log : desk {
  torn_log() {
    count(3);
    for (const char* const file : {"", "-wal"}) fs::copy_file(path + file, folder.file("older") + file);
    count(2);
    for (const char* const file : {"", "-wal"})
      fs::copy_file(folder.file("older") + file, path + file, fs::copy_options::overwrite_existing);
    fs::remove(path + "-shm");
  }

  void count(int times) const {
    const auto app = plan().start();
    for (int turn = 0; turn < times; ++turn) CHECK(app.send<Count>(one, 1).get().accepted());
    app.model<Sums>().include(app.head_token());
  }

  /// All that has to stay as it is.
  std::string files() const {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
      const std::string name = entry.path().filename();
      if (!entry.is_regular_file() || name.ends_with("-shm")) continue;
      all += name + ":" + read_file(entry.path()) + "\n";
    }
    return all;
  }
};

/// Who wants to be told of a loss, and counts how often that is.
struct told_of_loss {
  std::string code;
  int times = 0;
  auto handler() {
    return [this](const error& loss) {
      code = loss.code();
      ++times;
    };
  }
};

}  // namespace

TEST_CASE("a visitor of a log that lost its tail shows nothing, unless it was asked to show what is intact") {
  const torn_log given;
  try {
    given.visit();
    FAIL("a part was taken for the whole");
  } catch (const tail_missing& missing) {
    CHECK(missing.found == global_position{3});
    CHECK(missing.witnessed == global_position{5});
  }
}

TEST_CASE("a visitor that shows what is intact tells the loss once, and makes its models from the log alone") {
  const torn_log given;
  std::string code = "log.tail_missing";
  SUBCASE("with the witness and models that have seen more") {}
  SUBCASE("without models") { fs::remove_all(given.path + ".models"); }
  SUBCASE("without a witness") {
    fs::remove(given.path + ".witness");
    code = "log.witness_missing";
  }
  const std::string before = given.files();
  told_of_loss told;
  {
    const auto guest = visitor::to(sqlite(given.path))
                           .aggregate<Counter>()
                           .projection<Sums>()
                           .showing_what_is_intact(told.handler())
                           .open();
    CHECK(told.code == code);
    CHECK(total(guest.model<Sums>()) == 3);
    CHECK(total(guest.model<Sums>()) == 3);
    CHECK(guest.load(one).state.total == 3);
  }
  CHECK(told.times == 1);
  CHECK(given.files() == before);
}

TEST_CASE("of a log with a damaged event a visitor shows what stands before it") {
  const desk given;
  {
    const auto app = given.plan().start();
    for (int turn = 0; turn < 5; ++turn) CHECK(app.send<Count>(one, 1).get().accepted());
    app.model<Sums>().include(app.head_token());
  }
  bool told_at_once = true;
  std::string position = "5";
  SUBCASE("at its end, where its witness saw another one") {}
  SUBCASE("in its middle, when a model has to read it") {
    position = "3";
    told_at_once = false;
    fs::remove_all(given.path + ".models");
  }
  sql::database::open(given.path, sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{\"by\":7}', chain = zeroblob(16) WHERE position = " + position);
  const auto before = given.content("");
  told_of_loss told;
  {
    const auto guest = visitor::to(sqlite(given.path))
                           .aggregate<Counter>()
                           .projection<Sums>()
                           .showing_what_is_intact(told.handler())
                           .open();
    CHECK(told.times == (told_at_once ? 1 : 0));
    CHECK(total(guest.model<Sums>()) == std::stoi(position) - 1);
    CHECK(total(guest.model<Sums>()) == std::stoi(position) - 1);
  }
  CHECK(told.code == "log.checksum");
  CHECK(told.times == 1);
  CHECK(given.content("") == before);
  const auto strictly = [&] { static_cast<void>(given.visit().model<Sums>()); };
  CHECK_THROWS_AS(strictly(), log_damaged);
}

TEST_CASE("a visitor is told of what a log loses while it is open") {
  const desk given;
  {
    const auto app = given.plan().start();
    CHECK(app.send<Count>(one, 1).get().accepted());
  }
  const auto strict = given.visit();
  told_of_loss told;
  const auto lenient = visitor::to(sqlite(given.path)).projection<Sums>().showing_what_is_intact(told.handler()).open();
  CHECK(total(strict.model<Sums>()) == 1);
  CHECK(total(lenient.model<Sums>()) == 1);
  CHECK(told.times == 0);
  fs::remove(given.path + ".witness");
  CHECK_THROWS_AS(static_cast<void>(strict.model<Sums>()), witness_missing);
  CHECK_THROWS_AS(static_cast<void>(strict.load(one)), witness_missing);
  CHECK(total(lenient.model<Sums>()) == 1);
  CHECK(told.code == "log.witness_missing");
}
