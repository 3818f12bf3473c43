/// `--fail-if '>0'`: a number that makes a command answer "no".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <whence/cli/condition.hpp>
#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {

class count_condition {
 public:
  /// A condition (`condition.hpp`) with nothing or `events` as its what, and a whole number.
  /// Throws   usage_error (`usage.condition`).
  explicit count_condition(std::string_view text);

  bool holds(std::uint64_t number) const noexcept;
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  comparison how_ = comparison::equal;
  std::uint64_t number_ = 0;
};

/// `condition.met`: done, and the answer is no.
struct condition_met final : error {
  condition_met(std::string what, const std::string& condition);
};

}  // namespace whence::inline v0::cli
