/// Many writers and readers at once: dense order, no gap ever seen, expected versions hold.
#include <whence/testing/log_contract/workbench.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <set>

namespace whence::testing::inline v0 {
namespace {

constexpr unsigned writers = 8;
constexpr unsigned appends_each = 60;

/// Reads page after page until `events` are seen, waiting for more at the end. Every position must be the next one.
void follow_to(log_reader& reader, std::uint64_t events, page_limit limit) {
  global_position seen;
  while (seen.value() < events) {
    const event_page page = reader.read(seen, {}, limit);
    for (const auto& event : page) {
      require_equal(event.position, seen.next(), "the next position that a reader sees while others write");
      seen = event.position;
    }
    require(page.scanned_to() == seen, "a page of a log in motion was scanned to a position that it does not hold");
    if (!page.empty()) continue;
    const global_position head = watch(reader.wait_beyond(seen)).get("a reader's waiting for more");
    require(head > seen, "waiting for more ended without more");
  }
}

void writers_and_readers(const log_fixture& fixture) {
  workbench bench(fixture);
  std::vector<std::unique_ptr<log_reader>> visitors;
  for (int i = 0; i < 2; ++i) visitors.push_back(bench.visitor());
  at_once(writers + 6, [&](unsigned number) {
    if (number >= writers) {
      log_reader& reader =
          number < writers + 4 ? static_cast<log_reader&>(bench.writer()) : *visitors[number - writers - 4];
      const std::size_t size = number % 2 == 0 ? 1'000 : 7;
      follow_to(reader, writers * appends_each * 3 / 2, {.events = size});
      return;
    }
    const std::string own = "own-" + std::to_string(number);
    for (unsigned i = 0; i < appends_each; ++i) {
      append_batch batch = to_stream(own, expected_version::any(), make_events(1 + i % 2));
      if (i % 3 == 0) batch.streams[0].stream = "shared-" + std::to_string(i % 5);
      bench.commit_new(std::move(batch));
    }
  });
  const auto all = read_all(bench.writer());
  require_equal(all.size(), std::size_t{writers * appends_each * 3 / 2}, "the number of events in the log");
  require_dense(all);
  const auto ids = ids_of(all);
  require_equal(std::set(ids.begin(), ids.end()).size(), all.size(), "the number of different events in the log");
  for (auto& visitor : visitors) require_equal(ids_of(read_all(*visitor)), ids, "the log as a visitor sees it");
}

/// Eight threads count in one stream: read the head, append exactly behind it, and again after a conflict.
void compare_and_append(const log_fixture& fixture) {
  workbench bench(fixture);
  std::atomic<unsigned> conflicts{0};
  at_once(writers, [&](unsigned) {
    for (unsigned done = 0; done < 20;) {
      const stream_version seen = bench.writer().stream_head("counter");
      const append_outcome outcome = bench.writer().append(one_event("counter", expected_version::exactly(seen))).get();
      if (outcome.committed() != nullptr) {
        ++done;
        continue;
      }
      require(outcome.refused() != nullptr && outcome.refused()->why == append_refused::reason::version_conflict,
              "a counting append was " + shown(outcome));
      require(outcome.refused()->actual > seen, "a conflict names an actual version that is not beyond the one seen");
      ++conflicts;
    }
  });
  const auto all = read_all(bench.writer());
  require_equal(all.size(), std::size_t{writers * 20}, "the number of events that eight threads counted");
  require_dense(all);
}

/// A batch over two streams is seen by no reader in part.
void batches_are_seen_whole(const log_fixture& fixture) {
  workbench bench(fixture);
  std::atomic<std::uint64_t> announced{0};
  std::atomic<bool> partly{false};
  const announcement_handle handle = bench.writer().on_committed([&](global_position head) {
    if (head.value() % 3 != 0) partly = true;
    announced = head.value();
  });
  at_once(4, [&](unsigned number) {
    if (number == 0) {
      for (int i = 0; i < 100; ++i) {
        append_batch batch = to_stream("debit", expected_version::any(), make_events(2));
        batch.streams.push_back({"credit", "Thing", expected_version::any(), make_events(1)});
        bench.commit_new(std::move(batch));
      }
      return;
    }
    for (global_position seen; seen.value() < 300;) {
      seen = watch(bench.writer().wait_beyond(seen)).get("waiting for more");
      require_equal(seen.value() % 3, std::uint64_t{0}, "the head that waiting returned, within a batch of three");
      require_equal(bench.writer().read({}).size() % 3, std::size_t{0}, "the end of a page within a batch of three");
      require_equal(bench.writer().head().value() % 3, std::uint64_t{0}, "the head within a batch of three");
      require(seen > global_position{}, "waiting for more ended without more");
    }
  });
  require_equal(bench.writer().head(), global_position{300}, "the head after a hundred batches of three");
  require_soon([&] { return announced == 300; }, "the last of a hundred batches was not announced");
  require(!partly, "a head within a batch of three was announced");
}

constexpr std::uint64_t linked_events = writers * appends_each;

/// Asks again from where the last page ended, without waiting, until everything was looked at. What was passed over never comes.
void follow_link(log_reader& reader, const event_link& link, const std::vector<std::uint64_t>& wanted) {
  std::vector<std::uint64_t> seen;
  const auto deadline = std::chrono::steady_clock::now() + must_happen_within;
  for (global_position after; after.value() < linked_events;) {
    const event_page page = reader.read_linked(link, after, {.events = 100});
    for (const auto& event : page) seen.push_back(event.position.value());
    require(page.scanned_to() >= after, "who follows a link was sent back");
    after = page.scanned_to();
    require(after.value() <= linked_events, "a page was scanned to a position that the log does not have");
    require(std::chrono::steady_clock::now() < deadline,
            "who follows a link did not come to the end of the log in 20 s");
  }
  require_equal(seen, wanted, "the events that were seen by who followed a link while others wrote");
}

/// The same by the versions of a stream.
void follow_stream(log_reader& reader, std::string_view stream, std::uint64_t events) {
  const auto deadline = std::chrono::steady_clock::now() + must_happen_within;
  for (std::uint64_t seen = 0; seen < events;) {
    const event_page page =
        reader.read_stream(stream, stream_version{seen + 1}, read_direction::forward, {.events = 7});
    for (const auto& event : page) {
      require_equal(event.version, stream_version{++seen}, "the next version that a reader sees while others write");
    }
    const event_page last =
        reader.read_stream(stream, stream_version{UINT64_MAX}, read_direction::backward, {.events = 3});
    for (std::size_t i = 1; i < last.size(); ++i) {
      require_equal(last[i].version.value() + 1, last[i - 1].version.value(), "the version before another one");
    }
    require(last.empty() ? seen == 0 : last.front().version.value() >= seen,
            "the end of a stream was seen, and then not");
    require(std::chrono::steady_clock::now() < deadline, "who follows a stream did not come to its end in 20 s");
  }
}

void links_and_streams_beside_writers(const log_fixture& fixture) {
  workbench bench(fixture);
  const correlation_id shared{make_event().id.value()};
  std::vector<std::unique_ptr<log_reader>> visitors;
  for (int i = 0; i < 2; ++i) visitors.push_back(bench.visitor());
  const auto append = [&](const std::string& stream) {
    append_batch batch = one_event(stream);
    batch.streams[0].events[0].metadata.correlation = shared;
    const event_id id = batch.streams[0].events[0].id;
    const append_committed committed = bench.commit_new(std::move(batch));
    require(bench.writer().find_event(id) == committed.last, "an event was committed, and not found by its id");
  };
  append("stream-0");  // a store that finds nothing at all is found out before anybody waits for more
  const std::vector<std::uint64_t> all = numbers(1, linked_events);
  at_once(writers + 6, [&](unsigned number) {
    if (number < writers) {
      for (unsigned i = number == 0 ? 1 : 0; i < appends_each; ++i) append("stream-" + std::to_string(number));
      return;
    }
    const unsigned reader = number - writers;
    log_reader& reads = reader < 4 ? static_cast<log_reader&>(bench.writer()) : *visitors[reader - 4];
    if (reader % 2 == 0) {
      follow_link(reads, event_link::correlation(shared), all);
    } else {
      follow_stream(reads, "stream-" + std::to_string(reader), appends_each);
    }
  });
}

}  // namespace

std::vector<clause> concurrency_clauses() {
  return {
      {"with eight writers no reader ever sees a position before all below it", writers_and_readers},
      {"writers that append behind the head they saw lose no update", compare_and_append},
      {"no reader sees a part of a batch", batches_are_seen_whole},
      {"who follows a link or a stream beside writers misses nothing", links_and_streams_beside_writers},
  };
}

}  // namespace whence::testing::inline v0
