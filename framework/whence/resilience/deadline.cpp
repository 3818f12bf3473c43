#include <whence/core/async.hpp>
#include <whence/core/timer.hpp>
#include <whence/resilience/deadline.hpp>

namespace whence::inline v0 {

namespace {

async<void> request_stop_after(runtime runtime, std::chrono::nanoseconds time, std::stop_source over,
                               std::stop_token dropped) {
  try {
    co_await sleep(runtime, time, dropped);
    over.request_stop();
  } catch (const operation_cancelled&) {
    // The deadline was met.
  } catch (const never_completed&) {
    over.request_stop();  // There is no timer any more: better too early than never.
  }
}

void forget(async<void>&&) {}

}  // namespace

deadline::deadline(const runtime& runtime, std::chrono::nanoseconds time) {
  forget(request_stop_after(runtime, time, over_, dropped_.get_token()));
}

deadline::~deadline() { dropped_.request_stop(); }

}  // namespace whence::inline v0
