/// What a projection is told about an event besides its data.
#pragma once

#include <string_view>

#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

/// Views over the page that is being handled: copy what is to be kept.
struct event_context {
  global_position position;
  stream_version version;
  std::string_view stream;          ///< the aggregate's id: "order-12345"
  std::string_view aggregate_type;  ///< "Order"
  std::string_view event_type;      ///< "OrderPlaced"
  event_id id;
  timestamp occurred_at;  ///< when it happened
  timestamp recorded_at;  ///< when it was written; never decreases in the log
  correlation_id correlation;
  causation_id causation;
  std::string_view causation_type;
  std::string_view source;
  std::string_view traceparent;
};

}  // namespace whence::inline v0
