// Makes a log of many events and looks into it with `whence`, as from a shell: how long until the program has started, until
// the first row is there, and how much memory it takes to print all. Prints `figure: value` lines; fails where memory is not
// bounded, and, unless told not to look at the time, where a row is not there at once.
//
//   inspect_log WHENCE FOLDER EVENTS [--untimed]      in a folder that it makes, and removes with all that is in it
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>

#include <tests/in_child.hpp>

using namespace whence;

namespace {

constexpr double start_milliseconds_max = 20;
constexpr double first_row_milliseconds_max = 100;
constexpr double completion_milliseconds_max = 100;
constexpr std::uint64_t events_of_a_stream = 20;
constexpr int runs = 5;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long mebibytes_max = 1024;
#else
constexpr long mebibytes_max = 96;
#endif

std::string stream_of(std::uint64_t number) { return "order-" + std::to_string(number); }

uuid id_of(std::uint64_t number) { return derive(timestamp{}, "inspect_log", number); }

/// Whose event it is: a hundred events a customer.
std::string customer_of(std::uint64_t number, std::uint64_t events) {
  return "customer:" + std::to_string(number % std::max<std::uint64_t>(events / 100, 1));
}

/// The command that caused the five events of which this is one.
uuid command_of(std::uint64_t number) { return derive(timestamp{}, "command of inspect_log", number / 5); }

/// Every thousandth event is of a rare type, and one at each end of the log of the rarest.
std::string type_of(std::uint64_t number, std::uint64_t events) {
  if (number == events / 100 || number == events - events / 100) return "OrderLost";
  return number % 1'000 == 999 ? "OrderCancelled" : "OrderPlaced";
}

/// Streams of twenty events each, five at a time, of one command, so that a stream's events lie apart.
int write_events(const std::string& path, std::uint64_t events) {
  const runtime runtime = runtime::system();
  const auto log = sqlite(path).open(runtime);
  constexpr std::uint64_t at_once = 10'000;
  constexpr std::uint64_t in_a_row = 5;
  const std::uint64_t streams = std::max<std::uint64_t>(events / events_of_a_stream, 1);
  for (std::uint64_t number = 0; number < events;) {
    append_batch batch;
    for (std::uint64_t i = 0; i < at_once && number < events; i += in_a_row) {
      batch.streams.push_back({stream_of(number / in_a_row % streams), "Order", expected_version::any(), {}});
      for (std::uint64_t k = 0; k < in_a_row && number < events; ++k, ++number) {
        new_event event;
        event.id = event_id(id_of(number));
        event.type = type_of(number, events);
        event.occurred_at = runtime.clock->now();
        event.data = "{\"number\":" + std::to_string(number) + "}";
        event.metadata.correlation = correlation_id(event.id.value());
        event.metadata.causation = causation_id(command_of(number));
        event.metadata.causation_type = "PlaceOrder";
        event.tags = {customer_of(number, events)};
        event.metadata.source = "inspect_log";
        batch.streams.back().events.push_back(std::move(event));
      }
    }
    static_cast<void>(log->append(std::move(batch)).get().value());
  }
  log->close();
  return 0;
}

struct looked {
  double first_byte = 0;  ///< in milliseconds from before the program was started
  double end = 0;
  long mebibytes = 0;
  int exit = 0;
};

/// Runs the program; without `read_all` it closes the pipe after the first bytes, as `head` does.
looked look(const std::string& whence, std::vector<std::string> words, bool read_all) {
  words.insert(words.begin(), whence);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");

  const auto begun = std::chrono::steady_clock::now();
  const auto passed = [&begun] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
  };
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    const bool says_that_it_is_live = std::find(words.begin(), words.end(), "--follow") != words.end();
    if (says_that_it_is_live) ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  looked seen;
  std::vector<char> buffer(1u << 16);
  while (::read(ends[0], buffer.data(), buffer.size()) > 0) {
    if (seen.first_byte == 0) seen.first_byte = passed();
    if (!read_all) break;
  }
  ::close(ends[0]);
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  seen.end = passed();
  seen.mebibytes = used.ru_maxrss / 1024;
  seen.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return seen;
}

class inspector {
 public:
  inspector(std::string whence, std::string store, bool timed)
      : whence_(std::move(whence)), store_(std::move(store)), timed_(timed) {}

  /// The median of some runs.
  void first_row(const std::string& figure, std::vector<std::string> words, double milliseconds_max) {
    words.insert(words.end(), {"--store", store_});
    prompt(figure, std::move(words), milliseconds_max);
  }

  void prompt(const std::string& figure, const std::vector<std::string>& words, double milliseconds_max) {
    std::vector<double> times;
    for (int run = 0; run < (timed_ ? runs : 1); ++run) {
      const looked seen = look(whence_, words, false);
      if (seen.exit != 0 && seen.exit != 141) complain(figure, "exit code " + std::to_string(seen.exit));
      times.push_back(seen.first_byte);
      peak_ = std::max(peak_, seen.mebibytes);
    }
    std::sort(times.begin(), times.end());
    const double median = times[times.size() / 2];
    std::printf("%s: %.1f ms\n", figure.c_str(), median);
    std::fflush(stdout);
    if (timed_ && median > milliseconds_max) complain(figure, "is too late");
  }

  void all_of_it(const std::string& figure, std::vector<std::string> words) {
    words.insert(words.end(), {"--store", store_});
    const looked seen = look(whence_, words, true);
    std::printf("%s: %.1f s, %ld MiB\n", figure.c_str(), seen.end / 1e3, seen.mebibytes);
    std::fflush(stdout);
    if (seen.exit != 0) complain(figure, "exit code " + std::to_string(seen.exit));
    peak_ = std::max(peak_, seen.mebibytes);
  }

  bool good() {
    std::printf("peak of memory: %ld MiB\n", peak_);
    if (peak_ > mebibytes_max) complain("memory", "is more than " + std::to_string(mebibytes_max) + " MiB");
    return good_;
  }

 private:
  void complain(const std::string& figure, const std::string& what) {
    std::fprintf(stderr, "inspect_log: %s %s\n", figure.c_str(), what.c_str());
    good_ = false;
  }

  std::string whence_;
  std::string store_;
  bool timed_;
  long peak_ = 0;
  bool good_ = true;
};

/// This program again, so that the memory of writing does not count as that of reading.
void write_apart(const std::string& path, const std::string& events) {
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/proc/self/exe", "inspect_log", "--write", path.c_str(), events.c_str(), nullptr);
    ::_exit(127);
  }
  if (!tests::wait_for(child).exited_with(0)) throw std::runtime_error("the log could not be written");
}

int prove(const std::string& whence, const std::string& folder, const std::string& events, bool timed) {
  struct removed_at_end {
    const std::string& folder;
    ~removed_at_end() {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    }
  } const removed{folder};
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/large.db";
  write_apart(path, events);
  std::printf("events: %s\nlog: %ju MiB\n", events.c_str(),
              static_cast<std::uintmax_t>(std::filesystem::file_size(path) >> 20));
  std::fflush(stdout);

  const std::uint64_t count = std::stoull(events);
  const std::string middle = std::to_string(count / 2);
  const std::string stream = stream_of(count / events_of_a_stream / 2);
  const std::string id = id_of(count / 2).to_string();
  const std::string late = id_of(count - count / 20).to_string();  // ids that are cut are looked for near the end
  const std::string command = command_of(count / 2).to_string();
  const std::string customer = customer_of(count / 2 - 1, count);  // whose first event is in the middle of a hundredth
  inspector inspector(whence, path, timed);
  inspector.prompt("start (whence --version)", {"--version"}, start_milliseconds_max);
  inspector.first_row("first row of event list", {"event", "list", "-o", "jsonl"}, first_row_milliseconds_max);
  inspector.first_row("first row of event list as a table", {"event", "list"}, first_row_milliseconds_max);
  inspector.first_row("first row of event list --reverse", {"event", "list", "-o", "jsonl", "--reverse"},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --from the middle", {"event", "list", "-o", "csv", "--from", middle},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --stream", {"event", "list", "-o", "jsonl", "--stream", stream},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --stream --reverse",
                      {"event", "list", "-o", "jsonl", "--stream", stream, "--reverse"}, first_row_milliseconds_max);
  inspector.first_row("first row of event list --since a time",
                      {"event", "list", "-o", "jsonl", "--since", "52w", "--limit", "1"}, first_row_milliseconds_max);
  inspector.first_row("first row of event list --follow", {"event", "list", "-o", "jsonl", "--follow"},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --event", {"event", "list", "-o", "jsonl", "--event", id},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --correlation", {"event", "list", "-o", "jsonl", "--correlation", id},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --causation", {"event", "list", "-o", "jsonl", "--causation", command},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --tag", {"event", "list", "-o", "jsonl", "--tag", customer},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --tag --reverse",
                      {"event", "list", "-o", "jsonl", "--tag", customer, "--reverse"}, first_row_milliseconds_max);
  inspector.first_row("first row of event list --type", {"event", "list", "-o", "jsonl", "--type", "OrderCancelled"},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --type --reverse",
                      {"event", "list", "-o", "jsonl", "--type", "OrderCancelled", "--reverse"},
                      first_row_milliseconds_max);
  inspector.all_of_it("event list --type, one at each end", {"event", "list", "-o", "jsonl", "--type", "OrderLost"});
  inspector.all_of_it("event list --type --reverse, one at each end",
                      {"event", "list", "-o", "jsonl", "--type", "OrderLost", "--reverse"});
  inspector.first_row("event list --type that no event is of", {"event", "list", "-o", "csv", "--type", "Nothing"},
                      first_row_milliseconds_max);
  inspector.first_row("event count --type, one at each end", {"event", "count", "--type", "OrderLost"},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --aggregate", {"event", "list", "-o", "jsonl", "--aggregate", "Order"},
                      first_row_milliseconds_max);
  inspector.first_row("first row of event list --until a time",
                      {"event", "list", "-o", "jsonl", "--until", "0s", "--reverse"}, first_row_milliseconds_max);
  inspector.first_row("event show by id", {"event", "show", id}, first_row_milliseconds_max);
  inspector.first_row("event show by position", {"event", "show", "@" + middle}, first_row_milliseconds_max);
  inspector.first_row("event show by stream and version", {"event", "show", stream + "@7"}, first_row_milliseconds_max);
  inspector.first_row("event count", {"event", "count"}, first_row_milliseconds_max);
  inspector.first_row("stream show", {"stream", "show", stream}, first_row_milliseconds_max);
  inspector.first_row("first row of stream list --limit 50", {"stream", "list", "--limit", "50"},
                      first_row_milliseconds_max);
  inspector.first_row("first row of stream list", {"stream", "list"}, first_row_milliseconds_max);
  inspector.first_row("inspect", {"inspect"}, first_row_milliseconds_max);
  inspector.first_row("trace by position", {"trace", "@" + middle}, first_row_milliseconds_max);
  inspector.first_row("trace by id", {"trace", id}, first_row_milliseconds_max);
  inspector.first_row("trace by a command's id", {"trace", command}, first_row_milliseconds_max);
  inspector.first_row("trace --up by stream and version", {"trace", stream + "@7", "--up"}, first_row_milliseconds_max);
  inspector.first_row("projection status", {"projection", "status"}, first_row_milliseconds_max);
  inspector.first_row("first row of sql", {"sql", "-o", "csv", "-c", "SELECT * FROM events"},
                      first_row_milliseconds_max);
  inspector.prompt("completion of a stream's name", {"__complete", "--", "stream", "show", "--store", path, "order-1"},
                   completion_milliseconds_max);
  inspector.prompt("completion of an event type",
                   {"__complete", "--", "event", "list", "--store", path, "--type", "Order"},
                   completion_milliseconds_max);
  inspector.all_of_it("all of event list", {"event", "list"});
  inspector.all_of_it("all of event list as JSON", {"event", "list", "-o", "json"});
  inspector.all_of_it("all of event list as JSON lines", {"event", "list", "-o", "jsonl"});
  inspector.all_of_it("all of event list as CSV", {"event", "list", "-o", "csv"});
  inspector.all_of_it("all of event list as Markdown", {"event", "list", "-o", "markdown"});
  inspector.all_of_it("all of a rare type", {"event", "list", "-o", "jsonl", "--type", "OrderCancelled"});
  inspector.all_of_it("all that fits --where", {"event", "list", "-o", "jsonl", "--where", "/data/number < 1000"});
  inspector.all_of_it("event count --by type", {"event", "count", "--by", "type"});
  inspector.all_of_it("inspect --recent 1000000", {"inspect", "--recent", "1000000"});
  inspector.all_of_it("trace by an id that is cut", {"trace", late.substr(late.size() - 12)});
  inspector.all_of_it("all of sql", {"sql", "-o", "jsonl", "-c", "SELECT * FROM events"});
  inspector.all_of_it("stream list", {"stream", "list"});
  inspector.all_of_it("stream list --by-size --limit 50", {"stream", "list", "--by-size", "--limit", "50"});
  return inspector.good() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string first = argc > 1 ? argv[1] : "";
  if (argc == 4 && first == "--write") return write_events(argv[2], std::stoull(argv[3]));
  const bool untimed = argc == 5 && std::string(argv[4]) == "--untimed";
  if (argc == 4 || untimed) return prove(first, argv[2], argv[3], !untimed);
  std::fputs("inspect_log WHENCE FOLDER EVENTS [--untimed]\n", stderr);
  return 2;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "inspect_log: %s\n", failure.what());
  return 2;
}
