/// The one way in which the kit says that an expectation failed, and that one was met.
#pragma once

#include <source_location>
#include <string>

namespace whence::testing::inline v0 {

/// Throws failed_expectation, or tells the handler of it.
void report_failure(std::string text, const std::source_location& where);

void report_met();

}  // namespace whence::testing::inline v0
