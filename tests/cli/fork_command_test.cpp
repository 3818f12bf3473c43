// `log fork`, as people and programs see it; and what other commands say of a fork.
#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <string>

#include <nlohmann/json.hpp>

#include <whence/store/log_fork.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using nlohmann::json;
using tests::console;
using tests::ran;

namespace {

/// A shop's log of nine events, which is open, and the folder in which commands work.
struct shop {
  shop() {
    tests::fill_shop(*reader.log, reader.around.runtime);
    std::filesystem::current_path(folder.path());
    reader.around.store_at = [](const std::string& store) { return sqlite(store); };
  }

  /// Without what differs from run to run.
  static std::string plain(std::string text) {
    text = std::regex_replace(text, std::regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>");
    return std::regex_replace(text, std::regex("size       [0-9]+ kB"), "size       <size>");
  }
  /// With the fork as the log that is looked at.
  ran of_fork(const std::string& line) { return reader.run(line + " --store what-if.db"); }

  tests::temporary_folder folder;
  std::string path = folder.file("shop.db");
  console reader{whence::sqlite(path), tests::shop_runtime()};
};

}  // namespace

TEST_CASE("a point that the log does not have, or that is none, makes no fork") {
  shop shop;
  for (const auto& [at, said] :
       {std::pair{"10", "shop.db has no event 10; nothing was made\n"},
        std::pair{"1970-01-01", "shop.db has no event that was recorded so early; nothing was made\n"},
        std::pair{"0", "--at cannot be \"0\"\n"}, std::pair{"soon", "--at cannot be \"soon\"\n"}}) {
    const ran ran = shop.reader.run(std::string("log fork what-if.db --at ") + at);
    CHECK(ran.exit != 0);
    CHECK(ran.err.find(said) != std::string::npos);
    CHECK(!std::filesystem::exists("what-if.db"));
  }
}

TEST_CASE("a fork says of what it is one, and up to where") {
  shop shop;
  const ran ran = shop.reader.run("log fork what-if.db --at 5");
  CHECK(ran.exit == 0);
  CHECK(ran.err.empty());
  CHECK(std::regex_replace(shop::plain(ran.out), std::regex("epoch [0-9]{19}"), "epoch <time>") == R"(what-if.db
base       shop.db
log        <id>   epoch <time>, that of the base 1
past       5 events, the last one recorded 2026-01-27T10:30:05.000Z
)");
  CHECK(shop.of_fork("event count -o csv").out == "events\r\n5\r\n");
  CHECK(shop.of_fork("event list -o jsonl").out == shop.reader.run("event list --to 5 -o jsonl").out);
}

TEST_CASE("a fork as of a time has what was recorded until then") {
  shop shop;
  CHECK(shop.reader.run("log fork what-if.db --at 2026-01-27T10:30:03Z").exit == 0);
  CHECK(bases_of("what-if.db", shop.reader.around.runtime).front().position == global_position{3});
}

TEST_CASE("for programs there is a document") {
  shop shop;
  const json made = json::parse(shop.reader.run("log fork what-if.db -o json").out).at("data");
  CHECK(made.at("log") == "what-if.db");
  CHECK(made.at("head") == 9);
  CHECK(made.at("epochOfBase") == 1);
  CHECK(made.at("epoch") > 1);
  const json bases = json::array({{{"log", "shop.db"}, {"head", 9}}});
  CHECK(json::parse(shop.of_fork("inspect -o json").out).at("data").at("bases") == bases);
  CHECK(json::parse(shop.of_fork("log verify -o json").out).at("data").at("bases") == bases);
  CHECK(!json::parse(shop.reader.run("inspect -o json").out).at("data").contains("bases"));
}

TEST_CASE("inspect, verify and doctor name the base of a fork") {
  shop shop;
  CHECK(shop.reader.run("log fork what-if.db --at 5").exit == 0);
  CHECK(shop.of_fork("inspect").out.find("\nbase       shop.db, up to #5\n") != std::string::npos);
  CHECK(shop.of_fork("log verify").out.find("\nbase       shop.db, up to #5\n") != std::string::npos);
  CHECK(shop.of_fork("doctor").out.find("base         shop.db: has the events of this fork up to 5\n") !=
        std::string::npos);
}

TEST_CASE("SQL sees the events of a fork and those of its base as one") {
  shop shop;
  CHECK(shop.reader.run("log fork what-if.db --at 5").exit == 0);
  {
    append_batch batch;
    batch.streams.push_back({.stream = "order-new",
                             .aggregate_type = "Order",
                             .expected = expected_version::none(),
                             .events = {{.id = event_id{shop.reader.around.runtime.make_uuid()},
                                         .type = "OrderPlaced",
                                         .occurred_at = shop.reader.around.runtime.clock->now(),
                                         .data = "{}",
                                         .metadata = {},
                                         .tags = {}}}});
    const auto log = sqlite("what-if.db").open(shop.reader.around.runtime);
    log->append(batch).get().value();
  }
  CHECK(shop.reader.run("log fork second.db --at 6 --store what-if.db").exit == 0);
  const auto sql = [&](const std::string& store, const std::string& statement) {
    return shop.reader.run({"sql", "-c", statement, "-o", "csv", "--store", store}).out;
  };
  for (const char* const store : {"what-if.db", "second.db"})
    CHECK(sql(store, "SELECT count(*), min(position), max(position), count(DISTINCT position) FROM events") ==
          "count(*),min(position),max(position),count(DISTINCT position)\r\n6,1,6,6\r\n");
  CHECK(sql("what-if.db", "SELECT stream FROM main.events") == "stream\r\norder-new\r\n");
  CHECK(sql("second.db", "SELECT count(*) FROM main.events") == "count(*)\r\n0\r\n");
  CHECK(shop.reader.run({"sql", "-c", "DELETE FROM events", "--store", "what-if.db"}).exit == 2);
}

TEST_CASE("where the base of a fork is damaged, it is the base that is to be repaired") {
  shop shop;
  shop.reader.run("log fork what-if.db --at 5");
  sql::database::open("shop.db", sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{\"x\":1}' WHERE position = 3");
  const std::string read = shop.of_fork("event list").err;
  CHECK(read.find("whence log verify --store shop.db\n         whence log repair --dry-run --store shop.db\n") !=
        std::string::npos);
  const std::string verified = shop.of_fork("log verify").err;
  CHECK(verified.find("log repair --with FILE --store shop.db puts them back") != std::string::npos);
}

TEST_CASE("nobody is sent to repair a fork, which is refused: it is forked anew") {
  const auto anew =
      "# a fork is not repaired: restore a backup of it, if what was appended to it is wanted; without that, its base "
      "gives another one:\n"
      "         whence log fork what-if.db.anew --at 5 --store shop.db\n";
  shop shop;
  shop.reader.run("log fork what-if.db --at 5");
  {
    const auto fork = sqlite("what-if.db").open(shop.reader.around.runtime);
    for (std::uint64_t id = 50; id < 53; ++id)
      tests::append_event(*fork, "order-fork", "Order", tests::event_of("OrderNoted", "{}", id));
    fork->close();
  }
  const auto is_advised = [&](const std::string& line) {
    const ran ran = shop.of_fork(line);
    CAPTURE(ran.err);
    CHECK(ran.exit == 6);
    CHECK(ran.err.find(anew) != std::string::npos);
    CHECK(ran.err.find("log repair") == std::string::npos);
  };
  sql::database::open("what-if.db", sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{\"x\":1}' WHERE position = 7");
  is_advised("log verify");
  is_advised("event list");
  sql::database::open("what-if.db", sql::open_mode::read_write).run("DELETE FROM entries WHERE position > 6");
  is_advised("log verify");
  is_advised("event list");
  std::filesystem::remove("what-if.db.witness");
  is_advised("event list");
  CHECK(shop.of_fork("log verify").err.find(anew) != std::string::npos);
  CHECK(shop.of_fork("doctor").out.find("or fork its base anew") != std::string::npos);
  CHECK(shop.reader.run("log fork what-if.db.anew --at 5 --store shop.db").exit == 0);
  CHECK(shop.reader.run("log verify --store what-if.db.anew").exit == 0);
}

TEST_CASE("a fork whose base is gone is named, with what to do") {
  shop shop;
  CHECK(shop.reader.run("log fork what-if.db --at 5").exit == 0);
  std::filesystem::create_directory("away");
  std::filesystem::rename("shop.db", "away/shop.db");
  const ran ran = shop.of_fork("inspect");
  CHECK(ran.exit == 6);
  CHECK(shop::plain(ran.err) == R"(whence: what-if.db is a fork, and its base shop.db is not there; nothing was changed
  where: shop.db
  why:   up to event 5, the events of a fork are those of its base, log <id>: it was moved or removed, or the fork was moved without it
  do:    ls -l .
         # bring it back to that place, with its -wal and .witness  [log.base_missing, exit 6]
)");
}
