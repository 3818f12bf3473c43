/// An import into a SQLite log: the log itself, opened for writing, with larger limits.
#pragma once

#include <optional>

#include <whence/core/runtime.hpp>
#include <whence/store/log_import.hpp>
#include <whence/store/sqlite/log.hpp>

namespace whence::inline v0 {

/// Threads  as the log.
class sqlite_import final : public log_import {
 public:
  sqlite_import(const log_paths& paths, const runtime& runtime, const log_identity& identity);

  log_reader& there() noexcept override { return *log_; }
  async<append_outcome> append(append_batch batch, global_position first, timestamp recorded_at) override;
  void finish(std::uint64_t least_epoch) override;

 private:
  const log_paths paths_;
  const runtime runtime_;
  const log_id of_;
  std::optional<sqlite_log> log_;
};

}  // namespace whence::inline v0
