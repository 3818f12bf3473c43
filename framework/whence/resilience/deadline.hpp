/// A deadline: a stop token that is requested when its time has come.
#pragma once

#include <chrono>
#include <stop_token>

#include <whence/core/runtime.hpp>

namespace whence::inline v0 {

/// Ends whatever waits with its token, once the time is over. Destroying it before that lets go of the timer.
///
/// Threads  any.
class deadline {
 public:
  deadline(const runtime& runtime, std::chrono::nanoseconds time);
  ~deadline();
  deadline(const deadline&) = delete;
  deadline& operator=(const deadline&) = delete;

  std::stop_token token() const noexcept { return over_.get_token(); }
  bool over() const noexcept { return over_.stop_requested(); }

 private:
  std::stop_source over_;
  std::stop_source dropped_;
};

}  // namespace whence::inline v0
