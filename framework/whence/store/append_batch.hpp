/// What is appended: events for one or several streams, each with the version its writer expects; and conditions on what else is in
/// the log.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/metadata.hpp>
#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>
#include <whence/store/event_query.hpp>

namespace whence::inline v0 {

/// The condition on a stream's version under which an append may happen.
class expected_version {
 public:
  enum class kind { any, none, exists, exactly };

  static constexpr expected_version any() { return {kind::any, stream_version{}}; }        ///< no condition
  static constexpr expected_version none() { return {kind::none, stream_version{}}; }      ///< the stream has no events
  static constexpr expected_version exists() { return {kind::exists, stream_version{}}; }  ///< it has at least one
  /// It has exactly this many; `exactly(stream_version{0})` is `none()`.
  static constexpr expected_version exactly(stream_version version) {
    return version == stream_version{} ? none() : expected_version{kind::exactly, version};
  }

  constexpr kind what() const noexcept { return kind_; }
  constexpr stream_version version() const noexcept { return version_; }
  /// True if a stream that stands at `actual` meets the condition.
  constexpr bool met_by(stream_version actual) const noexcept {
    switch (kind_) {
      case kind::any: return true;
      case kind::none: return actual == stream_version{};
      case kind::exists: return actual != stream_version{};
      case kind::exactly: return actual == version_;
    }
    return false;
  }
  /// "any", "none", "exists" or the number.
  std::string to_string() const;

  friend constexpr bool operator==(expected_version, expected_version) = default;

 private:
  constexpr expected_version(kind what, stream_version version) : kind_(what), version_(version) {}
  kind kind_;
  stream_version version_;
};

/// An event on its way into the log.
struct new_event {
  event_id id;                ///< names this event for ever; appending the same id again is a repeat
  std::string type;           ///< "OrderPlaced"
  std::uint32_t version = 1;  ///< the schema version of `data`
  timestamp occurred_at;
  /// A JSON document or binary, already encoded; at most append_limits::data_levels deep. Whether it is a document at all is not
  /// looked at: what the encoder of this library has made is one, and to read each byte once more would take a tenth of the speed
  /// of large batches. What is none is kept as it is, refused by what decodes it, and told by `verify_log`.
  std::string data;
  whence::metadata metadata;
  std::vector<std::string> tags;
};

struct stream_append {
  std::string stream;          ///< the aggregate's id; 1 to 255 bytes of UTF-8 without control characters
  std::string aggregate_type;  ///< a stream belongs to one aggregate type for life
  expected_version expected = expected_version::any();
  std::vector<new_event> events;  ///< at least one
};

/// Refused as `invalid`, by the name of the rule: a batch without a stream, a stream without an event, a stream or an event id
/// that stands twice, a name that is no UTF-8 or has control characters, an aggregate type other than the stream's, a condition
/// whose query has no item or whose position is beyond the log's end, and what is beyond append_limits. Refused as `too_large`, by
/// the name of the limit: what is beyond the log's size_limits.
struct append_batch {
  std::vector<stream_append> streams;
  /// All of them have to hold, and each expected version as well. They are looked at where the expected versions are: what was
  /// appended before, and be it in the same commit, counts.
  std::vector<append_condition> conditions{};
};

/// The same in every log.
struct append_limits {
  static constexpr std::size_t name_bytes = 255;     ///< streams, types, tags, and each text of the metadata
  static constexpr std::size_t tags = 32;            ///< of one event
  static constexpr std::size_t data_levels = 1'024;  ///< lists and objects in each other: who reads may recurse
  static constexpr std::size_t conditions = 32;      ///< of one batch
  static constexpr std::size_t query_items = 64;     ///< of one query
  static constexpr std::size_t item_types = 256;     ///< of one item; its tags: as many as an event may have
  static constexpr timestamp earliest = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
  static constexpr timestamp latest =
      std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - std::chrono::microseconds{1};
};

/// How large an append may be: options of a log.
struct size_limits {
  std::size_t event_bytes_max = 16u << 20;    ///< the data of one event
  std::size_t metadata_bytes_max = 8u << 10;  ///< of one event: causation type, source, traceparent and tags
  std::size_t batch_bytes_max = 32u << 20;    ///< all names, data and metadata of one batch
  std::size_t batch_events_max = 10'000;      ///< all events of one batch
};

}  // namespace whence::inline v0
