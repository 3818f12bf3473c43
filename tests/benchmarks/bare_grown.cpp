#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

constexpr std::size_t batch_events = 1'000;
constexpr std::size_t killed_batches = 50;
constexpr bare_options options{.page_bytes = 8192};

/// Steps through the rows and takes every column, where SQLite has it: nothing is copied, nothing is checked.
tally take_all(sqlite3_stmt* row) {
  const int columns = sqlite3_column_count(row);
  tally seen;
  int result = SQLITE_ROW;
  std::uint64_t touched = 0;
  while ((result = sqlite3_step(row)) == SQLITE_ROW) {
    ++seen.events;
    for (int column = 0; column + 1 < columns; ++column) {
      if (sqlite3_column_type(row, column) == SQLITE_INTEGER) {
        touched += static_cast<std::uint64_t>(sqlite3_column_int64(row, column));
      } else {
        touched += sqlite3_column_blob(row, column) != nullptr;
      }
    }
    touched += sqlite3_column_text(row, columns - 1) != nullptr;
    seen.bytes += static_cast<std::uint64_t>(sqlite3_column_bytes(row, columns - 1));
  }
  if (result != SQLITE_DONE || touched == 0) require(SQLITE_ERROR, sqlite3_db_handle(row));
  sqlite3_reset(row);
  return seen;
}

}  // namespace

tally bare_scan(const std::filesystem::path& log) {
  const database opened = open_database(log, SQLITE_OPEN_READONLY);
  return take_all(prepare(opened.get(), "SELECT * FROM entries ORDER BY position").get());
}

bare_grown::bare_grown(const std::filesystem::path& path, std::size_t events) : path_(path), events_(events) {
  {
    bare_log log(path, options);
    planted_workload work(4, events);
    for (std::size_t made = 0; made < events; made += batch_events) {
      log.append_together(work.take(std::min(batch_events, events - made)));
    }
    log.checkpoint();
  }
  bytes_of_event_ = static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(events);
}

double bare_grown::bytes_of_event() const { return bytes_of_event_; }

double bare_grown::open_milliseconds() const {
  database opened;
  return 1e3 * seconds([&] {
           opened = open_database(path_, SQLITE_OPEN_READWRITE);
           const statement head = prepare(opened.get(), "SELECT max(position) FROM events");
           if (sqlite3_step(head.get()) != SQLITE_ROW) require(SQLITE_ERROR, opened.get());
         });
}

double bare_grown::open_killed_milliseconds() {
  run_and_kill([&] {
    bare_log log(path_, options);
    workload work(next_seed_);
    for (std::size_t i = 0; i < killed_batches; ++i) log.append_together(work.take(batch_events));
    ::kill(::getpid(), SIGKILL);
  });
  ++next_seed_;
  return open_milliseconds();
}

void bare_grown::index_by(const std::string& columns, const std::string& name) {
  const database opened = open_database(path_, SQLITE_OPEN_READWRITE);
  run(opened.get(), "PRAGMA cache_size=-262144; PRAGMA temp_store=FILE; CREATE INDEX IF NOT EXISTS " + name +
                        " ON events(" + columns + ")");
}

double bare_grown::load_milliseconds() {
  index_by("stream, version", "by_stream");
  const database opened = open_database(path_, SQLITE_OPEN_READONLY);
  const statement stream = prepare(opened.get(), "SELECT * FROM events WHERE stream = ? ORDER BY version");
  const auto load_all = [&] {
    for (std::uint64_t number = 0; number < planted_workload::streams; ++number) {
      sqlite3_bind_int64(stream.get(), 1, static_cast<sqlite3_int64>(planted_workload::order_of(number)));
      if (take_all(stream.get()).events != planted_workload::events_of_stream)
        throw std::logic_error("a stream is not whole");
    }
  };
  load_all();
  return 1e3 * seconds(load_all) / planted_workload::streams;
}

double bare_grown::trace_milliseconds() {
  index_by("correlation", "by_correlation");
  const double time = seconds([&] {
    for (std::uint64_t number = 0; number < planted_workload::streams; ++number) {
      const database opened = open_database(path_, SQLITE_OPEN_READONLY);
      const statement linked = prepare(opened.get(), "SELECT * FROM events WHERE correlation = ? ORDER BY position");
      const auto cause = planted_workload::cause_of(number, number % planted_workload::causes_of_stream);
      sqlite3_bind_blob(linked.get(), 1, cause.value().bytes().data(), 16, SQLITE_TRANSIENT);
      if (take_all(linked.get()).events == 0) throw std::logic_error("an event with this cause is missing");
    }
  });
  return 1e3 * time / planted_workload::streams;
}

}  // namespace bench
