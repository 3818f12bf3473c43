// Where something ran is told by thread ids; what was reported, by the executor's handler. Races are in
// detail/async_state_test.cpp.
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/executor.hpp>

#include <tests/core/reports.hpp>

using namespace whence;

namespace {

using thread_id = std::thread::id;

thread_id here() { return std::this_thread::get_id(); }

/// The executor's one thread.
thread_id thread_of(const std::shared_ptr<executor>& pool) {
  auto [result, completer] = make_async<void>(pool);
  completer.complete();
  return std::move(result).then([] { return here(); }).get();
}

std::exception_ptr failure(const std::string& text) { return std::make_exception_ptr(std::runtime_error(text)); }

async<int> add(async<int> first, int second) { co_return co_await std::move(first) + second; }
async<int> add_twice(async<int> first, int second) {
  auto once = add(std::move(first), second);
  co_return co_await std::move(once) + second;
}
async<int> number(int value) { co_return value; }
async<void> nothing() { co_return; }
async<thread_id> thread_after(async<void> result) {
  co_await std::move(result);
  co_return here();
}
async<int> fails_before_it_waits() {
  throw std::runtime_error("at once");
  co_return 1;
}

struct pool_fixture {
  std::shared_ptr<thread_pool> pool = std::make_shared<thread_pool>(1);
  tests::reports reports{*pool};
};

}  // namespace

TEST_CASE_FIXTURE(pool_fixture, "a result is awaited, called back or waited for: one type") {
  auto [first, complete_first] = make_async<int>(pool);
  complete_first.complete(40);
  CHECK(add(std::move(first), 2).get() == 42);
  auto [second, complete_second] = make_async<int>(pool);
  complete_second.complete(20);
  CHECK(std::move(second).then([](int value) { return value + 1; }).then([](int value) { return value * 2; }).get() ==
        42);
  auto [third, complete_third] = make_async<void>(pool);
  complete_third.complete();
  std::move(third).get();
}

TEST_CASE_FIXTURE(pool_fixture, "a result that only moves goes through every way out") {
  auto [first, complete_first] = make_async<std::unique_ptr<int>>(pool);
  complete_first.complete(std::make_unique<int>(7));
  auto passed = std::move(first).then([](std::unique_ptr<int> value) { return value; });
  auto kept = std::move(passed).otherwise([](std::exception_ptr) { return std::unique_ptr<int>(); });
  CHECK(*std::move(kept).get() == 7);
}

TEST_CASE_FIXTURE(pool_fixture, "a callback may return a result of its own, which is waited for") {
  auto [first, complete_first] = make_async<int>(pool);
  auto [second, complete_second] = make_async<int>(pool);
  auto sum = std::move(first).then([&inner = second](int value) { return add(std::move(inner), value); });
  complete_first.complete(40);
  complete_second.complete(2);
  CHECK(std::move(sum).get() == 42);
  auto [third, complete_third] = make_async<void>(pool);
  complete_third.complete();
  std::move(third).then([] { return nothing(); }).get();
}

TEST_CASE_FIXTURE(pool_fixture, "a coroutine starts at once, on its caller's thread") {
  CHECK(number(7).ready());
  auto [result, completer] = make_async<void>(pool);
  completer.complete();
  CHECK(thread_after(std::move(result)).get() == here());  // finished: it goes on inline
}

TEST_CASE_FIXTURE(pool_fixture, "callbacks run on the executor, even if the result is there") {
  const thread_id executor_thread = thread_of(pool);
  CHECK(executor_thread != here());
  auto [finished, completer] = make_async<void>(pool);
  completer.complete();
  REQUIRE(finished.ready());
  CHECK(std::move(finished).then([] { return here(); }).get() == executor_thread);
  auto [failed, failing] = make_async<thread_id>(pool);
  failing.fail(failure("no"));
  REQUIRE(failed.ready());
  CHECK(std::move(failed).otherwise([](std::exception_ptr) { return here(); }).get() == executor_thread);
}

TEST_CASE_FIXTURE(pool_fixture, "callbacks run on the executor when another thread completes") {
  const thread_id executor_thread = thread_of(pool);
  auto [later, completer] = make_async<void>(pool);
  auto ran = std::move(later).then([] { return here(); });
  std::thread([&completer = completer] { completer.complete(); }).join();
  CHECK(std::move(ran).get() == executor_thread);
  auto [failing, fail] = make_async<thread_id>(pool);
  auto recovered = std::move(failing).otherwise([](std::exception_ptr) { return here(); });
  std::thread([&fail = fail] { fail.fail(failure("no")); }).join();
  CHECK(std::move(recovered).get() == executor_thread);
}

TEST_CASE_FIXTURE(pool_fixture, "a plain co_await is resumed by the executor, never by whoever completes") {
  const thread_id executor_thread = thread_of(pool);
  auto [result, completer] = make_async<void>(pool);
  auto resumed_on = thread_after(std::move(result));
  thread_id completing_thread;
  std::thread([&completing_thread, &completer = completer] {
    completing_thread = here();
    completer.complete();
  }).join();
  const thread_id resumed = std::move(resumed_on).get();
  CHECK(resumed == executor_thread);
  CHECK(resumed != completing_thread);
}

TEST_CASE_FIXTURE(pool_fixture, "a failure travels through coroutines and past callbacks to who takes the result") {
  auto [result, completer] = make_async<int>(pool);
  auto sum = add_twice(std::move(result), 1).then([](int) -> int { throw std::logic_error("never called"); });
  completer.fail(failure("broken"));
  CHECK_THROWS_WITH_AS(std::move(sum).get(), "broken", std::runtime_error);
  CHECK_THROWS_WITH_AS(fails_before_it_waits().get(), "at once", std::runtime_error);
  CHECK(reports.texts().empty());
}

TEST_CASE_FIXTURE(pool_fixture, "otherwise recovers from a failure and lets a result pass") {
  auto [failed, failing] = make_async<int>(pool);
  failing.fail(failure("broken"));
  std::string seen;
  auto recovered = std::move(failed).otherwise([&seen](std::exception_ptr broken) {
    try {
      std::rethrow_exception(broken);
    } catch (const std::exception& error) {
      seen = error.what();
    }
    return 7;
  });
  CHECK(std::move(recovered).get() == 7);
  CHECK(seen == "broken");
  auto [fine, completer] = make_async<int>(pool);
  completer.complete(8);
  CHECK(std::move(fine).otherwise([](std::exception_ptr) { return 7; }).get() == 8);
  auto [failed_void, failing_void] = make_async<void>(pool);
  failing_void.fail(failure("broken"));
  std::move(failed_void).otherwise([](std::exception_ptr) {}).get();
  CHECK(reports.texts().empty());
}

TEST_CASE_FIXTURE(pool_fixture, "what a callback throws is the failure of its result") {
  auto [first, complete_first] = make_async<int>(pool);
  complete_first.complete(1);
  CHECK_THROWS_WITH(std::move(first).then([](int) { throw std::runtime_error("in then"); }).get(), "in then");
  auto [second, fail_second] = make_async<int>(pool);
  fail_second.fail(failure("broken"));
  auto recovered = std::move(second).otherwise([](std::exception_ptr) -> int { throw std::runtime_error("again"); });
  CHECK_THROWS_WITH(std::move(recovered).get(), "again");
}

TEST_CASE_FIXTURE(pool_fixture, "a result that nobody completes fails with never_completed") {
  auto [result, completer] = make_async<int>(pool);
  {
    auto dropped = std::move(completer);
  }
  CHECK_THROWS_AS(std::move(result).get(), never_completed);
  auto [awaited, other] = make_async<int>(pool);
  auto sum = add(std::move(awaited), 1);
  other = make_async<int>(pool).second;  // assigning drops what was there
  CHECK_THROWS_AS(std::move(sum).get(), never_completed);
}

TEST_CASE("a value that cannot be moved in is a failure, not an end of the program") {
  struct sticky {
    explicit sticky(int& left) : moves_left(&left) {}
    sticky(sticky&& other) : moves_left(other.moves_left) {
      if ((*moves_left)-- == 0) throw std::runtime_error("it sticks");
    }
    int* moves_left;
  };
  int moves_left = 0;
  auto [result, completer] = make_async<sticky>(nullptr);
  completer.complete(sticky(moves_left));
  CHECK_THROWS_WITH(std::move(result).get(), "it sticks");
}

TEST_CASE_FIXTURE(pool_fixture, "a failure that nobody looked at is reported, once") {
  {
    make_async<int>(pool).second.fail(failure("dropped with its result"));
  }
  auto [kept, completer] = make_async<int>(pool);
  completer.fail(failure("kept, then dropped"));
  CHECK(kept.ready());  // asking is not looking
  CHECK(reports.texts() == std::vector<std::string>{"dropped with its result"});
  {
    auto dropped = std::move(kept);
  }
  CHECK(reports.texts() == std::vector<std::string>{"dropped with its result", "kept, then dropped"});
}

TEST_CASE_FIXTURE(pool_fixture, "a failure at the end of a dropped chain is reported, once") {
  auto [result, completer] = make_async<int>(pool);
  {
    auto dropped = add_twice(std::move(result), 1).then([](int) {});
  }
  completer.fail(failure("at the root"));
  pool->stop();
  CHECK(reports.texts() == std::vector<std::string>{"at the root"});
}

TEST_CASE_FIXTURE(pool_fixture, "dropping a result ends neither the work nor the coroutine") {
  auto [result, completer] = make_async<int>(pool);
  auto went_on = std::make_shared<std::atomic<bool>>(false);
  {
    auto dropped = std::move(result).then([went_on](int) { went_on->store(true); });
  }
  completer.complete(1);
  pool->stop();
  CHECK(went_on->load());
}

TEST_CASE_FIXTURE(pool_fixture,
                  "waiting on an executor thread would deadlock, and says so even if the result is there") {
  const auto blocks = [&](bool finished) {
    auto [start, started] = make_async<void>(pool);
    auto [result, completer] = make_async<int>(pool);
    if (finished) completer.complete(7);
    auto blocked = std::move(start).then([&inner = result] { return std::move(inner).get(); });
    started.complete();
    CHECK_THROWS_AS(std::move(blocked).get(), would_deadlock);
    if (!finished) completer.complete(7);
    CHECK(std::move(result).get() == 7);  // the refusal took nothing away
  };
  blocks(true);
  blocks(false);
}

TEST_CASE_FIXTURE(pool_fixture, "waiting on a thread of another executor is refused too") {
  auto other = std::make_shared<thread_pool>(1);
  auto [start, started] = make_async<void>(other);
  auto blocked = std::move(start).then([&] {
    auto [result, completer] = make_async<int>(pool);
    completer.complete(7);
    return std::move(result).get();
  });
  started.complete();
  CHECK_THROWS_AS(std::move(blocked).get(), would_deadlock);
}

TEST_CASE("waiting where blocking is forbidden is refused, and allowed again afterwards") {
  const auto seven = [] {
    auto [result, completer] = make_async<int>(nullptr);
    completer.complete(7);
    return std::move(result).get();
  };
  {
    const no_blocking_here outer;
    {
      const no_blocking_here inner;
    }
    CHECK_THROWS_AS(seven(), would_deadlock);
    int elsewhere = 0;
    std::thread([&] { elsewhere = seven(); }).join();
    CHECK(elsewhere == 7);
  }
  CHECK(seven() == 7);
}

TEST_CASE_FIXTURE(pool_fixture, "a stop request ends the waiting; the work goes on, and its result is dropped") {
  std::stop_source stop;
  auto [result, completer] = make_async<int>(pool);
  auto cancelled = add(std::move(result).cancelled_by(stop.get_token()), 1);
  CHECK_FALSE(completer.cancelled());
  stop.request_stop();
  CHECK(completer.cancelled());
  CHECK_THROWS_AS(std::move(cancelled).get(), operation_cancelled);
  completer.complete(1);
  CHECK(reports.texts().empty());
}

TEST_CASE_FIXTURE(pool_fixture,
                  "a stop request that came before, one that comes too late, and a token that never stops") {
  std::stop_source stop;
  auto [late, complete_late] = make_async<int>(pool);
  auto late_result = std::move(late).cancelled_by(stop.get_token()).cancelled_by({});
  complete_late.complete(7);
  stop.request_stop();
  CHECK(std::move(late_result).get() == 7);
  auto [early, complete_early] = make_async<int>(pool);
  CHECK_THROWS_AS(std::move(early).cancelled_by(stop.get_token()).get(), operation_cancelled);
}

TEST_CASE_FIXTURE(pool_fixture, "a result may be cancelled by either of two tokens") {
  std::stop_source first;
  std::stop_source second;
  auto [result, completer] = make_async<int>(pool);
  auto twice = std::move(result).cancelled_by(first.get_token()).cancelled_by(second.get_token());
  first.request_stop();
  CHECK_THROWS_AS(std::move(twice).get(), operation_cancelled);
}

TEST_CASE_FIXTURE(pool_fixture, "a cancelled coroutine runs on to its end") {
  std::stop_source stop;
  auto [result, completer] = make_async<int>(pool);
  auto ran = std::make_shared<std::atomic<int>>(0);
  auto outer = std::move(result).then([ran](int value) { return ran->exchange(value); }).cancelled_by(stop.get_token());
  stop.request_stop();
  CHECK_THROWS_AS(std::move(outer).get(), operation_cancelled);
  completer.complete(7);
  pool->stop();
  CHECK(ran->load() == 7);
}

TEST_CASE_FIXTURE(pool_fixture, "being cancelled is no failure to report, but what fails after it is") {
  std::stop_source stop;
  auto [result, completer] = make_async<int>(pool);
  {
    auto dropped = add(std::move(result).cancelled_by(stop.get_token()), 1);
  }
  stop.request_stop();
  completer.fail(failure("the work failed afterwards"));
  pool->stop();
  CHECK(reports.texts() == std::vector<std::string>{"the work failed afterwards"});
}

TEST_CASE("without an executor, whoever waits goes on on the completing thread") {
  auto [result, completer] = make_async<void>(nullptr);
  auto called_on =
      thread_after(std::move(result)).then([](thread_id resumed) { return resumed == here() ? here() : thread_id(); });
  thread_id completing;
  std::thread([&completing, &completer = completer] {
    completing = here();
    completer.complete();
  }).join();
  CHECK(std::move(called_on).get() == completing);
  CHECK(number(7).then([](int value) { return value + 1; }).get() == 8);
}

TEST_CASE_FIXTURE(pool_fixture, "a coroutine takes over the executor of what it awaited first") {
  const thread_id executor_thread = thread_of(pool);
  auto [result, completer] = make_async<int>(pool);
  auto sum = add_twice(std::move(result), 1);
  auto called_on = std::move(sum).then([](int) { return here(); });
  std::thread([&completer = completer] { completer.complete(1); }).join();
  CHECK(std::move(called_on).get() == executor_thread);
}
