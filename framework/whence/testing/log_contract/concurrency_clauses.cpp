/// Many writers and readers at once: dense order, no gap ever seen, expected versions hold.
#include <whence/testing/log_contract/workbench.hpp>

#include <atomic>
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

}  // namespace

std::vector<clause> concurrency_clauses() {
  return {
      {"with eight writers no reader ever sees a position before all below it", writers_and_readers},
      {"writers that append behind the head they saw lose no update", compare_and_append},
      {"no reader sees a part of a batch", batches_are_seen_whole},
  };
}

}  // namespace whence::testing::inline v0
