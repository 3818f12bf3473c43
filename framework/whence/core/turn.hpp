/// Turns: how a coroutine that has much to do lets others have theirs.
#pragma once

#include <memory>
#include <utility>

#include <whence/core/async.hpp>

namespace whence::inline v0 {

/// `co_await next_turn(executor)`: goes on on the executor, behind what is queued there already.
inline auto next_turn(std::shared_ptr<executor> executor) {
  auto [turn, now] = make_async<void>(std::move(executor));
  now.complete();
  return detail::async_access::posted(turn);
}

}  // namespace whence::inline v0
