/// `whence event …`
#pragma once

#include <string>

#include <whence/cli/exit_code.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0::cli {

exit_code list_events(const request& request, session& session);
exit_code show_event(const request& request, session& session);

/// An event as on every boundary.
std::string json_of(const recorded_event& event);

/// "OrderPlaced v2"; version 1 is not worth saying.
std::string type_of(const recorded_event& event);

/// "order-12345@1"
std::string place_of(const recorded_event& event);

}  // namespace whence::inline v0::cli
