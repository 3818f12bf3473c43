/// A process that appends to a log as fast as it can, from several threads, until it is told to stop.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <whence/store/log_source.hpp>

#include <tests/in_child.hpp>

namespace tests {

/// What writer and trial tell each other, in memory that both have.
struct shared_with_writer {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> longest_us{0};  // of an append, since somebody set it to 0
};

class writer_process {
 public:
  /// The calling process must have no threads yet.
  writer_process(const std::string& log, unsigned threads, unsigned seed) : shared_(make_shared_memory()) {
    child_ = start_child([&] { return write(log, threads, seed, *shared_); });
  }
  writer_process(const writer_process&) = delete;
  writer_process& operator=(const writer_process&) = delete;
  ~writer_process() {
    stop();
    ::munmap(shared_, sizeof *shared_);
  }

  shared_with_writer& shared() noexcept { return *shared_; }

  void wait_for_events(std::uint64_t events) const {
    while (shared_->events < events) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }

  void stop() {
    if (child_ == 0) return;
    shared_->stop = true;
    const bool ended = wait_for(child_).exited_with(0);
    child_ = 0;
    if (!ended) throw std::runtime_error("the writer failed");
  }

 private:
  static shared_with_writer* make_shared_memory() {
    void* const place =
        ::mmap(nullptr, sizeof(shared_with_writer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) throw std::runtime_error("no memory to share");
    return new (place) shared_with_writer;
  }

  static whence::append_batch next(const whence::runtime& runtime, std::mt19937& dice) {
    whence::stream_append part;
    part.stream = "account-" + std::to_string(dice() % 500);
    part.aggregate_type = "Account";
    for (unsigned i = 0; i < 1 + dice() % 5; ++i) {
      whence::new_event event;
      event.id = whence::event_id(runtime.make_uuid());
      event.type = "Moved";
      event.occurred_at = runtime.clock->now();
      event.data =
          "{\"amount\":" + std::to_string(dice() % 1000) + ",\"text\":\"" + std::string(dice() % 400, 'x') + "\"}";
      part.events.push_back(std::move(event));
    }
    whence::append_batch batch;
    batch.streams.push_back(std::move(part));
    return batch;
  }

  static int write(const std::string& path, unsigned threads, unsigned seed, shared_with_writer& shared) {
    const whence::runtime runtime = whence::runtime::system();
    // Small, so that the WAL is copied and begun anew under the eyes of whoever copies.
    const auto log = whence::sqlite(path, {.checkpoint_bytes = 2u << 20}).open(runtime);
    std::vector<std::jthread> all;
    for (unsigned i = 0; i < threads; ++i) {
      all.emplace_back([&, i] {
        std::mt19937 dice(seed + i);
        while (!shared.stop) {
          whence::append_batch batch = next(runtime, dice);
          const std::uint64_t events = batch.streams.front().events.size();
          const auto begun = std::chrono::steady_clock::now();
          static_cast<void>(log->append(std::move(batch)).get().value());
          const auto took = static_cast<std::uint64_t>(
              std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count());
          std::uint64_t longest = shared.longest_us;
          while (took > longest && !shared.longest_us.compare_exchange_weak(longest, took)) {
          }
          shared.events += events;
        }
      });
    }
    all.clear();
    log->close();
    return 0;
  }

  shared_with_writer* const shared_;
  pid_t child_ = 0;
};

}  // namespace tests
