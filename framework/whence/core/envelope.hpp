/// The event as it stands on every boundary (command line, HTTP, brokers, files), and its exact JSON form.
/// schemas/envelope.schema.json describes the same form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/metadata.hpp>
#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

/// One domain event with everything that is known about it.
struct envelope {
  event_id id;
  std::string event_type;           ///< "OrderPlaced"
  std::uint32_t event_version = 1;  ///< the schema version of `data`
  timestamp occurred_at;            ///< when it happened
  std::string aggregate_id;         ///< names the stream: "order-12345"
  std::string aggregate_type;       ///< "Order"
  std::string data;                 ///< the payload, a JSON document
  whence::metadata metadata;

  std::optional<global_position> position;
  std::optional<stream_version> version;
  std::optional<timestamp> recorded_at;  ///< the committer's clock, never decreases
  std::vector<std::string> tags;         ///< "customer:42"
};

/// One line of JSON; members in the order of the documentation; optional ones only if present.
std::string to_json(const envelope& event);

/// Reads what `to_json` writes and what others may send (`eventVersion` as "2.0", members in any order).
/// Throws malformed_input (`envelope.malformed`) with a JSON pointer; depth and size are bounded before anything is built.
envelope envelope_from_json(std::string_view json);

}  // namespace whence::inline v0
