/// core: one type for what is there later, and the parts of the system that a test can replace.
#include <chrono>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include <whence/core/async.hpp>
#include <whence/core/id.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/simulation.hpp>
#include <whence/core/timer.hpp>

using namespace std::chrono_literals;

namespace {

whence::async<std::string> greet_later(whence::runtime runtime, std::string name) {  // arguments by value
  co_await whence::sleep(runtime, 5ms);
  co_return "hello, " + name;
}

}  // namespace

TEST_CASE("one type to block on, to chain and to await") {
  const whence::runtime runtime = whence::runtime::system();

  const std::string blocked = greet_later(runtime, "ada").get();
  const std::size_t chained = greet_later(runtime, "ada").then([](std::string text) { return text.size(); }).get();

  CHECK(blocked == "hello, ada");
  CHECK(chained == 10);
}

TEST_CASE("time that passes when the test says so") {
  const auto clock = std::make_shared<whence::manual_clock>();
  const auto timer = std::make_shared<whence::manual_timer>(clock);
  whence::runtime runtime = whence::runtime::system();
  runtime.clock = clock;
  runtime.timer = timer;

  auto greeting = greet_later(runtime, "ada");
  clock->advance(5ms);
  timer->wake_due();

  CHECK(std::move(greeting).get() == "hello, ada");
}
