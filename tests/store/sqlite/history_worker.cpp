// A process that appends to a few hot streams from many threads, or reads them from outside, and writes down what it asked, what it
// was told, and when:
//
//     history_worker write LOG FILE threads=N streams=N operations=N       says "ready", works, says "done", ends with its stdin
//     history_worker read LOG FILE streams=N                               says "ready", reads until its stdin ends
//     history_worker dump LOG FILE                                         the events that are there in the end
//
// A line of FILE: call and return in ns of the clock that all processes share, what, stream, what was told.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <whence/store/log_source.hpp>

namespace {

using namespace whence;

std::int64_t now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

class record {
 public:
  /// Calls it, and writes down what it says of itself.
  template <class Operation>
  void of(Operation operation) {
    const std::int64_t call = now();
    std::string told = operation();
    const std::int64_t end = now();
    lines_.push_back(std::to_string(call) + " " + std::to_string(end) + " " + std::move(told));
  }
  void write_to(std::ostream& file) const {
    for (const std::string& line : lines_) file << line << '\n';
  }

 private:
  std::vector<std::string> lines_;
};

std::string stream_name(std::uint64_t number) { return "hot-" + std::to_string(number); }

std::uint64_t read_version(log_reader& log, std::uint64_t stream, record& into) {
  std::uint64_t version = 0;
  into.of([&] {
    version = log.stream_head(stream_name(stream)).value();
    return "version " + stream_name(stream) + " " + std::to_string(version);
  });
  return version;
}

void read_whole(log_reader& log, std::uint64_t stream, record& into) {
  into.of([&] {
    const event_page page =
        log.read_stream(stream_name(stream), stream_version{UINT64_MAX}, read_direction::backward, {.events = 5});
    return "version " + stream_name(stream) + " " + std::to_string(page.empty() ? 0 : page.front().version.value());
  });
}

/// Where the log ends for who reads on from `seen`.
global_position read_on(log_reader& log, global_position seen, record& into) {
  into.of([&] {
    for (;;) {
      const event_page page = log.read(seen);
      seen = page.scanned_to();
      if (page.at_end()) break;
    }
    return "position - " + std::to_string(seen.value());
  });
  return seen;
}

std::string told(const append_outcome& outcome) {
  if (outcome.committed() != nullptr)
    return "committed " + std::to_string(outcome.committed()->first.value()) + " " +
           std::to_string(outcome.committed()->last.value());
  if (outcome.unknown() != nullptr) return "unknown";
  if (outcome.refused()->why == append_refused::reason::version_conflict)
    return "conflict " + std::to_string(outcome.refused()->actual.value());
  return "refused";
}

void append_once(whence::log& log, std::uint64_t stream, std::uint64_t seen, const runtime& runtime, std::mt19937& dice,
                 record& into) {
  append_batch batch;
  stream_append& part = batch.streams.emplace_back();
  part.stream = stream_name(stream);
  part.aggregate_type = "Hot";
  const bool exact = dice() % 4 != 0;
  if (exact) part.expected = expected_version::exactly(stream_version{seen});
  for (unsigned count = 1 + dice() % 2; count > 0; --count) {
    new_event& event = part.events.emplace_back();
    event.id = event_id{runtime.make_uuid()};
    event.type = "Happened";
    event.occurred_at = runtime.clock->now();
    event.data = "{}";
  }
  const std::string what = "append " + part.stream + " " + (exact ? std::to_string(seen) : "any") + " " +
                           part.events[0].id.to_string() + " " + std::to_string(part.events.size()) + " ";
  into.of([&] { return what + told(log.append(batch).get()); });
}

std::uint64_t given(int count, char** words, const std::string& name) {
  for (int i = 4; i < count; ++i) {
    const std::string word = words[i];
    if (word.starts_with(name + "=")) return std::stoull(word.substr(name.size() + 1));
  }
  throw std::invalid_argument(name + " is missing");
}

void write(const std::string& path, std::ostream& file, int count, char** words) {
  const runtime runtime = runtime::system();
  const auto log = sqlite(path).open(runtime);
  std::puts("ready");
  std::fflush(stdout);
  const std::uint64_t threads = given(count, words, "threads");
  const std::uint64_t streams = given(count, words, "streams");
  const std::uint64_t operations = given(count, words, "operations");
  std::vector<record> records(threads);
  {
    std::vector<std::jthread> all;
    for (std::uint64_t thread = 0; thread < threads; ++thread)
      all.emplace_back([&, thread] {
        std::mt19937 dice(std::random_device{}());
        record& own = records[thread];
        for (std::uint64_t i = 0; i < operations; ++i) {
          const std::uint64_t stream = dice() % streams;
          const std::uint64_t seen = read_version(*log, stream, own);
          if (dice() % 8 == 0) read_whole(*log, dice() % streams, own);
          append_once(*log, stream, seen, runtime, dice, own);
        }
      });
  }
  for (const record& one : records) one.write_to(file);
  file.flush();
  std::puts("done");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
  }
}

void read(const std::string& path, std::ostream& file, int count, char** words) {
  const runtime runtime = runtime::system();
  const auto visitor = sqlite(path).visit(runtime);
  const std::uint64_t streams = given(count, words, "streams");
  std::puts("ready");
  std::fflush(stdout);
  record own;
  std::atomic<bool> over{false};
  const std::jthread waiting([&over] {
    for (std::string line; std::getline(std::cin, line);) {
    }
    over = true;
  });
  std::mt19937 dice(std::random_device{}());
  for (global_position seen; !over;) {
    read_version(*visitor, dice() % streams, own);
    read_whole(*visitor, dice() % streams, own);
    seen = read_on(*visitor, seen, own);
  }
  own.write_to(file);
}

/// What is there.
void dump(const std::string& path, std::ostream& file) {
  const runtime runtime = runtime::system();
  const auto visitor = sqlite(path).visit(runtime);
  for (global_position after;;) {
    const event_page page = visitor->read(after);
    for (const recorded_event& event : page)
      file << "0 0 event " << event.stream << ' ' << event.version.value() << ' ' << event.id.to_string() << ' '
           << event.position.value() << '\n';
    if (page.at_end()) break;
    after = page.scanned_to();
  }
}

}  // namespace

int main(int count, char** words) try {
  if (count < 4) throw std::invalid_argument("history_worker write|read|dump LOG FILE name=value…");
  std::ofstream file(words[3]);
  const std::string command = words[1];
  if (command == "write") write(words[2], file, count, words);
  if (command == "read") read(words[2], file, count, words);
  if (command == "dump") dump(words[2], file);
  file.flush();
  return file.good() ? 0 : 1;
} catch (const std::exception& failure) {
  std::printf("failed %s\n", failure.what());
  return 1;
}
