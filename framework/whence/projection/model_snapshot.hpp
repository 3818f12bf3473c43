/// A read model at one instant.
#pragma once

#include <whence/subscription/checkpoint.hpp>

namespace whence::sql {
inline namespace v0 {
class database;
}
}  // namespace whence::sql

namespace whence::inline v0 {

/// As long as it lives, it shows the same: what the model was when it was opened.
///
/// Threads  one at a time.
class model_snapshot {
 public:
  virtual ~model_snapshot() = default;

  /// For reading only: whatever writes fails.
  virtual sql::database& database() noexcept = 0;

  /// How far the model had come.
  virtual const checkpoint& at() const noexcept = 0;

  /// To be asked after reading, before what was read is believed.
  /// Throws log_changed: the model had no -wal, was read as a file that nobody writes, and somebody has written it.
  virtual void must_hold() const {}
};

}  // namespace whence::inline v0
