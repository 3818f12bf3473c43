/// Reads the index through a read-only connection: where the events with a key may stand.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/store/sqlite/index/filter_cache.hpp>
#include <whence/store/sqlite/index/run.hpp>
#include <whence/store/sqlite/index/writer.hpp>

namespace whence::inline v0 {

/// Threads  one at a time.
/// Throws   sql_error; CORRUPT: something of the index is not as it was written.
/// Limits   the fences of all runs, a byte for a hundred events; with filters, what a filter_cache has.
class index_reader {
 public:
  enum class filters {
    unused,  ///< for who looks up what is there
    asked,   ///< for who mostly hears that it is not
  };

  /// `mode`: read_only or unchanging.
  explicit index_reader(const std::string& path, filters use = filters::unused,
                        sql::open_mode mode = sql::open_mode::read_only);

  /// All that is read while one lives is of one moment.
  class [[nodiscard]] snapshot {
   public:
    explicit snapshot(index_reader& index);
    ~snapshot();
    snapshot(const snapshot&) = delete;
    snapshot& operator=(const snapshot&) = delete;

   private:
    index_reader& index_;
  };

  /// True: its path names another file by now, or none.
  bool has_moved() noexcept;

  /// True: as of the last snapshot the key was in no run, as far as filters in memory tell. Reads nothing.
  bool surely_lacked(index_key key, const event_id* id);

  // All of these want a snapshot around them.
  std::optional<index_checkpoint> checkpoint();

  /// At most `limit` positions of the key beyond `after`, ascending; the first `skip` are left out.
  std::vector<std::uint64_t> ascending(index_key key, std::uint64_t after, std::size_t limit, std::uint64_t skip = 0);
  /// At most `limit` positions of the key before `before`, descending. `id`: the event id whose key it is, so that runs of
  /// other times are left out.
  std::vector<std::uint64_t> descending(index_key key, std::uint64_t before, std::size_t limit,
                                        const event_id* id = nullptr);

 private:
  /// What is remembered of a run as long as it lives.
  struct known_run {
    index_run run;
    bool has_fences = false;
    std::vector<index_key> fence_keys;
    std::vector<std::uint32_t> fence_distances;
    std::array<std::optional<filter_cache::filter>, filters_of_run> filters;  // nothing: not asked yet
  };
  /// Entries of a run, by their number in it.
  struct range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  void refresh();
  void drop_filters(known_run& known) noexcept;
  bool may_have(known_run& known, index_key key);
  void load_fences(known_run& known);
  filter_cache::filter& load_filter(known_run& known, std::size_t filter);
  const filter_cache::filter::page& load_page(known_run& known, std::size_t which, std::size_t page);
  std::vector<std::uint8_t> read_payload(const index_run& run, block_kind kind, std::size_t first, std::size_t end);
  std::span<const std::uint8_t> block(const index_run& run, std::size_t number);
  block_view entries(const index_run& run, std::size_t number);
  std::uint64_t entries_before(known_run& known, const index_entry& entry);
  /// Those of the key with a position of at least `from` and less than `to`.
  range find(known_run& known, index_key key, std::uint64_t from, std::uint64_t to);
  std::uint64_t position_of(const index_run& run, std::uint64_t entry);

  sql::database db_;
  state_reading state_;
  sql::statement select_;
  sql::statement select_page_;
  const filters use_;
  std::optional<index_state> seen_;
  std::vector<std::unique_ptr<known_run>> runs_;
  filter_cache cache_;
  std::vector<const filter_line*> lines_;  // of a question, one for each run
  // The block that was read last; `select_` stands on it.
  std::int64_t block_number_ = 0;
  block_view block_;
};

}  // namespace whence::inline v0
