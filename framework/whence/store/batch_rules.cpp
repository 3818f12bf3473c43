#include <whence/store/batch_rules.hpp>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <xxhash.h>

#include <whence/store/data_depth.hpp>
#include <whence/store/event_id_places.hpp>

namespace whence::inline v0 {
namespace {

using limits = append_limits;

constexpr std::string_view batch_events_name = "batch_events_max";

/// How many bytes from the beginning, in words of eight, are ASCII without control characters.
std::size_t plain_ascii_prefix(std::string_view text) noexcept {
  constexpr std::uint64_t high = 0x8080808080808080u;
  constexpr std::uint64_t ones = 0x0101010101010101u;
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t deletes = word ^ (0x7Fu * ones);
    // A byte below 0x20, or one that is zero after the exclusive or: subtracting borrows into its highest bit. Bytes above 0x7F
    // are left to the loop that knows UTF-8.
    if (((word - 0x20u * ones) | (deletes - ones) | word) & high) break;
  }
  return at;
}

std::string at_most(std::string_view what, std::size_t limit, std::string_view unit) {
  return std::string{what} + ": at most " + std::to_string(limit) + " " + std::string{unit};
}

/// The broken rule of one name, or an empty text.
std::string check_name(std::string_view what, std::string_view name, std::size_t limit) {
  if (name.empty()) return std::string{what} + " is empty";
  if (name.size() > limit) return at_most(what, limit, "bytes");
  if (!is_plain_utf8(name)) return std::string{what} + " is no UTF-8 without control characters";
  return {};
}

std::string check_optional_name(std::string_view what, std::string_view name) {
  return name.empty() ? std::string{} : check_name(what, name, limits::name_bytes);
}

std::string check_event(const new_event& event) {
  if (event.id.is_nil()) return "event id is nil";
  if (auto broken = check_name("event type", event.type, limits::name_bytes); !broken.empty()) return broken;
  if (event.version == 0) return "event version is 0; versions begin at 1";
  if (event.data.empty()) return "data is empty; it is a JSON document";
  if (event.occurred_at < limits::earliest || event.occurred_at > limits::latest)
    return "occurredAt is outside the years 0000 to 9999";
  const auto& meta = event.metadata;
  if (auto broken = check_optional_name("causation type", meta.causation_type); !broken.empty()) return broken;
  if (auto broken = check_optional_name("source", meta.source); !broken.empty()) return broken;
  if (auto broken = check_optional_name("traceparent", meta.traceparent); !broken.empty()) return broken;
  if (event.tags.size() > limits::tags) return at_most("tags", limits::tags, "an event");
  for (const auto& tag : event.tags)
    if (auto broken = check_name("tag", tag, limits::name_bytes); !broken.empty()) return broken;
  return {};
}

/// What `what` (of the log's size limits) is beyond.
append_refused too_large(std::string what, broken_limit limit, std::string_view stream = {}, event_id event = {}) {
  append_refused refused{};
  refused.why = append_refused::reason::too_large;
  refused.stream = stream;
  refused.event = event;
  refused.detail = std::move(what) + " has " + std::to_string(limit.found) +
                   (limit.name == batch_events_name ? " events" : " bytes");
  refused.limit = limit;
  return refused;
}

std::optional<append_refused> check_sizes(const stream_append& part, const new_event& event, const size_limits& sizes) {
  const auto beyond = [&](const char* what, broken_limit limit) {
    return too_large(std::string(what) + " of event " + event.id.to_string(), limit, part.stream, event.id);
  };
  if (event.data.size() > sizes.event_bytes_max)
    return beyond("the data", {"event_bytes_max", sizes.event_bytes_max, event.data.size()});
  if (const std::size_t bytes = metadata_bytes_of(event); bytes > sizes.metadata_bytes_max)
    return beyond("the metadata", {"metadata_bytes_max", sizes.metadata_bytes_max, bytes});
  return std::nullopt;
}

std::size_t events_of(const append_batch& batch) noexcept {
  std::size_t events = 0;
  for (const auto& part : batch.streams) events += part.events.size();
  return events;
}

append_refused refuse(std::string detail, std::string_view stream = {}, event_id event = {}) {
  append_refused refused{};
  refused.why = append_refused::reason::invalid;
  refused.stream = stream;
  refused.event = event;
  refused.detail = std::move(detail);
  return refused;
}

std::string check_names(std::string_view what, const std::vector<std::string>& names, std::size_t limit) {
  if (names.size() > limit) return at_most(std::string(what) + "s", limit, "an item of a query");
  for (const std::string& name : names)
    if (auto broken = check_name(what, name, limits::name_bytes); !broken.empty()) return "a query's " + broken;
  return {};
}

/// The broken rule, or an empty text.
std::string check_conditions(const std::vector<append_condition>& conditions) {
  if (conditions.size() > limits::conditions) return at_most("conditions", limits::conditions, "a batch");
  for (const append_condition& condition : conditions) {
    const std::vector<query_item>& items = condition.query.items;
    if (items.empty()) return "the query of a condition has no item: it would rule nothing out (event_query::all())";
    if (items.size() > limits::query_items) return at_most("items", limits::query_items, "a query");
    for (const query_item& item : items) {
      if (auto broken = check_names("event type", item.event_types, limits::item_types); !broken.empty()) return broken;
      if (auto broken = check_names("tag", item.tags, limits::tags); !broken.empty()) return broken;
    }
  }
  return {};
}

/// A stream or an event id that stands twice.
std::optional<append_refused> named_twice(const append_batch& batch, std::size_t events) {
  if (events == 1) return std::nullopt;
  place_table streams;
  streams.reserve(batch.streams.size());
  event_id_places ids;
  ids.reserve(events);
  for (std::uint32_t place = 0; place < batch.streams.size(); ++place) {
    const stream_append& part = batch.streams[place];
    const auto same = [&](std::uint32_t other) { return batch.streams[other].stream == part.stream; };
    if (streams.insert(XXH3_64bits(part.stream.data(), part.stream.size()), place, same))
      return refuse("a batch names a stream once", part.stream);
    for (const new_event& event : part.events) {
      if (!ids.add(event.id)) return refuse("an event id stands twice in the batch", part.stream, event.id);
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_plain_utf8(std::string_view text) noexcept {
  const auto at = [&](std::size_t index) {
    return index < text.size() ? static_cast<unsigned char>(text[index]) : static_cast<unsigned char>(0);
  };
  const auto follows = [&](std::size_t index) { return (at(index) & 0xC0U) == 0x80U; };
  for (std::size_t i = plain_ascii_prefix(text); i < text.size();) {
    const unsigned lead = at(i);
    const unsigned second = at(i + 1);
    if (lead < 0x80) {
      if (lead < 0x20 || lead == 0x7F) return false;
      i += 1;
    } else if (lead < 0xE0) {
      if (lead < 0xC2 || !follows(i + 1)) return false;
      if (lead == 0xC2 && second < 0xA0) return false;  // U+0080 to U+009F: the other control characters
      i += 2;
    } else if (lead < 0xF0) {
      if (!follows(i + 1) || !follows(i + 2)) return false;
      if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return false;
      i += 3;
    } else {
      if (lead > 0xF4 || !follows(i + 1) || !follows(i + 2) || !follows(i + 3)) return false;
      if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return false;
      i += 4;
    }
  }
  return true;
}

std::optional<append_refused> broken_rule(const append_batch& batch, const size_limits& sizes) {
  if (batch.streams.empty()) return refuse("a batch has at least one stream");
  // Sizes first: the rest looks at each byte of each name.
  const std::size_t events = events_of(batch);
  if (events > sizes.batch_events_max)
    return too_large("the batch", {batch_events_name, sizes.batch_events_max, events});
  if (const std::size_t bytes = bytes_of(batch); bytes > sizes.batch_bytes_max)
    return too_large("the batch", {"batch_bytes_max", sizes.batch_bytes_max, bytes});
  for (const auto& part : batch.streams) {
    if (auto broken = check_name("stream", part.stream, limits::name_bytes); !broken.empty())
      return refuse(std::move(broken), part.stream);
    if (auto broken = check_name("aggregate type", part.aggregate_type, limits::name_bytes); !broken.empty())
      return refuse(std::move(broken), part.stream);
    if (part.events.empty()) return refuse("a stream in a batch has at least one event", part.stream);
    for (const auto& event : part.events) {
      if (auto broken = check_event(event); !broken.empty()) return refuse(std::move(broken), part.stream, event.id);
      if (auto beyond = check_sizes(part, event, sizes)) return beyond;
      if (goes_too_deep(event.data))
        return refuse("data go deeper than " + std::to_string(limits::data_levels) + " levels", part.stream, event.id);
    }
  }
  if (auto twice = named_twice(batch, events)) return twice;
  if (auto broken = check_conditions(batch.conditions); !broken.empty()) return refuse(std::move(broken));
  return std::nullopt;
}

append_refused beyond_the_end(const append_condition& condition, global_position end) {
  return refuse("a condition is after position " + std::to_string(condition.after.value()) + ", and the log ends at " +
                std::to_string(end.value()) + ": what was read is of another log");
}

std::size_t metadata_bytes_of(const new_event& event) noexcept {
  std::size_t bytes =
      event.metadata.causation_type.size() + event.metadata.source.size() + event.metadata.traceparent.size();
  for (const auto& tag : event.tags) bytes += tag.size();
  return bytes;
}

std::size_t bytes_of(const new_event& event) noexcept {
  return event.type.size() + event.data.size() + metadata_bytes_of(event);
}

std::size_t bytes_of(const append_condition& condition) noexcept {
  std::size_t bytes = 0;
  for (const query_item& item : condition.query.items) {
    for (const std::string& type : item.event_types) bytes += type.size();
    for (const std::string& tag : item.tags) bytes += tag.size();
  }
  return bytes;
}

std::size_t bytes_of(const append_batch& batch) noexcept {
  std::size_t bytes = 0;
  for (const append_condition& condition : batch.conditions) bytes += bytes_of(condition);
  for (const auto& part : batch.streams) {
    bytes += part.stream.size() + part.aggregate_type.size();
    for (const auto& event : part.events) bytes += bytes_of(event);
  }
  return bytes;
}

std::size_t memory_of(const append_batch& batch) noexcept {
  constexpr std::size_t of_an_append = 512;  // its place in the queue, and its result
  std::size_t bytes = of_an_append + bytes_of(batch);
  for (const auto& part : batch.streams) {
    bytes += sizeof part;
    for (const auto& event : part.events) bytes += sizeof event + event.tags.size() * sizeof(std::string);
  }
  for (const auto& condition : batch.conditions) {
    bytes += sizeof condition;
    for (const auto& item : condition.query.items)
      bytes += sizeof item + (item.event_types.size() + item.tags.size()) * sizeof(std::string);
  }
  return bytes;
}

}  // namespace whence::inline v0
