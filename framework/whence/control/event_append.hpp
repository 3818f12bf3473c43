/// The operation `event append`: one event, appended for repair, with the audit event that says who did it.
///
/// Its arguments, all texts: `stream`; `event`, a JSON object with the members of an event (schemas/envelope.schema.json), of which
/// `eventType` and `data` have to be there; `expected`: "any", "none", "exists" or a version, else nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <whence/control/operations.hpp>
#include <whence/control/result_form.hpp>
#include <whence/core/async.hpp>
#include <whence/core/envelope.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

inline constexpr std::string_view event_append_name = "event append";

/// Whether the application could read the event where it is to stand. Throws an `error` that says why not; empty: nobody knows the
/// application, and an event is appended as it is.
using event_check = std::function<void(const envelope& event)>;

/// What is to be appended, with what was left out.
struct planned_append {
  envelope event;
  expected_version expected = expected_version::any();
  stream_version version;   ///< that it will have; of one that is there, that it has
  global_position at;       ///< where it is in the log already: nothing will be written. Else 0
  bool is_checked = false;  ///< against the application's types

  bool is_there() const noexcept { return at != global_position{}; }
};

/// Completes the event: its id and times are new unless they are given; its aggregate type is that of the stream; its metadata name
/// the operator's program. What is not given of an event that is there is taken from there. Without `expected`, the stream has to
/// be as it is now.
/// Throws   operation_malformed, malformed_input (`envelope.malformed`), version_conflict, event_id_reused, append_not_done
///          (`append.invalid`); what `check` throws.
planned_append plan_event_append(const operation_request& request, log_reader& log, const runtime& runtime,
                                 const event_check& check);

/// As JSON for who asked; `state` is "planned", "appended" or "there". What is planned has the whole event as text: with that, and
/// the expected version, it is appended as it was planned, once.
std::string json_of(const planned_append& planned, std::string_view state);
std::span<const result_form> event_append_results();

/// Appends it with its audit event, both or neither; one that is there already as it is to be: nothing.
/// Again    of an event with an id: the same, and no second audit event.
/// Throws   what the plan throws; version_conflict, event_id_reused, append_not_done, append_result_unknown.
async<std::string> append_event(operation_request request, std::shared_ptr<log> log, runtime runtime,
                                event_check check);

}  // namespace whence::inline v0
