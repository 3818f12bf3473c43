/// Writes the index: adds runs, and merges them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/core/position.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/sqlite/index/checkpoint.hpp>
#include <whence/store/sqlite/index/format.hpp>
#include <whence/store/sqlite/index/run.hpp>

namespace whence::inline v0 {

/// The only one that writes the index.
///
/// Threads  one at a time.
/// Throws   sql_error.
class index_writer {
 public:
  /// Opens or makes it. What is no index, or one of another format, is replaced. `access`: whom one that is made is for.
  /// `patience`: for so long it waits, after a commit, for those who read what is in its WAL, when that has grown long.
  static index_writer open(files& files, const std::string& path, const std::optional<file_access>& access = {},
                           std::chrono::milliseconds patience = std::chrono::milliseconds{100});
  /// Makes a new one in the place of what is there.
  static index_writer replace(files& files, const std::string& path, const std::optional<file_access>& access = {});

  index_writer(index_writer&&) noexcept;
  index_writer& operator=(index_writer&&) noexcept;
  ~index_writer();

  std::optional<index_checkpoint> checkpoint();

  /// The ids of all events up to the checkpoint.
  id_range ids() const noexcept;

  /// Adds the next events (at least one), which follow on the checkpoint, as a run, and moves the checkpoint to the last of
  /// them, in one transaction.
  void add(index_batch batch, const log_identity& log);

  /// Adds a run of another index, the next one behind the checkpoint, as far as it has events up to `end`, which becomes the
  /// checkpoint. In transactions of a few milliseconds, between which it asks `stop`. False: it was stopped, and added nothing.
  /// Throws sql_error, of the index whose failure it is; nothing was added.
  bool take_over(const index_run& run, sql::database& of, const index_checkpoint& end,
                 const std::function<bool()>& stop);

  enum class merging {
    nothing,  ///< is to be merged or deleted
    can_wait,  ///< large runs, or the deletion of what is not needed any more: seconds of work, once in millions of events
    pressing,  ///< small runs, or large ones of which so many wait that lookups suffer
  };
  /// What the next `merge_a_part` is about.
  merging to_merge();

  /// Merges a part of what there is to merge, or deletes a part of what is not needed any more, in one transaction of a few
  /// milliseconds; small runs first, so that there are never many of them, also while large ones are merged. False: there is
  /// nothing to do.
  bool merge_a_part();

 private:
  class merge;
  explicit index_writer(sql::database db);

  void throw_away_unfinished();
  std::int64_t put(block_kind kind, std::span<const std::uint8_t> block);
  /// Ends a transaction that changed the runs, or what they are made of.
  void write_state();
  void begin_merge();
  bool delete_garbage();
  void throw_away(const index_run& run);
  void take_back(const index_run& unfinished);
  void keep_wal_short() noexcept;

  std::unique_ptr<int> wal_frames_;  // where it stays: SQLite writes to it
  int restart_wal_at_;
  std::chrono::milliseconds patience_{100};
  sql::database db_;
  sql::statement insert_block_;
  sql::statement insert_page_;
  std::vector<index_run> runs_;
  index_state state_;
  bool has_garbage_ = true;
  std::vector<std::unique_ptr<merge>> merges_;  // that were begun: each of smaller runs than those before it
};

}  // namespace whence::inline v0
