#include <whence/testing/log_contract/workbench.hpp>

#include <algorithm>
#include <map>

namespace whence::testing::inline v0 {
namespace {

const runtime& plain_runtime() {
  static const runtime system = runtime::system();
  return system;
}

runtime with_clock(runtime base, std::shared_ptr<clock> clock) {
  base.clock = std::move(clock);
  return base;
}

std::string_view name_of(append_refused::reason why) {
  switch (why) {
    case append_refused::reason::version_conflict: return "version_conflict";
    case append_refused::reason::condition_conflict: return "condition_conflict";
    case append_refused::reason::event_id_reused: return "event_id_reused";
    case append_refused::reason::invalid: return "invalid";
    case append_refused::reason::too_large: return "too_large";
    case append_refused::reason::queue_full: return "queue_full";
    case append_refused::reason::not_written: return "not_written";
    case append_refused::reason::closed: return "closed";
  }
  return "no reason";
}

}  // namespace

std::string shown(const chain_hash& value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned byte : value) {
    text += digits[byte >> 4];
    text += digits[byte & 15U];
  }
  return text;
}

std::string shown(const append_outcome& value) {
  if (const auto* committed = value.committed())
    return "committed " + shown(committed->first) + " to " + std::to_string(committed->last.value()) +
           (committed->repeated ? ", repeated" : "");
  if (const auto* refused = value.refused())
    return "refused, " + std::string{name_of(refused->why)} + " (" + refused->detail + ")";
  return "unknown (" + value.unknown()->detail + ")";
}

void require(bool condition, std::string_view sentence) {
  if (!condition) throw contract_broken(std::string{sentence});
}

new_event make_event(std::string type, std::string data) {
  new_event event;
  event.id = event_id{plain_runtime().make_uuid()};
  event.type = std::move(type);
  event.occurred_at = parse_rfc3339("2026-01-27T10:30:00.000000Z");
  event.data = std::move(data);
  event.metadata.correlation = correlation_id{derive(event.id.value(), "correlation")};
  event.metadata.causation = causation_id{command_id{derive(event.id.value(), "causation")}};
  event.metadata.causation_type = "DoThing";
  event.metadata.source = "contract";
  return event;
}

std::vector<new_event> make_events(std::size_t count) {
  std::vector<new_event> events;
  for (std::size_t i = 0; i < count; ++i) events.push_back(make_event());
  return events;
}

append_batch to_stream(std::string stream, expected_version expected, std::vector<new_event> events) {
  append_batch batch;
  batch.streams.push_back({std::move(stream), "Thing", expected, std::move(events)});
  return batch;
}

append_batch one_event(std::string stream, expected_version expected) {
  return to_stream(std::move(stream), expected, make_events(1));
}

new_event tagged(std::vector<std::string> tags, std::string type) {
  new_event event = make_event(std::move(type));
  event.tags = std::move(tags);
  return event;
}

event_query tagged_with(std::vector<std::string> tags) { return {{{.event_types = {}, .tags = std::move(tags)}}}; }

workbench::workbench(const log_fixture& fixture)
    : runtime_(plain_runtime()), source_(fixture.fresh()), log_(source_.open(runtime_)) {}

workbench::workbench(const log_fixture& fixture, std::shared_ptr<clock> clock)
    : runtime_(with_clock(plain_runtime(), std::move(clock))), source_(fixture.fresh()), log_(source_.open(runtime_)) {}

void workbench::reopen() {
  log_->close();
  log_.reset();
  log_ = source_.open(runtime_);
}

append_committed workbench::commit(append_batch batch) {
  const append_outcome outcome = log_->append(std::move(batch)).get();
  require(outcome.committed() != nullptr, "an append was to be committed, and was " + shown(outcome));
  return *outcome.committed();
}

append_committed workbench::commit_new(append_batch batch) {
  const auto count = [&] {
    std::uint64_t events = 0;
    for (const auto& part : batch.streams) events += part.events.size();
    return events;
  }();
  const append_committed committed = commit(std::move(batch));
  require(!committed.repeated, "an append of new events was called a repeat");
  require(committed.first > global_position{}, "an append took position 0; positions begin at 1");
  require_equal(committed.last.value() - committed.first.value() + 1, count, "the positions that an append took");
  require_equal(committed.token, token{log_->identity().epoch, committed.last}, "the token of an append");
  require(log_->head() >= committed.last, "the head is before an append that is committed");
  return committed;
}

append_refused workbench::refuse(append_batch batch, append_refused::reason why) {
  const global_position before = log_->head();
  const append_outcome outcome = log_->append(std::move(batch)).get();
  require(outcome.refused() != nullptr, "an append was to be refused, and was " + shown(outcome));
  require(outcome.refused()->why == why,
          "an append was to be refused as " + std::string{name_of(why)} + ", and was " + shown(outcome));
  require_equal(log_->head(), before, "the head after a refused append");
  return *outcome.refused();
}

stored_event to_stored(const recorded_event& event) { return {to_envelope(event), event.chain}; }

std::vector<stored_event> read_all(log_reader& reader, const event_filter& filter, page_limit limit,
                                   global_position after) {
  std::vector<stored_event> all;
  for (;;) {
    const event_page page = reader.read(after, filter, limit);
    require(page.size() <= limit.events, "a page holds more events than its limit");
    require(page.scanned_to() >= after, "a page was scanned to a position before the one it began after");
    global_position last = after;
    for (const recorded_event& event : page) {
      require(event.position > last, "the events of a page do not ascend from the position it began after");
      require(event.position <= page.scanned_to(), "a page holds an event beyond the position it was scanned to");
      last = event.position;
      all.push_back(to_stored(event));
    }
    if (page.at_end()) return all;
    require(page.scanned_to() > after, "a page that is not at the end does not move on");
    after = page.scanned_to();
  }
}

stored_event last_event(log_reader& reader) {
  auto all = read_all(reader);
  require(!all.empty(), "a log that was appended to has no events");
  return std::move(all.back());
}

std::vector<stored_event> read_whole_stream(log_reader& reader, std::string_view stream, page_limit limit) {
  std::vector<stored_event> all;
  stream_version from{1};
  for (;;) {
    const event_page page = reader.read_stream(stream, from, read_direction::forward, limit);
    require(page.size() <= limit.events, "a page of a stream holds more events than its limit");
    for (const recorded_event& event : page) {
      require_equal(event.stream, stream, "the stream of an event in a page of a stream");
      require_equal(event.version, from, "the next version in a page of a stream");
      from = from.next();
      all.push_back(to_stored(event));
    }
    if (page.at_end()) return all;
    require(!page.empty(), "a page of a stream that is not at the end does not move on");
  }
}

std::vector<std::uint64_t> positions_of(const std::vector<stored_event>& events) {
  std::vector<std::uint64_t> positions;
  for (const auto& stored : events) positions.push_back(stored.position().value());
  return positions;
}

std::vector<std::uint64_t> versions_of(const std::vector<stored_event>& events) {
  std::vector<std::uint64_t> versions;
  for (const auto& stored : events) versions.push_back(stored.version().value());
  return versions;
}

std::vector<std::string> ids_of(const std::vector<stored_event>& events) {
  std::vector<std::string> ids;
  for (const auto& stored : events) ids.push_back(stored.event.id.to_string());
  return ids;
}

std::vector<std::string> ids_of(const append_batch& batch) {
  std::vector<std::string> ids;
  for (const auto& part : batch.streams)
    for (const auto& event : part.events) ids.push_back(event.id.to_string());
  return ids;
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t number = first; number <= last; ++number) all.push_back(number);
  return all;
}

void require_dense(const std::vector<stored_event>& whole_log) {
  std::map<std::string, std::pair<stream_version, std::string>> heads;
  global_position next{1};
  for (const auto& stored : whole_log) {
    require_equal(stored.position(), next, "the next position in the log");
    next = next.next();
    auto& [version, type] = heads[stored.event.aggregate_id];
    version = version.next();
    require_equal(stored.version(), version, "the next version of " + stored.event.aggregate_id);
    if (type.empty()) type = stored.event.aggregate_type;
    require_equal(stored.event.aggregate_type, type, "the aggregate type of " + stored.event.aggregate_id);
  }
}

}  // namespace whence::testing::inline v0
