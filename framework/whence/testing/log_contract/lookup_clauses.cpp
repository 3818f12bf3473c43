/// What is kept of an event, and what can be asked about one: fields, times, heads, ids, chain hashes.
#include <whence/testing/log_contract/workbench.hpp>

#include <set>

#include <whence/core/simulation.hpp>

namespace whence::testing::inline v0 {
namespace {

/// An event of which every field is special, and one of which every optional field is empty.
std::vector<new_event> special_events() {
  new_event full = make_event("GrüßeGesagt", R"({"text":"Zeile\nzwei \"世界\" 🌍","list":[1,2.5,null,true]})");
  full.version = 4'000'000'000U;
  full.metadata.causation_type = "SageGrüße";
  full.metadata.source = "dienst-ü";
  full.metadata.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  full.tags = {"customer:42", "größe:xl", "customer:42", "🌍"};
  new_event bare;
  bare.id = make_event().id;
  bare.type = "B";
  bare.data = "0";
  new_event large = make_event("Large", "\"" + std::string(100'000, 'x') + "\"");
  new_event first = make_event();
  first.occurred_at = append_limits::earliest;
  new_event last = make_event();
  last.occurred_at = append_limits::latest;
  new_event before_epoch = make_event();
  before_epoch.occurred_at = timestamp{std::chrono::microseconds{-1}};
  new_event binary_id = make_event();
  binary_id.id = event_id{uuid{uuid::bytes_type{0, 0xFF, 0, 0xFF, '\'', '"', 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 1}}};
  return {full, bare, large, first, last, before_epoch, binary_id};
}

void require_same(const recorded_event& found, const new_event& wanted) {
  require_equal(found.id, wanted.id, "the event id");
  require_equal(found.stream, "größe-🌍", "the stream");
  require_equal(found.aggregate_type, "Größe", "the aggregate type");
  require_equal(found.type, wanted.type, "the event type");
  require_equal(found.type_version, wanted.version, "the event version");
  require_equal(found.occurred_at, wanted.occurred_at, "occurredAt");
  require_equal(found.correlation, wanted.metadata.correlation, "the correlation id");
  require_equal(found.causation, wanted.metadata.causation, "the causation id");
  require_equal(found.causation_type, wanted.metadata.causation_type, "the causation type");
  require_equal(found.source, wanted.metadata.source, "the source");
  require_equal(found.traceparent, wanted.metadata.traceparent, "the traceparent");
  require_equal(found.data, wanted.data, "the data");
  require_equal(std::vector<std::string>(found.tags.begin(), found.tags.end()), wanted.tags, "the tags");
}

void every_field(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto events = special_events();
  append_batch batch;
  batch.streams.push_back({"größe-🌍", "Größe", expected_version::none(), events});
  bench.commit_new(batch);
  const auto require_all = [&](const event_page& page) {
    require_equal(page.size(), events.size(), "the number of events that come back");
    for (std::size_t i = 0; i < events.size(); ++i) {
      require_same(page[i], events[i]);
      require_equal(page[i].position, global_position{i + 1}, "the position");
      require_equal(page[i].version, stream_version{i + 1}, "the version");
    }
  };
  require_all(bench.writer().read({}));
  require_all(bench.writer().read_stream("größe-🌍"));
  require_all(bench.visitor()->read({}));
  bench.reopen();
  require_all(bench.writer().read({}));
  require_all(bench.writer().read_stream("größe-🌍"));
}

void many_types(const log_fixture& fixture) {
  workbench bench(fixture);
  append_batch batch;
  for (int aggregate = 0; aggregate < 5; ++aggregate) {
    std::vector<new_event> events;
    for (std::uint32_t type = 0; type < 20; ++type) {
      events.push_back(make_event("Event" + std::to_string(type % 10)));
      events.back().version = 1 + type / 10;
    }
    batch.streams.push_back({"s" + std::to_string(aggregate), "Type" + std::to_string(aggregate),
                             expected_version::none(), std::move(events)});
  }
  bench.commit_new(batch);
  const auto require_types = [&] {
    std::size_t next = 0;
    const auto all = read_all(bench.writer());
    require_equal(all.size(), std::size_t{100}, "the number of events in the log");
    for (const auto& part : batch.streams)
      for (const auto& event : part.events) {
        const auto& found = all[next++].event;
        require_equal(found.aggregate_type, part.aggregate_type, "the aggregate type of one of many");
        require_equal(found.event_type, event.type, "the event type of one of many");
        require_equal(found.event_version, event.version, "the event version of one of many");
      }
  };
  require_types();
  bench.reopen();
  require_types();
}

void recorded_at(const log_fixture& fixture) {
  const timestamp noon = parse_rfc3339("2026-06-01T12:00:00.000000Z");
  const auto clock = std::make_shared<manual_clock>(noon);
  workbench bench(fixture, clock);
  const auto append_at = [&](timestamp time) {
    clock->set(time);
    bench.commit_new(one_event("thing"));
    return last_event(bench.writer()).event.recorded_at.value();
  };
  using std::chrono::hours;
  require_equal(append_at(noon), noon, "recordedAt of an append at noon");
  require_equal(append_at(noon + hours{1}), noon + hours{1}, "recordedAt of an append an hour later");
  require_equal(append_at(noon - hours{5}), noon + hours{1}, "recordedAt when the clock has stepped back");
  bench.reopen();
  require_equal(append_at(noon - hours{4}), noon + hours{1},
                "recordedAt when the clock has stepped back, after a restart");
  require_equal(append_at(noon + hours{2}), noon + hours{2}, "recordedAt when the clock has gone on");
}

void heads_of_streams(const log_fixture& fixture) {
  workbench bench(fixture);
  require_equal(bench.writer().stream_head("thing-1"), stream_version{}, "the head of a stream that does not exist");
  for (std::uint64_t round = 1; round <= 3; ++round)
    for (std::size_t number = 1; number <= 5; ++number) {
      bench.commit_new(to_stream("thing-" + std::to_string(number), expected_version::any(), make_events(number)));
      require_equal(bench.writer().stream_head("thing-" + std::to_string(number)), stream_version{round * number},
                    "the head of a stream");
    }
  bench.reopen();
  for (std::size_t number = 1; number <= 5; ++number)
    require_equal(bench.writer().stream_head("thing-" + std::to_string(number)), stream_version{3 * number},
                  "the head of a stream after a restart");
  require_equal(bench.visitor()->stream_head("thing-4"), stream_version{12},
                "the head of a stream as a visitor sees it");
}

void events_by_id(const log_fixture& fixture) {
  workbench bench(fixture);
  std::vector<event_id> ids;
  for (int i = 0; i < 30; ++i) {
    const append_batch batch = one_event("thing-" + std::to_string(i % 4));
    ids.push_back(batch.streams[0].events[0].id);
    bench.commit_new(batch);
  }
  const auto require_found = [&](log_reader& reader) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto found = reader.find_event(ids[i]);
      require(found.has_value(), "an event of the log is not found by its id");
      require_equal(*found, global_position{i + 1}, "the position of an event found by its id");
    }
    require(!reader.find_event(make_event().id), "an event that is in no log was found");
  };
  require_found(bench.writer());
  require_found(*bench.visitor());
  bench.reopen();
  require_found(bench.writer());
}

/// All pages of what has the link, which must promise what other pages promise.
std::vector<std::uint64_t> linked(log_reader& reader, const event_link& link, global_position after = {},
                                  page_limit limit = {}) {
  std::vector<std::uint64_t> found;
  for (;;) {
    const event_page page = reader.read_linked(link, after, limit);
    require(page.size() <= limit.events, "a page of linked events has more than its limit");
    for (const recorded_event& event : page) {
      require(link.joins(event), "an event came back that does not have the link");
      require(event.position > after && event.position <= page.scanned_to(), "a linked event is outside of its page");
      require(found.empty() || event.position.value() > found.back(), "linked events do not ascend");
      found.push_back(event.position.value());
    }
    if (page.at_end()) return found;
    require(page.scanned_to() > after, "a page of linked events that is not the last does not move on");
    after = page.scanned_to();
  }
}

void events_by_link(const log_fixture& fixture) {
  workbench bench(fixture);
  const correlation_id shared{make_event().id.value()};
  const causation_id cause{make_event().id.value()};
  std::vector<std::uint64_t> correlated, caused, tagged;
  for (std::uint64_t position = 1; position <= 60; ++position) {
    append_batch batch = one_event("thing-" + std::to_string(position % 7));
    new_event& event = batch.streams[0].events[0];
    if (position % 3 == 0) {
      event.metadata.correlation = shared;
      correlated.push_back(position);
    }
    if (position % 20 == 5) {
      event.metadata.causation = cause;
      caused.push_back(position);
    }
    event.tags = {"number:" + std::to_string(position)};
    if (position % 2 == 0) {
      event.tags.push_back("even");
      tagged.push_back(position);
    }
    bench.commit_new(batch);
    if (position == 40) bench.reopen();
  }
  const auto require_linked = [&](log_reader& reader) {
    require_equal(linked(reader, event_link::correlation(shared)), correlated, "the events of a correlation");
    require_equal(linked(reader, event_link::causation(cause)), caused, "the events of a cause");
    require_equal(linked(reader, event_link::tag("even")), tagged, "the events with a tag");
    require_equal(linked(reader, event_link::tag("even"), {}, {.events = 7, .scanned = 5}), tagged,
                  "the events with a tag, by small pages");
    require_equal(linked(reader, event_link::tag("number:17")), std::vector<std::uint64_t>{17}, "a tag of one event");
    require_equal(linked(reader, event_link::correlation(shared), global_position{57}), std::vector<std::uint64_t>{60},
                  "the events of a correlation after a position");
    require(linked(reader, event_link::tag("odd")).empty(), "events with a tag that none has");
    require(linked(reader, event_link::causation(causation_id{shared.value()})).empty(),
            "a correlation was taken for a cause");
    require(linked(reader, event_link::correlation({})).empty(), "events were linked by no id");
  };
  require_linked(bench.writer());
  require_linked(*bench.visitor());
  bench.reopen();
  require_linked(bench.writer());
  require_linked(*bench.visitor());
}

void chain_hashes(const log_fixture& fixture) {
  workbench bench(fixture);
  require(bench.writer().chain_at({}) == chain_hash{}, "the chain hash at position 0 is not all zeros");
  const append_batch batch = to_stream("thing", expected_version::none(), make_events(3));
  bench.commit_new(batch);
  for (int i = 0; i < 5; ++i) bench.commit_new(one_event("other"));
  bench.commit(batch);
  std::set<chain_hash> different{chain_hash{}};
  const auto all = read_all(bench.writer());
  const auto require_chain = [&](log_reader& reader) {
    for (const auto& stored : all)
      require(reader.chain_at(stored.position()) == stored.chain,
              "chain_at and the event do not agree at " + shown(stored.position()));
    require(!reader.chain_at(global_position{9}), "there is a chain hash beyond the head");
    require(reader.chain_at({}) == chain_hash{}, "the chain hash at position 0 is not all zeros");
  };
  require_equal(all.size(), std::size_t{8}, "the number of events in the log");
  for (const auto& stored : all)
    require(different.insert(stored.chain).second, "two positions have the same chain hash");
  require_chain(bench.writer());
  require_chain(*bench.visitor());
  bench.reopen();
  require_chain(bench.writer());
}

/// Two logs with the same first event and another second one agree at 1 and differ at 2 and at 3.
void chain_covers_the_past(const log_fixture& fixture) {
  const auto clock = std::make_shared<manual_clock>();
  workbench one(fixture, clock);
  workbench two(fixture, clock);
  const append_batch same = one_event("thing");
  append_batch second = one_event("thing");
  const append_batch third = one_event("thing");
  for (auto* bench : {&one, &two}) {
    bench->commit_new(same);
    bench->commit_new(second);
    bench->commit_new(third);
    second.streams[0].events[0].data = R"({"n":2})";
  }
  const auto at = [](workbench& bench, std::uint64_t position) {
    return bench.writer().chain_at(global_position{position});
  };
  require(at(one, 1).has_value() && at(one, 3).has_value(), "there is no chain hash at a position of the log");
  require(at(one, 2) != at(two, 2), "the chain hash does not cover the data of its event");
  require(at(one, 3) != at(two, 3), "the chain hash does not cover what was before its event");
}

}  // namespace

std::vector<clause> lookup_clauses() {
  return {
      {"every field of an event comes back as it was given", every_field},
      {"many types and versions are told apart", many_types},
      {"recordedAt is the clock's, and never decreases", recorded_at},
      {"a stream's head is the version of its last event", heads_of_streams},
      {"an event is found by its id", events_by_id},
      {"events are found by their correlation, their cause and their tags", events_by_link},
      {"every position has a chain hash of its own", chain_hashes},
      {"a chain hash covers its event and all before it", chain_covers_the_past},
  };
}

}  // namespace whence::testing::inline v0
