// A stream of pages: what is asked for is read, and nothing else.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/event_stream.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

void append(const log_folder& folder, whence::log& log, int events) {
  for (int i = 0; i < events; ++i) {
    static_cast<void>(log.append(folder.batch("order-" + std::to_string(i % 10))).get().value());
  }
}

/// Reads until it has seen so many events, or the stream ends.
async<std::vector<std::uint64_t>> positions(event_stream& events, std::size_t count, std::stop_token stop = {}) {
  std::vector<std::uint64_t> seen;
  while (seen.size() < count) {
    const event_page page = co_await events.next(stop);
    if (page.empty()) break;
    for (const recorded_event& event : page) seen.push_back(event.position.value());
  }
  co_return seen;
}

async<void> follow(whence::log& log, std::function<void(const recorded_event&)> handle, std::stop_token stop) {
  event_stream events(log, {.follow = true});
  for (;;) {
    const event_page page = co_await events.next(stop);
    for (const recorded_event& event : page) handle(event);
  }
}

std::vector<std::uint64_t> up_to(std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t position = 1; position <= last; ++position) all.push_back(position);
  return all;
}

}  // namespace

TEST_CASE("a stream gives every event once, in order, and ends with an empty page") {
  const log_folder folder;
  const auto log = folder.open();
  append(folder, *log, 25);
  event_stream events(*log, {.limit = {.events = 10}});
  CHECK(positions(events, 1'000).get() == up_to(25));
  CHECK(events.position() == global_position{25});
  // Asked again, it has what has come since.
  append(folder, *log, 2);
  CHECK(positions(events, 1'000).get() == std::vector<std::uint64_t>{26, 27});
}

TEST_CASE("nothing is read before it is asked for, and no more than a page of it") {
  const log_folder folder;
  const auto log = folder.open();
  event_stream events(*log, {.limit = {.events = 10}});
  append(folder, *log, 25);  // after the stream was made, before the first demand
  CHECK(events.next().get().size() == 10);
  CHECK(events.position() == global_position{10});
}

TEST_CASE("a stream that follows waits for more, until it is stopped") {
  const log_folder folder;
  const auto log = folder.open();
  append(folder, *log, 3);
  std::stop_source stop;
  std::vector<std::uint64_t> seen;
  async<void> following = follow(
      *log,
      [&](const recorded_event& event) {
        seen.push_back(event.position.value());
        if (seen.size() == 200) stop.request_stop();
      },
      stop.get_token());
  std::jthread writer([&] { append(folder, *log, 197); });
  CHECK_THROWS_AS(std::move(following).get(), operation_cancelled);
  CHECK(seen == up_to(200));
}

TEST_CASE("what a filter leaves out is no page: a stream that follows goes on looking") {
  const log_folder folder;
  const auto log = folder.open();
  append(folder, *log, 50);
  event_stream ended(*log, {.filter = {.aggregate_types = {}, .event_types = {"Nothing"}}, .limit = {.scanned = 7}});
  CHECK(ended.next().get().empty());
  CHECK(ended.position() == global_position{50});
}

TEST_CASE("a stop request ends the waiting, and skips nothing") {
  const log_folder folder;
  const auto log = folder.open();
  event_stream events(*log, {.follow = true});
  std::stop_source stop;
  async<event_page> waiting = events.next(stop.get_token());
  std::jthread stopper([&] { stop.request_stop(); });
  CHECK_THROWS_AS(static_cast<void>(std::move(waiting).get()), operation_cancelled);
  CHECK_THROWS_AS(static_cast<void>(events.next(stop.get_token()).get()), operation_cancelled);
  append(folder, *log, 1);
  CHECK(events.next().get().front().position == global_position{1});
}
