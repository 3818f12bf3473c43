/// How far a long command has come: a line on standard error that is drawn over, on a terminal only.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include <whence/cli/surroundings.hpp>

namespace whence::inline v0::cli {

/// "events  61 %  3 100 000/5 100 000  182 000/s  ETA 11 s"
///
/// Appears after a second, and is drawn ten times a second at most; gone with the last word of the command. Where the cursor
/// cannot be moved there is none.
class progress_line {
 public:
  explicit progress_line(const surroundings& around);
  ~progress_line() { clear(); }
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  void show(std::string_view doing, std::uint64_t done, std::uint64_t of);
  void clear();

 private:
  std::string text_of(std::string_view doing, std::uint64_t done, std::uint64_t of);

  const surroundings& around_;
  const bool wanted_;
  const std::chrono::nanoseconds begun_;
  std::chrono::nanoseconds drawn_{};
  bool visible_ = false;
  std::string doing_;
  std::deque<std::pair<std::chrono::nanoseconds, std::uint64_t>> samples_;  // of the last five seconds
};

}  // namespace whence::inline v0::cli
