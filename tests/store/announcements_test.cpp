// On a manual executor, so that each test decides when an announcement is told.
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <whence/store/announcements.hpp>
#include <whence/store/log_errors.hpp>

using namespace whence;

namespace {

global_position at(std::uint64_t position) { return global_position{position}; }

struct fixture {
  std::shared_ptr<manual_executor> executor = std::make_shared<manual_executor>();
  announcements told{executor, "shop.db"};
};

}  // namespace

TEST_CASE("a wait ends with log_closed when the log closes, and so does a later one") {
  fixture f;
  async<global_position> early = f.told.wait_beyond(at(0), [] { return at(0); }, {});
  CHECK_FALSE(early.ready());
  f.told.close();
  REQUIRE(early.ready());
  CHECK_THROWS_AS(std::move(early).get(), log_closed);
  CHECK_THROWS_AS(f.told.wait_beyond(at(0), [] { return at(5); }, {}).get(), log_closed);
}

TEST_CASE("a stop request ends a wait") {
  fixture f;
  std::stop_source stop;
  async<global_position> wait = f.told.wait_beyond(at(0), [] { return at(0); }, stop.get_token());
  stop.request_stop();
  CHECK_THROWS_AS(std::move(wait).get(), operation_cancelled);
}

TEST_CASE("a wait is woken by an event beyond its position, and by no other") {
  fixture f;
  async<global_position> wait = f.told.wait_beyond(at(2), [] { return at(2); }, {});
  f.told.announce(at(2));
  f.executor->run_all();
  CHECK_FALSE(wait.ready());
  f.told.announce(at(3));
  CHECK_FALSE(wait.ready());  // not on the announcing thread
  f.executor->run_all();
  CHECK(std::move(wait).get() == at(3));
}

TEST_CASE("a wait for what is there already is ready at once") {
  fixture f;
  CHECK(f.told.wait_beyond(at(2), [] { return at(7); }, {}).get() == at(7));
}

TEST_CASE("a callback that throws is reported, and neither it nor the others are forgotten") {
  fixture f;
  int reports = 0;
  f.executor->on_report([&](std::exception_ptr) { ++reports; });
  int calls = 0;
  const announcement_handle bad = f.told.listen([](global_position) { throw std::runtime_error("bad"); });
  const announcement_handle good = f.told.listen([&](global_position) { ++calls; });
  f.told.announce(at(1));
  f.told.announce(at(2));
  f.executor->run_all();
  CHECK(reports == 2);
  CHECK(calls == 2);
}

TEST_CASE("each head is told, in order, until the handle goes") {
  fixture f;
  std::vector<std::uint64_t> heads;
  std::optional<announcement_handle> handle =
      f.told.listen([&](global_position head) { heads.push_back(head.value()); });
  for (std::uint64_t head = 1; head <= 5; ++head) f.told.announce(at(head));
  CHECK(heads.empty());
  f.executor->run_all();
  CHECK(heads == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  handle.reset();
  f.told.announce(at(6));
  f.executor->run_all();
  CHECK(heads.size() == 5);
}

TEST_CASE("a callback may end its own registration") {
  fixture f;
  int calls = 0;
  std::optional<announcement_handle> handle;
  handle = f.told.listen([&](global_position) {
    ++calls;
    handle.reset();
  });
  f.told.announce(at(1));
  f.told.announce(at(2));
  f.executor->run_all();
  CHECK(calls == 1);
}

TEST_CASE("ending a registration waits for a call that is running") {
  auto pool = std::make_shared<thread_pool>(2);
  announcements told(pool, "shop.db");
  std::atomic<bool> inside{false};
  std::atomic<bool> left{false};
  std::optional<announcement_handle> handle = told.listen([&](global_position) {
    inside = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    left = true;
  });
  told.announce(at(1));
  while (!inside) std::this_thread::yield();
  handle.reset();
  CHECK(left);
  pool->stop();
}

TEST_CASE("a listener that is slow costs a bounded number of heads, and learns the newest") {
  fixture f;
  std::vector<std::uint64_t> heads;
  const announcement_handle handle = f.told.listen([&](global_position head) { heads.push_back(head.value()); });
  for (std::uint64_t head = 1; head <= 5'000; ++head) f.told.announce(at(head));
  f.executor->run_all();
  CHECK(heads.size() == 1024);
  CHECK(heads.back() == 5'000);
}

TEST_CASE("announcements that nobody will run any more are let go") {
  std::optional<fixture> f(std::in_place);
  std::optional<announcement_handle> handle = f->told.listen([](global_position) {});
  f->told.announce(at(1));
  SUBCASE("by an executor that has stopped") {
    f->executor->stop();
    f->told.announce(at(2));
  }
  SUBCASE("by one that is forgotten") {}
  const std::weak_ptr<manual_executor> executor = f->executor;
  handle.reset();
  f.reset();
  CHECK(executor.expired());
}

TEST_CASE("while nobody listens or waits, an announcement gives the executor nothing to do") {
  fixture f;
  f.told.announce(at(1));
  CHECK(f.executor->run_all() == 0);
  {
    const announcement_handle handle = f.told.listen([](global_position) {});
    f.told.announce(at(2));
    CHECK(f.executor->run_all() == 1);
  }
  f.told.announce(at(3));
  CHECK(f.executor->run_all() == 0);
}
