/// The index of a fork's base, of which the fork takes over what it has of their past.
#pragma once

#include <optional>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/core/position.hpp>
#include <whence/sql/database.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/index/checkpoint.hpp>
#include <whence/store/sqlite/index/run.hpp>

namespace whence::inline v0 {

/// It is of one moment as long as this lives; whoever writes it is not held up.
///
/// Threads  one at a time.
/// Throws   sql_error, with its path: there is none, or it cannot be read, or is not as it was written.
class base_index {
 public:
  explicit base_index(files& files, const log_paths& base);
  base_index(const base_index&) = delete;
  base_index& operator=(const base_index&) = delete;

  /// How far it goes in the base, which may be beyond where the fork begins; nothing: it is empty.
  std::optional<index_checkpoint> checkpoint();

  /// The run that begins with that event; null: none does.
  const index_run* run_from(global_position first) const;

  sql::database& database() noexcept { return db_; }

  /// Throws sql_error (CORRUPT): meanwhile it became another file, or somebody wrote what was taken for unchanging. Nothing that
  /// was read of it is to be relied on.
  void must_still_hold();

 private:
  sql::reading_mode mode_;
  sql::database db_;
  std::vector<index_run> runs_;
};

}  // namespace whence::inline v0
