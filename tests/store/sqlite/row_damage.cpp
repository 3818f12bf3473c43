#include <algorithm>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/statement.hpp>

#include <tests/store/sqlite/row_damage.hpp>

namespace tests {
namespace {

using namespace whence;

struct table_form {
  std::string name;
  std::vector<std::string> columns;
};

std::vector<table_form> tables_with_rows(sql::database& db) {
  std::vector<table_form> found;
  {
    sql::statement names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    while (names.step()) found.push_back({std::string(names.text(0)), {}});
  }
  std::erase_if(found, [&db](const table_form& each) {
    return db.integer("SELECT count(*) FROM " + each.name).value_or(0) == 0;
  });
  for (table_form& each : found) {
    sql::statement columns = db.prepare("SELECT name FROM pragma_table_info('" + each.name + "') ORDER BY cid");
    while (columns.step()) each.columns.emplace_back(columns.text(0));
  }
  return found;
}

class one_damage {
 public:
  one_damage(sql::database& db, std::mt19937& dice) : db_(db), dice_(dice) {}

  std::optional<row_damage> attempt() {
    const std::vector<table_form> tables = tables_with_rows(db_);
    if (tables.empty()) throw std::runtime_error("there is no row to damage");
    const table_form& table = tables[below(tables.size())];
    row_damage done;
    done.table = table.name;
    done.column = table.columns[below(table.columns.size())];
    const std::size_t die = below(10);
    done.what = die == 0 ? row_damage::kind::gone : die < 3 ? row_damage::kind::exchanged : row_damage::kind::bit;
    try {
      done.row = some_row(table.name);
      switch (done.what) {
        case row_damage::kind::gone: db_.run("DELETE FROM " + table.name + " WHERE rowid = ?", {done.row}); break;
        case row_damage::kind::exchanged:
          done.other = some_row(table.name);
          if (!exchange(table, done)) return std::nullopt;
          break;
        case row_damage::kind::bit:
          if (!change_bit(done)) return std::nullopt;
          break;
      }
    } catch (const sql::sql_error&) {
      return std::nullopt;  // a rule of the table stands against it: no disk would ask, but others do as well
    }
    return done;
  }

 private:
  std::size_t below(std::size_t limit) { return dice_() % limit; }

  std::int64_t some_row(const std::string& table) {
    const auto count = static_cast<std::size_t>(db_.integer("SELECT count(*) FROM " + table).value_or(0));
    return db_.integer("SELECT rowid FROM " + table + " LIMIT 1 OFFSET " + std::to_string(below(count))).value_or(0);
  }

  bool exchange(const table_form& table, const row_damage& done) {
    if (done.row == done.other) return false;
    std::string contents;
    for (const std::string& column : table.columns) {
      if (column != table.columns.front())
        contents += (contents.empty() ? "" : ", ") + column;  // the first is the place
    }
    db_.run("DROP TABLE IF EXISTS temp.two");
    db_.run("CREATE TEMP TABLE two AS SELECT rowid AS place, " + contents + " FROM " + table.name +
            " WHERE rowid IN (" + std::to_string(done.row) + ", " + std::to_string(done.other) + ")");
    db_.run("UPDATE " + table.name + " AS now SET (" + contents + ") = (SELECT " + contents +
            " FROM temp.two WHERE place <> now.rowid) WHERE rowid IN (SELECT place FROM temp.two)");
    return true;
  }

  bool change_bit(const row_damage& done) {
    sql::statement cell = db_.prepare("SELECT typeof(" + done.column + "), " + done.column + " FROM " + done.table +
                                      " WHERE rowid = " + std::to_string(done.row));
    if (!cell.step()) return false;
    const std::string type(cell.text(0));
    const std::string set = "UPDATE " + done.table + " SET " + done.column + " = ? WHERE rowid = ?";
    if (type == "integer") {
      const auto changed = static_cast<std::int64_t>(static_cast<std::uint64_t>(cell.integer(1)) ^
                                                     (std::uint64_t{1} << (below(2) == 0 ? below(64) : below(8))));
      cell.reset();
      db_.run(set, {changed, done.row});
      return true;
    }
    if (type == "null") return false;
    const std::span<const std::uint8_t> stored = cell.blob(1);
    std::vector<std::uint8_t> bytes(stored.begin(), stored.end());
    cell.reset();
    if (bytes.empty()) return false;
    bytes[below(bytes.size())] ^= static_cast<std::uint8_t>(1U << below(8));
    if (type == "text") {
      db_.run(set, {std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), done.row});
    } else {
      db_.run(set, {std::span<const std::uint8_t>(bytes), done.row});
    }
    return true;
  }

  sql::database& db_;
  std::mt19937& dice_;
};

}  // namespace

std::string row_damage::text() const {
  switch (what) {
    case kind::gone: return "row " + std::to_string(row) + " of " + table + " gone";
    case kind::exchanged:
      return "rows " + std::to_string(row) + " and " + std::to_string(other) + " of " + table + " exchanged";
    case kind::bit: break;
  }
  return "one bit of " + table + "." + column + " in row " + std::to_string(row);
}

row_damage damage_row(const std::string& path, std::mt19937& dice) {
  sql::database db = sql::database::open(path, sql::open_mode::read_write);
  db.run("PRAGMA synchronous = OFF");
  one_damage damage(db, dice);
  for (int tries = 0; tries < 1'000; ++tries) {
    if (const std::optional<row_damage> done = damage.attempt()) {
      db.run("PRAGMA wal_checkpoint(TRUNCATE)");
      return *done;
    }
  }
  throw std::runtime_error("no row of " + path + " could be damaged");
}

}  // namespace tests
