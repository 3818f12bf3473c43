#include <tests/benchmarks/contenders.hpp>

namespace bench {

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

}  // namespace bench
