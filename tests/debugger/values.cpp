// A program with a value of each kind that gdb's printers know, which stops where all of them are there. It prints nothing.
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/core/envelope.hpp>
#include <whence/core/id.hpp>
#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/simulation.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>
#include <whence/store/append_batch.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>

namespace shop {
struct Order;

struct no_luck final : std::logic_error {
  using std::logic_error::logic_error;
};
}  // namespace shop

namespace {

[[gnu::noinline]] void everything_is_there() { asm volatile(""); }

template <class T>
whence::async<T> failed_with(std::exception_ptr failure) {
  auto [result, completion] = whence::make_async<T>(nullptr);
  completion.fail(std::move(failure));
  return std::move(result);
}

template <class T>
whence::async<T> ready_with(T value) {
  auto [result, completion] = whence::make_async<T>(nullptr);
  completion.complete(std::move(value));
  return std::move(result);
}

whence::async<std::string> waits_for(whence::async<int> other) { co_return std::to_string(co_await std::move(other)); }

}  // namespace

int main() {
  const auto event = whence::event_id::parse("0192a3b4-c5d6-7e7f-8081-828384858687");
  const whence::uuid nobody;
  [[maybe_unused]] const whence::causation_id cause{event};
  [[maybe_unused]] const whence::id<shop::Order> order{"order-1"};
  const whence::timestamp time = whence::parse_rfc3339("2026-01-27T10:30:00.25Z");
  [[maybe_unused]] const whence::timestamp ancient = whence::parse_rfc3339("0000-01-01T00:00:00Z");
  const whence::global_position position{42};
  [[maybe_unused]] const whence::token token{.epoch = 2, .position = position};
  [[maybe_unused]] const auto expected = whence::expected_version::exactly(whence::stream_version{7});
  [[maybe_unused]] const auto any = whence::expected_version::any();

  const auto clock = std::make_shared<whence::manual_clock>();
  const whence::runtime simulated(clock, std::make_shared<whence::seeded_entropy>(7), whence::system_files(),
                                  std::make_shared<whence::manual_executor>(),
                                  std::make_shared<whence::manual_timer>(clock));

  const auto log = whence::memory().open(simulated);
  const whence::new_event placed{.id = event,
                                 .type = "OrderPlaced",
                                 .occurred_at = time,
                                 .data = R"({"customer":"ada"})",
                                 .metadata = {},
                                 .tags = {}};
  (void)log->append({{{.stream = "order-1", .aggregate_type = "Order", .events = {placed}}}}).get();
  const whence::event_page page = log->read({});
  const whence::recorded_event& recorded = page.front();
  [[maybe_unused]] const whence::envelope envelope = whence::to_envelope(recorded);

  auto [pending, completion] = whence::make_async<int>(nullptr);
  auto [awaited, awaited_completion] = whence::make_async<int>(nullptr);
  [[maybe_unused]] const auto* awaited_state = &awaited_completion;
  auto coroutine = waits_for(std::move(awaited));
  [[maybe_unused]] auto ready = ready_with(41);
  [[maybe_unused]] auto ready_text = ready_with(std::string{"forty-two"});
  auto [done, done_completion] = whence::make_async<void>(nullptr);
  done_completion.complete();
  auto busy = failed_with<int>(std::make_exception_ptr(whence::log_busy("shop.db", 4711)));
  auto unlucky = failed_with<std::string>(std::make_exception_ptr(shop::no_luck("not today")));
  auto strange = failed_with<int>(std::make_exception_ptr(7));
  auto [taken, taken_completion] = whence::make_async<int>(nullptr);
  taken_completion.complete(1);
  (void)std::move(taken).get();

  everything_is_there();

  // Seen by somebody, or else they are reported.
  try {
    (void)std::move(busy).get();
  } catch (const whence::error&) {
  }
  try {
    (void)std::move(unlucky).get();
  } catch (const std::exception&) {
  }
  try {
    (void)std::move(strange).get();
  } catch (int) {
  }
  awaited_completion.complete(1);
  return nobody.is_nil() && coroutine.ready() ? 0 : 1;
}
