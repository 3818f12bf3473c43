#include <whence/cli/sql_command.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <whence/cli/display_text.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/model_standing.hpp>
#include <whence/cli/projection_commands.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/sql_reader.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/core/hex.hpp>
#include <whence/core/json_text.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/temporary_folder.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_fork.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t script_bytes_max = 1u << 20;

/// The shortest text that reads back as the same number. An infinity is what JSON can say of it.
std::string real_text(double number) {
  if (std::isinf(number)) return number > 0 ? "1e999" : "-1e999";
  char text[40];
  const auto [end, failure] = std::to_chars(text, text + sizeof text, number);
  std::string shortest(text, end);
  if (shortest.find_first_of(".en") == std::string::npos) shortest += ".0";
  return shortest;
}

std::string json_value(const sql::statement& row, int column) {
  switch (row.kind(column)) {
    case sql::value::kind::null: return "null";
    case sql::value::kind::integer: return std::to_string(row.integer(column));
    case sql::value::kind::real: return real_text(row.real(column));
    case sql::value::kind::text: {
      const std::string_view text = row.text(column);
      return json_string(is_utf8(text) ? std::string(text) : visible(text));
    }
    case sql::value::kind::blob: return "{\"$binary\":\"" + to_hex(row.blob(column)) + "\"}";
  }
  return "null";
}

std::string cell_text(const sql::statement& row, int column, const cell_style& style) {
  switch (row.kind(column)) {
    case sql::value::kind::null: return style.exact() ? "" : "NULL";
    case sql::value::kind::integer: return std::to_string(row.integer(column));
    case sql::value::kind::real: return real_text(row.real(column));
    case sql::value::kind::text: return std::string(row.text(column));
    case sql::value::kind::blob: return "x'" + to_hex(row.blob(column)) + "'";
  }
  return {};
}

/// Members of one object have different names: a second "id" is "id_2".
std::vector<std::string> member_names(const sql::statement& row) {
  std::vector<std::string> names;
  for (int column = 0; column < row.columns(); ++column) {
    const std::string name(row.name(column));
    std::string unused = is_utf8(name) ? name : visible(name);
    for (int number = 2; std::find(names.begin(), names.end(), unused) != names.end(); ++number)
      unused = name + "_" + std::to_string(number);
    names.push_back(std::move(unused));
  }
  return names;
}

std::string script_of(const request& request, session& session) {
  const std::optional<std::string> given = request.value("--command");
  const std::optional<std::string> file = request.value("--file");
  const usage_error none("argument", "there is no statement", "whence sql -c 'SELECT count(*) FROM events'",
                         "give one with -c or --file, or on standard input");
  if (given && file) throw usage_error("option", "-c and --file are both given", "choose one of them");
  std::string script;
  if (given) {
    script = *given;
  } else if (file) {
    files& files = *session.around().runtime.files;
    const std::optional<file_status> status = files.status(*file);
    if (!status) throw file_error("read", *file, ENOENT);
    if (status->size > script_bytes_max)
      throw usage_error("value", *file + " is too long for statements", "at most 1 MiB");
    script = files.read_whole(*file, script_bytes_max).value_or("");
  } else {
    if (session.around().in_is_terminal) throw none;
    script = session.around().read_input(script_bytes_max);
  }
  if (!is_utf8(script) || script.find('\0') != std::string::npos)
    throw usage_error("text", "the statement is not UTF-8, or has a NUL in it", "correct it");
  if (script.find_first_not_of(" \t\r\n;") == std::string::npos) throw none;
  return script;
}

void warn_not_attached(const std::string& what, const std::exception_ptr& why, session& session) {
  try {
    std::rethrow_exception(why);
  } catch (const error& failure) {
    session.warn(what + ": " + visible(failure.text().what) +
                 (failure.text().why.empty() ? "" : ": " + visible(failure.text().why)));
  }
}

/// The models by their names; all that can be read, or those that were asked for.
void attach_models(const request& request, session& session, sql_reader& reader) {
  const std::vector<std::string> wanted = request.listed("--model");
  const model_standings found =
      stand_of_models(session.source(), session.log(), session.around().runtime, session.around().types);
  if (found.problem) {
    if (!wanted.empty()) std::rethrow_exception(found.problem);
    warn_not_attached("no read model is attached", found.problem, session);
  }
  for (const std::string& name : wanted) {
    if (std::none_of(found.models.begin(), found.models.end(),
                     [&](const model_standing& one) { return one.name == name; }))
      throw no_model(name, found.models);
  }
  std::size_t attached = 0;
  for (const model_standing& model : found.models) {
    const bool asked_for = std::find(wanted.begin(), wanted.end(), model.name) != wanted.end();
    if (model.state == model_state::building || (!wanted.empty() && !asked_for)) continue;
    try {
      if (model.problem) std::rethrow_exception(model.problem);
      if (attached == reader.models_max()) {
        session.warn("read model " + model.name + " found no room: name those that you want with --model");
        continue;
      }
      reader.attach(model.name, model.path, model.mode);
      ++attached;
    } catch (const error&) {
      if (asked_for) throw;
      warn_not_attached("read model " + model.name + " is not attached", std::current_exception(), session);
    }
  }
}

/// `sql.timeout`: a statement took longer than it may.
struct sql_timeout final : error {
  explicit sql_timeout(const std::string& time)
      : error("sql.timeout", next_move::change_request,
              {.what = "the statement took longer than " + time,
               .where = {},
               .why = {},
               .remedy = "give it more --timeout, or narrow it: WHERE position > …"}) {}
};

/// `sql.full`: a statement that only reads sorts and keeps rows in temporary files.
struct sorting_found_no_room final : error {
  explicit sorting_found_no_room(const sql::sql_error& failure)
      : error(failure.code(), failure.next(),
              {.what = "there is no room for the rows that the statement sorts or keeps meanwhile",
               .where = sql::temporary_folder(),
               .why = failure.message,
               .remedy = sql::room_for_temporary_files() + "; or narrow the statement"}) {}
};

/// Prints the rows of statements, one after the other.
class result_printer {
 public:
  result_printer(const request& request, session& session, const sql_reader& reader)
      : session_(session), reader_(reader), limit_(session.limit(request)) {}

  void print(sql::statement& statement) {
    bool more = step(statement);
    if (statement.columns() == 0) return;
    if (printed_ && session_.form() == output_form::table) session_.print("\n");
    printed_ = true;
    names_ = member_names(statement);
    item_list& list = session_.list(columns_of(statement, more));
    for (; more; more = step(statement)) {
      if (limit_ != 0 && list.items() == limit_) {
        list.left_out_some();
        session_.note_cut(limit_, 0);
        break;
      }
      list.item([&] { return json_of(statement); },
                [&](std::size_t column) { return cell_text(statement, static_cast<int>(column), list.cells()); });
    }
    statement.reset();  // its snapshot ends before anybody reads the rest at leisure
    session_.end_list();
  }

 private:
  bool step(sql::statement& statement) const {
    const bool more = statement.step();
    reader_.must_hold();
    return more;
  }

  /// Numbers stand at the right, as far as the first row tells.
  std::vector<column> columns_of(const sql::statement& statement, bool has_row) {
    constexpr std::size_t least = 8;
    std::vector<column> columns;
    for (int place = 0; place < statement.columns(); ++place) {
      const sql::value::kind kind = has_row ? statement.kind(place) : sql::value::kind::null;
      const bool number = kind == sql::value::kind::integer || kind == sql::value::kind::real;
      columns.push_back({.title = session_.kept(visible(names_[static_cast<std::size_t>(place)])),
                         .right = number,
                         .least = number ? 0 : least,
                         .spare = place});
    }
    return columns;
  }

  std::string json_of(const sql::statement& row) const {
    std::string out;
    for (int column = 0; column < row.columns(); ++column) {
      out += out.empty() ? "{" : ",";
      out += json_string(names_[static_cast<std::size_t>(column)]) + ":" + json_value(row, column);
    }
    return out + "}";
  }

  session& session_;
  const sql_reader& reader_;
  const std::size_t limit_;
  bool printed_ = false;
  std::vector<std::string> names_;
};

/// The events of the log that lie in other files: of a fork in its base, and what was archived.
std::vector<file_of_events> elsewhere_of(session& session) {
  const runtime& runtime = session.around().runtime;
  const std::string& log = session.source().name();
  std::vector<file_of_events> files;
  const auto add_archives = [&](const std::string& of, global_position shared_to) {
    for (const log_archive& archive : archives_of(of, runtime)) {
      const global_position last = std::min(archive.moved_to, shared_to);
      if (last < archive.first) continue;  // all that it will have is still in the log
      file_of_events file{.path = archive.path, .first = archive.first.value(), .last = last.value()};
      file.stubs = {.log = of, .archive = archive.number, .all = last == archive.last ? archive.events : 0};
      if (auto obstacle = obstacle_of(of, archive)) file.problem = std::make_exception_ptr(std::move(*obstacle));
      files.push_back(std::move(file));
    }
  };
  const std::vector<log_base> bases = bases_of(log, runtime);
  for (std::size_t at = 0; at < bases.size(); ++at) {
    const global_position begin = at + 1 < bases.size() ? bases[at + 1].position : global_position{};
    files.push_back({.path = bases[at].path, .first = begin.value() + 1, .last = bases[at].position.value()});
    add_archives(bases[at].path, bases[at].position);
  }
  add_archives(log, global_position{std::numeric_limits<std::uint64_t>::max()});
  return files;
}

/// Where each event is, as far as it was looked at: what is archived meanwhile would be missed, or met twice.
bool lies_as_before(const std::vector<file_of_events>& before, const std::vector<file_of_events>& now) {
  return std::ranges::equal(before, now, [](const file_of_events& one, const file_of_events& other) {
    return one.path == other.path && one.first == other.first && one.last == other.last;
  });
}

exit_code run_sql(const request& request, session& session) {
  const std::string script = script_of(request, session);
  const std::optional<std::string> timeout = request.value("--timeout");
  static_cast<void>(session.log());  // says what is wrong with the log as such
  if (session.source().models_directory().empty()) {
    throw usage_error("value", session.source().name() + " is in memory: SQL needs a log in a file", "give --store");
  }
  const auto interrupted = session.around().catch_interrupts();
  const clock& clock = *session.around().runtime.clock;
  const auto end = timeout ? clock.elapsed() + duration_from("--timeout", *timeout) : std::chrono::nanoseconds::max();
  const bool written = writer_of(session.source(), *session.around().runtime.files).has_value();
  const std::string& log = session.source().name();
  sql_reader reader(log, written ? sql::reading_mode::ordinary() : sql::reading_mode::of(log),
                    [&] { return !interrupted->wanted() && clock.elapsed() < end; });
  const std::vector<file_of_events> elsewhere = elsewhere_of(session);
  reader.read_through(elsewhere);
  attach_models(request, session, reader);

  result_printer printer(request, session, reader);
  try {
    reader.run(script, [&printer](sql::statement& statement) { printer.print(statement); });
  } catch (const sql::sql_error& failure) {
    if (failure.primary() == SQLITE_FULL) throw sorting_found_no_room(failure);
    if (failure.primary() != SQLITE_INTERRUPT) throw;
    if (!interrupted->wanted()) throw sql_timeout(*timeout);
    session.note("interrupted: what was printed is not all");
    return interrupted->code();
  }
  if (!lies_as_before(elsewhere, elsewhere_of(session))) throw log_changed::by_moving(log);
  return exit_code::done;
}

constexpr flag statement{
    .name = "--command", .letter = 'c', .value = "SQL", .text = "the statement, or several parted by semicolons"};
constexpr flag script_file{.name = "--file",
                           .value = "PATH",
                           .text = "a file with statements; without either, standard input",
                           .by = completes::file};
constexpr flag model{.name = "--model",
                     .value = "NAME",
                     .text = "attach this read model; without it, all of them",
                     .repeats = true,
                     .by = completes::model};
constexpr flag timeout{.name = "--timeout", .value = "TIME", .text = "give up after 10s, 2m"};

constexpr const flag* sql_flags[] = {&statement, &script_file, &model, &timeout, &flags::limit};
constexpr example sql_examples[] = {
    {"whence sql -c 'SELECT type, count(*) FROM events GROUP BY 1'", "by type"},
    {"whence sql -c 'SELECT * FROM order_summary.order_line' -o csv", "a read model"},
    {"whence sql -c 'PRAGMA table_list'", "what there is"},
    {"whence sql -c 'SELECT max(position) FROM events' -o json", "for programs"},
};
constexpr std::string_view sql_text =
    "SQL statements on the log, which only read. `events` is a view with a row for each event: position, stream, "
    "version, aggregate_type, type, type_version, id, occurred_at, recorded_at, correlation, causation, "
    "causation_type, source, traceparent, tags, data (JSON: data ->> '$.customer'), chain. A read model is attached "
    "under its projection's name: stock_levels.stock_levels is the table stock_levels of the model stock_levels. "
    "Events "
    "of a fork's base (log fork), and those that lie in archives (log archive), are among them, in no order unless "
    "ORDER BY "
    "says one; main.events has those in the log's own file alone.\n"
    "What is read this way is not compared with its checksums: event list does that. Of a number in an event's JSON "
    "that 64 bits cannot hold SQLite's functions keep 17 digits; the text in data has them all. A statement sees one "
    "moment; while it runs, the log's -wal grows. Several statements print their rows one after the other: with -o "
    "json each its own document.";

constexpr command rows[] = {
    {.name = "sql",
     .summary = "read the log and its read models with SQL",
     .text = sql_text,
     .examples = sql_examples,
     .flags = sql_flags,
     .forms = list_forms,
     .run = &run_sql},
};

}  // namespace

std::span<const command> sql_commands() { return rows; }

}  // namespace whence::inline v0::cli
