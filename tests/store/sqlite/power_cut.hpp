/// What a power cut leaves of a disk: of each file what was synced, and of the rest as much as luck would have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <tests/store/sqlite/memory_disk.hpp>

namespace tests {

enum class kept_unsynced {
  none,
  all,
  some,  ///< any of the writes, in any order, each torn anywhere between sectors of 512 bytes
};

/// Follows the changes of a disk. File names are durable once the directory is synced, and become so in their order; contents once
/// the file is synced. A truncation that is not is there or not. A sync that fails leaves what was written before marked clean, as
/// Linux does: no later sync makes it durable, unless it is written again.
class power_cut {
 public:
  explicit power_cut(const disk_image& begin);

  /// `sync_lies`: a sync says that it is done, and does nothing.
  void follow(const disk_change& change, bool sync_lies = false);

  disk_image after_cut(kept_unsynced what, std::mt19937_64& dice) const;

  /// Since the beginning, truthfully or not.
  bool was_synced(std::uint64_t number) const { return synced_.contains(number); }

 private:
  struct file {
    std::string durable;
    std::vector<disk_change> pending;
    std::size_t doomed = 0;  // of them, so many are made durable by no later sync
  };
  using names = std::map<std::string, std::uint64_t>;

  static void rename_in(names& all, const disk_change& change);
  static std::string content_of(const file& from, kept_unsynced what, std::mt19937_64& dice);
  static void write_part(std::string& to, const disk_change& write, std::mt19937_64& dice);

  std::map<std::uint64_t, file> files_;
  names durable_names_;
  std::vector<disk_change> pending_names_;
  std::set<std::uint64_t> synced_;
};

}  // namespace tests
