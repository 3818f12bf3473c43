/// For a test that lacks what not every machine has. Its absence is told, not passed over.
#pragma once

#include <string>

namespace tests {

/// What a test executable exits with when its one test case was skipped: ctest then says "Skipped" and lists it as not run.
inline constexpr int skipped_exit = 77;

/// The test case returns after it. Everything else it has checked still counts.
void skip(const std::string& reason);

}  // namespace tests
