#include <doctest/doctest.h>

#include <pthread.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/error.hpp>
#include <whence/core/executor.hpp>
#include <whence/core/guarded.hpp>

#include <tests/core/allocations.hpp>
#include <tests/core/reports.hpp>

using namespace whence;

namespace {

/// Calls a function; counts what became of it.
class job final : public work {
 public:
  explicit job(std::function<void()> body = [] {}) : body_(std::move(body)) {}
  void run() noexcept override {
    body_();
    ++runs;
  }
  void abandon() noexcept override {
    ++abandoned;
    if (when_abandoned) when_abandoned();
  }

  std::atomic<int> runs{0};
  std::atomic<int> abandoned{0};
  std::function<void()> when_abandoned;

 private:
  std::function<void()> body_;
};

}  // namespace

TEST_CASE("a queue of work hands out what came first") {
  job first;
  job second;
  work_queue queue;
  CHECK(queue.empty());
  CHECK(queue.pop() == nullptr);
  for (int round = 0; round < 2; ++round) {
    queue.push(first);
    queue.push(second);
    CHECK_FALSE(queue.empty());
    CHECK(queue.pop() == &first);
    CHECK(queue.pop() == &second);
    CHECK(queue.pop() == nullptr);
  }
}

TEST_CASE("a pool runs each item once, on its named threads") {
  guarded<std::set<std::string>> names;
  std::vector<std::unique_ptr<job>> jobs;
  for (int i = 0; i < 1'000; ++i) {
    jobs.push_back(std::make_unique<job>([&] {
      char name[16] = "";
      pthread_getname_np(pthread_self(), name, sizeof name);
      auto own = names.lock();
      own->insert(name);
    }));
  }
  {
    thread_pool pool(2);
    for (auto& one : jobs) pool.post(*one);
  }
  for (auto& one : jobs) CHECK(one->runs == 1);
  auto own = names.lock();
  for (const std::string& name : *own) CHECK((name == "whence-exec-1" || name == "whence-exec-2"));
}

TEST_CASE("a pool of one thread starts what came first") {
  std::vector<int> order;
  std::vector<std::unique_ptr<job>> jobs;
  thread_pool pool(1);
  for (int i = 0; i < 100; ++i) {
    jobs.push_back(std::make_unique<job>([&order, i] { order.push_back(i); }));
    pool.post(*jobs.back());
  }
  pool.stop();
  CHECK(std::ranges::is_sorted(order));
  CHECK(order.size() == 100);
}

TEST_CASE(
    "work that is posted together runs in its order, behind what was there; a pool that has stopped abandons all of "
    "it") {
  std::vector<int> order;
  std::vector<std::unique_ptr<job>> jobs;
  for (int number = 0; number < 6; ++number) {
    jobs.push_back(std::make_unique<job>([&order, number] { order.push_back(number); }));
  }
  const auto all_but_first = [&] {
    work_queue items;
    for (std::size_t at = 1; at < jobs.size(); ++at) items.push(*jobs[at]);
    return items;
  };
  thread_pool pool(1);
  pool.post(*jobs[0]);
  work_queue items = all_but_first();
  pool.post_all(items);
  CHECK(items.empty());
  pool.stop();
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5});

  items = all_but_first();
  pool.post_all(items);
  CHECK(items.empty());
  CHECK(order.size() == 6);
  for (std::size_t at = 1; at < jobs.size(); ++at) CHECK(jobs[at]->abandoned == 1);
}

TEST_CASE("what finishes while posts are gathered is posted at the end, in its order; what belongs elsewhere at once") {
  const auto here = std::make_shared<manual_executor>();
  const auto elsewhere = std::make_shared<manual_executor>();
  std::vector<int> order;
  auto [first, first_done] = make_async<int>(here);
  auto [second, second_done] = make_async<int>(here);
  auto [third, third_done] = make_async<int>(elsewhere);
  const auto note = [&order](int number) { order.push_back(number); };
  const auto noted_first = std::move(first).then(note);
  const auto noted_second = std::move(second).then(note);
  const auto noted_third = std::move(third).then(note);
  {
    const detail::posting_together together;
    second_done.complete(2);
    first_done.complete(1);
    third_done.complete(3);
    CHECK(here->run_all() == 0);
    CHECK(elsewhere->run_all() > 0);
  }
  CHECK(here->run_all() > 0);
  CHECK(order == std::vector<int>{3, 2, 1});
}

TEST_CASE("a pool knows its own threads, and no others") {
  thread_pool pool(1);
  thread_pool other(1);
  bool inside = false;
  bool inside_other = true;
  bool on_any = false;
  job look([&] {
    inside = pool.is_current_thread();
    inside_other = other.is_current_thread();
    on_any = executor::on_executor_thread();
  });
  pool.post(look);
  pool.stop();
  CHECK(inside);
  CHECK_FALSE(inside_other);
  CHECK(on_any);
  CHECK_FALSE(pool.is_current_thread());
  CHECK_FALSE(executor::on_executor_thread());
}

TEST_CASE("stopping runs what is queued, and what that posts") {
  thread_pool pool(2);
  job last;
  job second([&] { pool.post(last); });
  job first([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.post(second);
  });
  pool.post(first);
  pool.stop();
  CHECK(last.runs == 1);
  pool.stop();  // nothing more happens
}

TEST_CASE("what is posted after the stop is abandoned on the posting thread, in a loop") {
  thread_pool pool(1);
  pool.stop();
  std::thread::id where;
  job second;
  job first;
  bool nested = false;
  first.when_abandoned = [&] {
    where = std::this_thread::get_id();
    pool.post(second);
    nested = second.abandoned == 1;
  };
  pool.post(first);
  CHECK(first.runs == 0);
  CHECK(first.abandoned == 1);
  CHECK(where == std::this_thread::get_id());
  CHECK(second.abandoned == 1);
  CHECK_FALSE(nested);
}

TEST_CASE("posting and stopping at once: each item is run or abandoned, once") {
  for (int round = 0; round < 200; ++round) {
    std::vector<std::unique_ptr<job>> jobs;
    for (int i = 0; i < 20; ++i) jobs.push_back(std::make_unique<job>());
    thread_pool pool(2);
    std::thread posting([&] {
      for (auto& one : jobs) pool.post(*one);
    });
    pool.stop();
    posting.join();
    for (auto& one : jobs) CHECK(one->runs + one->abandoned == 1);
  }
}

TEST_CASE("a pool may be stopped and destroyed by its own work") {
  auto done = std::make_shared<std::atomic<bool>>(false);
  auto pool = std::make_unique<thread_pool>(2);
  thread_pool& posting = *pool;
  job last([&, done] {
    pool.reset();
    done->store(true);
    done->notify_all();
  });
  posting.post(last);
  done->wait(false);
  CHECK(pool == nullptr);
  while (last.runs == 0) std::this_thread::yield();
}

TEST_CASE("posting allocates nothing") {
  thread_pool pool(1);
  job one;
  const tests::allocations posting;
  pool.post(one);
  CHECK(posting.count() == 0);
  pool.stop();
}

TEST_CASE("a manual executor runs what it is told to, when it is told to, on the thread that tells") {
  manual_executor manual;
  std::vector<int> order;
  job third([&] { order.push_back(3); });
  job first([&] {
    order.push_back(1);
    CHECK(manual.is_current_thread());
    manual.post(third);
  });
  job second([&] { order.push_back(2); });
  CHECK_FALSE(manual.run_one());
  manual.post(first);
  manual.post(second);
  CHECK(order.empty());
  CHECK(manual.run_one());
  CHECK(order == std::vector{1});
  CHECK(manual.run_all() == 2);
  CHECK(order == std::vector{1, 2, 3});
  CHECK_FALSE(manual.is_current_thread());
}

TEST_CASE("a manual executor that stops runs what is left; one that is destroyed abandons it") {
  job stopped;
  job late;
  job left;
  {
    manual_executor manual;
    manual.post(stopped);
    manual.stop();
    manual.post(late);
  }
  {
    manual_executor manual;
    manual.post(left);
  }
  CHECK(stopped.runs == 1);
  CHECK(late.abandoned == 1);
  CHECK(left.abandoned == 1);
}

TEST_CASE("a failure that nobody looked at goes to the handler, which may be changed and may fail itself") {
  thread_pool pool(1);
  pool.report(std::make_exception_ptr(std::runtime_error("to stderr, with no handler")));
  const tests::reports reports(pool);
  pool.report(std::make_exception_ptr(std::runtime_error("first")));
  CHECK(reports.texts() == std::vector<std::string>{"first"});
  pool.on_report([](const std::exception_ptr&) { throw std::runtime_error("the handler is broken"); });
  pool.report(std::make_exception_ptr(malformed_input("a.b", {.what = "to stderr, as the handler failed"})));
  pool.on_report(nullptr);
  pool.report(std::make_exception_ptr(7));
  CHECK(reports.texts().size() == 1);
}
