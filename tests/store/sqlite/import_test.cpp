// An import into a SQLite log: each event in its place and at its time, or none; and the epoch behind the last of them.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include <whence/store/log_errors.hpp>
#include <whence/store/log_import.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

const timestamp noon = parse_rfc3339("2020-02-29T12:00:00.000001Z");

log_identity some_log(const log_folder& folder) { return {log_id(folder.runtime().make_uuid()), 3}; }

std::unique_ptr<log_import> import_into(const log_folder& folder, const log_identity& identity) {
  return sqlite(folder.path()).open_import(folder.runtime(), identity);
}

std::string refused(append_outcome outcome) {
  REQUIRE(outcome.refused() != nullptr);
  CHECK(outcome.refused()->why == append_refused::reason::invalid);
  return outcome.refused()->detail;
}

}  // namespace

TEST_CASE("what would stand elsewhere is refused, and so is all behind it") {
  const log_folder folder;
  const auto into = import_into(folder, some_log(folder));
  auto first = into->append(folder.batch("order-1", 2), global_position{1}, noon);
  auto far = into->append(folder.batch("order-2"), global_position{4}, noon);
  auto behind = into->append(folder.batch("order-3"), global_position{5}, noon);
  CHECK(refused(std::move(behind).get()) == "the log goes on with event 3, and not with event 5");
  CHECK(refused(std::move(far).get()) == "the log goes on with event 3, and not with event 4");
  CHECK(std::move(first).get().value().last == global_position{2});
  CHECK(into->there().head() == global_position{2});
}

TEST_CASE("a repeat takes no place, and nothing behind it does") {
  const log_folder folder;
  const auto into = import_into(folder, some_log(folder));
  const append_batch batch = folder.batch("order-1");
  auto first = into->append(batch, global_position{1}, noon);
  auto again = into->append(batch, global_position{2}, noon);
  auto behind = into->append(folder.batch("order-2"), global_position{3}, noon);
  CHECK(refused(std::move(behind).get()) == "the log goes on with event 2, and not with event 3");
  CHECK(std::move(again).get().value().repeated);
  CHECK(!std::move(first).get().value().repeated);
}

TEST_CASE("what was recorded before the event in front of it is refused") {
  const log_folder folder;
  const auto into = import_into(folder, some_log(folder));
  (void)into->append(folder.batch("order-1"), global_position{1}, noon).get().value();
  const timestamp before = noon - std::chrono::microseconds{1};
  CHECK(refused(into->append(folder.batch("order-2"), global_position{2}, before).get()) ==
        "it was recorded before the event in front of it");
  CHECK(into->append(folder.batch("order-2"), global_position{2}, noon).get().value().first == global_position{2});
}

TEST_CASE("until it is finished, nobody opens it for writing, whatever is accepted, but another import") {
  const log_folder folder;
  const log_identity identity = some_log(folder);
  const auto must_be_refused = [&] {
    CHECK(folder.visit()->condition().what == log_condition::kind::import_unfinished);
    CHECK_THROWS_AS(folder.open(), import_unfinished);
    CHECK_THROWS_AS(folder.open({.accept_missing_tail = true}), import_unfinished);
    CHECK(is_sqlite_log(*folder.runtime().files, folder.path()));
  };
  import_into(folder, identity);
  must_be_refused();  // a log that is made has the mark before it has an event
  {
    const auto into = import_into(folder, identity);
    CHECK(into->there().condition().what == log_condition::kind::import_unfinished);
    (void)into->append(folder.batch("order-1"), global_position{1}, noon).get().value();
  }
  must_be_refused();
  import_into(folder, identity)->finish(4);
  CHECK(folder.visit()->condition().what == log_condition::kind::whole);
  CHECK(folder.open()->condition().what == log_condition::kind::whole);
}

TEST_CASE("who accepts by name that a tail is missing does not accept an import that has not come to its end") {
  const log_folder folder;
  const log_identity identity = some_log(folder);
  (void)import_into(folder, identity)->append(folder.batch("order-1"), global_position{1}, noon).get().value();
  std::filesystem::remove(folder.path() + ".witness");
  CHECK(folder.visit()->condition().what == log_condition::kind::witness_missing);
  CHECK_THROWS_AS(folder.open(), witness_missing);
  CHECK_THROWS_AS(folder.open({.accept_missing_tail = true}), import_unfinished);
}

TEST_CASE("a log that was whole counts as unfinished from the first event that an import appends, and not before") {
  const log_folder folder;
  log_identity identity;
  {
    const auto log = folder.open();
    folder.append(*log, "order-1");
    identity = log->identity();
  }
  {
    const auto into = import_into(folder, identity);
    CHECK(into->there().condition().what == log_condition::kind::whole);
    CHECK(refused(into->append(folder.batch("order-2"), global_position{9}, noon).get()) != "");
    CHECK(folder.visit()->condition().what == log_condition::kind::whole);
    (void)into->append(folder.batch("order-2"), global_position{2}, folder.runtime().clock->now()).get().value();
    CHECK(folder.visit()->condition().what == log_condition::kind::import_unfinished);
  }
  CHECK_THROWS_AS(folder.open(), import_unfinished);
}

TEST_CASE("an import holds the log as its writer does") {
  const log_folder folder;
  const auto log = folder.open();
  CHECK_THROWS_AS(import_into(folder, log->identity()), log_busy);
}

TEST_CASE("each event has the time at which it was recorded, within one commit too; an append afterwards has its own") {
  const log_folder folder;
  {
    const auto into = import_into(folder, some_log(folder));
    auto first = into->append(folder.batch("order-1"), global_position{1}, noon);
    auto second = into->append(folder.batch("order-2"), global_position{2}, noon + std::chrono::hours{1});
    (void)std::move(second).get().value();
    (void)std::move(first).get().value();
    into->finish(4);
  }
  const auto log = folder.open();
  folder.append(*log, "order-3");
  const event_page page = log->read({});
  REQUIRE(page.size() == 3);
  CHECK(page[0].recorded_at == noon);
  CHECK(page[1].recorded_at == noon + std::chrono::hours{1});
  CHECK(page[2].recorded_at > page[1].recorded_at);
}

TEST_CASE("a log that is made has the identity that was asked for; one that is there keeps its own") {
  const log_folder folder;
  const log_identity identity = some_log(folder);
  CHECK(import_into(folder, identity)->there().identity() == identity);
  CHECK(import_into(folder, some_log(folder))->there().identity() == identity);
}

TEST_CASE("a finished import has begun an epoch that has no event, whatever wrote the ones before") {
  const log_folder folder;
  log_identity identity = some_log(folder);
  {
    const auto into = import_into(folder, identity);
    CHECK(into->there().epoch_of_last_event() == 2);  // there is none
    (void)into->append(folder.batch("order-1"), global_position{1}, noon).get().value();
    CHECK(into->there().epoch_of_last_event() == 3);
    SUBCASE("of the same number") { into->finish(3); }
    SUBCASE("not less than asked for") {
      into->finish(7);
      identity.epoch = 7;
    }
    SUBCASE("not less than it had") { into->finish(1); }
  }
  CHECK(folder.visit()->identity() == identity);
  CHECK(folder.visit()->epoch_of_last_event() == identity.epoch - 1);
  CHECK(folder.visit()->condition().what == log_condition::kind::whole);
  const auto log = folder.open();
  CHECK(log->identity() == identity);
  folder.append(*log, "order-2");
  CHECK(log->epoch_of_last_event() == identity.epoch);
}
