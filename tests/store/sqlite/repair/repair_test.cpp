// A repair brings back what any file still has, and leaves out only what its owner has accepted.
// tests/store/sqlite/repair_log.cpp does the same to logs that are damaged at random, and kills repairs.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/repair/kept_copy.hpp>

#include <tests/store/sqlite/failing_files.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// Nine events; a backup has the first six.
struct shop {
  shop() {
    const auto log = folder.open();
    for (int i = 0; i < 6; ++i) folder.append(*log, "order-" + std::to_string(i % 3));
    static_cast<void>(back_up(sqlite(folder.path()), backup(), folder.runtime()));
    for (int i = 6; i < 9; ++i) folder.append(*log, "order-" + std::to_string(i % 3));
    was = log->identity();
    log->close();
  }

  std::string backup() const { return folder.beside(".backup"); }
  log_repair repair(std::vector<std::string> from = {}) const {
    return log_repair(folder.path(), folder.runtime(), {.from = std::move(from)});
  }
  static repair_decision accepting(std::vector<log_loss> losses) {
    return {.accept = std::move(losses),
            .audit = log_operation{.name = "log repair", .reason = "ticket 17", .by = this_operator("test")}};
  }
  void damage(int position) const {
    folder.change("UPDATE entries SET data = '{\"x\":1}' WHERE position = " + std::to_string(position));
  }
  /// As a disk would that forgets what was written last.
  void lose_tail(int from) const { folder.change("DELETE FROM entries WHERE position >= " + std::to_string(from)); }
  void append(const std::string& stream) const {
    const auto log = folder.open();
    folder.append(*log, stream);
    log->close();
  }
  /// Its files as they are now, in a folder of their own.
  std::string copy(const std::string& name) const {
    const std::filesystem::path there = std::filesystem::path(folder.path()).parent_path() / name;
    std::filesystem::create_directory(there);
    for (const char* const end : {"", "-wal", ".witness"})
      if (std::filesystem::exists(folder.beside(end)))
        std::filesystem::copy(folder.beside(end), there / ("shop.db" + std::string(end)));
    return there / "shop.db";
  }
  /// A copy, and somebody tries something on it: it has two events more.
  std::string copy_that_goes_on(const std::string& name) const {
    std::string path = copy(name);
    const auto log = sqlite(path).open(folder.runtime());
    for (int i = 0; i < 2; ++i) folder.append(*log, name);
    log->close();
    return path;
  }
  bool has_kept_copy() const {
    const auto is_kept = [](const std::string& name) { return name.find(".before-repair") != std::string::npos; };
    return std::ranges::any_of(folder.names(), is_kept);
  }
  bool is_sound() const { return verify_log(sqlite(folder.path()), folder.runtime()).sound(); }
  std::uint64_t head() const { return folder.visit()->head().value(); }
  std::uint64_t epoch() const { return folder.visit()->identity().epoch; }
  std::vector<log_loss> losses(const log_repair& repair) const {
    std::vector<log_loss> found;
    for (const planned_loss& loss : repair.plan().losses) found.push_back(loss.what);
    return found;
  }

  log_folder folder;
  log_identity was;
};

const std::vector<std::string> all_files{"", "-wal", ".witness"};

}  // namespace

TEST_CASE("what is lost and not accepted by name changes no byte, also where another loss is accepted") {
  const shop shop;
  shop.damage(5);
  std::filesystem::remove(shop.folder.beside(".witness"));
  const auto before = shop.folder.bytes_of(all_files);
  const auto refused = [&](repair_decision decision) {
    try {
      shop.repair().carry_out(decision);
    } catch (const repair_not_accepted& refusal) {
      return refusal.losses;
    }
    return std::vector<log_loss>{};
  };
  CHECK(refused({}) == std::vector{log_loss::damage, log_loss::missing_witness});
  CHECK(refused(shop::accepting({log_loss::damage})) == std::vector{log_loss::missing_witness});
  CHECK(refused(shop::accepting({log_loss::missing_tail, log_loss::missing_witness})) == std::vector{log_loss::damage});
  repair_decision silent = shop::accepting({log_loss::damage, log_loss::missing_witness});
  silent.audit->reason.clear();
  CHECK_THROWS_AS(shop.repair().carry_out(silent), malformed_input);
  CHECK(shop.folder.bytes_of(all_files) == before);
}

TEST_CASE("what is no log, a backup, or one of another log is not repaired, or not repaired with") {
  const shop ours;
  CHECK_THROWS_AS(log_repair(ours.backup(), ours.folder.runtime()), log_is_backup);
  CHECK_THROWS_AS(log_repair(ours.folder.beside(".none"), ours.folder.runtime()), log_missing);
  CHECK_THROWS_AS(ours.repair({ours.folder.beside(".none")}), log_missing);
  const shop other;
  CHECK_THROWS_AS(ours.repair({other.backup()}), repair_from_other_log);
}

TEST_CASE("a repair that is stopped leaves the log as it was") {
  const shop shop;
  shop.damage(5);
  const auto before = shop.folder.bytes_of(all_files);
  std::stop_source stop;
  log_repair repair(shop.folder.path(), shop.folder.runtime(), {.from = {shop.backup()}, .stop = stop.get_token()});
  stop.request_stop();
  CHECK_THROWS_AS(repair.carry_out({}), operation_cancelled);
  CHECK(shop.folder.bytes_of(all_files) == before);
  CHECK(!std::filesystem::exists(shop.folder.beside(".new")));
}

TEST_CASE("a log that is whole is left as it is") {
  const shop shop;
  const auto before = shop.folder.bytes_of(all_files);
  log_repair repair = shop.repair({shop.backup()});
  CHECK(repair.plan().nothing_to_do());
  CHECK(repair.carry_out(shop::accepting({log_loss::damage})).log == shop.was);
  CHECK(shop.folder.bytes_of(all_files) == before);
}

TEST_CASE("a damaged event that a backup has is put back at its place, and the epoch stays") {
  const shop shop;
  shop.damage(5);
  CHECK(shop.losses(shop.repair()) == std::vector{log_loss::damage});
  log_repair repair = shop.repair({shop.backup()});
  CHECK(!repair.plan().loses());
  CHECK(repair.plan().healed == std::vector<position_range>{{global_position{5}, global_position{5}}});
  const repaired_log done = repair.carry_out({});
  CHECK(done.log == shop.was);
  CHECK(shop.is_sound());
  CHECK(shop.head() == 9);
  CHECK(is_sqlite_log(*shop.folder.runtime().files, done.kept));
  CHECK_THROWS_AS(sqlite(done.kept).visit(shop.folder.runtime())->read(global_position{4}), log_damaged);
  CHECK(shop.folder.open()->identity() == shop.was);
}

TEST_CASE("an event of which only the checksum is damaged is proven by the one behind it, without any other file") {
  const shop shop;
  shop.folder.change("UPDATE entries SET chain = zeroblob(16) WHERE position = 5");
  log_repair repair = shop.repair();
  CHECK(!repair.plan().loses());
  CHECK(repair.plan().healed_events == 1);
  repair.carry_out({});
  CHECK(shop.is_sound());
  CHECK(shop.head() == 9);
}

TEST_CASE("nothing behind its last event comes into a log that is whole") {
  const shop shop;
  const auto before = shop.folder.bytes_of(all_files);
  const std::string copy = shop.copy_that_goes_on("staging");
  log_repair repair = shop.repair({copy});
  CHECK(repair.plan().nothing_to_do());
  REQUIRE(repair.plan().unproven.size() == 1);
  CHECK(repair.plan().unproven[0].from == copy);
  CHECK(repair.plan().unproven[0].positions == position_range{global_position{10}, global_position{11}});
  repair.carry_out({});
  CHECK(shop.folder.bytes_of(all_files) == before);
}

TEST_CASE("an event of the log gives no place to another one of a copy, and is not given out as lost in its stead") {
  bool witnessed = true;
  SUBCASE("while its witness has seen it") {}
  SUBCASE("and the witness is missing") { witnessed = false; }
  const shop shop;
  const std::string copy = shop.copy_that_goes_on("staging");
  shop.append("production");
  shop.damage(10);
  if (!witnessed) std::filesystem::remove(shop.folder.beside(".witness"));
  log_repair repair = shop.repair({copy});
  CHECK(repair.plan().end == global_position{9});
  CHECK(repair.plan().healed_events == 0);
  CHECK(repair.plan().losses[0].what == log_loss::damage);
  std::vector<std::string> given;
  repair.visit_lost([&](const recorded_event& event) { given.emplace_back(event.stream); });
  CHECK(given == std::vector<std::string>{});
}

TEST_CASE("of copies that went on apart, that one gives an event back whose chain the log has") {
  const shop shop;
  const std::string staging = shop.copy_that_goes_on("staging");
  shop.append("production");
  const std::string own = shop.copy("own");
  shop.append("production");
  shop.damage(10);
  log_repair repair = shop.repair({staging, own});
  CHECK(!repair.plan().loses());
  repair.carry_out({});
  CHECK(shop.is_sound());
  CHECK(shop.folder.visit()->read(global_position{9}).front().stream == "production");
}

TEST_CASE(
    "a last event of which the content is damaged comes back by the chain hash in its own row, without a witness") {
  const shop shop;
  const std::string copy = shop.copy_that_goes_on("staging");
  shop.damage(9);
  std::filesystem::remove(shop.folder.beside(".witness"));
  log_repair repair = shop.repair({copy});
  CHECK(shop.losses(repair) == std::vector{log_loss::missing_witness});
  CHECK(repair.plan().end == global_position{9});
  CHECK(repair.plan().healed == std::vector<position_range>{{global_position{9}, global_position{9}}});
}

TEST_CASE("an end that is missing comes back from a copy that has it up to what the witness has seen") {
  const shop shop;
  const std::string copy = shop.copy_that_goes_on("staging");
  shop.lose_tail(5);
  log_repair repair = shop.repair({copy});
  CHECK(!repair.plan().loses());
  CHECK(repair.plan().end == global_position{9});
  repair.carry_out({});
  CHECK(shop.is_sound());
  CHECK(shop.head() == 9);
  CHECK(shop.epoch() == shop.was.epoch);
}

TEST_CASE("of an end that is missing, what nothing in the log proves stays where it is, and is named") {
  bool witnessed = true;
  SUBCASE("the witness has seen more") {}
  SUBCASE("there is no witness") { witnessed = false; }
  const shop shop;
  shop.lose_tail(5);
  if (!witnessed) std::filesystem::remove(shop.folder.beside(".witness"));
  log_repair repair = shop.repair({shop.backup()});
  CHECK(shop.losses(repair) == std::vector{witnessed ? log_loss::missing_tail : log_loss::missing_witness});
  CHECK(repair.plan().end == global_position{4});
  CHECK(repair.plan().lost_readable == 0);
  REQUIRE(repair.plan().unproven.size() == 1);
  CHECK(repair.plan().unproven[0].positions == position_range{global_position{5}, global_position{6}});
  repair.carry_out(shop::accepting({log_loss::missing_tail, log_loss::missing_witness}));
  CHECK(shop.is_sound());
  CHECK(shop.head() == 5);  // with the audit event
  CHECK(shop.epoch() > shop.was.epoch);
}

TEST_CASE("a log of which the end is damaged, or cut off, is read up to there, and comes back from a backup") {
  const log_folder folder;
  const std::string backup = folder.beside(".backup");
  log_identity was;
  {
    const auto log = folder.open();
    for (int i = 0; i < 40; ++i)
      folder.append(*log, "order-" + std::to_string(i), 5, R"({"text":")" + std::string(300, 'x') + "\"}");
    was = log->identity();
    log->close();
  }
  static_cast<void>(back_up(sqlite(folder.path()), backup, folder.runtime()));
  const auto size = std::filesystem::file_size(folder.path());
  std::string bytes = log_folder::contents(folder.path());
  bool witnessed = true;
  SUBCASE("its last page is lost") { bytes.replace(size - 8192, 8192, 8192, '\0'); }
  SUBCASE("its last page is lost, and the witness") {
    bytes.replace(size - 8192, 8192, 8192, '\0');
    witnessed = false;
  }
  SUBCASE("half of it is cut off") { bytes.resize(size / 8192 / 2 * 8192); }
  log_folder::write(folder.path(), bytes);
  if (!witnessed) std::filesystem::remove(folder.beside(".witness"));

  const std::uint64_t found = folder.visit()->head().value();
  CHECK(found > 40);
  CHECK(found < 200);
  std::uint64_t read = 0;
  for (global_position at; read < found;) {
    const event_page page = folder.visit()->read(at);
    at = page.scanned_to();
    read += page.size();
  }
  CHECK(read == found);
  CHECK(folder.visit()->read_stream("order-0").size() == 5);
  try {
    folder.visit()->read_stream("order-39");
    FAIL("a stream that is lost is told as if there were none");
  } catch (const log_damaged& damage) {
    CHECK(damage.position.value() == found + 1);
  }
  CHECK_THROWS_AS(folder.open(), error);
  CHECK(log_repair(folder.path(), folder.runtime()).plan().losses[0].what == log_loss::damage);
  CHECK(log_folder::contents(folder.path()) == bytes);

  log_repair repair(folder.path(), folder.runtime(), {.from = {backup}});
  CHECK(repair.plan().loses() == !witnessed);
  CHECK(repair.plan().end.value() == (witnessed ? 200 : found));
  repair.carry_out(shop::accepting({log_loss::damage, log_loss::missing_witness}));
  CHECK(verify_log(sqlite(folder.path()), folder.runtime()).sound());
  if (witnessed) CHECK(folder.visit()->identity() == was);
}

TEST_CASE("behind a hole, what a copy has is given out as lost only where the log says that it was there") {
  const shop shop;
  const std::string copy = shop.copy_that_goes_on("staging");
  shop.append("production");
  for (const int position : {5, 7, 10}) shop.damage(position);
  sql::database::open(copy, sql::open_mode::read_write).run("UPDATE entries SET data = '{}' || ' ' WHERE position = 5");
  log_repair repair = shop.repair({copy});
  CHECK(repair.plan().end == global_position{4});
  std::vector<std::uint64_t> given;
  repair.visit_lost([&](const recorded_event& event) { given.push_back(event.position.value()); });
  CHECK(given == std::vector<std::uint64_t>{6, 7, 8, 9});
}

TEST_CASE("what is lost behind damage is given out, and the audit event says what, who and why") {
  const shop shop;
  shop.damage(5);
  log_repair repair = shop.repair();
  std::vector<std::uint64_t> given;
  repair.visit_lost([&](const recorded_event& event) { given.push_back(event.position.value()); });
  CHECK(given == std::vector<std::uint64_t>{6, 7, 8, 9});
  CHECK(repair.plan().lost_events == 5);
  CHECK(repair.plan().lost_readable == 4);
  CHECK(repair.plan().streams.size() == 3);
  const repaired_log done = repair.carry_out(shop::accepting({log_loss::damage}));
  CHECK(!done.unfinished);
  CHECK(shop.is_sound());
  const auto log = shop.folder.visit();
  const event_page last = log->read(global_position{4});
  REQUIRE(last.size() == 1);
  CHECK(last.front().stream == audit_stream);
  CHECK(last.front().data.find("\"reason\":\"ticket 17\"") != std::string_view::npos);
}

TEST_CASE(
    "whatever call fails, the log is the old one, or the repaired one, and then the next repair ends what was left") {
  bool witnessed = true;
  SUBCASE("with its witness") {}
  SUBCASE("without a witness") { witnessed = false; }
  int refused = 0;
  int unfinished = 0;
  for (std::uint64_t call = 1;; ++call) {
    CAPTURE(call);
    const shop shop;
    shop.damage(5);
    if (!witnessed) std::filesystem::remove(shop.folder.beside(".witness"));
    const auto disk = std::make_shared<tests::failing_files>(call);
    runtime failing = shop.folder.runtime();
    failing.files = disk;
    const repair_decision decision = shop::accepting({log_loss::damage, log_loss::missing_witness});
    std::optional<repaired_log> done;
    try {
      done = log_repair(shop.folder.path(), failing).carry_out(decision);
    } catch (const error&) {
      ++refused;
      CHECK(!shop.has_kept_copy());
      CHECK(shop.head() == 9);
      CHECK(shop.epoch() == shop.was.epoch);
      CHECK(log_repair(shop.folder.path(), shop.folder.runtime()).carry_out(decision).unfinished == nullptr);
    }
    if (done) {
      CHECK(is_sqlite_log(*system_files(), done->kept));
      CHECK(sqlite(done->kept).visit(shop.folder.runtime())->head().value() == 9);
      CHECK(shop.epoch() > shop.was.epoch);
    }
    if (done && done->unfinished) {
      ++unfinished;
      log_repair next(shop.folder.path(), shop.folder.runtime());
      CHECK(next.plan().ends_earlier);
      CHECK(!next.plan().loses());
      CHECK(next.carry_out({}).unfinished == nullptr);
    }
    CHECK(shop.is_sound());
    CHECK(shop.head() == 5);
    CHECK(shop.folder.visit()->read(global_position{4}).front().type == audit_event_type);
    CHECK(log_repair(shop.folder.path(), shop.folder.runtime()).plan().nothing_to_do());
    CHECK(!std::filesystem::exists(shop.folder.beside(".repair")));
    if (!disk->has_failed()) break;
  }
  CHECK(refused > 10);
  CHECK(unfinished > 3);
}

TEST_CASE("a witness that is missing is made anew from what the log has, in a new epoch") {
  const shop shop;
  std::filesystem::remove(shop.folder.beside(".witness"));
  log_repair repair = shop.repair();
  CHECK(shop.losses(repair) == std::vector{log_loss::missing_witness});
  repair.carry_out(shop::accepting({log_loss::missing_witness}));
  CHECK(shop.is_sound());
  CHECK(shop.head() == 10);
  CHECK(shop.epoch() > shop.was.epoch);
}

TEST_CASE("what follows in a backup of another epoch is not believed where the histories parted") {
  const shop shop;
  const std::string restored = shop.folder.beside(".restored");
  restore_log(shop.backup(), restored, shop.folder.runtime(), {.at = global_position{4}});
  {
    const auto log = sqlite(restored).open(shop.folder.runtime());
    shop.folder.append(*log, "order-9");
  }
  // The restored log loses its end: event 5 of the backup fits behind event 4, and is not what stood there.
  sql::database::open(restored, sql::open_mode::read_write).run("DELETE FROM entries WHERE position = 5");
  const log_repair repair(restored, shop.folder.runtime(), {.from = {shop.backup()}});
  CHECK(repair.plan().end == global_position{4});
  CHECK(shop.losses(repair) == std::vector{log_loss::missing_tail});
  CHECK(repair.plan().unproven.size() == 1);
}

TEST_CASE("a repaired log and its kept copy are as readable as the log was") {
  namespace fs = std::filesystem;
  const shop shop;
  shop.damage(5);
  const fs::perms own = fs::perms::owner_read | fs::perms::owner_write;
  fs::permissions(shop.folder.path(), own);
  const repaired_log done = shop.repair({shop.backup()}).carry_out({});
  CHECK(fs::status(shop.folder.path()).permissions() == own);
  CHECK(fs::status(done.kept).permissions() == own);
}

TEST_CASE("a file that a repair has made is given away only itself, and not what a link of its name leads to") {
  const shop shop;
  const auto rights = [](const std::string& file) { return std::filesystem::status(file).permissions(); };
  const std::string secret = shop.folder.beside("-secret");
  log_folder::write(secret, "of somebody else");
  constexpr auto only_owner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  std::filesystem::permissions(secret, only_owner);
  std::filesystem::permissions(shop.folder.path(), only_owner | std::filesystem::perms::others_read);
  SUBCASE("a link") { std::filesystem::create_symlink(secret, shop.folder.beside("-made")); }
  SUBCASE("a second name") { std::filesystem::create_hard_link(secret, shop.folder.beside("-made")); }
  own_like(shop.folder.beside("-made"), shop.folder.path());
  CHECK(rights(secret) == only_owner);
}

TEST_CASE("room is wanted for what was archived, too: the repaired log has it itself") {
  const shop shop;
  {
    const auto log = shop.folder.open();
    shop.folder.append(*log, "old", 200, "{\"note\":\"" + std::string(2'000, 'x') + "\"}");
    shop.folder.append(*log, "order-0");
    keeping_of(*log).archive({.streams = {"old"}}, {});
    keeping_of(*log).compact({});
    log->close();
  }
  std::filesystem::remove(shop.folder.beside(".witness"));
  const auto disk = std::make_shared<tests::failing_files>(1'000'000);
  disk->free = 300'000;
  runtime on_it = shop.folder.runtime();
  on_it.files = disk;
  CHECK(2 * bytes_of_copy(*disk, log_paths::of(shop.folder.path())) < 300'000);
  log_repair planned(shop.folder.path(), on_it);
  CHECK_THROWS_AS(planned.carry_out(shop::accepting({log_loss::missing_witness})), repair_no_room);
}

TEST_CASE("a damaged index alone is removed, and nothing else is touched") {
  const shop shop;
  for (const char* const end : {"-wal", "-shm"})
    std::filesystem::remove(shop.folder.beside(std::string(".index") + end));
  log_folder::write(shop.folder.beside(".index"), "no index");
  const auto before = shop.folder.bytes_of(all_files);
  log_repair repair = shop.repair();
  CHECK(repair.plan().removes_index);
  CHECK(!repair.plan().makes_log_anew);
  repair.carry_out({});
  CHECK(shop.folder.bytes_of(all_files) == before);
  CHECK(shop.is_sound());
}

TEST_CASE("a row in front of the first event is left out, and costs no event") {
  const shop shop;
  shop.folder.change(
      "INSERT INTO entries SELECT -5, stream, version, type, occurred_at, recorded_at, id, correlation, causation, "
      "chain, "
      "name, causation_type, source, traceparent, tags, encoding, data FROM entries WHERE position = 5");
  REQUIRE(!shop.is_sound());
  log_repair repair = shop.repair();
  CHECK(!repair.plan().loses());
  CHECK(!repair.plan().nothing_to_do());
  repair.carry_out({});
  CHECK(shop.is_sound());
  CHECK(shop.head() == 9);
  CHECK(shop.epoch() == shop.was.epoch);
}
