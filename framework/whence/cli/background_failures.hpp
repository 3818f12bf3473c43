/// What fails in the background of a command: a log that cannot be tidied when it is closed, an index that was lost.
#pragma once

#include <exception>
#include <memory>
#include <vector>

#include <whence/cli/exit_code.hpp>
#include <whence/core/executor.hpp>
#include <whence/core/guarded.hpp>

namespace whence::inline v0::cli {

/// Keeps what an executor reports until the command has ended, whose own failure says enough: the disk that was too full for it is
/// too full for what follows too.
///
/// Threads  any reports; one owner.
/// Limits   what is more than `kept_max` is told at once.
class background_failures {
 public:
  static constexpr std::size_t kept_max = 32;

  explicit background_failures(std::shared_ptr<executor> executor);
  background_failures(const background_failures&) = delete;
  background_failures& operator=(const background_failures&) = delete;
  /// Keeps nothing more: what is reported from now on is told at once.
  ~background_failures();

  /// A line on stderr for each, unless the command has failed and said so itself.
  void tell(exit_code ended);

 private:
  using failures = guarded<std::vector<std::exception_ptr>>;
  const std::shared_ptr<executor> executor_;
  const std::shared_ptr<failures> kept_ = std::make_shared<failures>();
};

}  // namespace whence::inline v0::cli
