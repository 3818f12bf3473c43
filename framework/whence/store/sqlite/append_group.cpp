#include <algorithm>
#include <utility>

#include <whence/core/detail/fault_points.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/sqlite/append_group.hpp>
#include <whence/store/sqlite/row.hpp>

namespace whence::inline v0 {
namespace {

append_refused id_reused(const stream_append& part, const new_event& event, std::string detail) {
  append_refused refused{};
  refused.why = append_refused::reason::event_id_reused;
  refused.stream = part.stream;
  refused.event = event.id;
  refused.detail = std::move(detail);
  return refused;
}

/// The time it happened and the tags may differ: whoever repeats a command decides anew, with another clock.
bool same_content(const stream_append& part, const new_event& event, const recorded_event& known) {
  return known.stream == part.stream && known.aggregate_type == part.aggregate_type && known.type == event.type &&
         known.type_version == event.version && known.data == event.data &&
         known.correlation == event.metadata.correlation && known.causation == event.metadata.causation &&
         known.causation_type == event.metadata.causation_type && known.source == event.metadata.source &&
         known.traceparent == event.metadata.traceparent;
}

bool same_content(const stream_append& part, const new_event& event, const stream_append& known_part,
                  const new_event& known) {
  return known_part.stream == part.stream && known_part.aggregate_type == part.aggregate_type &&
         known.type == event.type && known.version == event.version && known.data == event.data &&
         known.metadata == event.metadata;
}

}  // namespace

append_group::append_group(known_events& known, const log_tip& tip, std::uint64_t epoch)
    : known_(known), tip_(tip), epoch_(epoch) {}

void append_group::begin_at(timestamp now) { tip_.recorded_at = std::max(tip_.recorded_at, now); }

void append_group::take(std::unique_ptr<queued_append>& append) {
  judged verdict = judge(append->batch);
  verdict.append = std::move(append);
  appends_.push_back(std::move(verdict));
}

void append_group::take_decided(std::unique_ptr<queued_append> append, append_outcome outcome) {
  appends_.push_back({std::move(append), std::move(outcome), false});
}

append_group::judged append_group::judge(const append_batch& batch) {
  if (std::optional<judged> known = answer_known(batch)) return std::move(*known);
  std::vector<stream_head_entry> heads(batch.streams.size());
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (std::optional<judged> refused = unmet(batch.streams[i], heads[i])) return std::move(*refused);
  }
  const global_position first = tip_.head.next();
  for (std::size_t i = 0; i < heads.size(); ++i) place(batch.streams[i], std::move(heads[i]));
  return {nullptr, append_committed{{epoch_, tip_.head}, first, tip_.head}, true};
}

/// The answer to a batch with ids that are known: the first result if all of them are, with this content.
std::optional<append_group::judged> append_group::answer_known(const append_batch& batch) {
  std::optional<append_refused> first_known;
  bool some_new = false;
  bool in_group = false;
  global_position first{UINT64_MAX};
  global_position last;
  for (const stream_append& part : batch.streams) {
    for (const new_event& event : part.events) {
      global_position position;
      bool same = false;
      if (const auto placed = placed_ids_.find(event.id); placed != placed_ids_.end()) {
        const placed_event& known = placed_[placed->second];
        position = known.position;
        same = same_content(part, event, *known.part, *known.event);
        in_group = true;
      } else if (const recorded_event* const known = known_.event_with(event.id)) {
        position = known->position;
        same = same_content(part, event, *known);
      } else {
        some_new = true;
        continue;
      }
      if (!same) return judged{nullptr, id_reused(part, event, "its content there is another one"), in_group};
      if (!first_known) first_known = id_reused(part, event, "others of the batch are not there");
      first = std::min(first, position);
      last = std::max(last, position);
    }
  }
  if (!first_known) return std::nullopt;
  if (some_new) return judged{nullptr, std::move(*first_known), in_group};
  return judged{nullptr, append_committed{{epoch_, last}, first, last, true}, in_group};
}

std::optional<append_group::judged> append_group::unmet(const stream_append& part, stream_head_entry& head) {
  const auto found = moved_.find(part.stream);
  const bool moved = found != moved_.end();
  head = moved ? found->second.head : known_.head_of(part.stream);
  append_refused refused{};
  refused.stream = part.stream;
  refused.expected = part.expected;
  refused.actual = stream_version{head.version};
  if (!part.expected.met_by(refused.actual)) {
    refused.why = append_refused::reason::version_conflict;
    name_between(refused, moved ? std::span<const std::size_t>(found->second.events) : std::span<const std::size_t>());
    return judged{nullptr, std::move(refused), moved};
  }
  if (head.version != 0 && head.aggregate_type != part.aggregate_type) {
    refused.why = append_refused::reason::invalid;
    refused.detail = "the stream's aggregate type is " + head.aggregate_type + ", not " + part.aggregate_type;
    return judged{nullptr, std::move(refused), moved};
  }
  return std::nullopt;
}

/// The events beyond the version that was expected: those that are committed, then those that this group writes.
void append_group::name_between(append_refused& conflict, std::span<const std::size_t> moved_by) const {
  const std::uint64_t first = conflict.expected.version().value() + 1;
  const std::uint64_t head = conflict.actual.value();
  if (first > head) return;
  const std::uint64_t committed = head - moved_by.size();
  conflict.between = known_.events_from(conflict.stream, first, committed, append_refused::between_max);
  for (const std::size_t index : moved_by) {
    const placed_event& placed = placed_[index];
    const bool follows = placed.version == first + conflict.between.size();
    if (!follows || conflict.between.size() == append_refused::between_max) continue;
    conflict.between.push_back({placed.event->id, placed.event->type, stream_version{placed.version}, placed.position});
  }
  conflict.more_between = head - first + 1 - conflict.between.size();
}

void append_group::place(const stream_append& part, stream_head_entry head) {
  if (head.version == 0) {
    head.number = tip_.head.value() + 1;
    head.aggregate_type = part.aggregate_type;
  }
  moved_stream& moved = moved_[part.stream];
  std::vector<std::string_view> tags;
  for (const new_event& event : part.events) {
    tip_.head = tip_.head.next();
    placed_event placed{&part, &event, head.number, ++head.version, tip_.head};
    const recorded_event recorded = view(placed, tags);
    placed.chain = tip_.chain = chain_next(tip_.chain, placed.number, recorded);
    placed_ids_.emplace(event.id, placed_.size());
    moved.events.push_back(placed_.size());
    placed_.push_back(placed);
    indexed_.add(recorded, placed.chain);
  }
  moved.head = std::move(head);
}

recorded_event append_group::view(const placed_event& placed, std::vector<std::string_view>& tags) const {
  const new_event& from = *placed.event;
  recorded_event event;
  event.position = placed.position;
  event.version = stream_version{placed.version};
  event.id = from.id;
  event.stream = placed.part->stream;
  event.aggregate_type = placed.part->aggregate_type;
  event.type = from.type;
  event.type_version = from.version;
  event.occurred_at = from.occurred_at;
  event.recorded_at = tip_.recorded_at;
  event.correlation = from.metadata.correlation;
  event.causation = from.metadata.causation;
  event.causation_type = from.metadata.causation_type;
  event.source = from.metadata.source;
  event.traceparent = from.metadata.traceparent;
  event.data = from.data;
  tags.assign(from.tags.begin(), from.tags.end());
  event.tags = tags;
  return event;
}

void append_group::insert(log_writer& writer) {
  std::vector<std::string_view> tags;
  for (const placed_event& placed : placed_) {
    const std::int64_t type =
        writer.type_number(placed.part->aggregate_type, placed.event->type, placed.event->version);
    const std::string joined = join_tags(placed.event->tags);
    writer.insert(view(placed, tags), placed.number, type, joined, placed.chain);
    detail::reach(detail::phase::insert);
  }
}

void append_group::move_heads(stream_heads& heads) const {
  for (const auto& [stream, moved] : moved_) heads.put(stream, moved.head);
}

void append_group::complete_committed() {
  if (std::exchange(completed_, true)) return;
  for (judged& verdict : appends_) {
    if (const append_committed* const committed = verdict.outcome->committed()) {
      detail::acknowledged(committed->last.value());
    }
    verdict.append->done.complete(std::move(*verdict.outcome));
  }
}

void append_group::complete_failed(const append_outcome& outcome) {
  if (std::exchange(completed_, true)) return;
  for (judged& verdict : appends_) {
    if (!verdict.hangs_on_commit) {
      verdict.append->done.complete(std::move(*verdict.outcome));
    } else if (verdict.outcome->refused() != nullptr) {
      // Refused because of what another append of the group was to write: that other may not be there, but this one never is.
      append_refused refused{};
      refused.why = append_refused::reason::not_written;
      refused.detail = "an append before it failed";
      verdict.append->done.complete(std::move(refused));
    } else {
      verdict.append->done.complete(outcome);
    }
  }
}

}  // namespace whence::inline v0
