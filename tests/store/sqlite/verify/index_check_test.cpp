// What a verification finds where the index is not as it was written, or says something else than the log.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <whence/store/log_verification.hpp>

#include <tests/store/sqlite/index_of.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::all_keys;
using tests::log_folder;
using tests::make_index;
using kind = log_finding::kind;

namespace {

log_verification verify(const log_folder& folder) { return verify_log(sqlite(folder.path()), folder.runtime(), {}); }

/// Sixty events in ten streams, in turn, with a tag and a correlation each.
void make_log(const log_folder& folder) {
  const auto log = folder.open();
  for (int i = 0; i < 60; ++i) {
    append_batch batch = folder.batch("order-" + std::to_string(i % 10));
    batch.streams[0].events[0].tags = {"customer:" + std::to_string(i % 3)};
    batch.streams[0].events[0].metadata.correlation = correlation_id{folder.runtime().make_uuid()};
    static_cast<void>(log->append(batch).get().value());
  }
}

/// The only finding; another one fails the test.
log_finding only_finding(const log_verification& found) {
  std::string all;
  for (const log_finding& each : found.findings) all += std::string(name_of(each.what)) + " " + each.detail + "\n";
  INFO(all);
  REQUIRE(found.findings.size() == 1);
  return found.findings.front();
}

bool has(const log_verification& found, kind what) {
  return std::ranges::any_of(found.findings, [what](const log_finding& each) { return each.what == what; });
}

}  // namespace

TEST_CASE("an index that says something else than the log is found") {
  const log_folder folder;
  make_log(folder);
  index_batch keys = all_keys(folder);
  const auto check_found = [&] {
    const log_verification found = verify(folder);
    const log_finding finding = only_finding(found);
    CHECK(finding.what == kind::index);
    CHECK_FALSE(found.loses_events());
    CHECK(found.index == log_verification::index_state::damaged);
    CHECK(found.events == 60);
  };
  SUBCASE("it has all") {
    make_index(folder, keys);
    CHECK(verify(folder).sound());
  }
  SUBCASE("it lacks an entry") {
    keys.entries.erase(keys.entries.begin() + 100);
    make_index(folder, keys);
    check_found();
  }
  SUBCASE("it has one more") {
    keys.entries.push_back({key_of_tag("nobody"), 31});
    make_index(folder, keys);
    check_found();
  }
  SUBCASE("an entry points elsewhere") {
    keys.entries[100].position += 1;
    make_index(folder, keys);
    check_found();
  }
  SUBCASE("a block has another bit") {
    make_index(folder, keys);
    sql::database::open(folder.beside(".index"), sql::open_mode::read_write)
        .run(
            "UPDATE blocks SET bytes = CAST(substr(bytes, 1, 100) || x'FF' || substr(bytes, 102) AS BLOB) "
            "WHERE number = 1");
    check_found();
  }
  SUBCASE("a page of a filter has another bit") {
    make_index(folder, keys);
    sql::database::open(folder.beside(".index"), sql::open_mode::read_write)
        .run(
            "UPDATE pages SET bytes = CAST(substr(bytes, 1, 100) || x'FF' || substr(bytes, 102) AS BLOB) "
            "WHERE number = 2");
    check_found();
  }
  SUBCASE("a filter says no, with a right checksum") {
    make_index(folder, keys);
    std::vector<std::uint8_t> page;
    make_block(block_place::of_page(1, 1, 0), block_kind::filter, std::vector<std::uint8_t>(2 * sizeof(filter_line)),
               page);
    sql::database::open(folder.beside(".index"), sql::open_mode::read_write)
        .run("UPDATE pages SET bytes = ? WHERE number = 2", {std::span<const std::uint8_t>(page)});
    check_found();
  }
  SUBCASE("a filter begins elsewhere, with a right checksum") {
    make_index(folder, keys);
    filter_fences fences;
    fences.add(1, 2);
    std::vector<std::uint8_t> block;
    make_block({1, 3}, block_kind::filter_fences, fences.bytes(), block);
    // Entries, their fences, the fences of the filter over streams; this is that over ids.
    sql::database::open(folder.beside(".index"), sql::open_mode::read_write)
        .run("UPDATE blocks SET bytes = ? WHERE number = 4", {std::span<const std::uint8_t>(block)});
    check_found();
  }
  SUBCASE("it takes ids for those of another time") {
    keys.ids = {};
    make_index(folder, keys);
    CHECK(has(verify(folder), kind::index));
  }
  SUBCASE("it is of another history") {
    keys.chain[3] ^= 1;
    make_index(folder, keys);
    check_found();
  }
  SUBCASE("it is of another format") {
    sql::database::open(folder.beside(".index"), sql::open_mode::read_write).run("PRAGMA user_version=3");
    check_found();
    CHECK(verify(folder).findings.front().detail.find("this is an index of another format") != std::string::npos);
  }
  SUBCASE("it is another database") {
    std::filesystem::remove(folder.beside(".index"));
    std::filesystem::remove(folder.beside(".index-wal"));
    std::filesystem::remove(folder.beside(".index-shm"));
    sql::database::open(folder.beside(".index"), sql::open_mode::create).run("CREATE TABLE keys(a)");
    check_found();
  }
  SUBCASE("it is no database") {
    log_folder::write(folder.beside(".index"), std::string(20'000, 'x'));
    std::filesystem::remove(folder.beside(".index-wal"));
    std::filesystem::remove(folder.beside(".index-shm"));
    check_found();
  }
}
