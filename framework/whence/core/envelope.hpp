/// The event as it stands on every boundary (command line, HTTP, brokers, files), and its exact JSON form.
/// schemas/envelope.schema.json describes the same form.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// What a document may hold at most that is read as an event.
inline constexpr std::size_t envelope_bytes_max = 16u << 20;
inline constexpr std::size_t data_depth_max = 64;  ///< objects and arrays in each other, within `data`

/// One line of JSON; members in the order of the documentation; optional ones only if present. `data` goes out as it stands,
/// but for its line breaks, which become spaces.
/// Throws malformed_input (`text.not_utf8`, `time.malformed`).
std::string to_json(const envelope& event);

/// Reads what `to_json` writes and what others may send (`eventVersion` as "2.0", members in any order, white space).
/// `data` comes in as the same document without white space between its tokens.
///
/// Limits   `envelope_bytes_max`, `data_depth_max`: looked at before anything is built.
/// Throws   malformed_input (`envelope.malformed`), with a JSON pointer: a member that is missing, twice there (also within
///          `data`), unknown, or not of its form.
envelope envelope_from_json(std::string_view json);

}  // namespace whence::inline v0
