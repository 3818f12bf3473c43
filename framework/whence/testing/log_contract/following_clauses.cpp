/// Following: waiting for what comes, and being told of what was committed.
#include <whence/testing/log_contract/workbench.hpp>

#include <atomic>
#include <mutex>
#include <optional>

#include <whence/store/log_errors.hpp>

namespace whence::testing::inline v0 {
namespace {

template <class Expected, class T>
void require_fails(watch<T>& watched, std::string_view what) {
  try {
    watched.get(what);
  } catch (const contract_broken&) {
    throw;
  } catch (const Expected&) {
    return;
  } catch (const std::exception& other) {
    throw contract_broken(std::string{what} + " ended with \"" + other.what() + "\"");
  }
  throw contract_broken(std::string{what} + " ended as if there were an event");
}

void at_once_if_there(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(to_stream("thing", expected_version::none(), make_events(3)));
  for (std::uint64_t after = 0; after < 3; ++after) {
    watch waiting(bench.writer().wait_beyond(global_position{after}));
    require_equal(waiting.get("waiting for what is there"), global_position{3}, "the head that waiting returns");
  }
}

void wakes_on_append(const log_fixture& fixture) {
  workbench bench(fixture);
  for (std::uint64_t round = 0; round < 5; ++round) {
    watch waiting(bench.writer().wait_beyond(global_position{round}));
    require(!waiting.is_there_within(must_not_happen_within), "waiting ended before anything was appended");
    bench.commit_new(one_event("thing"));
    require_equal(waiting.get("waiting for an append"), global_position{round + 1}, "the head that waiting returns");
  }
}

void not_before_the_position(const log_fixture& fixture) {
  workbench bench(fixture);
  watch waiting(bench.writer().wait_beyond(global_position{2}));
  for (int i = 0; i < 2; ++i) {
    bench.commit_new(one_event("thing"));
    require(!waiting.is_there_within(must_not_happen_within), "waiting for position 3 ended before it was there");
  }
  bench.commit_new(one_event("thing"));
  require_equal(waiting.get("waiting for position 3"), global_position{3}, "the head that waiting returns");
}

void many_wait(const log_fixture& fixture) {
  workbench bench(fixture);
  std::vector<watch<global_position>> all;
  for (std::uint64_t i = 0; i < 12; ++i) all.emplace_back(bench.writer().wait_beyond(global_position{i % 3}));
  bench.commit_new(to_stream("thing", expected_version::none(), make_events(3)));
  for (auto& waiting : all)
    require_equal(waiting.get("one of many that wait"), global_position{3}, "the head that waiting returns");
}

void a_reader_sees_what_woke_it(const log_fixture& fixture) {
  workbench bench(fixture);
  for (std::uint64_t round = 0; round < 20; ++round) {
    watch waiting(bench.writer().wait_beyond(global_position{round}));
    auto appended = bench.writer().append(one_event("thing"));
    watch append(std::move(appended));
    waiting.get("waiting for an append");
    require_equal(bench.writer().read(global_position{round}).size(), std::size_t{1}, "what a woken reader reads");
    require(append.get("an append").committed() != nullptr, "an append was not committed");
  }
}

void ends_on_stop(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("thing"));
  std::stop_source stop;
  watch waiting(bench.writer().wait_beyond(global_position{1}, stop.get_token()));
  require(!waiting.is_there_within(must_not_happen_within), "waiting ended before it was stopped");
  stop.request_stop();
  require_fails<operation_cancelled>(waiting, "waiting that was stopped");
  watch stopped_before(bench.writer().wait_beyond(global_position{1}, stop.get_token()));
  require_fails<operation_cancelled>(stopped_before, "waiting with a token that was stopped before");
  bench.commit_new(one_event("thing"));
}

void ends_on_close(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("thing"));
  watch waiting(bench.writer().wait_beyond(global_position{1}));
  require(!waiting.is_there_within(must_not_happen_within), "waiting ended before the log was closed");
  bench.writer().close();
  require_fails<log_closed>(waiting, "waiting on a log that was closed");
}

/// What was announced, in the order in which it was.
class announcements {
 public:
  std::function<void(global_position)> callback() {
    return [this](global_position head) {
      if (running_.exchange(true)) overlapped_ = true;
      {
        const std::lock_guard lock(mutex_);
        heads_.push_back(head.value());
      }
      running_ = false;
    };
  }
  std::vector<std::uint64_t> heads() const {
    const std::lock_guard lock(mutex_);
    return heads_;
  }
  std::uint64_t last() const {
    const auto all = heads();
    return all.empty() ? 0 : all.back();
  }
  bool overlapped() const { return overlapped_; }

 private:
  mutable std::mutex mutex_;
  std::vector<std::uint64_t> heads_;
  std::atomic<bool> running_{false};
  std::atomic<bool> overlapped_{false};
};

void announced_once_each(const log_fixture& fixture) {
  workbench bench(fixture);
  announcements heard;
  const announcement_handle handle = bench.writer().on_committed(heard.callback());
  std::vector<std::uint64_t> wanted;
  for (std::size_t i = 1; i <= 10; ++i) {
    const append_batch batch = to_stream("thing", expected_version::any(), make_events(i));
    wanted.push_back(bench.commit_new(batch).last.value());
    bench.commit(batch);
    bench.refuse(one_event("thing", expected_version::none()), append_refused::reason::version_conflict);
  }
  require_soon([&] { return heard.last() == wanted.back(); }, "the last commit was not announced");
  std::this_thread::sleep_for(must_not_happen_within);
  require_equal(heard.heads(), wanted, "what was announced of commits, repeats and refusals");
}

void announced_in_order(const log_fixture& fixture) {
  workbench bench(fixture);
  announcements heard;
  std::atomic<bool> too_early{false};
  const announcement_handle handle = bench.writer().on_committed(heard.callback());
  const announcement_handle reading = bench.writer().on_committed([&](global_position head) {
    if (bench.writer().head() < head) too_early = true;
  });
  at_once(8, [&](unsigned number) {
    for (int i = 0; i < 25; ++i) bench.commit_new(one_event("thing-" + std::to_string(number)));
  });
  require_soon([&] { return heard.last() == 200; }, "the last of many commits was not announced");
  const auto heads = heard.heads();
  for (std::size_t i = 1; i < heads.size(); ++i)
    require(heads[i - 1] < heads[i], "announcements came out of order, or twice for a group");
  require(!heard.overlapped(), "two announcements ran at the same time");
  require(!too_early, "a head was announced that a reader did not see yet");
}

void on_the_executor(const log_fixture& fixture) {
  workbench bench(fixture);
  std::promise<bool> on_executor;
  const announcement_handle handle = bench.writer().on_committed(
      [&](global_position) { on_executor.set_value(bench.runtime().executor->is_current_thread()); });
  auto result = on_executor.get_future();
  bench.commit_new(one_event("thing"));
  require(result.wait_for(must_happen_within) == std::future_status::ready, "a commit was not announced");
  require(result.get(), "an announcement did not run on the executor");
}

void silent_after_the_handle(const log_fixture& fixture) {
  workbench bench(fixture);
  announcements heard;
  announcements others;
  std::optional<announcement_handle> handle = bench.writer().on_committed(heard.callback());
  const announcement_handle other = bench.writer().on_committed(others.callback());
  bench.commit_new(one_event("thing"));
  require_soon([&] { return heard.last() == 1; }, "a commit was not announced");
  handle.reset();
  bench.commit_new(one_event("thing"));
  require_soon([&] { return others.last() == 2; }, "a commit was not announced to a handle that is kept");
  require_equal(heard.heads(), std::vector<std::uint64_t>{1}, "what was announced to a handle that is gone");
}

void handle_goes_in_its_callback(const log_fixture& fixture) {
  workbench bench(fixture);
  std::mutex mutex;
  std::optional<announcement_handle> handle;
  std::atomic<int> calls{0};
  {
    const std::lock_guard lock(mutex);
    handle = bench.writer().on_committed([&](global_position) {
      const std::lock_guard inner(mutex);
      ++calls;
      handle.reset();
    });
  }
  announcements others;
  const announcement_handle other = bench.writer().on_committed(others.callback());
  for (int i = 0; i < 3; ++i) bench.commit_new(one_event("thing"));
  require_soon([&] { return others.last() == 3; }, "a commit was not announced");
  require_equal(calls.load(), 1, "the calls of a callback that let go of its handle");
}

}  // namespace

std::vector<clause> following_clauses() {
  return {
      {"waiting beyond a position that is passed ends at once", at_once_if_there},
      {"waiting ends on an append, and not before", wakes_on_append},
      {"waiting for a later position is not ended by an earlier one", not_before_the_position},
      {"many can wait at once", many_wait},
      {"who was woken by an append reads it", a_reader_sees_what_woke_it},
      {"waiting ends with operation_cancelled on a stop request", ends_on_stop},
      {"waiting ends with log_closed when the log closes", ends_on_close},
      {"each commit is announced once; repeats and refusals are not", announced_once_each},
      {"announcements come in order, one at a time, when the events can be read", announced_in_order},
      {"announcements run on the executor", on_the_executor},
      {"nothing is announced after the handle is gone", silent_after_the_handle},
      {"a callback may let go of its own handle", handle_goes_in_its_callback},
  };
}

}  // namespace whence::testing::inline v0
