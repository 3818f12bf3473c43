/// SIGINT and SIGTERM as a wish that a command hears: it stops at the next safe point, and says what it has.
#pragma once

#include <chrono>
#include <memory>

#include <whence/cli/exit_code.hpp>

namespace whence::inline v0::cli {

/// While one lives, the first SIGINT and the first SIGTERM are only noted; a second one ends the process, as always.
///
/// Threads  one at a time.
class interruption {
 public:
  virtual ~interruption() = default;
  virtual bool wanted() const noexcept = 0;
  /// What a command exits with that it stopped before its end: `interrupted`, or `terminated` if it was SIGTERM.
  virtual exit_code code() const noexcept = 0;
  /// Waits so long; false: the signal came before or meanwhile.
  virtual bool wait(std::chrono::milliseconds time) = 0;
};

/// The process's own: one at a time.
std::unique_ptr<interruption> catch_interrupts();

}  // namespace whence::inline v0::cli
