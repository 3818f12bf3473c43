#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>

#include <tests/benchmarks/stopwatch.hpp>

namespace bench {
namespace {

clockid_t the_clock = CLOCK_MONOTONIC;  // set once, by main

double now(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double processor_time() { return now(CLOCK_PROCESS_CPUTIME_ID); }

/// Some thread of the process waits for the disk, which takes no processor and can take long.
bool waits_for_disk() {
  std::error_code gone;  // a thread may end meanwhile
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", gone)) {
    std::ifstream file(thread.path() / "stat");
    std::string stat;
    std::getline(file, stat);
    const std::size_t name_end = stat.rfind(')');
    if (name_end != std::string::npos && name_end + 2 < stat.size() && stat[name_end + 2] == 'D') return true;
  }
  return false;
}

}  // namespace

void measure_processor_time() { the_clock = CLOCK_PROCESS_CPUTIME_ID; }

double seconds(const std::function<void()>& work) {
  const double begun = now(the_clock);
  work();
  return now(the_clock) - begun;
}

double seconds_until_quiet(const std::function<void()>& work) {
  const double begun = now(the_clock);
  work();
  // Who rests between two parts uses nothing either: it has to be quiet for longer than that.
  constexpr int looks_in_quiet = 40;
  constexpr double quiet_share = 0.05;
  double last_busy = now(the_clock);
  double used = processor_time();
  double looked = now(CLOCK_MONOTONIC);
  for (int quiet = 0; quiet < looks_in_quiet; ++quiet) {
    std::this_thread::sleep_for(std::chrono::milliseconds{4});
    const double used_now = processor_time();
    const double looked_now = now(CLOCK_MONOTONIC);
    if (used_now - used > quiet_share * (looked_now - looked) || waits_for_disk()) {
      quiet = -1;
      last_busy = now(the_clock);
    }
    used = used_now;
    looked = looked_now;
  }
  return last_busy - begun;
}

double latencies::p99() {
  const auto place = all_.begin() + static_cast<std::ptrdiff_t>(std::ceil(0.99 * static_cast<double>(all_.size()))) - 1;
  std::nth_element(all_.begin(), place, all_.end());
  return 1e3 * *place;
}

}  // namespace bench
