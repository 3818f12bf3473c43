#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/schema.hpp>

namespace whence::inline v0 {
namespace {

// SQLite keeps each of these texts as it is written here: what is changed in one makes every log of before a foreign one.
constexpr std::string_view table_log = R"sql(CREATE TABLE log(
  number INTEGER PRIMARY KEY CHECK (number = 1),
  id BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  began_after INTEGER NOT NULL,
  format INTEGER NOT NULL,
  markers INTEGER NOT NULL
) STRICT)sql";

constexpr std::string_view table_types = R"sql(CREATE TABLE types(
  number INTEGER PRIMARY KEY,
  aggregate_type TEXT NOT NULL,
  event_type TEXT NOT NULL,
  version INTEGER NOT NULL
) STRICT)sql";

constexpr std::string_view table_entries = R"sql(CREATE TABLE entries(
  position INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  version INTEGER NOT NULL,
  type INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  id BLOB NOT NULL,
  correlation BLOB,
  causation BLOB,
  chain BLOB NOT NULL,
  name TEXT NOT NULL,
  causation_type TEXT,
  source TEXT,
  traceparent TEXT,
  tags TEXT,
  encoding INTEGER NOT NULL,
  data ANY NOT NULL
) STRICT)sql";

constexpr std::string_view table_bases = R"sql(CREATE TABLE bases(
  number INTEGER PRIMARY KEY CHECK (number = 1),
  path TEXT NOT NULL,
  log BLOB NOT NULL,
  position INTEGER NOT NULL,
  chain BLOB NOT NULL
) STRICT)sql";

constexpr std::string_view table_archives = R"sql(CREATE TABLE archives(
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  seal BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  events INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  moved_to INTEGER NOT NULL
) STRICT)sql";

constexpr std::string_view table_backup =
    "CREATE TABLE backup(number INTEGER PRIMARY KEY CHECK (number = 1), made_at INTEGER NOT NULL, position INTEGER "
    "NOT NULL, chain BLOB NOT NULL, recorded_at INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT";

constexpr std::string_view table_archive =
    "CREATE TABLE archive(one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, seal BLOB NOT NULL,"
    " made_at INTEGER NOT NULL, events INTEGER NOT NULL) STRICT";

std::string uuid_text(std::string_view column) {
  const std::string hex = "hex(e." + std::string(column) + ")";
  const auto part = [&hex](int from, int count) {
    return "substr(" + hex + "," + std::to_string(from) + "," + std::to_string(count) + ")";
  };
  return "lower(" + part(1, 8) + "||'-'||" + part(9, 4) + "||'-'||" + part(13, 4) + "||'-'||" + part(17, 4) +
         "||'-'||" + part(21, 12) + ")";
}

std::string id_column(std::string_view column, std::string_view name) {
  return "CASE WHEN e." + std::string(column) + " IS NULL THEN NULL ELSE " + uuid_text(column) + " END AS " +
         std::string(name);
}

std::string time_column(std::string_view column) {
  const std::string time = "e." + std::string(column);
  const std::string micros = "((" + time + " % 1000000 + 1000000) % 1000000)";
  return "strftime('%Y-%m-%dT%H:%M:%S', (" + time + " - " + micros + ") / 1000000, 'unixepoch') || printf('.%06dZ', " +
         micros + ") AS " + std::string(column);
}

/// `without_stubs`: of what was archived it says nothing.
std::string events_view(bool without_stubs) {
  return "CREATE VIEW events AS SELECT e.position AS position, e.name AS stream, e.version AS version,"
         " t.aggregate_type AS aggregate_type, t.event_type AS type, t.version AS type_version, " +
         id_column("id", "id") + ", " + time_column("occurred_at") + ", " + time_column("recorded_at") + ", " +
         id_column("correlation", "correlation") + ", " + id_column("causation", "causation") +
         ", e.causation_type AS causation_type, e.source AS source, e.traceparent AS traceparent,"
         " CASE WHEN e.tags IS NULL THEN '[]' ELSE"
         R"( '["' || replace(replace(replace(e.tags, '\', '\\'), '"', '\"'), char(10), '","') || '"]' END AS tags,)"
         R"( CASE e.encoding WHEN 0 THEN e.data ELSE '{"$binary": "' || lower(hex(e.data)) || '"}' END AS data,)"
         " lower(hex(e.chain)) AS chain"
         " FROM entries e LEFT JOIN types t ON t.number = e.type" +
         (without_stubs ? " WHERE e.encoding <> " + std::to_string(log_format::encoding_archived) : "");
}

const std::string& view_events(bool without_stubs) {
  static const std::string with = events_view(false);
  static const std::string without = events_view(true);
  return without_stubs ? without : with;
}

struct known_object {
  std::string_view type;
  std::string_view name;
  std::string_view text;
  std::string_view other_text = text;  ///< the first forks had the view of format 1
  int since = log_format::format;      ///< from which format on it has to be there; 0: it may be there
  bool is_there = false;
};

std::array<known_object, 8> known_objects(bool has_parts) {
  constexpr int parts = log_format::format_of_parts;
  return {{{.type = "table", .name = "log", .text = table_log},
           {.type = "table", .name = "types", .text = table_types},
           {.type = "table", .name = "entries", .text = table_entries},
           {.type = "view", .name = "events", .text = view_events(has_parts), .other_text = view_events(false)},
           {.type = "table", .name = "bases", .text = table_bases, .since = parts},
           {.type = "table", .name = "archives", .text = table_archives, .since = parts},
           {.type = "table", .name = "backup", .text = table_backup, .since = 0},
           {.type = "table", .name = "archive", .text = table_archive, .since = 0}}};
}

constexpr std::size_t text_shown_max = 40;

bool is_same_name(std::string_view one, std::string_view other) {
  return one.size() == other.size() && sqlite3_strnicmp(one.data(), other.data(), static_cast<int>(one.size())) == 0;
}

std::string named(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string with_article(std::string_view type) { return (type.starts_with('i') ? "an " : "a ") + std::string(type); }

/// A row of sqlite_master. Who has written it can say in each column what the others do not: SQLite goes by the text alone where it
/// has been told to read what is damaged, and passes over a row whose root page is none.
struct found_object {
  std::string_view type;
  std::string_view name;
  std::string_view of_table;
  std::string_view text;
  std::int64_t root = 0;  ///< what has no rows of its own has none

  bool is_table() const noexcept { return type == "table"; }
  bool is_virtual() const noexcept { return is_table() && (root <= 0 || text.starts_with("CREATE VIRTUAL")); }
};

/// What is behind the words and the name with which the text begins; nothing: it makes something else, or of another name.
/// Other quotes, and comments, are not looked through.
std::optional<std::string_view> behind_name(const found_object& found, std::string_view words) {
  std::string_view rest = found.text;
  const auto skip = [&rest](std::string_view next) {
    if (!rest.starts_with(next)) return false;
    rest.remove_prefix(next.size());
    return true;
  };
  const auto is_of_a_word = [](char c) {
    return c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  if (!skip(words) || found.of_table != found.name) return std::nullopt;
  std::string_view end;
  for (const std::string_view quotes : {"\"\"", "``", "[]", "''"})
    if (end.empty() && skip(quotes.substr(0, 1))) end = quotes.substr(1);
  const bool is_one_name =
      end.empty() ? std::ranges::all_of(found.name, is_of_a_word) : found.name.find(end) == std::string_view::npos;
  if (!is_one_name || !skip(found.name) || !skip(end)) return std::nullopt;
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\f"), rest.size()));
  return rest;
}

/// `CREATE TABLE name(`, as SQLite keeps it.
bool makes_table_of_its_name(const found_object& found) {
  const auto behind = behind_name(found, "CREATE TABLE ");
  return behind && behind->starts_with('(');
}

/// `CREATE VIEW name AS`, or with names of columns.
bool makes_view_of_its_name(const found_object& found) {
  const auto behind = behind_name(found, "CREATE VIEW ");
  return behind &&
         (behind->starts_with('(') || (behind->size() > 2 && is_same_name(behind->substr(0, 2), "AS") &&
                                       std::string_view(" \t\r\n\f(").find((*behind)[2]) != std::string_view::npos));
}

std::optional<std::string> why_foreign(known_object& known, const found_object& found) {
  if (found.type != known.type) return named(found.name) + " is " + with_article(found.type);
  if (found.is_virtual()) return named(found.name) + " is a virtual table";
  const bool is_as_made = found.text == known.text || found.text == known.other_text;
  if (!is_as_made || found.name != known.name || found.of_table != known.name || known.is_there)
    return named(found.name) + " is not made as a log makes it";
  known.is_there = true;
  return std::nullopt;
}

/// An index without a text belongs to the table by whose text it is there.
std::optional<std::string> why_foreign(const found_object& found) {
  if (found.is_virtual()) return named(found.name) + " is a virtual table, and a log has none";
  if (found.type == "index" && found.text.empty()) return std::nullopt;
  if (!found.is_table()) return named(found.name) + " is " + with_article(found.type) + " that a log does not have";
  if (makes_table_of_its_name(found)) return std::nullopt;
  return named(found.name) + " is no table of that name: " + std::string(found.text.substr(0, text_shown_max));
}

using tolerance = std::function<bool(std::string_view name, const std::string& why)>;

/// Of what is tolerated no more is said.
std::optional<std::string> first_foreign(sql::database& log, const tolerance& tolerates) {
  sql::statement format = log.prepare("PRAGMA user_version");
  format.step();  // and no further: what is read until it is reset is of one moment
  const auto version = static_cast<int>(format.integer(0));
  must_be_known_format(log.path(), version);
  const bool has_parts = version >= log_format::format_of_parts;
  std::array<known_object, 8> known = known_objects(has_parts);
  sql::statement row = log.prepare(
      "SELECT type, substr(name, 1, 60), substr(tbl_name, 1, 60), sql, "
      "CASE WHEN typeof(rootpage) = 'integer' AND rootpage <= 4294967295 THEN rootpage END FROM sqlite_master");
  while (row.step()) {
    const found_object found{
        .type = row.text(0), .name = row.text(1), .of_table = row.text(2), .text = row.text(3), .root = row.integer(4)};
    const auto same = std::ranges::find_if(known, [&](const auto& one) { return is_same_name(one.name, found.name); });
    const bool is_known = same != known.end();
    auto why = is_known ? why_foreign(*same, found) : why_foreign(found);
    if (!why) continue;
    // Under a name that nothing reads, a text may stand that makes what is read.
    const bool is_nothing_else = makes_table_of_its_name(found) || makes_view_of_its_name(found);
    if (!is_known || !is_nothing_else || !tolerates(same->name, *why)) return why;
    same->is_there = same->since != 0 && version >= same->since;
  }
  for (const known_object& each : known) {
    const bool has_to_be = each.since != 0 && version >= each.since;
    if (has_to_be == each.is_there || each.since == 0) continue;
    std::string why =
        named(each.name) + (has_to_be ? " is missing" : " is there, which a log of format 1 does not have");
    if (!has_to_be || !tolerates(each.name, why)) return why;
  }
  return std::nullopt;
}

void must_have_tables(sql::database& log, const tolerance& tolerates) {
  std::optional<std::string> why;
  try {
    why = first_foreign(log, tolerates);
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    throw log_damaged(log.path(), global_position{}, failure.what());
  }
  if (why) throw log_damaged::other_tables(log.path(), *why);
}

bool tolerates_nothing(std::string_view, const std::string&) { return false; }

}  // namespace

void make_tables(sql::database& log) {
  for (const std::string_view each : {table_log, table_types, table_entries}) log.run(each);
  log.run(view_events(false));
}

void make_tables_of_parts(sql::database& log) {
  for (const std::string_view each : {table_bases, table_archives}) log.run(each);
  log.run("DROP VIEW events");
  log.run(view_events(true));
}

void make_table_of_backup(sql::database& backup) { backup.run(table_backup); }

void make_table_of_archive(sql::database& archive) { archive.run(table_archive); }

std::optional<std::string> what_is_foreign(sql::database& log) { return first_foreign(log, &tolerates_nothing); }

void must_have_tables_of_log(sql::database& log) { must_have_tables(log, &tolerates_nothing); }

lost_tables tables_lost_of_log(sql::database& log) {
  lost_tables lost;
  must_have_tables(log, [&lost](std::string_view name, const std::string& why) {
    lost.bases |= name == "bases";
    lost.archives |= name == "archives";
    if (name != "bases" && name != "archives" && name != "events") return false;
    if (lost.why.empty()) lost.why = why;
    return true;
  });
  return lost;
}

}  // namespace whence::inline v0
