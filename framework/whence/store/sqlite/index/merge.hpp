/// Merges runs that follow each other into one, a part at a time; or copies one of another index, as far as it is wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/sql/statement.hpp>
#include <whence/store/sqlite/index/run.hpp>
#include <whence/store/sqlite/index/writer.hpp>

namespace whence::inline v0 {

/// Limits   a block of each source, and what a run_builder has.
class index_writer::merge {
 public:
  static constexpr std::size_t fan_in = 8;

  /// `db`: where the sources are. `last`: what they have of events behind it is left out.
  merge(std::vector<index_run> sources, std::uint64_t number, sql::database& db,
        std::uint64_t last = std::numeric_limits<std::uint64_t>::max());

  /// Writes the next blocks of entries, at most so many; true: that was the last of them, and the run is whole.
  bool advance(int blocks, const run_builder::sink& put);

  const std::vector<index_run>& sources() const noexcept { return sources_; }
  const index_run& made() const noexcept { return builder_.run(); }

 private:
  /// Where a source is being read. It has a copy of its block: the transaction that it was read in ends before.
  struct cursor {
    std::size_t next_block = 0;
    std::vector<std::uint8_t> bytes;
    block_view block;
    std::size_t at = 0;
    index_entry entry;
    bool ended = false;
  };
  static index_run planned(const std::vector<index_run>& sources, std::uint64_t number, std::uint64_t last);
  void begin(std::size_t source);
  void step(std::size_t source);
  void read_block(std::size_t source);

  const std::string path_;
  const std::uint64_t last_;
  const std::vector<index_run> sources_;
  std::vector<cursor> cursors_;
  sql::statement select_;
  run_builder builder_;
};

}  // namespace whence::inline v0
