// A repeat is recognised however old it is and whatever became of the index since: it grew, its runs were merged, it was deleted.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <whence/store/sqlite/index/format.hpp>
#include <whence/store/sqlite/index/run.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

constexpr int events_of_batch = 10'000;
constexpr int batches = 36;  // nine runs: a run is made of 32,768 events at least, and eight are merged into one

/// One small batch in front of each large one.
std::vector<append_batch> grow(const log_folder& folder, whence::log& log) {
  std::vector<append_batch> remembered;
  for (int i = 0; i < batches; ++i) {
    remembered.push_back(folder.batch("order-" + std::to_string(i % 7), 2));
    REQUIRE(log.append(remembered.back()).get().committed());
    REQUIRE(log.append(folder.batch("bulk-" + std::to_string(i), events_of_batch)).get().committed());
  }
  return remembered;
}

bool has_merged_run(const log_folder& folder) {
  sql::database index = sql::database::open(folder.beside(".index"), sql::open_mode::read_only);
  for (const index_run& run : read_runs(index, true)) {
    if (run.level() > 0) return true;
  }
  return false;
}

void check_repeats(const log_folder& folder, whence::log& log, const std::vector<append_batch>& remembered) {
  const global_position head = log.head();
  for (std::size_t i = 0; i < remembered.size(); ++i) {
    CAPTURE(i);
    const append_batch& batch = remembered[i];
    const append_committed again = log.append(batch).get().value();
    CHECK(again.repeated);
    CHECK(again.first == global_position{i * (events_of_batch + 2) + 1});
    CHECK(again.last == again.first.next());

    append_batch partly = batch;
    partly.streams[0].events[0] = folder.event();
    const append_outcome refused = log.append(partly).get();
    REQUIRE(refused.refused());
    CHECK(refused.refused()->why == append_refused::reason::event_id_reused);
    CHECK(refused.refused()->event == batch.streams[0].events[1].id);

    append_batch other = batch;
    other.streams[0].events[1].data = R"({"other":true})";
    CHECK(log.append(other).get().refused()->why == append_refused::reason::event_id_reused);
  }
  CHECK(log.head() == head);
}

}  // namespace

TEST_CASE(
    "repeats of any age are recognised in a grown log, when its runs were merged, and when its index was deleted") {
  const log_folder folder;
  std::vector<append_batch> remembered;
  {
    const auto log = folder.open();
    remembered = grow(folder, *log);
    // Merging is the work of quiet moments.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!has_merged_run(folder) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    REQUIRE(has_merged_run(folder));
    check_repeats(folder, *log, remembered);
  }
  {
    const auto log = folder.open();
    check_repeats(folder, *log, remembered);
  }
  for (const char* const part : {"", "-wal", "-shm"})
    std::filesystem::remove(folder.beside(std::string(".index") + part));
  const auto log = folder.open();
  check_repeats(folder, *log, remembered);
}
