// `log archive` and `log compact`, as people and programs see them.
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <whence/control/errors.hpp>
#include <whence/control/log_archiving.hpp>
#include <whence/core/async.hpp>
#include <whence/core/files.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log_archive.hpp>

#include <tests/cli/closed_shop.hpp>
#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/no_rights.hpp>
#include <tests/schema_check.hpp>

using namespace whence;
using nlohmann::json;
using tests::closed_shop;
using tests::console;
using tests::ran;

TEST_CASE("what would move events waits for a yes, and without one nothing is changed") {
  closed_shop shop;
  const std::string name = shop.folder.file("shop.db");
  const std::string before = shop.reader.run("event list -o json").out;
  const ran asked_nobody = shop.reader.run("log archive --aggregate Order");
  CHECK(asked_nobody.exit == 4);
  CHECK(asked_nobody.err.find(
            "nobody sits before it who could be asked\n  do:    whence log archive --aggregate Order --yes") !=
        std::string::npos);
  std::string answer = "no";
  shop.reader.around.in_is_terminal = shop.reader.around.err_is_terminal = true;
  shop.reader.around.read_line = [&] { return std::optional(answer); };
  const ran no = shop.reader.run("log compact");
  CHECK(no.exit == 4);
  CHECK(no.err.starts_with("This will write the log's file anew, without the "));
  CHECK(no.err.find(". Go on? [y/N] ") != std::string::npos);
  CHECK(no.err.find(" that are free in it, in ") != std::string::npos);
  CHECK(no.err.find("the answer was not yes") != std::string::npos);
  CHECK(no.err.find("[operation.unconfirmed, exit 4]") != std::string::npos);
  CHECK(shop.reader.run("event list -o json").out == before);
  CHECK(archives_of(name, shop.reader.around.runtime).empty());
  answer = "Y";
  CHECK(shop.reader.run("log compact").exit == 0);
}

TEST_CASE("while a process without a socket holds the log, it is named, and nothing is changed") {
  closed_shop shop;
  const auto held = sqlite(shop.folder.file("shop.db")).open(shop.reader.around.runtime);
  const ran archive = shop.reader.run("log archive --aggregate Order --yes");
  CHECK(archive.exit == 5);
  CHECK(archive.err.find("[writer.unreachable, exit 5]") != std::string::npos);
  CHECK(shop.reader.run("log compact --yes").exit == 5);
  CHECK(archives_of(shop.folder.file("shop.db"), shop.reader.around.runtime).empty());
  // To look, nobody has to wait.
  CHECK(shop.reader.run("log archive --aggregate Order --dry-run").exit == 0);
  CHECK(shop.reader.run("log compact --dry-run").exit == 0);
}

TEST_CASE("a log in memory has nothing to archive, and nothing to compact") {
  console inside;
  CHECK(inside.run("log archive --aggregate Order --yes").exit == 4);
  CHECK(inside.run("log compact --yes").err.find("[log.of_memory, exit 4]") != std::string::npos);
}

TEST_CASE("what was archived is read as before, is named by who looks at the log, and an audit event says who did it") {
  closed_shop shop;
  const std::string before = shop.reader.run("event list --to 9 -o json").out;
  const json planned = json::parse(shop.reader.run("log archive --aggregate Order --dry-run -o json").out)["data"];
  CHECK(planned["dryRun"] == true);
  CHECK(planned["archive"] == nullptr);
  const json made =
      json::parse(shop.reader.run("log archive --aggregate Order --yes --reason old -o json").out)["data"];
  CHECK(made["events"] == planned["events"]);
  CHECK(made["events"] > 0);
  CHECK(made["archive"] == shop.folder.file("shop.db.archive.1"));
  CHECK(shop.reader.run("event list --to 9 -o json").out == before);
  const json audit = json::parse(shop.reader.run("event list --stream whence-operations -o jsonl").out);
  CHECK(audit["data"]["operation"] == "log archive");
  CHECK(audit["data"]["reason"] == "old");
  CHECK(audit["data"]["arguments"]["events"] == made["events"]);
  const ran seen = shop.reader.run("inspect");
  CHECK(seen.exit == 0);
  CHECK(seen.out.find("\narchive    " + shop.folder.file("shop.db.archive.1") + ", ") != std::string::npos);
  // What held the log's last event is free to go, now that the audit event stands behind it.
  CHECK(shop.reader.run("log archive --aggregate Order --yes").exit == 0);
  CHECK(shop.reader.run("log archive --aggregate Order --yes").out.find("none that could be archived") !=
        std::string::npos);
  CHECK(shop.reader.run("log verify").exit == 0);
  const std::vector<std::string> counting{"sql", "-c", "SELECT count(*) AS n FROM events", "-o", "csv"};
  CHECK(shop.reader.run(counting).out == "n\r\n11\r\n");
}

TEST_CASE("what an attempt left is named before anything is done, and nobody is asked to move nothing") {
  closed_shop shop;
  const auto& runtime = shop.reader.around.runtime;
  const std::string archive = shop.folder.file("shop.db.archive.1");
  {
    const auto log = sqlite(shop.folder.file("shop.db")).open(runtime);
    for (int i = 0; i < 5; ++i) {
      append_batch batch;
      batch.streams.push_back({.stream = "large", .aggregate_type = "Large", .events = {}});
      for (int j = 0; j < 1'000; ++j)
        batch.streams.back().events.push_back({.id = event_id(runtime.make_uuid()),
                                               .type = "Grown",
                                               .occurred_at = runtime.clock->now(),
                                               .data = "{}",
                                               .metadata = {},
                                               .tags = {}});
      log->append(std::move(batch)).get().value();
    }
    std::stop_source stop;
    archive_options options{.to = {}, .on_progress = {}, .stop = stop.get_token()};
    options.on_progress = [&](const keeping_progress& now) {
      if (now.doing == "moving") stop.request_stop();
    };
    CHECK_THROWS_AS(keeping_of(*log).archive({.streams = {"large"}}, options), operation_cancelled);
    log->close();
  }
  const auto said = [&](const ran& refused, const std::string& sentence) {
    CAPTURE(refused.err);
    CHECK(refused.exit == 4);
    CHECK(refused.err.starts_with("whence: this would " + sentence + ", in "));
  };
  const std::string finish = "finish " + archive + ", which an attempt left";
  const ran planned = shop.reader.run("log archive --stream large --dry-run");
  CHECK(planned.out.find("unfinished " + archive + ", which an attempt left, is finished first\n") !=
        std::string::npos);
  const json document = json::parse(shop.reader.run("log archive --stream large --dry-run -o json").out)["data"];
  CHECK(document["unfinished"] == archive);
  CHECK(tests::schema_check(tests::schema_named("archived.schema.json")).misfit(document) == "");
  said(shop.reader.run("log archive --stream large"),
       finish + ", and move what is left then of 2 951 events of 1 stream into an archive");
  said(shop.reader.run("log archive --older-than 900w"), finish);
  const json made = json::parse(shop.reader.run("log archive --older-than 900w --yes -o json").out)["data"];
  CHECK(made["finished"] == archive);
  CHECK(made["unfinished"].is_null());
  CHECK(tests::schema_check(tests::schema_named("archived.schema.json")).misfit(made) == "");
  {
    const auto log = sqlite(shop.folder.file("shop.db")).open(runtime);
    CHECK(keeping_of(*log).archive({.streams = {"order-12345"}}, {}).what.events == 3);
    log->close();
  }
  said(shop.reader.run("log archive --older-than 900w"), "append the audit event of an archive that has none yet");
}

TEST_CASE(
    "audit events that are none of Whence's, as an import may have brought them, are no archive's, and stop none") {
  closed_shop shop;
  const auto& runtime = shop.reader.around.runtime;
  {
    const auto log = sqlite(shop.folder.file("shop.db")).open(runtime);
    append_batch batch;
    batch.streams.push_back({.stream = std::string(audit_stream),
                             .aggregate_type = std::string(audit_aggregate_type),
                             .expected = expected_version::any(),
                             .events = {}});
    for (const char* const data :
         {"7", "{}", R"({"operation":7})", R"({"operation":"log archive","arguments":[]})",
          R"({"operation":"log archive","arguments":{"number":"1","madeAt":7}})",
          R"({"operation":"log archive","arguments":{"number":1,"madeAt":{}}})",
          R"({"operation":"log archive","arguments":{"number":-1.5,"madeAt":"2026-01-27T10:30:00.000000Z"}})"})
      batch.streams.back().events.push_back({.id = event_id(runtime.make_uuid()),
                                             .type = std::string(audit_event_type),
                                             .version = 1,
                                             .occurred_at = runtime.clock->now(),
                                             .data = data,
                                             .metadata = {},
                                             .tags = {}});
    log->append(std::move(batch)).get().value();
    log->close();
  }
  const ran done = shop.reader.run("log archive --aggregate Order --yes");
  CHECK(done.exit == 0);
  CHECK(done.err == "");
  CHECK(shop.reader.run("event list --stream whence-operations --from 17 -o jsonl").out.find("\"log archive\"") !=
        std::string::npos);
}

TEST_CASE("several aggregate types are a list, as everywhere") {
  closed_shop shop;
  const std::string listed = shop.reader.run("log archive --aggregate Order,Pay* --dry-run -o json").out;
  CHECK(json::parse(listed)["data"]["streams"] == 4);
  CHECK(listed == shop.reader.run("log archive --aggregate Order --aggregate Pay* --dry-run -o json").out);
}

TEST_CASE("an archive that is gone is said by who looks at the log, and what does not lie there is shown") {
  closed_shop shop;
  REQUIRE(shop.reader.run("log archive --stream order-12345 --yes").exit == 0);
  std::filesystem::remove(shop.folder.file("shop.db.archive.1"));
  const ran doctor = shop.reader.run("doctor");
  CHECK(doctor.exit != 0);
  CHECK(doctor.out.find("its events cannot be read: there is no such file") != std::string::npos);
  CHECK(doctor.out.find("no event was recorded yet") == std::string::npos);
  CHECK(doctor.out.find("one of the last is damaged") == std::string::npos);
  const json seen = json::parse(shop.reader.run("inspect -o json").out)["data"];
  CHECK(seen["archives"][0]["problem"] == "there is no such file");
  const ran list = shop.reader.run("event list");
  CHECK(list.exit == 6);
  CHECK(list.err.find("[log.archive_missing, exit 6]") != std::string::npos);
  const std::string archive = shop.folder.file("shop.db.archive.1");
  const std::string repaired = "or log repair --with FILE puts back";
  CHECK(doctor.out.find("bring it back from where it went; " + repaired) != std::string::npos);
  const auto advised = [&] {
    const ran verified = shop.reader.run("log verify");
    CHECK(verified.exit == 6);
    CHECK(verified.err.find("tar -cf") == std::string::npos);
    return verified.err;
  };
  for (const std::string& said : {list.err, advised()}) {
    CHECK(said.find("  do:    ls -l " + shop.folder.path().string() + "\n") != std::string::npos);
    CHECK(said.find("         # bring " + archive + " back there; " + repaired) != std::string::npos);
  }
  CHECK(shop.reader.run("stream show payment-12345").exit == 0);
  std::ofstream(archive) << "something else";
  CHECK(shop.reader.run("doctor").out.find("put a good copy of it in its place; " + repaired) != std::string::npos);
  CHECK(advised().find("  do:    ls -l " + archive + "\n         # put a good copy of it in its place; " + repaired) !=
        std::string::npos);
}

TEST_CASE("an archive that this user may not read is said to be that by all, and what does not lie there is shown") {
  closed_shop shop;
  REQUIRE(shop.reader.run("log archive --stream order-12345 --yes").exit == 0);
  const std::string archive = shop.folder.file("shop.db.archive.1");
  std::filesystem::permissions(archive, std::filesystem::perms::none);
  const tests::no_right_to_write nobody(shop.folder.path());
  const auto is_refused = [](const ran& ran) {
    CAPTURE(ran.err);
    CHECK(ran.exit == 5);
    CHECK(ran.err.find("[file.no_permission, exit 5]") != std::string::npos);
    CHECK(ran.err.find("# give this user the right to it") != std::string::npos);
  };
  is_refused(shop.reader.run({"sql", "-c", "SELECT count(*) FROM events"}));
  CHECK(shop.reader.run({"sql", "-c", "SELECT count(*) FROM events WHERE position = 2"}).exit == 0);
  is_refused(shop.reader.run("event list"));
  const ran newest = shop.reader.run("event list --reverse --limit 2 -o jsonl");
  CHECK(newest.exit == 0);
  CHECK(newest.out.find("whence-operations") != std::string::npos);
  CHECK(shop.reader.run("inspect").out.find("\narchive    " + archive + ": cannot open ") != std::string::npos);
  const std::string doctor = shop.reader.run("doctor").out;
  CHECK(doctor.find(archive + ": its events cannot be read: cannot open ") != std::string::npos);
  CHECK(doctor.find("one of the last is damaged") == std::string::npos);
  CHECK(shop.reader.run("log verify").out.find(archive) != std::string::npos);
}

TEST_CASE("an archive that lost events is said to, by who counts with SQL and by who looks at the log") {
  closed_shop shop;
  REQUIRE(shop.reader.run("log archive --aggregate Order --yes").exit == 0);
  const std::string archive = shop.folder.file("shop.db.archive.1");
  const auto rows = [&](const std::string& where) {
    return shop.reader.run({"sql", "-c", "SELECT position FROM events" + where, "-o", "csv"});
  };
  CHECK(rows("").exit == 0);
  sql::database::open(archive, sql::open_mode::read_write).run("DELETE FROM entries WHERE position = 3");
  for (const char* const where : {"", " WHERE position < 8", " WHERE position = 3"}) {
    CAPTURE(where);
    CHECK(rows(where).exit == 6);
    CHECK(rows(where).err.find("[log.archive_damaged, exit 6]") != std::string::npos);
  }
  CHECK(rows("").err.find("events that it has to have from #1 to #") != std::string::npos);
  CHECK(rows(" WHERE position IN (1, 2)").exit == 0);
  CHECK(rows(" WHERE position > 3").exit == 0);
  CHECK(shop.reader.run("doctor").out.find(archive + ": its events cannot be read: it has ") != std::string::npos);
  sql::database::open(archive, sql::open_mode::read_write).run("DELETE FROM entries WHERE position = 1");
  CHECK(shop.reader.run("inspect").out.find(archive + ": event 1 is missing in it") != std::string::npos);
}

TEST_CASE("what root does to the log of another user is that user's, and the log says that it was root") {
  if (::geteuid() != 0) return;  // nobody else can be another
  constexpr uid_t service = 65'534;
  const auto owner = [](const std::filesystem::path& file) {
    struct stat there{};
    REQUIRE(::lstat(file.c_str(), &there) == 0);
    return there.st_uid;
  };
  closed_shop shop;
  for (const char* const end : {".lock", ".index", ".index-wal", ".index-shm"})
    std::filesystem::remove(shop.folder.file("shop.db") + end);
  REQUIRE(::chown(shop.folder.path().c_str(), service, service) == 0);
  for (const auto& file : std::filesystem::directory_iterator(shop.folder.path()))
    REQUIRE(::chown(file.path().c_str(), service, service) == 0);
  CHECK(shop.reader.run("log archive --aggregate Order --yes").exit == 0);
  CHECK(shop.reader.run("log compact --yes").exit == 0);
  for (const auto& file : std::filesystem::directory_iterator(shop.folder.path())) {
    CAPTURE(file.path());
    CHECK(owner(file.path()) == service);
  }
  CHECK(::geteuid() == 0);
  const std::string audits = shop.reader.run("event list --stream whence-operations -o jsonl").out;
  CHECK(audits.find("\"by\":{\"uid\":0,") != std::string::npos);
}

TEST_CASE("an archive whose maker was killed before it said so is told of by the next") {
  closed_shop shop;
  {
    const auto log = sqlite(shop.folder.file("shop.db")).open(shop.reader.around.runtime);
    keeping_of(*log).archive({.streams = {"order-12345"}}, {});
    log->close();
  }
  const std::string audits = "event list --stream whence-operations -o jsonl";
  CHECK(shop.reader.run(audits).out.empty());
  CHECK(shop.reader.run("log archive --stream order-12345 --yes --reason again").exit == 0);
  const json audit = json::parse(shop.reader.run(audits).out)["data"];
  CHECK(audit["arguments"]["archive"] == shop.folder.file("shop.db.archive.1"));
  CHECK(audit["arguments"]["events"] > 0);
  CHECK(audit["arguments"]["afterwards"] == true);
  // What held the log's last event is free to go now; behind that there is nothing to do, and nothing to tell.
  CHECK(shop.reader.run("log archive --stream order-12345 --yes").exit == 0);
  const std::string told = shop.reader.run(audits).out;
  CHECK(shop.reader.run("log archive --stream order-12345 --yes").exit == 0);
  CHECK(shop.reader.run(audits).out == told);
}

TEST_CASE(
    "the same command goes on with the file that it was making, and what was finished is told whatever fails then") {
  closed_shop shop;
  const auto& runtime = shop.reader.around.runtime;
  const std::string mine = shop.folder.file("old.archive");
  const auto audits = [&] { return shop.reader.run("event list --stream whence-operations -o jsonl").out; };
  const auto attempt = [&](bool is_stopped) {
    const auto log = sqlite(shop.folder.file("shop.db")).open(runtime);
    std::stop_source stop;
    archive_options options{.to = mine, .on_progress = {}, .stop = stop.get_token()};
    options.on_progress = [&](const keeping_progress& now) {
      if (is_stopped && now.doing == "moving") stop.request_stop();
    };
    append_batch batch;
    for (int i = 0; i < 3'000; ++i)
      batch.streams.push_back({.stream = "old-" + std::to_string(i),
                               .aggregate_type = "Old",
                               .events = {tests::event_of("Grown", "{}", 100 + static_cast<std::uint64_t>(i))}});
    for (std::size_t i = 0; i < batch.streams.size(); i += 1'000) {
      append_batch part;
      part.streams.assign(batch.streams.begin() + static_cast<std::ptrdiff_t>(i),
                          batch.streams.begin() + static_cast<std::ptrdiff_t>(i) + 1'000);
      log->append(std::move(part)).get().value();
    }
    tests::append_event(*log, "order-1", "Order", tests::event_of("OrderPlaced", "{}", 5'000));
    if (is_stopped) {
      CHECK_THROWS_AS(keeping_of(*log).archive({.last_before = runtime.clock->now() + std::chrono::hours{1}}, options),
                      operation_cancelled);
    } else {
      keeping_of(*log).archive({.last_before = runtime.clock->now() + std::chrono::hours{1}}, options);
    }
    tests::append_event(*log, "order-2", "Order", tests::event_of("OrderPlaced", "{}", 5'001));
    log->close();
  };
  const std::string again = "log archive " + mine + " --aggregate O* --yes -o json";
  SUBCASE("of one that was killed while it moved events") {
    attempt(true);
    const ran dry = shop.reader.run("log archive " + mine + " --aggregate O* --dry-run");
    CHECK(dry.exit == 0);
    const json made = json::parse(shop.reader.run(again).out)["data"];
    CHECK(made["finished"] == mine);
    CHECK(made["events"] == 0);
  }
  SUBCASE("of one that was killed before it said so") {
    attempt(false);
    CHECK(shop.reader.run("log archive " + mine + " --aggregate O* --dry-run").exit == 0);
    const json made = json::parse(shop.reader.run(again).out)["data"];
    CHECK(made["finished"] == mine);
    CHECK(made["events"] == 0);
  }
  SUBCASE("where the next archive cannot be made") {
    attempt(true);
    archive_order order{.aggregates = {"O*"}, .to = shop.folder.file("nowhere") + "/old"};
    const auto log = sqlite(shop.folder.file("shop.db")).open(runtime);
    CHECK_THROWS_AS(archive_log(request_of(order), *log, shop.folder.file("shop.db"), runtime,
                                [](std::string_view, std::uint64_t, std::uint64_t) {}, {}),
                    file_error);
    log->close();
  }
  const json audit = json::parse(audits())["data"];
  CHECK(audit["arguments"]["archive"] == mine);
  CHECK(audit["arguments"]["afterwards"] == true);
  // It is whole, and told of: now it is a file that is not replaced, and a plan says so.
  CHECK(shop.reader.run("log archive " + mine + " --aggregate O* --dry-run").exit == 4);
  CHECK(shop.reader.run(again).err.find("[file.exists, exit 4]") != std::string::npos);
}

TEST_CASE("SQL sees all events, in however many archives they are, and says which file is not there") {
  closed_shop shop;
  const auto count = [&](const std::string& what) {
    return shop.reader.run({"sql", "-c", "SELECT " + what + " FROM events", "-o", "csv"});
  };
  const std::string all = "count(*), min(position), count(DISTINCT position) = max(position)";
  {
    append_batch batch;
    for (int i = 0; i < 40; ++i)
      batch.streams.push_back({.stream = "old-" + std::to_string(i),
                               .aggregate_type = "Order",
                               .events = {{.id = event_id{shop.reader.around.runtime.make_uuid()},
                                           .type = "OrderPlaced",
                                           .occurred_at = shop.reader.around.runtime.clock->now(),
                                           .data = "{}",
                                           .metadata = {},
                                           .tags = {}}}});
    const auto log = sqlite(shop.folder.file("shop.db")).open(shop.reader.around.runtime);
    log->append(batch).get().value();
    for (int i = 0; i < 39; ++i) keeping_of(*log).archive({.streams = {"old-" + std::to_string(i)}}, {});
    log->close();
  }
  CHECK(count(all).out.ends_with("\r\n49,1,1\r\n"));
  CHECK(shop.reader.run({"sql", "-c", "SELECT stream FROM events WHERE position = 20", "-o", "csv"}).out ==
        "stream\r\nold-10\r\n");
  CHECK(shop.reader
            .run({"sql", "-c", "SELECT count(*) FROM events WHERE position > 18 AND position <= 30.5", "-o", "csv"})
            .out == "count(*)\r\n12\r\n");
  CHECK(shop.reader.run({"sql", "-c", "SELECT count(*) FROM main.events", "-o", "csv"}).out == "count(*)\r\n10\r\n");
  std::filesystem::remove(shop.folder.file("shop.db.archive.30"));
  const ran gone = count(all);
  CHECK(gone.exit == 6);
  CHECK(gone.err.find("[log.archive_missing, exit 6]") != std::string::npos);
  // Who asks for others gets them.
  CHECK(shop.reader.run({"sql", "-c", "SELECT count(*) FROM events WHERE position < 20", "-o", "csv"}).out ==
        "count(*)\r\n19\r\n");
  CHECK(shop.reader.run({"sql", "-c", "SELECT 1"}).exit == 0);
}
