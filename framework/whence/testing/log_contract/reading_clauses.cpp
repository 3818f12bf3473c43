/// Reading the log: pages, limits, filters; what was written comes back.
#include <whence/testing/log_contract/workbench.hpp>

#include <algorithm>
#include <atomic>

namespace whence::testing::inline v0 {
namespace {

/// A log of many types and streams: `count` events, appended one to five at a time.
std::vector<stored_event> write_mixture(workbench& bench, std::size_t count) {
  std::uint32_t dice = 7;
  const auto roll = [&](std::uint32_t sides) {
    dice = dice * 1'664'525U + 1'013'904'223U;
    return (dice >> 16U) % sides;
  };
  std::size_t written = 0;
  while (written < count) {
    const std::uint32_t kind = roll(4);
    append_batch batch;
    batch.streams.push_back({"s" + std::to_string(kind) + "-" + std::to_string(roll(5)),
                             "Type" + std::to_string(kind),
                             expected_version::any(),
                             {}});
    for (std::uint32_t i = 0, size = 1 + roll(5); i < size && written < count; ++i, ++written) {
      const std::string data = "\"" + std::string(roll(300), 'd') + "\"";
      batch.streams[0].events.push_back(make_event("Event" + std::to_string(roll(6)), data));
    }
    bench.commit_new(std::move(batch));
  }
  auto all = read_all(bench.writer());
  require_equal(all.size(), count, "the number of events in the log");
  require_dense(all);
  return all;
}

bool passes(const envelope& event, const event_filter& filter) {
  const auto in = [](const std::vector<std::string>& list, const std::string& name) {
    return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
  };
  return in(filter.aggregate_types, event.aggregate_type) && in(filter.event_types, event.event_type);
}

std::vector<stored_event> filtered(const std::vector<stored_event>& all, const event_filter& filter,
                                   std::uint64_t after = 0) {
  std::vector<stored_event> wanted;
  for (const auto& stored : all)
    if (stored.position().value() > after && passes(stored.event, filter)) wanted.push_back(stored);
  return wanted;
}

void from_every_position(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto all = write_mixture(bench, 40);
  for (std::uint64_t after = 0; after <= 40; ++after) {
    const auto rest = read_all(bench.writer(), {}, {}, global_position{after});
    require_equal(positions_of(rest), numbers(after + 1, 40), "what is read after a position");
  }
  const event_page beyond = bench.writer().read(global_position{1'000});
  require(beyond.empty() && beyond.at_end(), "a page after a position beyond the head is not empty and at the end");
}

void by_number_of_events(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto all = write_mixture(bench, 40);
  for (std::size_t limit = 1; limit <= 41; ++limit) {
    page_limit pages;
    pages.events = limit;
    require_equal(ids_of(read_all(bench.writer(), {}, pages)), ids_of(all), "the log in small pages");
    const event_page page = bench.writer().read({}, {}, pages);
    require_equal(page.size(), std::min<std::size_t>(limit, 40), "the size of a page");
    if (limit < 40) {
      require(!page.at_end(), "a page before the end says that it is at the end");
      require_equal(page.scanned_to(), page.back().position, "where a full page was scanned to");
    }
    if (limit > 40) {
      require(page.at_end(), "a page with the whole log is not at the end");
      require_equal(page.scanned_to(), global_position{40}, "where the last page was scanned to");
    }
  }
}

void by_bytes(const log_fixture& fixture) {
  workbench bench(fixture);
  std::vector<new_event> events = make_events(20);
  for (std::size_t i = 0; i < events.size(); ++i) events[i].data = "\"" + std::string(1'000 * (i % 4 + 1), 'd') + "\"";
  const append_batch batch = to_stream("thing", expected_version::none(), events);
  bench.commit_new(batch);
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{2'500}, std::size_t{9'000}, std::size_t{1u << 20}}) {
    page_limit pages;
    pages.bytes = bytes;
    require_equal(ids_of(read_all(bench.writer(), {}, pages)), ids_of(batch), "the log in pages of few bytes");
    require_equal(ids_of(read_whole_stream(bench.writer(), "thing", pages)), ids_of(batch),
                  "a stream in pages of few bytes");
    std::size_t held = 0;
    const event_page page = bench.writer().read({}, {}, pages);
    for (const auto& event : page) held += event.data.size();
    require(page.size() == 1 || held <= bytes, "a page holds more bytes than its limit");
  }
  page_limit tiny;
  tiny.bytes = 1;
  require_equal(bench.writer().read({}, {}, tiny).size(), std::size_t{1}, "the size of a page of one byte");
}

void by_rows_scanned(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(to_stream("thing", expected_version::none(), make_events(95)));
  append_batch rare = to_stream("rare", expected_version::none(), {make_event("Rare")});
  bench.commit_new(rare);
  bench.commit_new(to_stream("thing", expected_version::any(), make_events(4)));
  const event_filter filter{{}, {"Rare"}};
  for (const std::size_t scanned : {1, 7, 95, 96, 100, 1'000}) {
    page_limit pages;
    pages.scanned = scanned;
    require_equal(ids_of(read_all(bench.writer(), filter, pages)), ids_of(rare),
                  "one event among many, in short scans");
    require_equal(ids_of(read_all(bench.writer(), {{"Other"}, {}}, pages)), std::vector<std::string>{},
                  "what a filter for an unknown type lets through");
    const event_page page = bench.writer().read({}, filter, pages);
    if (scanned < 95) {
      require(page.empty() && !page.at_end(), "a scan that ended before the first match says otherwise");
      require(page.scanned_to().value() <= scanned, "a page looked at more rows than its limit");
    }
    if (scanned > 100)
      require(page.at_end() && page.scanned_to() == global_position{100},
              "a scan of the whole log did not reach its end");
  }
}

void filters(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto all = write_mixture(bench, 60);
  const std::vector<std::vector<std::string>> aggregates{
      {}, {"Type0"}, {"Type1", "Type3"}, {"Unknown"}, {"Type2", "Unknown"}};
  const std::vector<std::vector<std::string>> types{
      {}, {"Event0"}, {"Event1", "Event5"}, {"Unknown"}, {"Unknown", "Event2"}};
  for (const auto& aggregate : aggregates)
    for (const auto& type : types)
      for (const std::uint64_t after : {0, 13, 59}) {
        const event_filter filter{aggregate, type};
        const auto found = read_all(bench.writer(), filter, {}, global_position{after});
        require_equal(ids_of(found), ids_of(filtered(all, filter, after)), "what a filter lets through");
        require_equal(bench.writer().read(global_position{after}, filter).scanned_to(), global_position{60},
                      "where a filtered page that is at the end was scanned to");
      }
}

void filters_in_small_pages(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto all = write_mixture(bench, 60);
  const event_filter filter{{"Type1", "Type2"}, {"Event0", "Event3", "Event4"}};
  require(!filtered(all, filter).empty(), "the mixture has none of the events that the filter wants");
  for (std::size_t events = 1; events <= 4; ++events)
    for (std::size_t scanned = 1; scanned <= 9; scanned += 2)
      for (const std::size_t bytes : {std::size_t{1}, std::size_t{400}, std::size_t{100'000}}) {
        const auto found = read_all(bench.writer(), filter, {events, bytes, scanned});
        require_equal(ids_of(found), ids_of(filtered(all, filter)), "what a filter lets through in small pages");
      }
}

void grows_while_it_is_read(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(to_stream("thing", expected_version::none(), make_events(3)));
  const event_page page = bench.writer().read({});
  require(page.at_end() && page.scanned_to() == global_position{3}, "a page of the whole log is not at its end");
  const append_batch later = to_stream("thing", expected_version::any(), make_events(2));
  bench.commit_new(later);
  require_equal(page.size(), std::size_t{3}, "the size of a page that was read before");
  require_equal(ids_of(read_all(bench.writer(), {}, {}, page.scanned_to())), ids_of(later), "what came after a page");
}

void streams_forward(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto all = write_mixture(bench, 60);
  for (int kind = 0; kind < 4; ++kind)
    for (int number = 0; number < 5; ++number) {
      const std::string name = "s" + std::to_string(kind) + "-" + std::to_string(number);
      std::vector<stored_event> wanted;
      for (const auto& stored : all)
        if (stored.event.aggregate_id == name) wanted.push_back(stored);
      for (const std::size_t events : {1, 2, 3, 1'000})
        require_equal(ids_of(read_whole_stream(bench.writer(), name, {.events = events})), ids_of(wanted),
                      "the events of a stream");
      for (std::size_t from = 1; from <= wanted.size() + 1; ++from) {
        const event_page page = bench.writer().read_stream(name, stream_version{from});
        require_equal(page.size(), wanted.size() + 1 - from, "the number of events from a version on");
        require(page.at_end(), "a page with the rest of a stream is not at the end");
        if (!page.empty()) require_equal(page.front().version, stream_version{from}, "the first version of a page");
      }
    }
  const event_page unknown = bench.writer().read_stream("unknown");
  require(unknown.empty() && unknown.at_end(), "a stream that does not exist has events");
}

void streams_backward(const log_fixture& fixture) {
  workbench bench(fixture);
  for (int i = 0; i < 10; ++i) {
    bench.commit_new(one_event("thing"));
    bench.commit_new(one_event("other"));
  }
  const stream_version end{UINT64_MAX};
  for (const std::size_t events : {1, 3, 10, 11}) {
    stream_version from = end;
    std::vector<std::uint64_t> versions;
    for (bool more = true; more;) {
      const event_page page = bench.writer().read_stream("thing", from, read_direction::backward, {.events = events});
      for (const auto& event : page) {
        require_equal(event.stream, "thing", "the stream of an event in a page of a stream");
        versions.push_back(event.version.value());
      }
      more = !page.at_end();
      require(!more || !page.empty(), "a backward page that is not at the end does not move on");
      if (more) from = stream_version{page.back().version.value() - 1};
    }
    auto wanted = numbers(1, 10);
    std::reverse(wanted.begin(), wanted.end());
    require_equal(versions, wanted, "the versions of a stream, read backward");
  }
  const event_page middle = bench.writer().read_stream("thing", stream_version{4}, read_direction::backward);
  require_equal(middle.size(), std::size_t{4}, "the number of events from version 4 backward");
  require_equal(middle.front().version, stream_version{4}, "the first version from version 4 backward");
}

void an_empty_log(const log_fixture& fixture) {
  workbench bench(fixture);
  const event_page page = bench.writer().read({});
  require(page.empty() && page.at_end(), "an empty log has a page with events, or one that is not at the end");
  require_equal(page.scanned_to(), global_position{}, "where the page of an empty log was scanned to");
  require_equal(bench.writer().head(), global_position{}, "the head of an empty log");
  const append_batch batch = one_event("thing");
  bench.commit_new(batch);
  require_equal(ids_of(read_all(bench.writer(), {}, {}, page.scanned_to())), ids_of(batch),
                "what was appended behind the page of an empty log");
}

void pages_own_their_bytes(const log_fixture& fixture) {
  workbench bench(fixture);
  const new_event event = make_event("ThingHappened", "\"" + std::string(10'000, 'd') + "\"");
  bench.commit_new(to_stream("thing", expected_version::none(), {event}));
  const event_page page = bench.writer().read({});
  for (int i = 0; i < 20; ++i) bench.commit_new(one_event("thing"));
  bench.close_and_destroy();
  require_equal(page.size(), std::size_t{1}, "the size of a page whose log is gone");
  require_equal(page[0].data, event.data, "the data of a page whose log is gone");
  require_equal(page[0].stream, "thing", "the stream of a page whose log is gone");
}

void binary_data(const log_fixture& fixture) {
  workbench bench(fixture);
  std::string data("\xD9\xD9\xF7\x59\x01\x00", 6);  // what is binary begins so; 256 bytes follow
  for (int byte = 0; byte < 256; ++byte) data += static_cast<char>(byte);
  const new_event event = make_event("ThingHappened", data);
  const append_batch batch = to_stream("thing", expected_version::none(), {event, make_event("ThingHappened", "{}")});
  bench.commit_new(batch);
  const event_page page = bench.writer().read({});
  require_equal(page.size(), std::size_t{2}, "the size of the page");
  require_equal(page[0].data, event.data, "the binary data of an event");
  require_equal(page[1].data, "{}", "the data of the event behind it");
  bench.commit(batch);
  require_equal(bench.writer().head(), global_position{2}, "the head, after the same events once more");
}

}  // namespace

std::vector<clause> reading_clauses() {
  return {
      {"an empty log reads as one empty page", an_empty_log},
      {"the log can be read after each position", from_every_position},
      {"pages limited by events neither miss nor repeat", by_number_of_events},
      {"pages limited by bytes neither miss nor repeat, and hold at least one event", by_bytes},
      {"pages limited by rows scanned move on when a filter lets nothing through", by_rows_scanned},
      {"filters by aggregate type and event type let through what they name", filters},
      {"filters in pages of every limit neither miss nor repeat", filters_in_small_pages},
      {"what is appended behind a page is read from where it was scanned to", grows_while_it_is_read},
      {"a stream is read forward, whole or from a version", streams_forward},
      {"a stream is read backward, from its end or from a version", streams_backward},
      {"data that are binary come back byte for byte", binary_data},
      {"a page keeps its bytes when the log is gone", pages_own_their_bytes},
  };
}

}  // namespace whence::testing::inline v0
