#include <ctime>

#include <tests/benchmarks/stopwatch.hpp>

namespace bench {
namespace {

clockid_t the_clock = CLOCK_MONOTONIC;  // set once, by main

double now() {
  timespec time{};
  ::clock_gettime(the_clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

void measure_processor_time() { the_clock = CLOCK_PROCESS_CPUTIME_ID; }

double seconds(const std::function<void()>& work) {
  const double begun = now();
  work();
  return now() - begun;
}

}  // namespace bench
