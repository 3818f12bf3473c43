// Each in a process of its own, forked before there are threads: what a signal does is one thing for a whole process.
#include <tests/app/counters.hpp>

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include <doctest/doctest.h>

#include <whence/app/signals.hpp>

#include <tests/in_child.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using namespace std::chrono_literals;
using namespace counters;

namespace {

const id<Counter> one{"counter-1"};

int exit_code(const tests::ending& how) { return WIFEXITED(how.status) ? WEXITSTATUS(how.status) : -1; }

}  // namespace

TEST_CASE("a signal stops the application in order, and what was accepted is there") {
  for (const int signal : {SIGTERM, SIGINT}) {
    const tests::temporary_folder folder;
    const std::string path = folder.file("counters.db");
    const auto ended = tests::in_child([&] {
      auto app = application::on(sqlite(path)).aggregate<Counter>().projection<Sums>().stop_on_signals().start();
      int accepted = 0;
      try {
        for (;;) {
          if (!app.send<Count>(one, 1).get().accepted()) return 97;
          if (++accepted == 10) ::kill(::getpid(), signal);
        }
      } catch (const application_stopped&) {
      }
      app.wait_until_stopped();
      if (!app.stopping() || app.stop_signal() != signal) return 98;
      return accepted > 90 ? 90 : accepted;
    });
    const auto app = application::on(sqlite(path)).aggregate<Counter>().projection<Sums>().start();
    app.model<Sums>().include(app.head_token());
    CHECK(exit_code(ended) >= 10);
    CHECK(total(app.model<Sums>()) >= exit_code(ended));
  }
}

TEST_CASE("a second signal ends the process at once") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("counters.db");
  const auto ended = tests::in_child([&] {
    before_event = [](const event_context&) { std::this_thread::sleep_for(1h); };
    auto app = application::on(sqlite(path)).aggregate<Counter>().projection<Sums>().stop_on_signals().start();
    if (!app.send<Count>(one, 1).get().accepted()) return 97;
    ::kill(::getpid(), SIGINT);
    while (!app.stopping()) std::this_thread::sleep_for(1ms);
    ::kill(::getpid(), SIGTERM);
    std::this_thread::sleep_for(1h);
    return 98;
  });
  CHECK(ended.killed_by(SIGTERM));
}

TEST_CASE("a signal stops every application that asked for it, and no other") {
  const auto ended = tests::in_child([&] {
    auto first = application::on(memory()).stop_on_signals().start();
    auto second = application::on(memory()).stop_on_signals().start();
    auto third = application::on(memory()).aggregate<Counter>().start();
    ::kill(::getpid(), SIGTERM);
    first.wait_until_stopped();
    second.wait_until_stopped();
    return third.stopping() || !third.send<Count>(one, 1).get().accepted() ? 1 : 0;
  });
  CHECK(ended.exited_with(0));
}

TEST_CASE("what signals did before comes back with the end of the last watch") {
  const auto ended = tests::in_child([] {
    static std::atomic<int> caught;
    ::signal(SIGTERM, [](int) { ++caught; });
    {
      const signal_watch first([](int) {});
      const signal_watch second([](int) {});
    }
    ::kill(::getpid(), SIGTERM);
    if (caught != 1) return 1;
    {
      std::promise<int> told;
      const signal_watch third([&](int signal) { told.set_value(signal); });
      ::kill(::getpid(), SIGTERM);
      if (told.get_future().get() != SIGTERM) return 2;
    }
    ::kill(::getpid(), SIGTERM);
    return caught == 2 ? 0 : 3;
  });
  CHECK(ended.exited_with(0));
}

TEST_CASE("a signal that is ignored stays ignored, also when the other one comes") {
  const auto ended = tests::in_child([] {
    ::signal(SIGINT, SIG_IGN);
    {
      std::promise<int> told;
      std::atomic<int> calls{0};
      const signal_watch watch([&](int signal) {
        if (++calls == 1) told.set_value(signal);
      });
      ::kill(::getpid(), SIGINT);
      ::kill(::getpid(), SIGTERM);
      if (told.get_future().get() != SIGTERM) return 1;
      ::kill(::getpid(), SIGINT);  // it would end the process
      if (calls != 1) return 2;
    }
    struct sigaction now{};
    ::sigaction(SIGINT, nullptr, &now);
    return now.sa_handler == SIG_IGN ? 0 : 3;
  });
  CHECK(ended.exited_with(0));
}

TEST_CASE("watches come and go without a signal ever being lost or told twice") {
  const auto ended = tests::in_child([] {
    for (int turn = 0; turn < 200; ++turn) {
      std::atomic<int> told{0};
      signal_watch watch([&](int) { ++told; });
      ::kill(::getpid(), turn % 2 == 0 ? SIGTERM : SIGINT);
      while (told == 0) std::this_thread::yield();
      if (told != 1) return 1;
    }
    return 0;
  });
  CHECK(ended.exited_with(0));
}
