#include <whence/cli/display_text.hpp>
#include <whence/cli/events_elsewhere.hpp>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include <whence/sql/error.hpp>
#include <whence/sql/statement.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr const char* declaration =
    "CREATE TABLE x(position INTEGER, stream TEXT, version INTEGER, aggregate_type TEXT, type TEXT, type_version "
    "INTEGER, id,"
    " occurred_at, recorded_at, correlation, causation, causation_type TEXT, source TEXT, traceparent TEXT, tags, "
    "data, chain)";
constexpr int position_column = 0;
constexpr int busy_milliseconds = 5'000;
constexpr std::size_t open_max = 16;

/// Bits of a plan: what its arguments are, in this order.
enum plan_bits : int { from_there = 1, behind = 2, up_to = 4, before = 8, exactly = 16 };

void give(sqlite3_context* context, const sql::statement& row, int column) {
  switch (row.kind(column)) {
    case sql::value::kind::null: return sqlite3_result_null(context);
    case sql::value::kind::integer: return sqlite3_result_int64(context, row.integer(column));
    case sql::value::kind::real: return sqlite3_result_double(context, row.real(column));
    case sql::value::kind::text: {
      const std::string_view text = row.text(column);
      return sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    case sql::value::kind::blob: {
      const auto bytes = row.blob(column);
      return sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    }
  }
}

}  // namespace

struct events_elsewhere::opened {
  sql::reading_mode mode;
  std::optional<sql::database> file;  // nothing: it was closed, so that few are open at once
};

struct events_elsewhere::module {
  struct table_of : sqlite3_vtab {
    events_elsewhere* own = nullptr;
  };

  static int connect(sqlite3* reader, void* own, int, const char* const*, sqlite3_vtab** made, char**) {
    const int declared = sqlite3_declare_vtab(reader, declaration);
    if (declared != SQLITE_OK) return declared;
    // It reads what the log says, and nothing else: views may use it.
    sqlite3_vtab_config(reader, SQLITE_VTAB_INNOCUOUS);
    auto* const table = new table_of{};
    table->own = static_cast<events_elsewhere*>(own);
    *made = table;
    return SQLITE_OK;
  }

  static int disconnect(sqlite3_vtab* table) {
    delete static_cast<table_of*>(table);
    return SQLITE_OK;
  }

  /// Whatever it says of positions is used, and asked again by SQLite.
  static int choose(sqlite3_vtab*, sqlite3_index_info* info) {
    int next = 0;
    const auto take = [&](unsigned char kind, int bit) {
      for (int i = 0; i < info->nConstraint; ++i) {
        const auto& one = info->aConstraint[i];
        if (!one.usable || one.iColumn != position_column || one.op != kind || (info->idxNum & bit) != 0) continue;
        info->idxNum |= bit;
        info->aConstraintUsage[i].argvIndex = ++next;
      }
    };
    take(SQLITE_INDEX_CONSTRAINT_GE, from_there);
    take(SQLITE_INDEX_CONSTRAINT_GT, behind);
    take(SQLITE_INDEX_CONSTRAINT_LE, up_to);
    take(SQLITE_INDEX_CONSTRAINT_LT, before);
    take(SQLITE_INDEX_CONSTRAINT_EQ, exactly);
    const bool one = (info->idxNum & exactly) != 0;
    info->estimatedCost = one ? 10 : next > 0 ? 1e5 : 1e7;
    info->estimatedRows = one ? 1 : next > 0 ? 100'000 : 10'000'000;
    return SQLITE_OK;
  }

  static int open(sqlite3_vtab* table, sqlite3_vtab_cursor** made);
  static int close(sqlite3_vtab_cursor* at);
  static int filter(sqlite3_vtab_cursor* at, int plan, const char*, int count, sqlite3_value** values);
  static int next(sqlite3_vtab_cursor* at);
  static int is_over(sqlite3_vtab_cursor* at);
  static int column(sqlite3_vtab_cursor* at, sqlite3_context* context, int which);
  static int rowid(sqlite3_vtab_cursor* at, sqlite3_int64* id);

  static const sqlite3_module methods;
};

struct events_elsewhere::cursor : sqlite3_vtab_cursor {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::size_t next_file = 0;
  std::optional<sql::statement> rows;  // of the file before `next_file`; nothing: it is over
  std::uint64_t given = 0;             // rows of that file

  /// SQLite's answer to work that may throw.
  template <class Work>
  int guarded(Work work) noexcept {
    events_elsewhere& own = *static_cast<module::table_of*>(pVtab)->own;
    try {
      work(own);
      return SQLITE_OK;
    } catch (const std::exception& failure) {
      own.failure_ = std::current_exception();
      rows.reset();
      sqlite3_free(pVtab->zErrMsg);
      pVtab->zErrMsg = sqlite3_mprintf("%s", failure.what());
      return SQLITE_ERROR;
    }
  }

  void go_on(events_elsewhere& own) {
    if (rows && has_next(own)) return;
    while (next_file < own.files_.size()) {
      const file_of_events& file = own.files_[next_file];
      const std::size_t number = next_file++;
      if (first_of(file) > last_of(file)) continue;
      // What cannot be read is of no concern to who asks for other events.
      if (file.problem && !file.stubs.log.empty() && own.stubs_of(file, first_of(file), last_of(file)) == 0) continue;
      rows.emplace(own.open(number).prepare("SELECT * FROM events WHERE position BETWEEN ?1 AND ?2"));
      rows->bind(1, first_of(file));
      rows->bind(2, last_of(file));
      given = 0;
      if (has_next(own)) return;
    }
  }

 private:
  std::int64_t first_of(const file_of_events& file) const {
    return std::max(from, static_cast<std::int64_t>(file.first));
  }
  std::int64_t last_of(const file_of_events& file) const { return std::min(to, static_cast<std::int64_t>(file.last)); }

  bool has_next(events_elsewhere& own) {
    if (rows->step()) {
      ++given;
      return true;
    }
    rows.reset();
    const file_of_events& file = own.files_[next_file - 1];
    own.must_have_all(file, first_of(file), last_of(file), given);
    return false;
  }
};

int events_elsewhere::module::open(sqlite3_vtab*, sqlite3_vtab_cursor** made) {
  *made = new cursor{};
  return SQLITE_OK;
}

int events_elsewhere::module::close(sqlite3_vtab_cursor* at) {
  delete static_cast<cursor*>(at);
  return SQLITE_OK;
}

int events_elsewhere::module::filter(sqlite3_vtab_cursor* at, int plan, const char*, int, sqlite3_value** values) {
  auto& here = *static_cast<cursor*>(at);
  return here.guarded([&](events_elsewhere& own) {
    here.rows.reset();
    here.next_file = 0;
    here.from = 0;
    here.to = std::numeric_limits<std::int64_t>::max();
    // What is no integer is compared by SQLite alone.
    const auto bound = [&](int bit, auto use) {
      if ((plan & bit) == 0) return;
      if (sqlite3_value_type(*values) == SQLITE_INTEGER) use(sqlite3_value_int64(*values));
      ++values;
    };
    bound(from_there, [&](std::int64_t least) { here.from = std::max(here.from, least); });
    bound(behind, [&](std::int64_t before_first) {
      const bool is_end = before_first == std::numeric_limits<std::int64_t>::max();
      here.from = std::max(here.from, is_end ? before_first : before_first + 1);
    });
    bound(up_to, [&](std::int64_t most) { here.to = std::min(here.to, most); });
    bound(before, [&](std::int64_t behind_last) {
      const bool is_begin = behind_last == std::numeric_limits<std::int64_t>::min();
      here.to = std::min(here.to, is_begin ? behind_last : behind_last - 1);
    });
    bound(exactly, [&](std::int64_t only) {
      here.from = std::max(here.from, only);
      here.to = std::min(here.to, only);
    });
    here.go_on(own);
  });
}

int events_elsewhere::module::next(sqlite3_vtab_cursor* at) {
  auto& here = *static_cast<cursor*>(at);
  return here.guarded([&](events_elsewhere& own) { here.go_on(own); });
}

int events_elsewhere::module::is_over(sqlite3_vtab_cursor* at) { return static_cast<cursor*>(at)->rows ? 0 : 1; }

int events_elsewhere::module::column(sqlite3_vtab_cursor* at, sqlite3_context* context, int which) {
  give(context, *static_cast<cursor*>(at)->rows, which);
  return SQLITE_OK;
}

int events_elsewhere::module::rowid(sqlite3_vtab_cursor* at, sqlite3_int64* id) {
  *id = static_cast<cursor*>(at)->rows->integer(position_column);
  return SQLITE_OK;
}

const sqlite3_module events_elsewhere::module::methods = [] {
  sqlite3_module all{};
  all.xConnect = &connect;
  all.xBestIndex = &choose;
  all.xDisconnect = &disconnect;
  all.xOpen = &open;
  all.xClose = &close;
  all.xFilter = &filter;
  all.xNext = &next;
  all.xEof = &is_over;
  all.xColumn = &column;
  all.xRowid = &rowid;
  return all;  // without xCreate it is there by its name, and nobody makes another
}();

events_elsewhere::events_elsewhere(sqlite3* reader, std::vector<file_of_events> files)
    : files_(std::move(files)), opened_(files_.size()) {
  const int result = sqlite3_create_module_v2(reader, table, &module::methods, this, nullptr);
  if (result != SQLITE_OK) throw sql::sql_error(result, {}, {}, sqlite3_errstr(result));
}

events_elsewhere::~events_elsewhere() = default;

/// A statement keeps its connection, also when that is closed here.
sql::database& events_elsewhere::open(std::size_t number) {
  const file_of_events& file = files_[number];
  if (file.problem) std::rethrow_exception(file.problem);
  if (!opened_[number])
    opened_[number] = std::make_unique<opened>(opened{sql::reading_mode::of(file.path), std::nullopt});
  opened& known = *opened_[number];
  if (known.file) return *known.file;
  if (open_.size() == open_max) {
    opened_[open_.front()]->file.reset();
    open_.pop_front();
  }
  known.file.emplace(sql::database::open(file.path, known.mode.mode()));
  sqlite3_busy_timeout(known.file->handle(), busy_milliseconds);
  open_.push_back(number);
  return *known.file;
}

/// How many events the archive has to have there. A stub is never changed: so they may be counted by another connection.
std::uint64_t events_elsewhere::stubs_of(const file_of_events& file, std::int64_t first, std::int64_t last) {
  const stubs_of_events& stubs = file.stubs;
  const bool is_all = first == static_cast<std::int64_t>(file.first) && last == static_cast<std::int64_t>(file.last);
  if (is_all && stubs.all > 0) return stubs.all;
  std::unique_ptr<opened>& log = logs_[stubs.log];
  if (!log) {
    log = std::make_unique<opened>(opened{sql::reading_mode::of(stubs.log), std::nullopt});
    log->file.emplace(sql::database::open(stubs.log, log->mode.mode()));
    sqlite3_busy_timeout(log->file->handle(), busy_milliseconds);
  }
  sql::statement count = log->file->prepare(
      "SELECT count(*) FROM entries WHERE position BETWEEN ?1 AND ?2 AND encoding = 2 AND version = ?3");
  count.bind(1, first);
  count.bind(2, last);
  count.bind(3, stubs.archive);
  count.step();
  return static_cast<std::uint64_t>(count.integer(0));
}

void events_elsewhere::must_have_all(const file_of_events& file, std::int64_t first, std::int64_t last,
                                     std::uint64_t found) {
  if (file.stubs.log.empty()) return;
  const std::uint64_t expected = stubs_of(file, first, last);
  if (found == expected) return;
  throw log_damaged::archive_damaged(file.stubs.log, file.path, global_position{static_cast<std::uint64_t>(first)},
                                     "of " + counted(expected, "event") + " that it has to have from #" +
                                         std::to_string(first) + " to #" + std::to_string(last) + ", it has " +
                                         std::to_string(found));
}

std::optional<std::string> events_elsewhere::changed() const {
  for (std::size_t number = 0; number < files_.size(); ++number)
    if (opened_[number] && !opened_[number]->mode.still_holds()) return files_[number].path;
  return std::nullopt;
}

}  // namespace whence::inline v0::cli
