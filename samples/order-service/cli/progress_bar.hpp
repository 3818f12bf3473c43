/// How far a long run has come, on a terminal: one line on stderr, drawn anew a few times a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace shop {

/// Draws nothing unless it is a terminal, and nothing in the first second.
class progress_bar {
 public:
  progress_bar(std::ostream& err, bool is_terminal, std::string what);
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;
  /// The line is empty again.
  ~progress_bar();

  /// `total` may be 0: not known.
  void show(std::uint64_t done, std::uint64_t total);

 private:
  void draw(std::uint64_t done, std::uint64_t total);

  std::ostream& err_;
  const bool is_terminal_;
  const std::string what_;
  const std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point drawn_;
  bool visible_ = false;
};

}  // namespace shop
