// Whoever opens a pipe waits for its other end: where a file of the log's is to be, nobody does.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <whence/store/audit_event.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/witness.hpp>

#include <tests/store/sqlite/archived_shop.hpp>

using namespace whence;

namespace {

/// Who waits all the same is killed.
class time_limit {
 public:
  time_limit() { ::alarm(120); }
  ~time_limit() { ::alarm(0); }
  time_limit(const time_limit&) = delete;
  time_limit& operator=(const time_limit&) = delete;
};

struct shop_with_pipe : tests::archived_shop {
  void put_pipe(const std::string& end) const {
    for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(folder.beside(end + part));
    REQUIRE(::mkfifo(folder.beside(end).c_str(), 0600) == 0);
  }
  bool is_file(const std::string& end) const { return std::filesystem::is_regular_file(folder.beside(end)); }
  log_verification verified() const { return verify_log(sqlite(folder.path()), folder.runtime()); }

  time_limit limit;
};

}  // namespace

TEST_CASE("a pipe in the index's place is told as its damage, and an index is made in its place by whoever writes") {
  const shop_with_pipe shop;
  shop.put_pipe(".index");
  const log_verification found = shop.verified();
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings.front().what == log_finding::kind::index);
  CHECK(shop.there() == shop.before);
  SUBCASE("a service") {
    const auto log = shop.folder.open();
    shop.folder.append(*log, "order-1");
    CHECK(log->stream_head("order-1") == stream_version{11});
    log->close();
  }
  SUBCASE("an archive") { CHECK(shop.archive({.streams = {"order-3"}}).what.events == 10); }
  SUBCASE("a repair") {
    CHECK(!log_repair(shop.folder.path(), shop.folder.runtime()).carry_out({}).unfinished);
    shop.folder.open()->close();
  }
  CHECK(shop.is_file(".index"));
  CHECK(shop.verified().sound());
}

TEST_CASE("a pipe in the witness's place is a witness that cannot be read, and a repair makes one in its place") {
  const shop_with_pipe shop;
  shop.put_pipe(".witness");
  CHECK_THROWS_AS(shop.folder.open(), witness_missing);
  CHECK(!shop.verified().sound());
  const repaired_log done =
      log_repair(shop.folder.path(), shop.folder.runtime())
          .carry_out({.accept = {log_loss::missing_witness},
                      .audit = log_operation{.name = "log repair", .reason = "disk", .by = this_operator("test")}});
  CHECK(!done.unfinished);
  CHECK(shop.is_file(".witness"));
  CHECK(shop.verified().sound());
}

TEST_CASE("a pipe in the lock's place is no lock, and is left as it is") {
  const shop_with_pipe shop;
  shop.put_pipe(".lock");
  CHECK(shop.there() == shop.before);
  try {
    shop.folder.open();
    FAIL("it was opened");
  } catch (const file_error& refused) {
    CHECK(refused.code() == "file.exists");
  }
  CHECK(std::filesystem::is_fifo(shop.folder.beside(".lock")));
}
