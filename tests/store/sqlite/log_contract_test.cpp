// The contract, which every store honours, on the SQLite log: opened with options of its own, and with none.
#include <doctest/doctest.h>

#include <string>

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

void honours_the_contract(const sqlite_fixture& store) {
  for (const auto& clause : whence::testing::log_contract()) {
    SUBCASE(clause.name.c_str()) { CHECK_NOTHROW(clause.check(store)); }
  }
}

}  // namespace

TEST_CASE("the SQLite log, opened without options, honours the contract") { honours_the_contract(sqlite_fixture()); }

TEST_CASE("the SQLite log honours the contract when it checkpoints all the time and its queue is small") {
  honours_the_contract(sqlite_fixture({.queue_bytes_max = 512, .checkpoint_bytes = 100'000}));
}
