/// A recorded event as a projection sees it.
#pragma once

#include <whence/projection/event_context.hpp>
#include <whence/serialization/event.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

inline stored_event stored_form(const recorded_event& event) {
  return {.type = event.type, .version = event.type_version, .data = event.data};
}

inline event_context context_of(const recorded_event& event) {
  return {.position = event.position,
          .version = event.version,
          .stream = event.stream,
          .aggregate_type = event.aggregate_type,
          .event_type = event.type,
          .id = event.id,
          .occurred_at = event.occurred_at,
          .recorded_at = event.recorded_at,
          .correlation = event.correlation,
          .causation = event.causation,
          .causation_type = event.causation_type,
          .source = event.source,
          .traceparent = event.traceparent};
}

}  // namespace whence::inline v0
