/// What lists show of events, and of the history of one stream.
#pragma once

#include <span>

#include <whence/cli/item_list.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0::cli {

std::span<const item_column<recorded_event>> event_columns();
std::span<const item_column<recorded_event>> history_columns();

}  // namespace whence::inline v0::cli
