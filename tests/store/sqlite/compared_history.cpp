#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <whence/store/log_archive.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/store/sqlite/compared_history.hpp>

using namespace whence;

namespace tests {
namespace {

std::string text_of(const recorded_event& event) {
  std::string text = std::to_string(event.position.value()) + " " + std::string(event.stream) + " v" +
                     std::to_string(event.version.value()) + " " + std::string(event.aggregate_type) + "/" +
                     std::string(event.type) + "/" + std::to_string(event.type_version) + " " + event.id.to_string() +
                     " " + event.correlation.to_string() + " " + event.causation.to_string() + " " +
                     std::string(event.data);
  for (const std::string_view tag : event.tags) text.append(" #").append(tag);
  for (const std::uint8_t byte : event.chain) text.append(" ").append(std::to_string(byte));
  return text;
}

/// Page after page, up to that position.
using turn = std::function<event_page(global_position after, page_limit limit)>;
std::string all_of(const turn& read, page_limit limit, global_position to) {
  std::string found;
  for (global_position after;;) {
    const event_page page = read(after, limit);
    for (const recorded_event& event : page) {
      if (event.position <= to) found += text_of(event) + "\n";
    }
    if (page.at_end() || page.scanned_to() >= to) return found;
    if (page.scanned_to() <= after) throw std::runtime_error("a page does not go on");
    after = page.scanned_to();
  }
}

std::string stream_of(log_reader& log, const std::string& stream, stream_version from, read_direction direction,
                      page_limit limit, global_position to) {
  std::string found;
  for (;;) {
    const event_page page = log.read_stream(stream, from, direction, limit);
    for (const recorded_event& event : page) {
      if (event.position <= to) found += text_of(event) + "\n";
    }
    if (page.at_end() || page.empty()) return found;
    const std::uint64_t last = page.back().version.value();
    if (direction == read_direction::backward && last == 1) return found;
    from = stream_version{direction == read_direction::forward ? last + 1 : last - 1};
  }
}

std::string text_of_outcome(const append_outcome& outcome) {
  if (const append_committed* const done = outcome.committed())
    return "committed up to " + std::to_string(done->last.value()) + (done->repeated ? ", a repeat" : "");
  if (const append_refused* const refusal = outcome.refused()) {
    // Of the events in the way it names as many as are found at once: that hangs on the index of the two, not on the events.
    return "refused " + std::to_string(static_cast<int>(refusal->why)) + " " + refusal->detail;
  }
  return "unknown";
}

std::uint64_t number(std::string_view text) { return std::strtoull(std::string(text).c_str(), nullptr, 10); }

}  // namespace

void compared_history::fail(const std::string& what) { throw std::runtime_error(what); }

new_event compared_history::event() {
  new_event made;
  made.id = rarely() && !ids_.empty() ? ids_[up_to(ids_.size() - 1)] : event_id(runtime_.make_uuid());
  made.type = type();
  made.version = static_cast<std::uint32_t>(1 + up_to(1));
  made.occurred_at = clock_->now();
  made.data = "{\"n\":" + std::to_string(up_to(1'000'000)) + "}";
  if (up_to(1) == 0) made.metadata.correlation = correlation();
  if (up_to(2) == 0) made.metadata.causation = causation_id(correlation().value());
  for (std::uint64_t tags = up_to(2); tags > 0; --tags) made.tags.push_back(tag());
  ids_.push_back(made.id);
  return made;
}

correlation_id compared_history::correlation() {
  if (links_.empty() || rarely()) links_.push_back(runtime_.make_uuid());
  return correlation_id(links_[up_to(links_.size() - 1)]);
}

event_query compared_history::query() {
  event_query wanted;
  for (std::uint64_t items = 1 + up_to(2); items > 0; --items) {
    query_item item;
    if (up_to(2) > 0) item.tags.push_back(tag());
    if (up_to(2) == 0 || item.tags.empty()) item.event_types.push_back(type());
    wanted.items.push_back(std::move(item));
  }
  return wanted;
}

append_batch compared_history::batch(global_position head) {
  append_batch made;
  for (std::uint64_t streams = 1 + up_to(1); streams > 0; --streams) {
    stream_append part;
    part.stream = stream();
    part.aggregate_type = "Kind" + std::to_string(part.stream.size() % 2);
    if (rarely()) part.expected = expected_version::exactly(stream_version{up_to(20)});
    if (rarely()) part.expected = expected_version::none();
    for (std::uint64_t events = 1 + up_to(rarely() ? 400 : 4); events > 0; --events) part.events.push_back(event());
    made.streams.push_back(std::move(part));
  }
  if (rarely()) made.conditions.push_back({query(), global_position{up_to(head.value())}});
  return made;
}

void compared_history::grow(whence::log& one, whence::log* other) {
  for (int i = 0; i < appends_; ++i) {
    const append_batch made = batch(one.head());
    clock_->go_on();
    const std::string outcome = text_of_outcome(one.append(made).get());
    if (other == nullptr) continue;
    const std::string expected = text_of_outcome(other->append(made).get());
    if (outcome != expected) fail("an append to " + what_ + ": " + outcome + "; to a log in one file: " + expected);
  }
}

void compared_history::same(const std::string& what, const std::string& found, const std::string& expected) const {
  if (found != expected) fail(what + " of " + what_ + ":\n" + found + "of a log in one file:\n" + expected);
}

void compared_history::same_pages(const std::string& what, log_reader& one, log_reader& other, page_limit limit,
                                  global_position to, const page_of& read) {
  const auto of = [&](log_reader& log) {
    return all_of([&](global_position after, page_limit at_most) { return read(log, after, at_most); }, limit, to);
  };
  same(what, of(one), of(other));
}

void compared_history::compare_filtered(log_reader& one, log_reader& other, page_limit limit, global_position to) {
  same_pages("all", one, other, limit, to,
             [](log_reader& log, global_position after, page_limit most) { return log.read(after, {}, most); });
  const event_filter filter{
      .aggregate_types = up_to(1) == 0 ? std::vector<std::string>{} : std::vector<std::string>{"Kind0"},
      .event_types = {type(), type()}};
  same_pages("filtered", one, other, limit, to,
             [&](log_reader& log, global_position after, page_limit most) { return log.read(after, filter, most); });
}

void compared_history::compare(log_reader& one, log_reader& other, global_position to) {
  const page_limit limit{.events = 1 + up_to(300), .bytes = 1 + up_to(100'000), .scanned = 1 + up_to(5'000)};
  compare_filtered(one, other, limit, to);
  for (const event_link& link : {event_link::tag(tag()), event_link::correlation(correlation()),
                                 event_link::causation(causation_id(correlation().value()))}) {
    same_pages("linked", one, other, limit, to, [&](log_reader& log, global_position after, page_limit most) {
      return log.read_linked(link, after, most);
    });
    compare_found(one, other, limit, to);
  }
}

void compared_history::compare_found(log_reader& one, log_reader& other, page_limit limit, global_position to) {
  const event_query wanted = query();
  same_pages(wanted.to_string(), one, other, limit, to, [&](log_reader& log, global_position after, page_limit most) {
    return log.read_matching(wanted, after, most);
  });
  const std::string name = stream();
  const stream_version from{1 + up_to(40)};
  for (const read_direction direction : {read_direction::forward, read_direction::backward}) {
    same((direction == read_direction::forward ? "upwards " : "downwards ") + name,
         stream_of(one, name, from, direction, limit, to), stream_of(other, name, from, direction, limit, to));
  }
  const event_id id = rarely() || ids_.empty() ? event_id(runtime_.make_uuid()) : ids_[up_to(ids_.size() - 1)];
  const auto place = [&](log_reader& log) {
    const std::optional<global_position> found = log.find_event(id);
    return found && *found <= to ? std::to_string(found->value()) : std::string("none");
  };
  same("an id", place(one), place(other));
  const global_position at{up_to(to.value())};
  if (one.chain_at(at) != other.chain_at(at)) fail("the chain hash at " + std::to_string(at.value()) + " is another");
}

void compared_history::compare_whole(log_reader& one, log_reader& other) {
  if (one.head() != other.head()) fail(what_ + " ends elsewhere");
  for (int i = 0; i < 12; ++i) {
    const std::string name = "stream-" + std::to_string(i);
    if (one.stream_head(name) != other.stream_head(name)) fail(name + " has another version");
  }
  compare(one, other, one.head());
}

void compared_history::must_be_sound(const std::string& path) {
  const log_verification found = verify_log(sqlite(path), runtime_);
  if (!found.sound()) fail(path + ": " + found.findings.front().detail);
}

void compared_history::archive(whence::log& log, const std::string& to) {
  archive_selection which;
  if (up_to(2) > 0) {
    for (std::uint64_t streams = 1 + up_to(6); streams > 0; --streams) which.streams.push_back(stream());
  } else {
    which.last_before = clock_->now() - std::chrono::milliseconds{7 * up_to(30)};
  }
  if (rarely()) which.of_type = [](std::string_view type) { return type == "Kind1"; };
  keeping_of(log).archive(which, {.to = to});
}

int run_histories(int argc, char** argv, const std::string& done,
                  const std::function<void(std::uint64_t seed, int appends)>& one) {
  std::uint64_t seed = std::random_device{}();
  int appends = 40;
  for (int i = 2; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option.starts_with("seed=")) seed = number(option.substr(5));
    if (option.starts_with("appends=")) appends = static_cast<int>(number(option.substr(8)));
  }
  const std::uint64_t rounds = argc > 1 ? number(argv[1]) : 0;
  if (rounds == 0 || appends <= 0) {
    std::fprintf(stderr, "usage: %s ROUNDS [seed=N] [appends=N]\n", argv[0]);
    return 2;
  }
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::uint64_t now = seed + round;
    try {
      one(now, appends);
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "seed %llu, appends %d: %s\n", static_cast<unsigned long long>(now), appends,
                   failure.what());
      return 1;
    }
  }
  std::printf("%llu histories, %s\n", static_cast<unsigned long long>(rounds), done.c_str());
  return 0;
}

}  // namespace tests
