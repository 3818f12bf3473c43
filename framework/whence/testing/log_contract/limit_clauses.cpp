/// What no store takes, refused by the name of the rule, and what every store takes up to its limit.
#include <whence/core/payload_form.hpp>
#include <whence/testing/log_contract/workbench.hpp>

namespace whence::testing::inline v0 {
namespace {

using reason = append_refused::reason;
using limits = append_limits;

/// Refused as invalid, and `detail` says which rule.
void require_broken(workbench& bench, append_batch batch, std::string_view rule) {
  const auto refused = bench.refuse(std::move(batch), reason::invalid);
  require(refused.detail.find(rule) != std::string::npos,
          "a refusal was to speak of \"" + std::string{rule} + "\", and says \"" + refused.detail + "\"");
}

void require_broken_event(workbench& bench, new_event event, std::string_view rule) {
  require_broken(bench, to_stream("thing", expected_version::any(), {std::move(event)}), rule);
}

std::string of_bytes(std::size_t count) { return std::string(count, 'x'); }

std::string json_of_bytes(std::size_t count) { return "\"" + of_bytes(count - 2) + "\""; }

/// Refused as too large, by the name of the limit, its value, and what was found.
void require_too_large(workbench& bench, append_batch batch, const std::string& limit, std::uint64_t value,
                       std::uint64_t found) {
  const auto refused = bench.refuse(std::move(batch), reason::too_large);
  require_equal(std::string(refused.limit.name), limit, "the limit that a refusal names");
  require_equal(refused.limit.limit, value, "the value of the limit that a refusal names");
  require_equal(refused.limit.found, found, "the size that a refusal names");
}

void names(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto thing = [](std::string stream) { return one_event(std::move(stream)); };
  require_broken(bench, thing(""), "stream is empty");
  require_broken(bench, thing(of_bytes(limits::name_bytes + 1)), "stream: at most 255");
  require_broken(bench, thing("a\nb"), "stream is no UTF-8");
  require_broken(bench, thing(std::string("a\0b", 3)), "stream is no UTF-8");
  require_broken(bench, thing("\xC0\xAF"), "stream is no UTF-8");
  require_broken(bench, thing("\xED\xA0\x80"), "stream is no UTF-8");
  require_broken(bench, thing("\xE2\x82"), "stream is no UTF-8");

  append_batch nameless = thing("thing");
  nameless.streams[0].aggregate_type.clear();
  require_broken(bench, nameless, "aggregate type is empty");
  require_broken_event(bench, make_event(""), "event type is empty");
  require_broken_event(bench, make_event(of_bytes(limits::name_bytes + 1)), "event type: at most 255");

  bench.commit_new(thing(of_bytes(limits::name_bytes)));
  bench.commit_new(thing("Grüße, 世界 🌍"));
  require_equal(last_event(bench.writer()).event.aggregate_id, "Grüße, 世界 🌍", "a stream's name");
}

/// Lists in each other, around some text.
std::string lists(std::size_t levels, const std::string& inside) {
  return std::string(levels, '[').append(inside).append(levels, ']');
}

void depths(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto of_data = [](std::string data) {
    new_event event = make_event();
    event.data = std::move(data);
    return event;
  };
  constexpr std::string_view rule = "data go deeper than 1024 levels";
  require_broken_event(bench, of_data(lists(limits::data_levels + 1, "0")), rule);
  require_broken_event(bench, of_data(lists(1'000'000, "")), rule);
  require_broken_event(bench, of_data(std::string(1'000'000, '[')), rule);
  std::string objects;
  for (int i = 0; i < 2'000; ++i) objects.append("{\"a\":");
  require_broken_event(bench, of_data(objects), rule);
  require_broken_event(bench, of_data(std::string(binary_mark).append(5'000, '\x81').append(1, '\0')), rule);
  // What is deep enough, and brackets in a text, or side by side, however many.
  bench.commit_new(to_stream("deep", expected_version::any(), {of_data(lists(limits::data_levels, "0"))}));
  std::string flat = "[\"" + std::string(5'000, '[') + "\\\"[{\"";
  for (int i = 0; i < 5'000; ++i) flat.append(",[]");
  flat.append("]");
  bench.commit_new(to_stream("flat", expected_version::any(), {of_data(flat)}));
  require_equal(std::string(last_event(bench.writer()).event.data), flat, "the data of an event of many brackets");
}

void events(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto changed = [](auto change) {
    new_event event = make_event();
    change(event);
    return event;
  };
  require_broken_event(bench, changed([](new_event& e) { e.id = {}; }), "event id is nil");
  require_broken_event(bench, changed([](new_event& e) { e.version = 0; }), "event version is 0");
  require_broken_event(bench, changed([](new_event& e) { e.data.clear(); }), "data is empty");
  require_broken_event(bench,
                       changed([](new_event& e) { e.occurred_at = limits::latest + std::chrono::microseconds{1}; }),
                       "occurredAt");
  require_broken_event(bench, changed([](new_event& e) { e.metadata.source = of_bytes(256); }), "source: at most 255");
  require_broken_event(bench, changed([](new_event& e) { e.metadata.causation_type = "a\tb"; }), "causation type");
  require_broken_event(bench, changed([](new_event& e) { e.metadata.traceparent = of_bytes(256); }), "traceparent");
  require_broken_event(bench, changed([](new_event& e) { e.tags.assign(limits::tags + 1, "tag"); }),
                       "tags: at most 32");
  require_broken_event(bench, changed([](new_event& e) { e.tags = {"fine", ""}; }), "tag is empty");
  const size_limits sizes;
  const new_event heavy = changed([&](new_event& e) { e.data = json_of_bytes(sizes.event_bytes_max + 1); });
  require_too_large(bench, to_stream("thing", expected_version::any(), {heavy}), "event_bytes_max",
                    sizes.event_bytes_max, sizes.event_bytes_max + 1);
  const new_event verbose = changed([](new_event& e) {
    e.metadata.source = e.metadata.causation_type = e.metadata.traceparent = of_bytes(limits::name_bytes);
    e.tags.assign(limits::tags, of_bytes(limits::name_bytes));
  });
  require_too_large(bench, to_stream("thing", expected_version::any(), {verbose}), "metadata_bytes_max",
                    sizes.metadata_bytes_max, 35 * limits::name_bytes);
  bench.commit_new(to_stream("thing", expected_version::none(), make_events(1)));
}

void batches(const log_fixture& fixture) {
  workbench bench(fixture);
  require_broken(bench, append_batch{}, "at least one stream");
  require_broken(bench, to_stream("thing", expected_version::any(), {}), "at least one event");
  append_batch twice = one_event("thing");
  twice.streams.push_back(one_event("thing").streams[0]);
  require_broken(bench, twice, "a stream once");
  const size_limits sizes;
  require_too_large(bench, to_stream("thing", expected_version::any(), make_events(sizes.batch_events_max + 1)),
                    "batch_events_max", sizes.batch_events_max, sizes.batch_events_max + 1);
  append_batch heavy = to_stream("thing", expected_version::any(), make_events(3));
  for (auto& event : heavy.streams[0].events) event.data = json_of_bytes(sizes.event_bytes_max);
  const auto refused = bench.refuse(heavy, reason::too_large);
  require_equal(std::string(refused.limit.name), "batch_bytes_max", "the limit that a refusal names");
  require(refused.limit.found > 3 * sizes.event_bytes_max, "a refusal counts fewer bytes than the batch has");
  bench.commit_new(to_stream("thing", expected_version::none(), make_events(sizes.batch_events_max)));
  require_equal(bench.writer().stream_head("thing"), stream_version{sizes.batch_events_max},
                "the head after the longest batch");
}

void one_aggregate_type(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("thing"));
  append_batch other = one_event("thing", expected_version::exactly(stream_version{1}));
  other.streams[0].aggregate_type = "Other";
  require_broken(bench, other, "aggregate type");
  bench.reopen();
  other.streams[0].events = make_events(1);
  require_broken(bench, other, "aggregate type");

  auto first = bench.writer().append(one_event("new-thing"));
  other.streams[0] = {"new-thing", "Other", expected_version::any(), make_events(1)};
  auto second = bench.writer().append(other);
  require(std::move(first).get().committed() != nullptr, "the first append to a stream was not committed");
  const append_outcome outcome = std::move(second).get();
  require(outcome.refused() != nullptr && outcome.refused()->why == reason::invalid,
          "an append of another aggregate type, queued behind the first, was " + shown(outcome));
  require_equal(bench.writer().head(), global_position{2}, "the head after appends of another aggregate type");
}

}  // namespace

std::vector<clause> limit_clauses() {
  return {
      {"names are 1 to 255 bytes of UTF-8 without control characters", names},
      {"an event beyond a limit is refused by the limit's name", events},
      {"data that go too deep are refused, whatever they are", depths},
      {"a batch beyond a limit is refused by the limit's name, and one at the limit is committed", batches},
      {"a stream belongs to one aggregate type for life", one_aggregate_type},
  };
}

}  // namespace whence::testing::inline v0
