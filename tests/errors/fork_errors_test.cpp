// What stands in the way of a fork, and what can be wrong with its base.
#include <filesystem>
#include <regex>
#include <string>

#include <doctest/doctest.h>

#include <tests/errors/said.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;
using tests::scene;

namespace {

void append_to(const scene& here, const std::string& name) {
  append_batch batch;
  batch.streams.push_back({.stream = "account-ada",
                           .aggregate_type = "Account",
                           .expected = expected_version::any(),
                           .events = {{.id = event_id{here.runtime().make_uuid()},
                                       .type = "Deposited",
                                       .occurred_at = here.runtime().clock->now(),
                                       .data = "{}",
                                       .metadata = {},
                                       .tags = {}}}});
  static_cast<void>(sqlite(here.file(name)).open(here.runtime())->append(batch).get().value());
}

void fork(const scene& here, const fork_options& options = {}) {
  fork_log(here.file("bank.db"), here.file("what-if.db"), here.runtime(), options);
}

/// Ids are made anew each time.
std::string plain(const std::string& text) {
  return std::regex_replace(text, std::regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>");
}

std::string opened(const scene& here) {
  return plain(here.says([&] { sqlite(here.file("what-if.db")).open(here.runtime()); }));
}

}  // namespace

TEST_CASE("a fork where there is a log") {
  const scene here;
  append_to(here, "bank.db");
  fork(here);
  CHECK(here.says([&] { fork(here); }) ==
        R"(app: there is a log at what-if.db; it was left as it is
  where: what-if.db
  why:   a fork never replaces one
  do:    give another path; or move that log away, with its -wal, -shm and .witness  [fork.log_exists, exit 4]
)");
}

TEST_CASE("a fork at an event that the log does not have") {
  const scene here;
  append_to(here, "bank.db");
  CHECK(here.says([&] { fork(here, {.at = global_position{7}}); }) ==
        R"(app: bank.db has no event 7; nothing was made
  where: bank.db
  why:   it ends at event 1
  do:    choose another point of the log  [fork.not_in_log, exit 3]
)");
}

TEST_CASE("a fork of a log in memory") {
  const scene here;
  CHECK(here.says([] { throw fork_of_memory("memory"); }) ==
        R"(app: a log in memory has no fork
  where: memory
  why:   a fork reads the events of its base in that one's file
  do:    fork a log that is a file  [fork.of_memory, exit 4]
)");
}

TEST_CASE("a fork whose base is not there any more") {
  const scene here;
  append_to(here, "bank.db");
  fork(here);
  std::filesystem::rename(here.file("bank.db"), here.file("old.db"));
  CHECK(opened(here) ==
        R"(app: what-if.db is a fork, and its base bank.db is not there; nothing was changed
  where: bank.db
  why:   up to event 1, the events of a fork are those of its base, log <id>: it was moved or removed, or the fork was moved without it
  do:    bring it back to that place, with its -wal and .witness  [log.base_missing, exit 6]
)");
}

TEST_CASE("a fork in whose base's place is another log") {
  const scene here;
  append_to(here, "bank.db");
  fork(here);
  for (const char* const end : {"", "-wal", "-shm", ".witness", ".index"})
    std::filesystem::remove(here.file("bank.db") + end);
  append_to(here, "bank.db");
  CHECK(opened(here) ==
        R"(app: bank.db is not the base that what-if.db was forked from; nothing was changed
  where: bank.db
  why:   it is another log, <id>; the fork has the past of log <id> up to event 1
  do:    put the log back that was there, or a newer copy of it; without that, the fork has no past, and is made anew of the log as it is  [log.base_differs, exit 6]
)");
}
