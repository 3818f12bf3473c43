/// Where the events that were decided differ from those that were expected.
#pragma once

#include <span>
#include <string>

#include <whence/modelling/outcome.hpp>
#include <whence/testing/difference_list.hpp>

namespace whence::testing::inline v0 {

/// "OrderPaid {"cents":450}"; with its version, if that is not 1.
std::string shown_event(const decided_event& event);

/// A line for each member that differs, each event that is missing, and each that was not expected.
difference_list event_differences(std::span<const decided_event> expected, std::span<const decided_event> found);

}  // namespace whence::testing::inline v0
