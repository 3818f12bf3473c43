/// Loads aggregates: the fold of their events.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include <whence/core/id.hpp>
#include <whence/core/position.hpp>
#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/errors.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

/// An aggregate as of its last event.
template <class Aggregate>
struct loaded {
  Aggregate state{};
  stream_version version;    ///< 0: it has no events, and `state` is a fresh one
  global_position position;  ///< of its last event

  bool exists() const noexcept { return version != stream_version{}; }
};

namespace detail {

struct fold_end {
  stream_version version;
  global_position position;
};

/// Applies the stream's events after `from` to `state`, which is the fold up to there: all of them, or those before the first
/// that is not `wanted`.
fold_end fold_stream(log_reader& log, std::string_view stream, const aggregate_facts& facts, void* state,
                     fold_end from = {}, const std::function<bool(const recorded_event&)>& wanted = nullptr);

}  // namespace detail

/// A value; copies read the same log.
///
/// Threads  any, at once.
class repository {
 public:
  explicit repository(std::shared_ptr<log_reader> log) : log_(std::move(log)) {}

  /// The aggregate with that id; a fresh one of version 0 if it has no events.
  ///
  /// Limits   reads in pages: memory for one page and the state, however long the stream is.
  /// Throws   stream_of_other_type, unlisted_event, unknown_event_version, decode_error, log_damaged.
  template <class Aggregate>
  loaded<Aggregate> load(const id<Aggregate>& target) const {
    loaded<Aggregate> found;
    if constexpr (detail::check_aggregate<Aggregate>()) {
      const auto end = detail::fold_stream(*log_, target.value(), detail::facts_of<Aggregate>, &found.state);
      found.version = end.version;
      found.position = end.position;
    }
    return found;
  }

 private:
  std::shared_ptr<log_reader> log_;
};

}  // namespace whence::inline v0
