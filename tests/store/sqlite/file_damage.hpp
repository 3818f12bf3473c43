/// Damages a file of a log: one bit of it is another, it is cut, or a row of one of its tables is damaged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

#include <tests/store/sqlite/row_damage.hpp>

namespace tests {

enum class manner { bit, cut, row };

struct damage {
  std::string file;  ///< "", "-wal", ".witness", ".index", ".index-wal"
  manner how = manner::bit;
  std::uint64_t offset = 0;
  unsigned bit = 0;
  row_damage row;

  bool cut() const { return how == manner::cut; }
  std::string text() const;
  /// What it is counted as.
  std::string kind() const;
};

/// Of the log `shop.db` in the folder; a row of the log or of its index.
damage damage_files(const std::filesystem::path& folder, std::mt19937& dice, manner how);

}  // namespace tests
