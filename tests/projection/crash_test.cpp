// A process that brings a model up is killed at a named phase, again and again, and started again until it comes to the end.
// The log is in memory and the same in every process, to the last chain hash. The parent only looks at the files, so that it
// has no threads when it forks.
#include <signal.h>

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <whence/sql/transaction.hpp>

#include <tests/in_child.hpp>
#include <tests/projection/shop.hpp>

using namespace whence;
using namespace std::chrono_literals;
using ledger::expected_model, ledger::shop, ledger::whole_model;

namespace {

constexpr std::uint64_t changes = 400;

/// Brings the model up to `upto`, of a log of that length or more, in small pages, by a visitor's way.
int bring_up(const std::string& directory, std::uint64_t upto, std::uint64_t length, bool rebuild) {
  ledger::account_book book;
  book.append(length);
  const auto model = projection_runner::make(
      detail::definition_of<ledger::Balances>, nullptr,
      {.log = book.log, .runtime = book.runtime, .models_directory = directory, .page = {.events = 7}});
  if (rebuild) model->rebuild().get();
  model->include({1, global_position{upto}}, 10s);
  return 0;
}

tests::ending run(const std::string& directory, std::uint64_t upto, const std::string& kill_at, int mutant = 0,
                  bool rebuild = false) {
  return tests::in_child([&] {
    if (!kill_at.empty()) ::setenv("WHENCE_KILL_AT", kill_at.c_str(), 1);
    if (mutant != 0) ::setenv("WHENCE_MUTANT", std::to_string(mutant).c_str(), 1);
    return bring_up(directory, upto, upto, rebuild);
  });
}

/// The serving model's position and rows, seen through a connection of the test's own. Empty: there is none.
struct seen_model {
  std::uint64_t position = 0;
  std::string rows;
};
std::optional<seen_model> look(const std::string& directory) {
  std::string current;
  std::getline(std::ifstream(directory + "/balances.current"), current);
  if (current.empty()) return std::nullopt;
  auto db = sql::database::open(directory + "/" + current, sql::open_mode::read_only);
  db.run("PRAGMA busy_timeout=5000");
  const sql::transaction snapshot(db, sql::transaction_kind::read);
  return seen_model{static_cast<std::uint64_t>(*db.integer("SELECT position FROM whence_checkpoint")), whole_model(db)};
}

/// Kills at the first, second, third … page of each run until the model is whole; after each kill it has to equal the fold up
/// to its checkpoint. Returns how many kills there were, and what was wrong.
struct verdict {
  int kills = 0;
  int wrong = 0;
};
verdict kill_and_repeat(const std::string& directory, int mutant) {
  verdict result;
  for (std::uint64_t upto = 20; upto <= changes; upto += 20) {
    for (int visit = 1; visit <= 4; ++visit) {
      const auto ended = run(directory, upto, "projection:" + std::to_string(visit), mutant);
      if (!ended.killed_by(SIGKILL)) break;
      ++result.kills;
      const auto seen = look(directory);
      if (seen && seen->rows != expected_model(seen->position)) ++result.wrong;
    }
    if (!run(directory, upto, "", mutant).exited_with(0)) ++result.wrong;
    const auto seen = look(directory);
    if (!seen || seen->position != upto || seen->rows != expected_model(upto)) ++result.wrong;
  }
  return result;
}

}  // namespace

TEST_CASE("a model equals the fold of the log up to its checkpoint, wherever its writer was killed") {
  const tests::temporary_folder folder;
  const auto result = kill_and_repeat(folder.file("models"), 0);
  CHECK(result.kills >= 20);
  CHECK(result.wrong == 0);
}

TEST_CASE("the test above catches a checkpoint that is written in a transaction of its own") {
  const tests::temporary_folder folder;
  const auto result = kill_and_repeat(folder.file("models"), 3);
  CHECK(result.kills >= 20);
  CHECK(result.wrong > 0);
}

TEST_CASE("a rebuild that is killed leaves the old model serving, and the next one takes its leftovers away") {
  const tests::temporary_folder folder;
  const std::string directory = folder.file("models");
  REQUIRE(run(directory, 100, "").exited_with(0));
  for (int visit = 1; visit <= 10; ++visit) {
    CHECK(run(directory, 100, "projection:" + std::to_string(visit), 0, true).killed_by(SIGKILL));
    const auto seen = look(directory);
    REQUIRE(seen.has_value());
    CHECK(seen->position == 100);
    CHECK(seen->rows == expected_model(100));
  }
  REQUIRE(run(directory, 100, "", 0, true).exited_with(0));
  CHECK(look(directory)->rows == expected_model(100));
  int databases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    databases += entry.path().extension() == ".db";
  CHECK(databases == 1);
}

TEST_CASE("processes that all bring one model up neither harm it nor each other") {
  const tests::temporary_folder folder;
  const std::string directory = folder.file("models");
  std::vector<pid_t> children;
  for (int number = 0; number < 4; ++number) {
    children.push_back(tests::start_child([&] {
      for (std::uint64_t upto = 40; upto <= changes; upto += 40) {
        if (bring_up(directory, upto, changes, false) != 0) return 1;
        const auto seen = look(directory);
        if (!seen || seen->position < upto || seen->rows != expected_model(seen->position)) return 2;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) CHECK(tests::wait_for(child).exited_with(0));
  CHECK(look(directory)->rows == expected_model(changes));
}
