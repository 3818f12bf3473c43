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
  whence::simulation simulation(7);
  auto greeting = greet_later(simulation.runtime(), "ada");
  simulation.advance(4ms);
  CHECK_FALSE(greeting.ready());
  simulation.advance(1ms);
  CHECK(greeting.ready());

  CHECK(greet_later(simulation.runtime(), "bob").get() == "hello, bob");  // who blocks lets time pass
}
