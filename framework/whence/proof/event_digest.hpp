/// The digests of events: a SHA-256 chain over all that a log says, which anybody can compute from its file.
///
/// The digest of an event is SHA-256 over these bytes, integers little-endian:
///
///     0    the digest of the event before; for the first event, SHA-256 of "whence proof 1\n" and the log's id (16 bytes)
///     32   position, version; occurredAt, recordedAt: microseconds since 1970: 8 bytes each
///     64   event id, correlation id, causation id: 16 bytes each, zeros for none
///     112  version of the event type, encoding of the data (0: JSON, 1: binary): 4 bytes each
///     120  stream name, aggregate type, event type, causation type, source, traceparent, the tags (joined by line feeds), data:
///          of each its size in 4 bytes, then its bytes
///
/// Names stand in it by value. What only tells how an event is kept does not: the number by which a file names its stream (the
/// position of the stream's first event), and its checksum, which covers all before it, so that whatever stands behind an altered
/// event would seem altered too.
#pragma once

#include <string>

#include <whence/core/uuid.hpp>
#include <whence/proof/sha256.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0::detail {

/// Goes along a log, event by event.
///
/// Threads  one at a time.
class event_digest {
 public:
  /// At the beginning of the log.
  explicit event_digest(const log_id& log);

  /// Goes on behind the event that has this digest.
  void go_on_from(const sha256_digest& digest) noexcept { now_ = digest; }
  const sha256_digest& add(const recorded_event& event);
  const sha256_digest& now() const noexcept { return now_; }

 private:
  sha256 hash_;
  std::string bytes_;
  sha256_digest now_;
};

}  // namespace whence::inline v0::detail
