/// One event whole, for people: what it is, where it comes from, how it is stored, and its data line by line.
#pragma once

#include <string>
#include <string_view>

#include <whence/cli/session.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// `stored`: the data as they stand in the log, where the event is shown as upcasters have it.
std::string event_screen(const recorded_event& event, std::string_view stored, log_reader& log, const session& session);

/// The data alone, below each other, in a colour of the names.
std::string data_screen(std::string_view json, const session& session);

}  // namespace whence::inline v0::cli
