/// Which times can be written: those that have a text of RFC 3339.
#pragma once

#include <whence/core/timestamp.hpp>

namespace whence::inline v0::detail {

constexpr bool has_text(timestamp time) noexcept {
  return time >= std::chrono::sys_days{std::chrono::year{0} / 1 / 1} &&
         time < std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1};
}

}  // namespace whence::inline v0::detail
