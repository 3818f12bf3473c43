#include <algorithm>

#include <whence/core/error.hpp>
#include <whence/resilience/retry.hpp>

namespace whence::inline v0 {

namespace {

/// The pause after the given number of failures, before jitter. Doubles without overflow, and stays at the maximum.
std::chrono::nanoseconds whole_pause(const retry_policy& policy, std::uint32_t failures) {
  auto pause = policy.pause_first;
  for (std::uint32_t doubled = 1; doubled < failures && pause < policy.pause_max; ++doubled) {
    if (pause > policy.pause_max / 2) return policy.pause_max;
    pause *= 2;
  }
  return std::clamp(pause, std::chrono::nanoseconds{0}, std::max(policy.pause_max, std::chrono::nanoseconds{0}));
}

}  // namespace

backoff::backoff(const retry_policy& policy, const runtime& runtime)
    : policy_(policy), clock_(runtime.clock), entropy_(runtime.entropy), began_(clock_->elapsed()) {}

std::optional<std::chrono::nanoseconds> backoff::next() {
  if (tries_ >= policy_.tries_max) return std::nullopt;
  const auto left = policy_.total_max - (clock_->elapsed() - began_);
  if (left <= std::chrono::nanoseconds{0}) return std::nullopt;
  const auto whole = whole_pause(policy_, tries_).count();
  const auto half = whole / 2;
  const auto spread = static_cast<std::uint64_t>(whole - half) + 1;
  const auto jitter = static_cast<std::int64_t>(entropy_->bits() % spread);
  ++tries_;
  return std::min(std::chrono::nanoseconds{half + jitter}, left);
}

void backoff::reset() {
  tries_ = 1;
  began_ = clock_->elapsed();
}

bool worth_retrying(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    return known.next() == next_move::retry || known.next() == next_move::reload;
  } catch (...) {
    return false;
  }
}

}  // namespace whence::inline v0
