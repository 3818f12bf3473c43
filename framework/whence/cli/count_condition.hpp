/// `--fail-if '>0'`: a number that makes a command answer "no".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {

class count_condition {
 public:
  /// An operator (= != < <= > >=) and a whole number, 0 or more.
  /// Throws   usage_error (`usage.value`).
  explicit count_condition(std::string_view text);

  bool holds(std::uint64_t number) const noexcept;
  const std::string& text() const noexcept { return text_; }

 private:
  enum class comparison { equal, unequal, less, at_most, greater, at_least };
  std::string text_;
  comparison how_ = comparison::equal;
  std::uint64_t number_ = 0;
};

/// `condition.met`: done, and the answer is no.
struct condition_met final : error {
  condition_met(std::string what, const std::string& condition);
};

}  // namespace whence::inline v0::cli
