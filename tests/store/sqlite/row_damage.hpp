/// A damage that is aimed: at the rows of a table, each table and each of its columns as often as any other, where bits that are
/// changed at random in a file meet hardly anything but the large ones.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace tests {

struct row_damage {
  enum class kind { bit, gone, exchanged };
  std::string table;
  std::string column;  ///< of `bit` and `exchanged`
  kind what = kind::bit;
  std::int64_t row = 0;    ///< its rowid; 0 where the table has none
  std::int64_t other = 0;  ///< of `exchanged`: which row has its content now, and the other way round

  std::string text() const;
};

/// Does one such damage to a database that nobody has open and that has no WAL; it has none afterwards. One bit of one cell is
/// another, a row is gone, or two rows have exchanged their contents (as if a disk had written each in the other's place).
row_damage damage_row(const std::string& database_path, std::mt19937& dice);

}  // namespace tests
