/// What a verification found, as one sentence and what to do about it.
#pragma once

#include <string>

#include <whence/core/error.hpp>
#include <whence/store/log_verification.hpp>

namespace whence::inline v0::cli {

/// "#3", "#3 to #9"; empty if it is not about single events.
std::string places_of(const position_range& range);

/// `log.events_lost`, or `log.differs` where all events are as they were written. Where those that are not lie in archives, the
/// code of the first of these; where nothing was looked at, `log.other_tables`. `log`: as it was named.
struct verification_failed final : error {
  verification_failed(const std::string& log, const log_verification& found);
};

}  // namespace whence::inline v0::cli
