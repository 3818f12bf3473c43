/// One event, as people name it.
#pragma once

#include <string>

#include <whence/store/event_page.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// Whether the name is a place in the log ("@4711", "#4711") or in a stream ("order-12345@3"), and so no id.
bool names_a_place(const std::string& name);

/// A page with the event in it: by its place, or by its id, which may be shortened.
/// Throws   not_in_log (`event.missing`, `stream.missing`); id_ambiguous; usage_error.
event_page event_named(log_reader& log, const std::string& name);

}  // namespace whence::inline v0::cli
