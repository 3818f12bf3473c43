// Many threads decide by query, on queries that overlap; then all that happened is replayed in the order of the log, one append
// after the other: each must have been decided on exactly what a single writer would have seen there.
//
//     query_histories LOG writers=N queries=N appends=N
//
// A query is about a course, or about a student as well, or about all events of a type that have one of some tags: of 1,000 queries
// each shares its tags with many others. A writer reads what its query finds, and appends one or two events, with tags from that
// query or another, under the condition that nothing else came. In each event it says what it has seen: how many events, and the
// sum of their positions. Every eighth writer's queries are about tags of its own, which nobody else has: it must never be refused.
//
// Prints `figure: value` lines; exits 1 at the first thing that is wrong.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <whence/store/log_source.hpp>

namespace {

using namespace whence;

void require(bool condition, const std::string& sentence) {
  if (!condition) throw std::runtime_error(sentence);
}

std::uint64_t given(int count, char** words, const std::string& name) {
  for (int i = 2; i < count; ++i) {
    const std::string word = words[i];
    if (word.starts_with(name + "=")) return std::stoull(word.substr(name.size() + 1));
  }
  throw std::invalid_argument(name + " is missing");
}

/// The n-th of the queries: courses, students and types come round with different periods, so that they overlap.
event_query query_of(std::uint64_t n) {
  const std::string course = "course:" + std::to_string(n % 37);
  const std::string student = "student:" + std::to_string(n % 101);
  const std::string type = "Type" + std::to_string(n % 3);
  switch (n % 4) {
    case 0: return {{{.event_types = {}, .tags = {course}}}};
    case 1: return {{{.event_types = {}, .tags = {course}}, {.event_types = {}, .tags = {student}}}};
    case 2: return {{{.event_types = {type}, .tags = {course, student}}, {.event_types = {}, .tags = {student}}}};
    default: return {{{.event_types = {type, "Rare"}, .tags = {course}}, {.event_types = {"Rare"}, .tags = {}}}};
  }
}

struct seen {
  std::uint64_t events = 0;
  std::uint64_t sum = 0;  // of their positions

  void add(const recorded_event& event) {
    ++events;
    sum += event.position.value();
  }
  std::string to_json(std::uint64_t query) const {
    return "{\"query\":" + std::to_string(query) + ",\"events\":" + std::to_string(events) +
           ",\"sum\":" + std::to_string(sum) + "}";
  }
};

/// Of a writer that is alone with its tags: beyond all numbers of queries.
constexpr std::uint64_t own_queries = 1'000'000;
event_query query_with_own(std::uint64_t n) {
  if (n < own_queries) return query_of(n);
  return {{{.event_types = {}, .tags = {"own:" + std::to_string(n)}}}};
}

struct counts {
  std::atomic<std::uint64_t> committed{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> refused_of_own{0};
};

class writer {
 public:
  writer(whence::log& log, const runtime& runtime, std::uint64_t number, std::uint64_t queries, counts& all)
      : log_(log), runtime_(runtime), number_(number), queries_(queries), all_(all), dice_(number) {}

  void append(std::uint64_t times) {
    for (std::uint64_t done = 0; done < times;) {
      const bool own = number_ % 8 == 0;
      const std::uint64_t which = own ? own_queries + number_ : dice_() % queries_;
      if (append_once(which)) {
        ++done;
        ++all_.committed;
      } else {
        ++all_.refused;
        if (own) ++all_.refused_of_own;
      }
    }
  }

 private:
  bool append_once(std::uint64_t which) {
    const event_query query = query_with_own(which);
    seen found;
    append_condition condition{query, {}};
    for (bool at_end = false; !at_end;) {
      const event_page page = log_.read_matching(query, condition.after);
      for (const recorded_event& event : page) found.add(event);
      condition.after = page.scanned_to();
      at_end = page.at_end();
    }
    append_batch batch;
    stream_append& part = batch.streams.emplace_back();
    part.stream = "writer-" + std::to_string(number_);
    part.aggregate_type = "Writer";
    for (std::uint64_t count = 1 + dice_() % 2; count > 0; --count) part.events.push_back(event(which, found));
    batch.conditions.push_back(condition);
    const append_outcome outcome = log_.append(std::move(batch)).get();
    if (outcome.committed() != nullptr) return true;
    check_refusal(outcome, condition);
    return false;
  }

  new_event event(std::uint64_t which, const seen& found) {
    new_event event;
    event.id = event_id{runtime_.make_uuid()};
    event.type = dice_() % 400 == 0 ? "Rare" : "Type" + std::to_string(dice_() % 3);
    event.occurred_at = runtime_.clock->now();
    event.data = found.to_json(which);
    // Mostly of its own query; now and then what only others look for.
    const event_query about =
        which < own_queries && dice_() % 4 == 0 ? query_of(dice_() % queries_) : query_with_own(which);
    std::set<std::string> tags;
    for (const query_item& item : about.items) tags.insert(item.tags.begin(), item.tags.end());
    event.tags.assign(tags.begin(), tags.end());
    return event;
  }

  void check_refusal(const append_outcome& outcome, const append_condition& condition) {
    require(outcome.refused() != nullptr && outcome.refused()->why == append_refused::reason::condition_conflict,
            "an append was neither committed nor refused by its condition");
    const event_between& first = outcome.refused()->between.at(0);
    const event_page page = log_.read(global_position{first.position.value() - 1}, {}, {.events = 1});
    require(page.size() == 1 && page.front().id == first.id && first.position > condition.after &&
                condition.query.matches(page.front()),
            "a refusal names an event that its query does not find behind its position");
  }

  whence::log& log_;
  const runtime& runtime_;
  const std::uint64_t number_;
  const std::uint64_t queries_;
  counts& all_;
  std::mt19937_64 dice_;
};

std::uint64_t number_in(std::string_view json, std::string_view name) {
  const std::size_t at = json.find("\"" + std::string(name) + "\":");
  require(at != std::string_view::npos, "an event does not say what its writer has seen");
  return std::stoull(std::string(json.substr(at + name.size() + 3)));
}

/// One append after the other, as the log has them: what a query finds before it is what its writer has seen. Events of one append
/// share a recorded time and a writer; so an append is known by what it says it has seen, and by its writer's stream.
std::uint64_t replay(log_reader& log) {
  std::vector<recorded_event> events;
  std::vector<event_page> pages;  // which the events view
  for (global_position after;;) {
    event_page page = log.read(after);
    after = page.scanned_to();
    const bool at_end = page.at_end();
    events.insert(events.end(), page.begin(), page.end());
    pages.push_back(std::move(page));
    if (at_end) break;
  }
  std::uint64_t checked = 0;
  for (std::size_t at = 0; at < events.size(); ++at) {
    const recorded_event& event = events[at];
    require(event.position.value() == at + 1, "the log is not dense");
    const event_query query = query_with_own(number_in(event.data, "query"));
    // The second event of an append was decided with the first.
    const bool second = at > 0 && events[at - 1].stream == event.stream && events[at - 1].data == event.data &&
                        (at < 2 || events[at - 2].stream != event.stream || events[at - 2].data != event.data);
    seen found;
    for (std::size_t i = 0; i < (second ? at - 1 : at); ++i)
      if (query.matches(events[i])) found.add(events[i]);
    require(found.events == number_in(event.data, "events") && found.sum == number_in(event.data, "sum"),
            "position " + std::to_string(at + 1) + ": decided on " + std::string(event.data) +
                "; a single writer would have seen " + found.to_json(0));
    ++checked;
  }
  return checked;
}

/// Follows the log while others write: no position is passed over.
void follow(log_reader& log, const std::atomic<bool>& over) {
  for (global_position seen; !over || seen < log.head();) {
    for (const recorded_event& event : log.read(seen)) {
      require(event.position == seen.next(), "a reader saw a position before all below it");
      seen = event.position;
    }
  }
}

void run(int count, char** words) {
  const std::string path = words[1];
  const std::uint64_t writers = given(count, words, "writers");
  const std::uint64_t queries = given(count, words, "queries");
  const std::uint64_t appends = given(count, words, "appends");
  const runtime runtime = runtime::system();
  const auto log = sqlite(path).open(runtime);
  counts all;
  std::atomic<bool> over{false};
  std::mutex mutex;
  std::string wrong;
  const auto guarded = [&](const auto& work) {
    try {
      work();
    } catch (const std::exception& failure) {
      const std::lock_guard lock(mutex);
      wrong = failure.what();
    }
  };
  const auto begun = std::chrono::steady_clock::now();
  {
    std::jthread reader([&] { guarded([&] { follow(*log, over); }); });
    {
      std::vector<std::jthread> threads;
      for (std::uint64_t number = 0; number < writers; ++number)
        threads.emplace_back(
            [&, number] { guarded([&] { writer(*log, runtime, number, queries, all).append(appends); }); });
    }
    over = true;
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  require(wrong.empty(), wrong);
  require(all.refused_of_own == 0,
          "writers whose tags nobody else has were refused " + std::to_string(all.refused_of_own.load()) + " times");
  require(all.committed == writers * appends, "appends are missing");
  require(all.refused > 0, "nobody was refused: the queries did not overlap");
  const std::uint64_t checked = replay(*log);
  const auto visitor = sqlite(path).visit(runtime);
  require(replay(*visitor) == checked, "a visitor sees another history");
  std::cout << "writers at once: " << writers << "\nqueries, overlapping: " << queries
            << "\nappends committed, each on what a single writer would have seen: " << all.committed
            << "\nevents replayed in the order of the log: " << checked
            << "\nappends refused, each by an event that its query finds: " << all.refused
            << "\nof those whose tags nobody else has: " << all.refused_of_own
            << "\nseconds of writing: " << taken.count() << "\n";
}

}  // namespace

int main(int count, char** words) {
  try {
    if (count < 2) throw std::invalid_argument("query_histories LOG writers=N queries=N appends=N");
    run(count, words);
    return 0;
  } catch (const std::exception& failure) {
    std::cout << failure.what() << "\n";
    return 1;
  }
}
