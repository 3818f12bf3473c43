/// What a command carries besides its data. Everything has a default; nothing needs to be passed on by hand.
#pragma once

#include <optional>
#include <string>

#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

/// `{.correlation = sale, .occurred_at = when}`. The command itself is what caused its events: their causation is its id.
struct command_context {
  std::optional<command_id> id{};               ///< a command id takes effect once; default: a fresh UUIDv7
  std::optional<correlation_id> correlation{};  ///< default: the command's own id (it is the first cause)
  std::optional<timestamp> occurred_at{};       ///< when it happened; default: the runtime's clock
  std::string traceparent{};                    ///< W3C trace context
};

}  // namespace whence::inline v0
