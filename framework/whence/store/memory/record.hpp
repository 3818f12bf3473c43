/// What a log in memory consists of: the events, and where each stream and each id stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <whence/store/append_batch.hpp>
#include <whence/store/append_outcome.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

/// Threads  one at a time.
/// Limits   none but the machine's memory: it is for tests.
class memory_record {
 public:
  memory_record(log_id id, const size_limits& sizes) : identity_{id, 1}, sizes_(sizes) {}
  memory_record(const memory_record&) = delete;
  memory_record& operator=(const memory_record&) = delete;

  /// All of the batch, or nothing of it: log::append without its queue.
  append_outcome append(append_batch&& batch, timestamp now);

  log_identity identity() const noexcept { return identity_; }
  global_position head() const noexcept { return global_position{events_.size()}; }
  stream_version stream_head(std::string_view name) const;
  std::optional<global_position> find_event(event_id id) const;
  std::optional<chain_hash> chain_at(global_position position) const;

  event_page read(global_position after, const event_filter& filter, page_limit limit) const;
  event_page read_stream(std::string_view name, stream_version from, read_direction direction, page_limit limit) const;

 private:
  struct stream {
    std::string aggregate_type;
    std::vector<global_position> positions;  // of its events, in the order of their versions
    std::uint64_t number() const { return positions.front().value(); }
    stream_version head() const noexcept { return stream_version{positions.size()}; }
  };
  using stream_map = std::map<std::string, stream, std::less<>>;

  struct stored {
    stream_map::const_iterator stream;
    stream_version version;
    new_event event;
    timestamp recorded_at;
    std::vector<std::string_view> tags;
    chain_hash chain{};
  };

  const stored& at(global_position position) const { return events_[position.value() - 1]; }
  bool is_known_as(const stream_append& part, const new_event& event, global_position position) const;
  std::optional<append_outcome> answer_known(const append_batch& batch) const;
  std::optional<append_refused> unmet(const stream_append& part) const;
  std::optional<append_refused> unmet(const append_condition& condition) const;
  /// The events beyond the version that was expected.
  void name_between(const stream& in, append_refused& refused) const;
  void add(stream_map::iterator to, new_event&& event);
  recorded_event view(global_position position) const;

  log_identity identity_;
  const size_limits sizes_;
  stream_map streams_;
  std::deque<stored> events_;
  std::unordered_map<event_id, global_position> positions_;
  timestamp last_recorded_at_ = timestamp::min();
};

}  // namespace whence::inline v0
