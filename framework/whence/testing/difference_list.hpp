/// The lines that say what is different, at most so many that a screen holds them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace whence::testing::inline v0 {

class difference_list {
 public:
  static constexpr std::size_t lines_max = 30;

  void add(std::string_view line) {
    if (lines_++ < lines_max) text_.append("\n  ").append(line);
  }
  bool empty() const noexcept { return lines_ == 0; }

  /// Each line on one of its own, indented; to be appended to the sentence that they explain.
  std::string text() const {
    if (lines_ <= lines_max) return text_;
    return std::string(text_).append("\n  and ").append(std::to_string(lines_ - lines_max)).append(" more");
  }

 private:
  std::string text_;
  std::size_t lines_ = 0;
};

}  // namespace whence::testing::inline v0
