/// The check that a program keeps what was promised of its events.
///
///     whence::testing::keeps_contracts(tea_contracts(), "schemas");
#pragma once

#include <source_location>
#include <string>

#include <whence/contracts/event_contracts.hpp>

namespace whence::testing::inline v0 {

/// Fails if the folder of released contracts and the program differ: a released schema that is described otherwise now, a golden
/// sample of any version that is not read any more, a version that is not released yet. The failure says all that was found, and
/// what to do.
void keeps_contracts(const event_contracts& contracts, const std::string& folder,
                     const std::source_location& where = std::source_location::current());

}  // namespace whence::testing::inline v0
