#include <whence/store/memory/record.hpp>

#include <algorithm>
#include <utility>

#include <whence/store/batch_rules.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/event_page_builder.hpp>

namespace whence::inline v0 {
namespace {

/// Whether there is room for one more event. The first one always fits.
bool fits(const event_page_builder& page, const new_event& event, page_limit limit) {
  if (page.events() == 0) return true;
  return page.events() < limit.events && page.bytes() + bytes_of(event) <= limit.bytes;
}

bool names(const std::vector<std::string>& list, std::string_view name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

append_refused id_reused(const stream_append& part, const new_event& event, std::string detail) {
  append_refused refused{};
  refused.why = append_refused::reason::event_id_reused;
  refused.stream = part.stream;
  refused.event = event.id;
  refused.detail = std::move(detail);
  return refused;
}

}  // namespace

append_outcome memory_record::append(append_batch&& batch, timestamp now) {
  if (auto broken = broken_rule(batch, sizes_)) return std::move(*broken);
  if (auto known = answer_known(batch)) return std::move(*known);
  for (const auto& part : batch.streams)
    if (auto refused = unmet(part)) return std::move(*refused);
  for (const auto& condition : batch.conditions)
    if (auto refused = unmet(condition)) return std::move(*refused);

  const global_position first = head().next();
  last_recorded_at_ = std::max(last_recorded_at_, now);
  for (auto& part : batch.streams) {
    const auto at = streams_.try_emplace(std::move(part.stream), stream{std::move(part.aggregate_type), {}}).first;
    for (auto& event : part.events) add(at, std::move(event));
  }
  return append_committed{{identity_.epoch, head()}, first, head()};
}

/// The answer to a batch with ids that are in the log: the first result if all of them are, with this content.
std::optional<append_outcome> memory_record::answer_known(const append_batch& batch) const {
  std::optional<append_refused> first_known;
  bool some_new = false;
  global_position first = head();
  global_position last;
  for (const auto& part : batch.streams) {
    for (const auto& event : part.events) {
      const auto found = positions_.find(event.id);
      if (found == positions_.end()) {
        some_new = true;
        continue;
      }
      if (!is_known_as(part, event, found->second)) return id_reused(part, event, "its content there is another one");
      if (!first_known) first_known = id_reused(part, event, "others of the batch are not there");
      first = std::min(first, found->second);
      last = std::max(last, found->second);
    }
  }
  if (!first_known) return std::nullopt;
  if (some_new) return std::move(*first_known);
  return append_committed{{identity_.epoch, last}, first, last, true};
}

bool memory_record::is_known_as(const stream_append& part, const new_event& event, global_position position) const {
  const stored& known = at(position);
  return known.stream->first == part.stream && known.stream->second.aggregate_type == part.aggregate_type &&
         known.event.type == event.type && known.event.version == event.version && known.event.data == event.data &&
         known.event.metadata == event.metadata;
}

std::optional<append_refused> memory_record::unmet(const stream_append& part) const {
  const auto found = streams_.find(part.stream);
  const stream_version actual = found == streams_.end() ? stream_version{} : found->second.head();
  append_refused refused{};
  refused.stream = part.stream;
  refused.expected = part.expected;
  refused.actual = actual;
  if (!part.expected.met_by(actual)) {
    refused.why = append_refused::reason::version_conflict;
    if (found != streams_.end()) name_between(found->second, refused);
    return refused;
  }
  if (found != streams_.end() && found->second.aggregate_type != part.aggregate_type) {
    refused.why = append_refused::reason::invalid;
    refused.detail = "the stream's aggregate type is " + found->second.aggregate_type + ", not " + part.aggregate_type;
    return refused;
  }
  return std::nullopt;
}

std::optional<append_refused> memory_record::unmet(const append_condition& condition) const {
  if (condition.after > head()) return beyond_the_end(condition, head());
  append_refused refused{};
  for (global_position at = condition.after.next(); at <= head(); at = at.next()) {
    const recorded_event event = view(at);
    if (!condition.query.matches(event)) continue;
    refused.between.push_back({event.id, std::string(event.type), event.version, at, std::string(event.stream)});
    if (refused.between.size() == append_refused::between_max) break;
  }
  if (refused.between.empty()) return std::nullopt;
  refused.why = append_refused::reason::condition_conflict;
  refused.condition = condition;
  return refused;
}

void memory_record::name_between(const stream& in, append_refused& refused) const {
  for (std::uint64_t version = refused.expected.version().value() + 1; version <= refused.actual.value(); ++version) {
    if (refused.between.size() == append_refused::between_max) {
      refused.more_between = refused.actual.value() - version + 1;
      return;
    }
    const global_position position = in.positions[version - 1];
    const new_event& event = at(position).event;
    refused.between.push_back({event.id, event.type, stream_version{version}, position, refused.stream});
  }
}

void memory_record::add(stream_map::iterator to, new_event&& event) {
  const global_position position = head().next();
  const chain_hash before = events_.empty() ? chain_start(identity_.id) : events_.back().chain;
  to->second.positions.push_back(position);
  positions_.emplace(event.id, position);
  stored& added = events_.emplace_back();
  added.stream = to;
  added.version = to->second.head();
  added.event = std::move(event);
  added.recorded_at = last_recorded_at_;
  added.tags.assign(added.event.tags.begin(), added.event.tags.end());
  added.chain = chain_next(before, to->second.number(), view(position));
}

recorded_event memory_record::view(global_position position) const {
  const stored& from = at(position);
  recorded_event event;
  event.position = position;
  event.version = from.version;
  event.id = from.event.id;
  event.stream = from.stream->first;
  event.aggregate_type = from.stream->second.aggregate_type;
  event.type = from.event.type;
  event.type_version = from.event.version;
  event.occurred_at = from.event.occurred_at;
  event.recorded_at = from.recorded_at;
  event.correlation = from.event.metadata.correlation;
  event.causation = from.event.metadata.causation;
  event.causation_type = from.event.metadata.causation_type;
  event.source = from.event.metadata.source;
  event.traceparent = from.event.metadata.traceparent;
  event.data = from.event.data;
  event.tags = from.tags;
  event.chain = from.chain;
  return event;
}

stream_version memory_record::stream_head(std::string_view name) const {
  const auto found = streams_.find(name);
  return found == streams_.end() ? stream_version{} : found->second.head();
}

std::optional<global_position> memory_record::find_event(event_id id) const {
  const auto found = positions_.find(id);
  if (found == positions_.end()) return std::nullopt;
  return found->second;
}

std::optional<chain_hash> memory_record::chain_at(global_position position) const {
  if (position == global_position{}) return chain_hash{};
  if (position > head()) return std::nullopt;
  return at(position).chain;
}

event_page memory_record::read(global_position after, const event_filter& filter, page_limit limit) const {
  event_page_builder page;
  global_position scanned_to = after;
  for (std::size_t scanned = 0; scanned_to < head() && scanned < std::max<std::size_t>(limit.scanned, 1); ++scanned) {
    const global_position position = scanned_to.next();
    const stored& next = at(position);
    if (names(filter.aggregate_types, next.stream->second.aggregate_type) &&
        names(filter.event_types, next.event.type)) {
      if (!fits(page, next.event, limit)) break;
      page.add(view(position));
    }
    scanned_to = position;
  }
  return page.finish(scanned_to, scanned_to >= head());
}

event_page memory_record::read_stream(std::string_view name, stream_version from, read_direction direction,
                                      page_limit limit) const {
  event_page_builder page;
  const auto found = streams_.find(name);
  if (found == streams_.end()) return page.finish({}, true);

  const auto& positions = found->second.positions;
  const bool forward = direction == read_direction::forward;
  // The version to look at next; the stream is read to its end when there is none.
  std::uint64_t version =
      forward ? std::max<std::uint64_t>(from.value(), 1) : std::min<std::uint64_t>(from.value(), positions.size());
  const auto is_there = [&] { return version >= 1 && version <= positions.size(); };
  global_position scanned_to;
  while (is_there()) {
    scanned_to = positions[version - 1];
    if (!fits(page, at(scanned_to).event, limit)) break;
    page.add(view(scanned_to));
    version = forward ? version + 1 : version - 1;
  }
  return page.finish(scanned_to, !is_there());
}

}  // namespace whence::inline v0
