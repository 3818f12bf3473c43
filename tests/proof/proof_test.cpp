// A log is signed and checked: what is not as it was is named, what is as it was is not, and a proof goes on where it ended.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/core/simulation.hpp>
#include <whence/proof/check_proof.hpp>
#include <whence/proof/errors.hpp>
#include <whence/proof/prove_log.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_errors.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

struct fixture {
  fixture() { signing_key::make(folder.file("shop.key")); }

  void append(whence::log& to, std::uint64_t events) {
    for (; events > 0;) {
      const std::uint64_t now = std::min<std::uint64_t>(events, 500);
      append_batch batch;
      batch.streams.push_back({.stream = "counter", .aggregate_type = "Counter", .events = {}});
      for (std::uint64_t i = 0; i < now; ++i) {
        new_event event;
        event.id = event_id(runtime_.make_uuid());
        event.type = "Counted";
        event.occurred_at = runtime_.clock->now();
        event.data = "{\"value\":" + std::to_string(++appended) + "}";
        batch.streams.front().events.push_back(std::move(event));
      }
      (void)to.append(std::move(batch)).get().value();
      events -= now;
    }
  }

  proved_log prove(const log_source& source, std::uint64_t every = 10) {
    return prove_log(source, runtime_, key(), heads, {.every = every});
  }
  proof_check check(const log_source& source, check_options options = {}) {
    return check_proof(source, runtime_, key().checking(), heads, options);
  }
  signing_key key() const { return signing_key::read(folder.file("shop.key")); }

  tests::temporary_folder folder;
  runtime runtime_ = runtime::system(2);
  std::string heads = folder.file("shop.heads");
  std::uint64_t appended = 0;
};

std::string places(const proof_check& found) {
  std::string all;
  for (const proof_finding& one : found.findings)
    all += std::string(name_of(one.what)) + " " + std::to_string(one.positions.first.value()) + "-" +
           std::to_string(one.positions.last.value()) + " ";
  return all;
}

}  // namespace

TEST_CASE("without heads there is no proof") {
  fixture f;
  const log_source source = memory();
  const auto log = source.open(f.runtime_);
  CHECK_THROWS_AS(f.check(source), file_error);
  const proved_log made = f.prove(source);  // an empty log: nothing to sign
  CHECK(made.heads == 0);
  CHECK(made.newest.empty());
  CHECK_FALSE(std::filesystem::exists(f.heads));
  f.runtime_.files->replace(f.heads, "");
  CHECK_THROWS_AS(f.check(source), no_heads);
  CHECK_THROWS_AS(f.check(source, {.known = std::string(64, 'a')}), heads_cut);
}

TEST_CASE("the heads of another log are refused, by who signs and by who checks") {
  fixture f;
  const log_source source = memory();
  const auto log = source.open(f.runtime_);
  f.append(*log, 3);
  f.prove(source);
  const log_source other = memory();
  const auto other_log = other.open(f.runtime_);
  f.append(*other_log, 3);
  CHECK_THROWS_AS(f.check(other), heads_of_other_log);
  CHECK_THROWS_AS(f.prove(other), heads_of_other_log);
  CHECK(f.check(source).holds());
}

TEST_CASE("an end that is gone is named, however little of it is left") {
  for (const std::uint64_t left : {0u, 1u, 7u, 20u, 24u}) {
    CAPTURE(left);
    fixture f;
    const std::string path = f.folder.file("shop.db");
    const log_source source = sqlite(path);
    const auto keep = [&] {
      std::filesystem::create_directory(f.folder.file("before"));
      for (const char* const end : {"", ".witness", ".index"})
        std::filesystem::copy(path + end, f.folder.file("before/shop.db") + end);
    };
    auto log = source.open(f.runtime_);
    f.append(*log, left);
    log->close();
    keep();
    log = source.open(f.runtime_);
    f.append(*log, 25 - left);
    f.prove(source);
    log->close();
    const log_source before = sqlite(f.folder.file("before/shop.db"));  // all there, as far as its own witness knows
    CHECK(before.visit(f.runtime_)->condition().what == log_condition::kind::whole);
    const proof_check found = f.check(before);
    CHECK(places(found) == "cut " + std::to_string(left + 1) + "-25 ");
    CHECK(found.unaltered == left / 10 * 10);
    CHECK_THROWS_AS(f.prove(before), not_continued);
    CHECK(f.check(source).holds());
  }
}

TEST_CASE("an end that is another one is named, and nothing is signed on it") {
  fixture f;
  const std::string path = f.folder.file("shop.db");
  const log_source source = sqlite(path);
  auto log = source.open(f.runtime_);
  f.append(*log, 15);
  log->close();
  std::filesystem::create_directory(f.folder.file("before"));
  for (const char* const end : {"", ".witness", ".index"})
    std::filesystem::copy(path + end, f.folder.file("before/shop.db") + end);
  log = source.open(f.runtime_);
  f.append(*log, 15);
  f.prove(source);
  log->close();
  const log_source other = sqlite(f.folder.file("before/shop.db"));
  const auto other_log = other.open(f.runtime_);
  f.append(*other_log, 40);
  const proof_check found = f.check(other);
  CHECK(places(found) == "altered 11-20 altered 21-30 ");
  CHECK(found.unaltered == 10);
  CHECK(found.beyond() == 25);
  CHECK_THROWS_AS(f.prove(other), not_continued);
  CHECK(f.check(other, {.listed_max = 1}).more_findings == 1);
}

TEST_CASE("a log in which a view stands in the place of a table is altered, whatever the view says") {
  for (const auto& [table, condition] :
       {std::pair{"entries", ""}, {"entries", " WHERE strftime('%H', 'now') < '24'"}, {"types", ""}, {"log", ""}}) {
    CAPTURE(table);
    fixture f;
    const std::string path = f.folder.file("shop.db");
    const log_source source = sqlite(path);
    const auto log = source.open(f.runtime_);
    f.append(*log, 25);
    f.prove(source);
    log->close();
    const log_identity identity = f.check(source).identity;
    sql::database::open(path, sql::open_mode::read_write)
        .run("DROP VIEW events; ALTER TABLE " + std::string(table) + " RENAME TO kept; CREATE VIEW " + table +
             " AS SELECT * FROM kept" + condition);
    const proof_check found = f.check(source);
    CHECK(places(found) == "altered 1-25 ");
    CHECK(found.findings.front().detail == path + ": `" + table + "` is a view; no event in it is believed");
    CHECK(found.unaltered == 0);
    CHECK(found.identity.id == identity.id);
    CHECK_THROWS_AS(f.prove(source), log_damaged);
  }
}

TEST_CASE("heads that were cut back are seen by who has seen more") {
  fixture f;
  const log_source source = memory();
  const auto log = source.open(f.runtime_);
  f.append(*log, 5);
  const std::string first = f.prove(source).newest;
  const std::string before = f.runtime_.files->read_whole(f.heads, 100'000).value();
  f.append(*log, 5);
  const std::string second = f.prove(source).newest;
  CHECK(f.check(source, {.known = first}).newest == second);
  CHECK(f.check(source, {.known = second}).holds());
  f.runtime_.files->replace(f.heads, before);
  CHECK(f.check(source, {.known = first}).holds());
  CHECK_THROWS_AS(f.check(source, {.known = second}), heads_cut);
  f.append(*log, 1);  // and who goes on from there does not come to the same
  f.prove(source);
  CHECK_THROWS_AS(f.check(source, {.known = second}), heads_cut);
}

TEST_CASE("a log that lost its end is not signed") {
  fixture f;
  const std::string path = f.folder.file("shop.db");
  const log_source source = sqlite(path);
  const auto log = source.open(f.runtime_);
  f.append(*log, 5);
  log->close();
  std::filesystem::remove(path + ".witness");
  CHECK_THROWS_AS(f.prove(source), witness_missing);
  CHECK_FALSE(std::filesystem::exists(f.heads));
}

TEST_CASE("an end in the middle leaves heads that count, and the next run goes on") {
  fixture f;
  const log_source source = memory();
  const auto log = source.open(f.runtime_);
  f.append(*log, 12'000);
  std::stop_source stop;
  prove_options options{.every = 1};
  options.on_progress = [&](std::uint64_t done, std::uint64_t of) {
    CHECK(of == 12'000);
    if (done >= 11'000) stop.request_stop();
  };
  options.stop = stop.get_token();
  CHECK_THROWS_AS(prove_log(source, f.runtime_, f.key(), f.heads, options), operation_cancelled);
  proof_check found = f.check(source);
  CHECK(found.holds());
  CHECK(found.position == global_position{10'000});
  CHECK(found.beyond() == 2'000);
  const proved_log made = f.prove(source, 1);
  CHECK(made.after == global_position{10'000});
  CHECK(made.heads == 2);
  found = f.check(source);
  CHECK(found.holds());
  CHECK(found.unaltered == 12'000);
  stop = {};
  check_options checking;
  checking.stop = stop.get_token();
  checking.on_progress = [&](std::uint64_t, std::uint64_t) { stop.request_stop(); };
  CHECK_THROWS_AS(f.check(source, checking), operation_cancelled);
}

TEST_CASE("a log can be signed again and again, while it is written, and without a new event nothing is") {
  fixture f;
  const std::string path = f.folder.file("shop.db");
  const log_source source = sqlite(path);
  const auto log = source.open(f.runtime_);
  f.append(*log, 5);
  // So much is written in each round: a writer that is faster than who reads all of it would leave ever more to the next.
  constexpr int appends_of_round = 200;
  std::counting_semaphore<> may_append(0);
  std::jthread writing([&](const std::stop_token& stop) {
    while (!stop.stop_requested())
      if (may_append.try_acquire_for(std::chrono::milliseconds{1})) f.append(*log, 7);
  });
  for (int round = 1; round <= 20; ++round) {
    CAPTURE(round);
    may_append.release(appends_of_round);
    const std::uint64_t every = round % 3 == 0 ? 1 : 25;
    const proved_log made = f.prove(source, every);
    const proof_check found = f.check(source, {.known = made.newest});
    CHECK(found.holds());
    CHECK(found.position == made.position);
    CHECK(found.unaltered == made.position.value());
  }
  writing.request_stop();
  writing.join();
  const proved_log last = f.prove(source);
  CHECK(last.position.value() == f.appended);
  const proved_log again = f.prove(source);
  CHECK(again.after == again.position);
  CHECK(again.heads == last.heads);
  CHECK(again.newest == last.newest);
}

TEST_CASE("a head says when it was signed, and of which epoch, by which key") {
  fixture f;
  const auto clock = std::make_shared<manual_clock>(parse_rfc3339("2026-01-27T10:30:00Z"));
  f.runtime_.clock = clock;
  const log_source source = memory();
  const auto log = source.open(f.runtime_);
  f.append(*log, 1);
  f.prove(source);
  const proof_check found = f.check(source);
  CHECK(found.signed_at == clock->now());
  CHECK(found.key == f.key().checking().id());
  CHECK(found.identity == log->identity());
  CHECK(found.heads == 1);
  CHECK_FALSE(found.unfinished);
}
