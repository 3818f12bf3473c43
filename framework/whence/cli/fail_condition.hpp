/// `--fail-if 'lag>1000'`: what makes a healthy answer a "no".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <whence/cli/condition.hpp>
#include <whence/cli/model_standing.hpp>

namespace whence::inline v0::cli {

/// A condition (`condition.hpp`) about one read model: `lag` in events, `behind` as a time (`30s`, `5m`), `state` as a word.
class fail_condition {
 public:
  /// Throws   usage_error (`usage.condition`).
  explicit fail_condition(std::string_view text);

  /// What is not known of a model, and what is still being built, meets no condition.
  bool holds(const model_standing& model) const;
  const std::string& text() const noexcept { return text_; }

 private:
  enum class subject { lag, behind, state };

  std::string text_;
  subject about_ = subject::lag;
  comparison how_ = comparison::greater;
  std::uint64_t events_ = 0;
  std::chrono::microseconds time_{};
  std::string state_;
};

}  // namespace whence::inline v0::cli
