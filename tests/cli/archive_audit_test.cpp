// What `log archive` leaves behind in the log: audit events, which stay where they are, and are there for each archive.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <whence/control/errors.hpp>
#include <whence/control/log_archiving.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_errors.hpp>

#include <tests/cli/closed_shop.hpp>
#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>

using namespace whence;
using nlohmann::json;
using tests::closed_shop;
using tests::ran;

TEST_CASE("audit events stay in the log, and who names their stream is told so") {
  closed_shop shop;
  REQUIRE(shop.reader.run("log archive --stream order-12345 --yes").exit == 0);
  for (const char* const which : {"--stream whence-operations", "--aggregate Whence", "--aggregate Order,Whence"}) {
    CAPTURE(which);
    const ran refused = shop.reader.run("log archive --yes " + std::string(which));
    CHECK(refused.exit == 4);
    CHECK(refused.err.find("the stream whence-operations stays in the log; nothing was done\n") != std::string::npos);
    CHECK(refused.err.find("[operation.malformed, exit 4]\n") != std::string::npos);
  }
  CHECK(!std::filesystem::exists("shop.db.archive.2"));
  // However old they are, and whatever of types is asked for.
  REQUIRE(shop.reader.run("log archive --older-than 0s --aggregate * --yes").exit == 0);
  REQUIRE(shop.reader.run("log archive --older-than 0s --yes").exit == 0);
  for (const auto& file : std::filesystem::directory_iterator(shop.folder.path()))
    if (file.path().string().find(".archive.") != std::string::npos) std::filesystem::remove(file.path());
  CHECK(shop.reader.run("stream show whence-operations").exit == 0);
}

TEST_CASE("where audit events cannot be read, nothing is moved into an archive that nobody would be told of") {
  closed_shop shop;
  const std::string path = shop.folder.file("shop.db");
  const auto& runtime = shop.reader.around.runtime;
  REQUIRE(shop.reader.run("log archive --stream order-12345 --yes").exit == 0);
  const auto log = sqlite(path).open(runtime);
  tests::append_event(*log, "order-1", "Order", tests::event_of("OrderPlaced", "{}", 5'000));
  keeping_of(*log).archive({.streams = {"whence-operations"}}, {});  // as whoever uses the library may
  std::filesystem::remove(path + ".archive.2");
  const global_position head = log->head();
  const auto archived = [&] {
    return archive_log(request_of({.aggregates = {"Payment"}}), *log, path, runtime,
                       [](std::string_view, std::uint64_t, std::uint64_t) {}, {});
  };
  CHECK_THROWS_WITH_AS(archived(), doctest::Contains("lies in an archive that is not there"), log_damaged);
  CHECK(log->head() == head);
  CHECK(archives_of(path, runtime).size() == 2);
  CHECK(!std::filesystem::exists(path + ".archive.3"));
  log->close();
}

TEST_CASE("what fails once events are moved is told as an archive without its audit event, which the next one brings") {
  closed_shop shop;
  const std::string path = shop.folder.file("shop.db");
  const std::string link = shop.folder.file("link.db");
  const auto& runtime = shop.reader.around.runtime;
  std::filesystem::create_symlink(path, link);
  {
    const auto log = sqlite(path).open(runtime);
    const auto archived = [&] {
      return archive_log(request_of({.streams = {"order-12345"}}), *log, link, runtime,
                         [&](std::string_view doing, std::uint64_t, std::uint64_t) {
                           if (doing == "moving") std::filesystem::remove(link);  // the log is found there no more
                         },
                         {});
    };
    CHECK_THROWS_AS(archived(), operation_not_audited);
    log->close();
  }
  CHECK(std::filesystem::exists(path + ".archive.1"));
  const std::string audits = "event list --stream whence-operations -o jsonl";
  CHECK(shop.reader.run(audits).out.empty());
  CHECK(shop.reader.run("log archive --stream order-12345 --yes").exit == 0);
  CHECK(json::parse(shop.reader.run(audits).out)["data"]["arguments"]["afterwards"] == true);
}
