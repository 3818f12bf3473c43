/// `whence event …`
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <whence/cli/command.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0::cli {

std::span<const command> event_commands();

/// An event as on every boundary.
std::string json_of(const recorded_event& event);

/// "OrderPlaced v2"; version 1 is not worth saying.
std::string type_of(const recorded_event& event);

/// "OrderPlaced v1": with the version in any case.
std::string type_and_version(std::string_view type, std::uint32_t version);

/// "order-12345@1"
std::string place_of(const recorded_event& event);

}  // namespace whence::inline v0::cli
