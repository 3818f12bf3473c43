// What takes long is done by one thread, one at a time, and can be ended.
#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <whence/control/errors.hpp>
#include <whence/control/lone_worker.hpp>
#include <whence/core/runtime.hpp>

using namespace whence;
using namespace std::chrono_literals;

namespace {

const operation_request asked{.operation = "log archive", .by = {.user = "ada", .pid = 4182}};

struct bench {
  runtime running = runtime::system();
  lone_worker worker{running.executor};

  async<std::string> until_it_is_told() {
    return worker.run(asked, [](std::stop_token stop) -> std::string {
      while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
      throw operation_cancelled();
    });
  }
};

}  // namespace

TEST_CASE("what is done gives its text, and what fails its failure") {
  bench given;
  CHECK(given.worker.run(asked, [](std::stop_token) { return std::string("done"); }).get() == "done");
  CHECK_THROWS_AS(given.worker.run(asked, [](std::stop_token) -> std::string { throw std::out_of_range("no"); }).get(),
                  std::out_of_range);
  CHECK(given.worker.run(asked, [](std::stop_token) { return std::string("again"); }).get() == "again");
}

TEST_CASE("a second one at the same time is refused, and the next one after its answer is not") {
  bench given;
  std::promise<void> go;
  auto first = given.worker.run(asked, [&go](std::stop_token) {
    go.get_future().wait();
    return std::string("first");
  });
  CHECK_THROWS_AS(static_cast<void>(given.worker.run(asked, [](std::stop_token) { return std::string(); })),
                  operation_in_hand);
  go.set_value();
  CHECK(std::move(first).get() == "first");
  for (int i = 0; i < 200; ++i)
    CHECK(given.worker.run(asked, [](std::stop_token) { return std::string("next"); }).get() == "next");
}

TEST_CASE("who comes second is told what is in hand, and for whom") {
  bench given;
  auto first = given.until_it_is_told();
  try {
    static_cast<void>(given.worker.run({.operation = "log compact"}, [](std::stop_token) { return std::string(); }));
    FAIL("two at a time");
  } catch (const operation_in_hand& busy) {
    CHECK(std::string(busy.what()) ==
          "the service has `log archive` in hand, and takes no `log compact` meanwhile; nothing was done");
    CHECK(busy.text().why == "process 4182 of ada asked for it");
  }
  given.worker.end();
}

TEST_CASE("what nobody waits for any more is asked to stop, also before it begins, and the next one is taken") {
  bench given;
  std::stop_source peer;
  operation_request request = asked;
  request.withdrawn = peer.get_token();
  const auto until_it_is_told = [](std::stop_token stop) -> std::string {
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
    throw operation_cancelled();
  };
  auto first = given.worker.run(request, until_it_is_told);
  peer.request_stop();
  CHECK_THROWS_AS(std::move(first).get(), operation_cancelled);
  CHECK_THROWS_AS(given.worker.run(request, until_it_is_told).get(), operation_cancelled);
  CHECK(given.worker.run(asked, [](std::stop_token) { return std::string("next"); }).get() == "next");
}

TEST_CASE("when it is to end, what is being done is asked to, and nothing more is begun") {
  bench given;
  auto waits = given.until_it_is_told();
  given.worker.end_soon();
  CHECK_THROWS_AS(static_cast<void>(given.worker.run(asked, [](std::stop_token) { return std::string(); })),
                  operation_cancelled);
  CHECK_THROWS_AS(std::move(waits).get(), operation_cancelled);
  given.worker.end();
  given.worker.end();
}

TEST_CASE("the end waits for what is being done, also where nobody waits for its text") {
  bench given;
  bool ended = false;
  {
    const auto dropped = given.worker.run(asked, [&ended](std::stop_token stop) {
      while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
      ended = true;
      return std::string();
    });
  }
  given.worker.end();
  CHECK(ended);
}
