/// How long something takes.
#pragma once

#include <functional>
#include <vector>

namespace bench {

/// By the clock; or, once `measure_processor_time` was called, what all threads of the process have used.
double seconds(const std::function<void()>& work);

/// The same, and on until all threads of the process have nothing left to do: what work has put off counts as well.
double seconds_until_quiet(const std::function<void()>& work);

void measure_processor_time();

/// How long each of many took.
class latencies {
 public:
  void add(double seconds) { all_.push_back(seconds); }
  void add(const latencies& others) { all_.insert(all_.end(), others.all_.begin(), others.all_.end()); }
  /// In milliseconds: 99 of 100 were not slower.
  double p99();

 private:
  std::vector<double> all_;
};

}  // namespace bench
