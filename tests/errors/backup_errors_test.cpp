// What stands in the way of a backup, or of a restore.
#include <string>

#include <doctest/doctest.h>

#include <tests/errors/said.hpp>
#include <whence/core/file_draft.hpp>
#include <whence/store/log_backup.hpp>

using namespace whence;
using tests::scene;

namespace {

void make_log(const scene& here, const std::string& name) {
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

void back_up(const scene& here) {
  whence::back_up(sqlite(here.file("bank.db")), here.file("bank.backup"), here.runtime());
}

}  // namespace

TEST_CASE("a backup that another process makes") {
  const scene here;
  make_log(here, "bank.db");
  const file_draft held(*here.runtime().files, here.file("bank.backup"));
  CHECK(here.says([&] { back_up(here); }) ==
        R"(app: bank.backup is being made by process 4182; nothing was touched
  where: bank.backup
  do:    wait until that process has ended, or choose another name  [backup.busy, exit 5]
)");
}

TEST_CASE("a log in memory that is to be backed up") {
  const scene here;
  CHECK(here.says([&] { whence::back_up(memory(), here.file("bank.backup"), here.runtime()); }) ==
        R"(app: a log in memory has no backup
  where: memory
  why:   it is gone with its program in any case
  do:    back up a log that is a file  [backup.of_memory, exit 4]
)");
}

TEST_CASE("a log that is to be restored as if it were a backup") {
  const scene here;
  make_log(here, "bank.db");
  CHECK(here.says([&] { restore_log(here.file("bank.db"), here.file("other.db"), here.runtime()); }) ==
        R"(app: bank.db is a log, and no backup of one; nothing was made
  where: bank.db
  why:   it lacks the mark that a backup gets when all of it is verified: a copy made some other way may have parts of two moments
  do:    name a file that `whence backup` made; or make one of this log, if it is whole  [backup.not_one, exit 6]
)");
}

TEST_CASE("a backup that is opened as a log to be written") {
  const scene here;
  make_log(here, "bank.db");
  back_up(here);
  CHECK(here.says([&] { sqlite(here.file("bank.backup")).open(here.runtime()); }) ==
        R"(app: bank.backup is a backup, and no log that is written; nothing was changed
  where: bank.backup
  why:   a backup stays as it was made
  do:    restore it, and open the log that this makes  [log.is_backup, exit 4]
)");
}

TEST_CASE("a log that is to be restored over the backup that it is made of") {
  const scene here;
  make_log(here, "bank.db");
  back_up(here);
  CHECK(here.says([&] { restore_log(here.file("bank.backup"), here.file("bank.backup"), here.runtime()); }) ==
        R"(app: bank.backup has a name that belongs to the log that is to be at bank.backup; nothing was touched
  where: bank.backup
  why:   what is made there would take the place of the backup
  do:    give another path for the log  [restore.onto_backup, exit 4]
)");
}

TEST_CASE("a log where one is to be restored") {
  const scene here;
  make_log(here, "bank.db");
  back_up(here);
  const auto restore = [&] { restore_log(here.file("bank.backup"), here.file("bank.db"), here.runtime()); };
  CHECK(here.says(restore) ==
        R"(app: there is a log at bank.db; it was left as it is
  where: bank.db
  why:   a restore never replaces one
  do:    move the log away, with its -wal, -shm and .witness; or give another path  [restore.log_exists, exit 4]
)");
  const auto log = sqlite(here.file("bank.db")).open(here.runtime());
  CHECK(here.says(restore) ==
        R"(app: there is a log at bank.db; it was left as it is
  where: bank.db
  why:   process 4182 writes it
  do:    stop that process, then move the log away, with its -wal, -shm and .witness; or give another path  [restore.log_exists, exit 4]
)");
}

TEST_CASE("a point that is not in the backup") {
  const scene here;
  make_log(here, "bank.db");
  back_up(here);
  CHECK(here.says([&] {
    restore_log(here.file("bank.backup"), here.file("other.db"), here.runtime(), {.at = global_position{7}});
  }) ==
        R"(app: bank.backup has no event 7; nothing was made
  where: bank.backup
  why:   it ends at event 1
  do:    choose another point, or another backup  [restore.not_in_backup, exit 3]
)");
}
