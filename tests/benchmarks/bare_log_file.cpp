#include <tests/benchmarks/contenders.hpp>

namespace bench {

double bare_open_milliseconds(const std::filesystem::path& path) {
  database opened;
  return 1e3 * seconds([&] {
           opened = open_database(path, SQLITE_OPEN_READWRITE);
           const statement head = prepare(opened.get(), "SELECT max(position) FROM entries");
           if (sqlite3_step(head.get()) != SQLITE_ROW) require(SQLITE_ERROR, opened.get());
         });
}

double bare_index_seconds(const std::filesystem::path& path, const std::filesystem::path& index) {
  std::filesystem::remove(index);
  const database made = open_database(index, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  run(made.get(),
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
      " ATTACH '" +
          path.string() +
          "' AS log;"
          " CREATE TABLE keys(key, position INTEGER, PRIMARY KEY(key, position)) WITHOUT ROWID");
  return seconds([&] {
    run(made.get(),
        "INSERT INTO keys SELECT stream, position FROM log.entries"
        " UNION ALL SELECT substr(id, 9), position FROM log.entries ORDER BY 1, 2");
  });
}

std::uintmax_t bare_bytes(const std::filesystem::path& path, std::size_t events) {
  {
    bare_log log(path, {.page_bytes = 8192});
    workload work(3);
    constexpr std::size_t at_once = 1'000;
    for (std::size_t made = 0; made < events; made += at_once)
      log.append_together(work.take(std::min(at_once, events - made)));
    log.checkpoint();
  }
  return std::filesystem::file_size(path);
}

}  // namespace bench
