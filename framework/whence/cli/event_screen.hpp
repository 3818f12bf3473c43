/// One event whole, for people: what it is, where it comes from, how it is stored, and its data line by line.
#pragma once

#include <string>
#include <string_view>

#include <whence/cli/session.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

std::string event_screen(const recorded_event& event, log_reader& log, const session& session);

/// The data alone, below each other, in a colour of the names.
std::string data_screen(std::string_view json, const session& session);

}  // namespace whence::inline v0::cli
