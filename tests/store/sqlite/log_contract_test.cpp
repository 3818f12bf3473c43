// The contract, which every store honours, on the SQLite log: opened with options of its own, and with none; and on forks.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <whence/store/log_fork.hpp>
#include <whence/store/log_source.hpp>
#include <whence/testing/log_contract.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

class sqlite_fixture final : public whence::testing::log_fixture {
 public:
  explicit sqlite_fixture(sqlite_options options = {}) : options_(options) {}

  log_source fresh() const override { return sqlite(folder_.file(std::to_string(++logs_) + ".db"), options_); }

 private:
  tests::temporary_folder folder_;
  sqlite_options options_;
  mutable int logs_ = 0;
};

/// Forks at the beginning of a log that has events: all that a clause appends is behind none of these.
class fork_fixture final : public whence::testing::log_fixture {
 public:
  fork_fixture() {
    append_batch batch;
    batch.streams.push_back({.stream = "order-1",
                             .aggregate_type = "Order",
                             .expected = expected_version::none(),
                             .events = {{.id = event_id(runtime_.make_uuid()),
                                         .type = "OrderPlaced",
                                         .occurred_at = runtime_.clock->now(),
                                         .data = "{}",
                                         .metadata = {},
                                         .tags = {}}}});
    sqlite(base_).open(runtime_)->append(batch).get().value();
  }

  log_source fresh() const override {
    const std::string path = folder_.file(std::to_string(++logs_) + ".db");
    fork_log(base_, path, runtime_, {.at = global_position{}});
    return sqlite(path);
  }

 private:
  tests::temporary_folder folder_;
  const std::string base_ = folder_.file("base.db");
  runtime runtime_ = runtime::system();
  mutable int logs_ = 0;
};

void honours_the_contract(const whence::testing::log_fixture& store, const std::set<std::string>& but = {}) {
  for (const auto& clause : whence::testing::log_contract()) {
    if (but.contains(clause.name)) continue;
    SUBCASE(clause.name.c_str()) { CHECK_NOTHROW(clause.check(store)); }
  }
}

}  // namespace

TEST_CASE("the SQLite log, opened without options, honours the contract") { honours_the_contract(sqlite_fixture()); }

TEST_CASE("the SQLite log honours the contract when it checkpoints all the time and its queue is small") {
  honours_the_contract(sqlite_fixture({.queue_bytes_max = 512, .checkpoint_bytes = 100'000}));
}

TEST_CASE("a fork honours the contract, but that it is there before its first writer, with the id of its base") {
  honours_the_contract(fork_fixture(), {"there is no log to visit before its first writer",
                                        "each log has an id of its own and begins in epoch 1"});
}
