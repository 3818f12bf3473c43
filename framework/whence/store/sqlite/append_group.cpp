#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <whence/core/detail/fault_points.hpp>
#include <whence/core/executor.hpp>
#include <whence/store/batch_rules.hpp>
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

void prefetch(const void* begin, std::size_t bytes) noexcept {
  constexpr std::size_t line = 64;
  constexpr std::size_t lines_max = 8;
  const auto* const first = static_cast<const char*>(begin);
  for (std::size_t at = 0; at < std::min(bytes, lines_max * line); at += line) __builtin_prefetch(first + at);
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
    : known_(known), committed_(tip.head), tip_(tip), epoch_(epoch) {}

void append_group::begin(timestamp now, std::size_t about) {
  constexpr std::size_t keys_of_event = 5;
  now_ = now;
  appends_.reserve(about);
  placed_.reserve(about);
  types_.reserve(about);
  indexed_.entries.reserve(about * keys_of_event);
  moved_.reserve(about);
  moved_places_.reserve(about);
  placed_ids_.reserve(about);
}

void append_group::expect(std::span<const std::unique_ptr<queued_append>> appends) {
  // Each step needs what the one before it has asked for.
  for (const auto& append : appends) prefetch(append.get(), sizeof(queued_append));
  for (const auto& append : appends) prefetch(append->batch.streams.data(), sizeof(stream_append));
  for (const auto& append : appends) {
    if (append->batch.streams.size() != 1) continue;  // many lie in a row, and come by themselves
    const stream_append& part = append->batch.streams.front();
    prefetch(part.stream.data(), part.stream.size());
    prefetch(part.events.data(), sizeof(new_event));
  }
  expected_.clear();
  for (const auto& append : appends) {
    for (const stream_append& part : append->batch.streams) {
      expected_.push_back(hash_of_stream(part.stream));
      known_.heads().prefetch(expected_.back());
    }
    if (append->batch.streams.size() != 1) continue;
    const std::string& data = append->batch.streams.front().events.front().data;
    prefetch(data.data(), data.size());
  }
  for (const stream_hash& stream : expected_) known_.heads().prefetch_head(stream);
}

void append_group::take(std::unique_ptr<queued_append>& append) {
  judged verdict = judge(*append);
  verdict.append = std::move(append);
  appends_.push_back(std::move(verdict));
}

void append_group::take_decided(std::unique_ptr<queued_append> append, append_outcome outcome) {
  appends_.push_back({std::move(append), std::move(outcome), false});
}

append_group::judged append_group::judge(const queued_append& append) {
  const append_batch& batch = append.batch;
  const timestamp recorded_at = append.recorded ? append.recorded->at : now_;
  if (append.recorded) {
    // Where one before it was refused, or was a repeat, nothing behind it has its place any more.
    if (std::optional<append_refused> misplaced = unlike(*append.recorded, batch))
      return {nullptr, std::move(*misplaced), true};
    imports_ = true;
  }
  tip_.recorded_at = std::max(tip_.recorded_at, recorded_at);
  if (detail::mutant(8) && !unmet(batch)) return place_all(batch);
  if (detail::mutant(77) && !batch.conditions.empty()) {
    if (std::optional<judged> refused = unmet(batch)) return std::move(*refused);
  }
  if (std::optional<judged> known = answer_known(batch)) return std::move(*known);
  if (std::optional<judged> refused = unmet(batch)) return std::move(*refused);
  return place_all(batch);
}

std::optional<append_refused> append_group::unlike(const recorded_before& recorded, const append_batch& batch) const {
  const bool in_place = recorded.first == tip_.head.next();
  if (in_place && recorded.at >= tip_.recorded_at) return std::nullopt;
  append_refused refused{};
  refused.why = append_refused::reason::invalid;
  refused.stream = batch.streams.front().stream;
  refused.detail = in_place ? "it was recorded before the event in front of it"
                            : "the log goes on with event " + std::to_string(tip_.head.next().value()) +
                                  ", and not with event " + std::to_string(recorded.first.value());
  return refused;
}

append_group::judged append_group::place_all(const append_batch& batch) {
  const global_position first = tip_.head.next();
  for (std::size_t i = 0; i < batch.streams.size(); ++i) place(batch.streams[i], judged_streams_[i]);
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
      if (const auto place = placed_ids_.find(event.id)) {
        const placed_event& known = placed_[*place];
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
      if (!same && !detail::mutant(9))
        return judged{nullptr, id_reused(part, event, "its content there is another one"), in_group};
      if (!first_known) first_known = id_reused(part, event, "others of the batch are not there");
      first = std::min(first, position);
      last = std::max(last, position);
    }
  }
  if (!first_known) return std::nullopt;
  if (some_new) return judged{nullptr, std::move(*first_known), in_group};
  return judged{nullptr, append_committed{{epoch_, last}, first, last, true}, in_group};
}

std::optional<append_group::judged> append_group::unmet(const append_batch& batch) {
  judged_streams_.clear();
  for (const stream_append& part : batch.streams) {
    judged_streams_.push_back({hash_of_stream(part.stream), {}, {}});
    if (std::optional<judged> refused = unmet(part, judged_streams_.back())) return refused;
  }
  for (const append_condition& condition : batch.conditions) {
    if (std::optional<judged> refused = unmet(condition)) return refused;
  }
  return std::nullopt;
}

std::optional<append_group::judged> append_group::unmet(const stream_append& part, stream_in_group& stream) {
  stream.moved =
      moved_places_.find(stream.name[0], [&](std::uint32_t place) { return moved_[place].name == stream.name; });
  const bool moved = stream.moved.has_value();
  stream_head_entry& head = stream.head;
  head = moved ? moved_[*stream.moved].head : known_.head_of(part.stream, stream.name);
  append_refused refused{};
  refused.stream = part.stream;
  refused.expected = part.expected;
  refused.actual = stream_version{head.version};
  const bool unchecked = (detail::mutant(7) && part.expected == expected_version::none()) ||
                         (detail::mutant(68) && head.version == part.expected.version().value() + 1 &&
                          part.expected.version().value() > 0);
  if (!part.expected.met_by(refused.actual) && !unchecked) {
    refused.why = append_refused::reason::version_conflict;
    name_between(refused, head.number);
    return judged{nullptr, std::move(refused), moved};
  }
  if (head.version != 0 && head.aggregate_type != part.aggregate_type) {
    refused.why = append_refused::reason::invalid;
    refused.detail =
        "the stream's aggregate type is " + std::string(head.aggregate_type) + ", not " + part.aggregate_type;
    return judged{nullptr, std::move(refused), moved};
  }
  return std::nullopt;
}

/// Behind what was committed before lie the events of this group: most conditions begin at one of the newest positions, of which
/// all is in memory.
std::optional<append_group::judged> append_group::unmet(const append_condition& condition) {
  if (condition.after > tip_.head) return judged{nullptr, beyond_the_end(condition, tip_.head), false};
  recent_events& recent = known_.recent();
  if (!recent.begun()) recent.begin(committed_);
  append_refused refused{};
  if (!detail::mutant(79) || recent.has_all_after(condition.after))
    refused.between = known_.ruled_out(condition, committed_, append_refused::between_max);
  const bool by_this_group = refused.between.empty();
  if (!detail::mutant(78)) name_placed(condition, refused.between);
  if (detail::mutant(80))
    std::erase_if(refused.between, [&](const auto& event) { return event.position == condition.after.next(); });
  if (refused.between.empty()) return std::nullopt;
  refused.why = append_refused::reason::condition_conflict;
  refused.condition = condition;
  return judged{nullptr, std::move(refused), by_this_group};
}

void append_group::name_placed(const append_condition& condition, std::vector<event_between>& between) {
  if (placed_.empty() || between.size() == append_refused::between_max) return;
  enter_keys();
  found_.clear();
  for (const query_item& item : condition.query.items) {
    item_keys_.assign(item);
    placed_keys_.find(item_keys_, condition.after, found_);
  }
  std::sort(found_.begin(), found_.end());
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  for (const std::uint64_t position : found_) {
    if (between.size() == append_refused::between_max) return;
    const placed_event& placed = placed_[position - committed_.value() - 1];
    if (condition.query.matches(view(placed))) between.push_back(between_of(placed));
  }
}

void append_group::enter_keys() {
  for (std::size_t next = placed_keys_.events(); next < placed_.size(); ++next) {
    const placed_event& placed = placed_[next];
    placed_keys_.add(placed.position, placed.event->type, placed.event->tags);
  }
}

event_between append_group::between_of(const placed_event& placed) {
  return {placed.event->id, placed.event->type, stream_version{placed.version}, placed.position, placed.part->stream};
}

/// The events beyond the version that was expected: those that are committed, then those that this group writes.
void append_group::name_between(append_refused& conflict, std::uint64_t number) const {
  const std::uint64_t first = conflict.expected.version().value() + 1;
  const std::uint64_t head = conflict.actual.value();
  if (first > head) return;
  const auto is_moved_by = [number](const placed_event& placed) { return placed.number == number; };
  const auto moved = static_cast<std::uint64_t>(std::ranges::count_if(placed_, is_moved_by));
  conflict.between = known_.events_from(conflict.stream, first, head - moved, append_refused::between_max);
  for (const placed_event& placed : placed_) {
    if (conflict.between.size() == append_refused::between_max) break;
    if (!is_moved_by(placed) || placed.version != first + conflict.between.size()) continue;
    conflict.between.push_back(between_of(placed));
  }
  conflict.more_between = head - first + 1 - conflict.between.size();
}

void append_group::place(const stream_append& part, stream_in_group stream) {
  stream_head_entry& head = stream.head;
  if (head.version == 0) {
    head.number = tip_.head.value() + 1;
    head.aggregate_type = part.aggregate_type;
  }
  for (const new_event& event : part.events) {
    tip_.head = tip_.head.next();
    placed_event placed{&part, &event, head.number, ++head.version, tip_.head, tip_.recorded_at};
    const recorded_event recorded = view(placed);
    placed.chain = tip_.chain = chain_next(tip_.chain, placed.number, recorded);
    placed_ids_.add(event.id);
    placed_.push_back(placed);
    indexed_.add(recorded, placed.chain);
  }
  if (stream.moved) {
    moved_[*stream.moved].head = head;
    return;
  }
  const auto nowhere = [](std::uint32_t) { return false; };
  moved_places_.put(stream.name[0], static_cast<std::uint32_t>(moved_.size()), nowhere);
  moved_.push_back(stream);
}

/// Its tags last until the next call.
recorded_event append_group::view(const placed_event& placed) {
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
  event.recorded_at = placed.recorded_at;
  event.correlation = from.metadata.correlation;
  event.causation = from.metadata.causation;
  event.causation_type = from.metadata.causation_type;
  event.source = from.metadata.source;
  event.traceparent = from.metadata.traceparent;
  event.data = from.data;
  tags_.assign(from.tags.begin(), from.tags.end());
  event.tags = tags_;
  return event;
}

/// For planted bugs: puts what is to become visible late to the end, and returns where it begins. 0: all is visible at once.
std::size_t append_group::where_to_tear() {
  if (!detail::mutant(12) && !detail::mutant(17)) return 0;
  const placed_event first = placed_.front();
  const auto torn = std::ranges::stable_partition(placed_, [&first](const placed_event& placed) {
    return detail::mutant(12) ? placed.position != first.position : placed.number != first.number;
  });
  return static_cast<std::size_t>(torn.begin() - placed_.begin());
}

/// What is placed, as rows.
class append_group::placed_entries final : public entry_source {
 public:
  placed_entries(append_group& group, std::size_t begin, std::size_t end) : group_(group), next_(begin), end_(end) {}

  const new_entry* next() override {
    if (std::exchange(begun_, true)) detail::reach(detail::phase::insert);
    if (next_ == end_) return nullptr;
    const placed_event& placed = group_.placed_[next_];
    const std::vector<std::string>& tags = placed.event->tags;
    if (tags.size() > 1) joined_ = join_tags(tags);
    entry_.event = group_.view(placed);
    entry_.stream = placed.number;
    entry_.type = group_.types_[next_];
    entry_.tags = tags.empty() ? std::string_view() : tags.size() == 1 ? std::string_view(tags.front()) : joined_;
    entry_.chain = placed.chain;
    ++next_;
    return &entry_;
  }

 private:
  append_group& group_;
  std::size_t next_;
  const std::size_t end_;
  bool begun_ = false;
  new_entry entry_;
  std::string joined_;
};

void append_group::insert(log_writer& writer) {
  if (known_.recent().begun()) enter_keys();
  if (imports_) writer.mark_import();
  const std::size_t torn = where_to_tear();
  for (const placed_event& placed : placed_) {
    types_.push_back(writer.type_number(placed.part->aggregate_type, placed.event->type, placed.event->version));
  }
  if (torn != 0) {
    placed_entries first(*this, 0, torn);
    writer.insert(first);
    writer.commit();
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    writer.begin();
  }
  placed_entries entries(*this, torn, placed_.size());
  writer.insert(entries);
}

void append_group::become_known() {
  for (const stream_in_group& stream : moved_) known_.heads().put(stream.name, stream.head);
  if (known_.recent().begun()) known_.recent().add(placed_keys_);
}

void append_group::complete_committed() {
  if (std::exchange(completed_, true)) return;
  const detail::posting_together wakes_once;
  for (judged& verdict : appends_) {
    if (const append_committed* const committed = verdict.outcome->committed()) {
      detail::acknowledged(committed->last.value());
    }
    verdict.append->done.complete(std::move(*verdict.outcome));
  }
}

void append_group::complete_failed(const append_outcome& outcome) {
  if (std::exchange(completed_, true)) return;
  const detail::posting_together wakes_once;
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
