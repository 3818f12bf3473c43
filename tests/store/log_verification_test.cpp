// A log that is no file is verified, too.
#include <doctest/doctest.h>

#include <whence/store/log_verification.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;
using kind = log_finding::kind;

TEST_CASE("a log in memory is verified through its events") {
  const log_folder folder;
  const log_source source = memory();
  const auto log = source.open(folder.runtime());
  static_cast<void>(log->append(folder.batch("order-1", 3)).get().value());
  static_cast<void>(log->append(folder.batch("order-2", 2, "no JSON")).get().value());
  const log_verification found = whence::verify_log(source, folder.runtime());
  CHECK(found.events == 5);
  CHECK(found.streams == 2);
  CHECK(found.findings.size() == 2);
  CHECK(found.findings.front().what == kind::content);
}

TEST_CASE("data that are binary are looked at too") {
  const log_folder folder;
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 1,
                  "\xD9\xD9\xF7\xA1\x61"
                  "a\x01");
    folder.append(*log, "order-2", 1,
                  "\xD9\xD9\xF7\xA1\x61"
                  "a");
  }
  const log_verification found = whence::verify_log(whence::sqlite(folder.path()), folder.runtime());
  CHECK(found.events == 2);
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings[0].what == kind::content);
  CHECK(found.findings[0].detail.find("no binary document") != std::string::npos);
}
