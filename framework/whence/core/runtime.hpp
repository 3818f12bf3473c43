/// The runtime: clock, entropy, files, executor and timer as one value. Nothing else in Whence asks the system for these,
/// so that replacing them puts everything into simulation (see simulation.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <whence/core/executor.hpp>
#include <whence/core/files.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

/// Tells the time. Threads: any.
class clock {
 public:
  virtual ~clock() = default;
  virtual timestamp now() const = 0;                     ///< wall clock; may step back
  virtual std::chrono::nanoseconds elapsed() const = 0;  ///< monotonic; for deadlines, leases, rates
};

/// Random bits. Threads: any.
class entropy {
 public:
  virtual ~entropy() = default;
  virtual std::uint64_t bits() = 0;
};

class timer;  // timer.hpp

/// What a log, a subscription or an application runs on. Copies share the parts.
struct runtime {
  /// No part is null, but the timer may be: then it is one that goes by the clock.
  runtime(std::shared_ptr<whence::clock> clock, std::shared_ptr<whence::entropy> entropy,
          std::shared_ptr<whence::files> files, std::shared_ptr<whence::executor> executor,
          std::shared_ptr<whence::timer> timer = nullptr);

  std::shared_ptr<whence::clock> clock;
  std::shared_ptr<whence::entropy> entropy;
  std::shared_ptr<whence::files> files;
  std::shared_ptr<whence::executor> executor;
  std::shared_ptr<whence::timer> timer;

  /// The real ones; the executor has `threads` threads, named "whence-exec-N".
  static runtime system(unsigned threads = 2);

  /// A UUIDv7 (RFC 9562 §6.2 method 1): greater than all that this runtime and its copies made before, also when the clock
  /// steps back.
  uuid make_uuid() const;

 private:
  std::shared_ptr<class uuid_sequence> ids_;
};

}  // namespace whence::inline v0
