/// How long something takes.
#pragma once

#include <functional>

namespace bench {

/// By the clock; or, once `measure_processor_time` was called, what all threads of the process have used.
double seconds(const std::function<void()>& work);

/// The same, and on until all threads of the process have nothing left to do: what work has put off counts as well.
double seconds_until_quiet(const std::function<void()>& work);

void measure_processor_time();

}  // namespace bench
