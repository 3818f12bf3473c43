/// The chain: a running checksum over the whole log. It shows that an event was changed, moved, added or left out.
///
/// XXH3-128 (no defence against somebody who means to deceive) over these bytes, integers little-endian:
///
///     0    the chain hash of the event before; for the first event, `chain_start`
///     16   position, stream number, version: 8 bytes each; occurredAt, recordedAt: microseconds since 1970, 8 bytes each
///     56   event id, correlation id, causation id: 16 bytes each
///     104  version of the event type, encoding of the data (0: JSON, 1: binary): 4 bytes each
///     112  the sizes of stream name, aggregate type, event type, causation type, source, traceparent, data,
///          and the number of tags: 4 bytes each
///     144  those seven texts, then each tag: its size in 4 bytes, its bytes
///
/// Names stand in it by value, so that it also vouches for what a number in the file is a number of.
#pragma once

#include <cstdint>

#include <whence/core/uuid.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

/// What the first event's chain hash continues: a hash of the log's id, so that two logs share no chain.
chain_hash chain_start(const log_id& log);

/// The chain hash of `event` (whose own `chain` is not looked at). A stream's number is the position of its first event.
chain_hash chain_next(const chain_hash& previous, std::uint64_t stream_number, const recorded_event& event);

}  // namespace whence::inline v0
