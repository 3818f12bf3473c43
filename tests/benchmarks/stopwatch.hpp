/// How long something takes.
#pragma once

#include <functional>

namespace bench {

/// By the clock; or, once `measure_processor_time` was called, what all threads of the process have used.
double seconds(const std::function<void()>& work);

void measure_processor_time();

}  // namespace bench
