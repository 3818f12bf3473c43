// Each row about the index vouches for itself: what another bit says is refused, and never acted upon.
#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/sqlite/index/reader.hpp>
#include <whence/store/sqlite/index/writer.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

struct index_file {
  tests::temporary_folder folder;
  std::string path = folder.file("shop.db.index");
  whence::runtime runtime = runtime::system(1);
  log_identity log{log_id(runtime.make_uuid()), 1};
  std::uint64_t last = 0;

  /// The next events, each of a stream of its own.
  index_batch next(std::uint64_t events) {
    index_batch batch;
    batch.first = last + 1;
    for (std::uint64_t i = 0; i < events; ++i) {
      ++last;
      batch.entries.push_back({key_of_stream(std::to_string(last)), last});
    }
    batch.last = last;
    return batch;
  }

  std::int64_t count(const std::string& table) const {
    return sql::database::open(path, sql::open_mode::read_only).integer("SELECT count(*) FROM " + table).value();
  }
};

}  // namespace

TEST_CASE("a bit that is another in a row about the index is found, whichever it is") {
  // Given an index that has one of each: of the state, a checkpoint, runs, something to be deleted.
  index_file given;
  index_writer writer = index_writer::open(*given.runtime.files, given.path);
  for (int batch = 0; batch < 9; ++batch) writer.add(given.next(100), given.log);
  while (given.count("garbage") == 0) REQUIRE(writer.merge_a_part());
  sql::database db = sql::database::open(given.path, sql::open_mode::read_write);
  const auto read_all = [&] {
    static_cast<void>(state_reading(db).read());
    static_cast<void>(read_checkpoint(db));
    static_cast<void>(first_garbage(db));
    static_cast<void>(read_runs(db, true));
  };
  REQUIRE_NOTHROW(read_all());
  std::vector<std::pair<std::string, std::string>> columns;
  {
    sql::statement all = db.prepare(
        "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns"
        " WHERE tables.name IN ('state', 'checkpoint', 'garbage', 'runs') AND columns.pk = 0");
    while (all.step()) columns.emplace_back(all.text(0), all.text(1));
  }
  REQUIRE(columns.size() > 20);
  // When a bit of a column is another, then what reads the row refuses it.
  int changed = 0;
  for (const auto& [table, column] : columns) {
    CAPTURE(table + "." + column);
    const std::string first = table == "garbage" ? "" : " WHERE number = (SELECT max(number) FROM " + table + ")";
    const bool is_number = db.text("SELECT typeof(" + column + ") FROM " + table + first + " LIMIT 1") == "integer";
    for (const int bit : {0, 7, 33, 62}) {
      sql::transaction undone(db);
      if (is_number) {
        const std::int64_t other = std::int64_t{1} << bit;
        db.run("UPDATE " + table + " SET " + column + " = (" + column + " | ?1) - (" + column + " & ?1)" + first,
               {other});
      } else {
        std::vector<std::uint8_t> bytes;
        {
          sql::statement select = db.prepare("SELECT " + column + " FROM " + table + first);
          REQUIRE(select.step());
          bytes.assign(select.blob(0).begin(), select.blob(0).end());
        }
        bytes[static_cast<std::size_t>(bit) % bytes.size()] ^= 1;
        db.run("UPDATE " + table + " SET " + column + " = ?" + first, {std::span<const std::uint8_t>(bytes)});
      }
      ++changed;
      CHECK_THROWS_AS(read_all(), sql::sql_error);
    }
  }
  CHECK(changed > 80);
  CHECK_NOTHROW(read_all());
}

TEST_CASE("a reader is not told by a count that is another that nothing has changed") {
  // Given a reader that has seen the index, which then goes on
  index_file given;
  index_writer writer = index_writer::open(*given.runtime.files, given.path);
  writer.add(given.next(100), given.log);
  index_reader reader(given.path);
  static_cast<void>(index_reader::snapshot{reader});
  writer.add(given.next(100), given.log);
  // when the count of changes is what it was
  sql::database::open(given.path, sql::open_mode::read_write).run("UPDATE state SET generation = generation - 1");
  // then it is refused.
  CHECK_THROWS_AS(index_reader::snapshot{reader}, sql::sql_error);
}
