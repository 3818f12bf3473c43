// Group commit: how appends share commits, who commits, and what happens at the limits.
#include <doctest/doctest.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <whence/store/log_errors.hpp>

#include <tests/in_child.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

std::int64_t groups_announced(whence::log& log, const std::function<void()>& work) {
  std::atomic<std::int64_t> groups{0};
  std::atomic<std::uint64_t> head{0};
  const announcement_handle handle = log.on_committed([&](global_position now) {
    ++groups;
    head = now.value();
  });
  work();
  while (head < log.head().value()) std::this_thread::yield();
  return groups;
}

}  // namespace

TEST_CASE("appends that are queued together share one commit, and keep their order") {
  const log_folder folder;
  const auto log = folder.open({.held_at_most = std::chrono::minutes{1}});
  std::vector<async<append_outcome>> results;
  const std::int64_t groups = groups_announced(*log, [&] {
    for (int i = 0; i < 100; ++i) results.push_back(log->append(folder.batch("order-" + std::to_string(i))));
    std::uint64_t position = 0;
    for (async<append_outcome>& result : results) {
      CHECK(std::move(result).get().value().first == global_position{++position});
    }
  });
  CHECK(groups == 1);
}

TEST_CASE("a caller that blocks commits by itself: its append needs no other thread") {
  // On an executor that nobody runs, and without a wake-up of the committer: only the caller can have done it.
  const log_folder folder;
  const runtime& real = folder.runtime();
  const runtime alone(real.clock, real.entropy, real.files, std::make_shared<manual_executor>());
  const auto log = sqlite(folder.path()).open(alone);
  for (int i = 0; i < 20; ++i) CHECK(log->append(folder.batch("order-1")).get().committed());
}

TEST_CASE("an append whose result is merely kept is committed all the same") {
  const log_folder folder;
  const auto log = folder.open();
  for (std::uint64_t position = 1; position <= 3; ++position) {  // also after a while in which there were none
    auto kept = log->append(folder.batch("order-1"));
    while (log->head() < global_position{position}) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    while (!kept.ready()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    std::this_thread::sleep_for(std::chrono::milliseconds{150});
    CHECK(std::move(kept).get().committed());
  }
}

TEST_CASE("an append in a group that is refused costs its neighbours nothing") {
  const log_folder folder;
  const auto log = folder.open();
  append_batch conflict = folder.batch("order-1");
  conflict.streams[0].expected = expected_version::exactly(stream_version{5});
  append_batch reused = folder.batch("order-3");
  const append_batch first = folder.batch("order-1");
  reused.streams[0].events[0].id = first.streams[0].events[0].id;
  append_batch other_type = folder.batch("order-1");
  other_type.streams[0].aggregate_type = "Payment";
  std::vector<async<append_outcome>> results;
  for (const append_batch& batch : {first, conflict, reused, other_type, first, folder.batch("order-2")}) {
    results.push_back(log->append(batch));
  }
  std::vector<append_outcome> outcomes;
  for (async<append_outcome>& result : results) outcomes.push_back(std::move(result).get());
  CHECK(outcomes[0].committed()->last == global_position{1});
  CHECK(outcomes[1].refused()->why == append_refused::reason::version_conflict);
  CHECK(outcomes[1].refused()->actual == stream_version{1});
  CHECK(outcomes[2].refused()->why == append_refused::reason::event_id_reused);
  CHECK(outcomes[3].refused()->why == append_refused::reason::invalid);
  CHECK(outcomes[4].committed()->repeated);
  CHECK(outcomes[5].committed()->first == global_position{2});
  CHECK(log->head() == global_position{2});
}

TEST_CASE("a queue that is full refuses, if the options say so, and takes more when there is room") {
  const log_folder folder;
  const auto log = folder.open(
      {.queue_bytes_max = 100'000, .queue_full = when_queue_full::refuse, .held_at_most = std::chrono::minutes{1}});
  std::vector<async<append_outcome>> held;
  for (int i = 0; i < 5; ++i)
    held.push_back(log->append(folder.batch("order-1", 1, "\"" + std::string(30'000, 'x') + "\"")));
  int committed = 0;
  int refused = 0;
  for (async<append_outcome>& result : held) {
    const append_outcome outcome = std::move(result).get();
    if (outcome.committed() != nullptr) ++committed;
    if (outcome.refused() != nullptr && outcome.refused()->why == append_refused::reason::queue_full) ++refused;
  }
  CHECK(committed == 3);
  CHECK(refused == 2);
  CHECK(log->append(folder.batch("order-1", 1, "\"" + std::string(500'000, 'x') + "\"")).get().committed());
}

TEST_CASE("a queue that is full makes its caller wait until the thread has made room") {
  const log_folder folder;
  const auto log = folder.open({.queue_bytes_max = 1'000});
  std::vector<async<append_outcome>> held;  // nobody blocks for them, so that nobody drives
  for (int i = 0; i < 50; ++i)
    held.push_back(log->append(folder.batch("order-1", 1, "\"" + std::string(300, 'x') + "\"")));
  for (async<append_outcome>& result : held) CHECK(std::move(result).get().committed());
}

TEST_CASE("appends from many threads, awaited in every way, all end, and the order is dense") {
  const log_folder folder;
  const auto log = folder.open({.checkpoint_bytes = 300'000});
  std::atomic<int> told{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 6; ++number) {
    threads.emplace_back([&, number] {
      const std::string stream = "order-" + std::to_string(number);
      for (int i = 0; i < 60; ++i) {
        async<append_outcome> result = log->append(folder.batch(stream));
        if (i % 3 == 0) {
          if (std::move(result).get().committed() != nullptr) ++told;
        } else if (i % 3 == 1) {
          auto counted = std::move(result).then([&told](const append_outcome& outcome) {
            if (outcome.committed() != nullptr) ++told;
          });
        } else {
          {
            const async<append_outcome> dropped = std::move(result);
          }
          ++told;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  while (told < 6 * 60 || log->head() < global_position{6 * 60}) std::this_thread::yield();
  CHECK(log->read(global_position{}).size() == 360);
}

TEST_CASE("closing while threads append leaves no append without an answer") {
  const log_folder folder;
  const auto log = folder.open();
  std::atomic<std::uint64_t> committed{0};
  std::atomic<int> other{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      for (;;) {
        const append_outcome outcome = log->append(folder.batch("order-" + std::to_string(number))).get();
        if (outcome.committed() != nullptr) {
          ++committed;
          continue;
        }
        if (outcome.refused() == nullptr || outcome.refused()->why != append_refused::reason::closed) ++other;
        return;
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  log->close();
  for (std::thread& thread : threads) thread.join();
  CHECK(other == 0);
  CHECK_THROWS_AS(log->read(global_position{}), log_closed);
  CHECK_THROWS_AS(log->wait_beyond(global_position{}).get(), log_closed);
  CHECK(folder.open()->head() == global_position{committed});
}

TEST_CASE("the WAL stays as small as the options say, however often it was copied") {
  const log_folder folder;
  constexpr std::uint64_t checkpoint_bytes = 256u << 10;
  const auto log = folder.open({.checkpoint_bytes = checkpoint_bytes});
  const std::string data = '"' + std::string(6'000, 'x') + '"';
  for (int i = 0; i < 3'000; ++i) folder.append(*log, "order-1", 1, data);
  constexpr std::uint64_t room_bytes = 256u << 10;  // zeros behind the last frame
  CHECK(std::filesystem::file_size(folder.beside("-wal")) < 2 * checkpoint_bytes + room_bytes);
}

TEST_CASE("a fork of the process can neither use nor close the log, and leaves it whole") {
  const log_folder folder;
  auto log = folder.open();
  folder.append(*log, "order-1");
  const pid_t child = ::fork();
  if (child == 0) {
    int refused = 0;
    for (const auto& use : std::vector<std::function<void()>>{[&] { static_cast<void>(log->append({})); },
                                                              [&] { static_cast<void>(log->read(global_position{})); },
                                                              [&] { log->close(); }}) {
      try {
        use();
      } catch (const log_closed&) {
        ++refused;
      }
    }
    log.reset();
    ::_exit(refused == 3 ? 0 : 1);
  }
  CHECK(tests::wait_for(child).exited_with(0));
  CHECK(folder.append(*log, "order-1").last == global_position{2});
  log.reset();
  CHECK(folder.open()->head() == global_position{2});
}

TEST_CASE("recordedAt never decreases, also when the clock does") {
  struct jumping_clock final : whence::clock {
    timestamp now() const override { return times[std::min<std::size_t>(next++, times.size() - 1)]; }
    std::chrono::nanoseconds elapsed() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
    std::vector<timestamp> times;
    mutable std::size_t next = 0;
  };
  const auto at = [](int second) { return timestamp(std::chrono::seconds(second)); };
  const log_folder folder;
  const runtime& real = folder.runtime();
  auto clock = std::make_shared<jumping_clock>();
  clock->times = {at(0), at(100), at(50), at(200), at(10)};  // the first is for the log's id
  for (int round = 0; round < 2; ++round) {
    const auto log = sqlite(folder.path()).open(runtime(clock, real.entropy, real.files, real.executor));
    for (int i = 0; i < 2; ++i) CHECK(log->append(folder.batch("order-1")).get().committed());
  }
  std::vector<timestamp> recorded;
  const event_page page = folder.visit()->read(global_position{});
  for (const recorded_event& event : page) recorded.push_back(event.recorded_at);
  CHECK(recorded == std::vector<timestamp>{at(100), at(100), at(200), at(200)});
}
