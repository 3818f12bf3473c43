/// Loads aggregates: the fold of their events.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include <whence/core/id.hpp>
#include <whence/core/position.hpp>
#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/decision_model.hpp>
#include <whence/modelling/errors.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

class snapshots;

/// An aggregate as of its last event.
template <class Aggregate>
struct loaded {
  Aggregate state{};
  stream_version version;    ///< 0: it has no events, and `state` is a fresh one
  global_position position;  ///< of its last event

  bool exists() const noexcept { return version != stream_version{}; }
};

namespace detail {

/// The event up to which a state is folded; none: of version 0.
struct fold_end {
  stream_version version;
  global_position position;
  chain_hash chain{};  ///< of the log there
};

/// Applies the stream's events after `from` to `state`, which is the fold up to there: all of them, or those before the first
/// that is not `wanted`.
fold_end fold_stream(log_reader& log, std::string_view stream, const aggregate_facts& facts, void* state,
                     fold_end from = {}, const std::function<bool(const recorded_event&)>& wanted = nullptr);

/// Where the fold of the stream up to and with `last` may begin, with a fresh state: behind the one before the event that closed
/// the books last; of version 0 if none did. Events before it may be such as cannot be read.
fold_end begin_of_fold(log_reader& log, std::string_view stream, const aggregate_facts& facts,
                       stream_version last = stream_version{UINT64_MAX});

/// Applies all of the stream's events after `from`. If the state is a fresh one, and the aggregate closes its books, it begins
/// with the last event that does so.
fold_end fold_on(log_reader& log, std::string_view stream, const aggregate_facts& facts, void* state, fold_end from);

/// How far a state is folded, and from where.
struct fold_progress {
  fold_end end;
  stream_version snapshot;  ///< of the newest snapshot of it that is known; 0: none
  bool began_with_snapshot = false;
};

/// Folds on to the last event of the stream; a fresh state from its snapshot on, if it has one. Keeps a snapshot if the policy
/// says so. `from`: may be null.
void catch_up(log_reader& log, snapshots* from, std::string_view stream, const aggregate_facts& facts, void* state,
              fold_progress& at);

/// Applies the events beyond `after` that the query finds to `state`, which is the fold of those before. Returns up to where all
/// were found.
global_position fold_matching(log_reader& log, const event_query& query, const aggregate_facts& facts, void* state,
                              global_position after);

}  // namespace detail

/// What a command is decided on.
template <class Model>
struct loaded_by_query {
  Model state{};
  global_position position;  ///< all that the query finds up to here is in it
};

/// A value; copies read the same log.
///
/// Threads  any, at once.
class repository {
 public:
  /// `from`: null, or the snapshots of the log's aggregates.
  explicit repository(std::shared_ptr<log_reader> log, std::shared_ptr<snapshots> from = nullptr)
      : log_(std::move(log)), snapshots_(std::move(from)) {}

  /// The aggregate with that id; a fresh one of version 0 if it has no events.
  ///
  /// Limits   reads in pages: memory for one page and the state, however long the stream is.
  /// Costs    reads the stream from its snapshot on, if it has one; else from the event on that closed its books last (which is
  ///          looked for from the end); else from its first event.
  /// Throws   stream_of_other_type, unlisted_event, unknown_event_version, decode_error, log_damaged.
  template <class Aggregate>
  loaded<Aggregate> load(const id<Aggregate>& target) const {
    loaded<Aggregate> found;
    static_cast<void>(must_be_the_fold_of_a_stream<Aggregate>{});
    if constexpr (detail::check_aggregate<Aggregate>() && !is_decision_model<Aggregate>) {
      detail::fold_progress at;
      detail::catch_up(*log_, snapshots_.get(), target.value(), detail::facts_of<Aggregate>, &found.state, at);
      found.version = at.end.version;
      found.position = at.end.position;
    }
    return found;
  }

  /// A decision model as the command would find it now.
  ///
  /// Costs    reads all that its query finds, from the first event on.
  /// Throws   unlisted_event: the query names a type that is not in `events`. unknown_event_version, decode_error, log_damaged.
  template <class Model, class Command>
  loaded_by_query<Model> load_for(const Command& command) const {
    loaded_by_query<Model> found;
    static_cast<void>(must_query<Model, Command>{});
    if constexpr (detail::check_aggregate<Model>() && queries_for<Model, Command>)
      found.position =
          detail::fold_matching(*log_, detail::query_of<Model>(command), detail::facts_of<Model>, &found.state, {});
    return found;
  }

 private:
  std::shared_ptr<log_reader> log_;
  std::shared_ptr<snapshots> snapshots_;
};

}  // namespace whence::inline v0
