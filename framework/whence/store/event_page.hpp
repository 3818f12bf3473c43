/// What is read: pages of events. A page owns the bytes; its events are views over it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <whence/core/envelope.hpp>
#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

/// The running checksum of the log up to and including one event (XXH3-128 over the one before and this event).
using chain_hash = std::array<std::uint8_t, 16>;

/// An event as recorded. Valid as long as its page.
struct recorded_event {
  global_position position;
  stream_version version;
  event_id id;
  std::string_view stream;  ///< the aggregate's id
  std::string_view aggregate_type;
  std::string_view type;
  std::uint32_t type_version = 1;  ///< the schema version of `data`
  timestamp occurred_at;
  timestamp recorded_at;
  correlation_id correlation;
  causation_id causation;
  std::string_view causation_type;
  std::string_view source;
  std::string_view traceparent;
  std::string_view data;  ///< a JSON document, or binary: `form_of` tells
  std::span<const std::string_view> tags;
  chain_hash chain{};
};

/// Where an event stands, in its stream and in the log, and in which history.
struct stream_place {
  stream_version version;
  global_position position;
  chain_hash chain{};
};

/// A copy with its own bytes, in the form of every boundary.
envelope to_envelope(const recorded_event& event);

class event_page {
 public:
  using const_iterator = std::vector<recorded_event>::const_iterator;

  const_iterator begin() const noexcept { return events_.begin(); }
  const_iterator end() const noexcept { return events_.end(); }
  std::size_t size() const noexcept { return events_.size(); }
  bool empty() const noexcept { return events_.empty(); }
  const recorded_event& operator[](std::size_t index) const noexcept { return events_[index]; }
  const recorded_event& front() const noexcept { return events_.front(); }
  const recorded_event& back() const noexcept { return events_.back(); }

  /// Everything up to here was looked at: where to read on, also when the filter let nothing through.
  global_position scanned_to() const noexcept { return scanned_to_; }
  /// The last event that was looked at: of a stream's page, where to read on from, also if it is no longer told. Zeros: none was.
  stream_place last_looked_at() const noexcept { return last_looked_at_; }
  /// True if the page ends where the log (or the stream) ended when it was read.
  bool at_end() const noexcept { return at_end_; }

 private:
  friend class event_page_builder;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::unique_ptr<std::string_view[]>> tag_lists_;
  std::vector<recorded_event> events_;
  global_position scanned_to_;
  stream_place last_looked_at_;
  bool at_end_ = true;
};

}  // namespace whence::inline v0
