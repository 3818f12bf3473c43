/// Given events in a log in memory, where time, ids and entropy are the same in each run.
#pragma once

#include <optional>
#include <source_location>
#include <string>

#include <whence/core/error.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>
#include <whence/testing/given_events.hpp>

namespace whence::testing::inline v0 {

/// A runtime whose clock stands still and which has no threads.
runtime stopped_runtime();

/// The log in which the events were recorded one after the other, read as the history says. Nothing if no log would take them,
/// which is reported: a stream's name or an event's size is beyond what a log takes, or a stream is of two aggregate types.
std::optional<log_source> record_or_report(const detail::history& past, const std::source_location& where);

/// The sentence, and below it why it failed, if the failure says so.
std::string with_reason(std::string sentence, const error& failure);

}  // namespace whence::testing::inline v0
