/// Where an event comes from: the ids and names that flow from cause to effect by themselves.
#pragma once

#include <string>

#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

struct metadata {
  correlation_id correlation;  ///< the first cause of all
  causation_id causation;      ///< the command or event that caused this
  std::string causation_type;  ///< its name, so that a trace needs no second store; may be empty
  std::string source;          ///< the service that wrote it
  std::string traceparent;     ///< W3C trace context; may be empty

  friend bool operator==(const metadata&, const metadata&) = default;
};

}  // namespace whence::inline v0
