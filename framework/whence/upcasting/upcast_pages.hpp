/// Pages of stored events as pages of today's.
#pragma once

#include <string>
#include <vector>

#include <whence/store/log.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace whence::inline v0::detail {

/// The page as it reads today. `log` is the log as it is stored, for what events are merged with; `wanted` are the names of today's
/// types that are let through: all, if it is empty.
/// Throws   upcast_failed, unknown_event_version, log_damaged: at the page's first event. A later one ends the page.
event_page upcast_page(event_page stored, const upcast_table& table, log_reader& log,
                       const std::vector<std::string>& wanted, read_direction direction);

}  // namespace whence::inline v0::detail
