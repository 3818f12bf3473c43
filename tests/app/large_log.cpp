// Makes a log of many events and uses it in every way, each in a process of its own: how long that takes, and how much memory.
// Prints `figure: value` lines; fails where a log does not open and take its first append in time, of the clock or with --untimed
// of the processor, or where anything takes more than 128 MiB.
//
//   large_log FOLDER EVENTS STREAMS [--untimed]     in a folder that it makes, and removes with all that is in it
#include <sys/wait.h>
#include <unistd.h>

#include <cereal/cereal.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <whence.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/in_child.hpp>

using namespace whence;

namespace {

constexpr long mebibytes_max = 128;

/// What is asked of a log with so many events, for it to be open, and for its first append. `killed`: its writer.
double seconds_to_open(std::uint64_t events, bool killed) {
  if (events <= 1'000'000) return 1;
  return killed ? 10 : 2;
}

struct order_placed {
  static constexpr event_type type{"OrderPlaced"};
  std::string customer;
  std::string note;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customer", customer), cereal::make_nvp("note", note));
  }
};

struct count_orders {
  static constexpr projection_info info{"count_orders", 1};
  using events = whence::events<order_placed>;
  std::uint64_t seen = 0;
  void on(const order_placed& placed, const event_context&) { seen += placed.customer == "ada" ? 1 : 0; }
};

/// How a log is used: as its arguments say.
struct use {
  std::string path;
  std::uint64_t events = 0;
  std::uint64_t streams = 0;
  bool timed = true;
};

append_batch make_batch(const runtime& runtime, std::uint64_t from, std::uint64_t count, std::uint64_t streams) {
  append_batch batch;
  for (std::uint64_t i = 0; i < count; ++i) {
    new_event event;
    event.id = event_id(runtime.make_uuid());
    event.type = "OrderPlaced";
    event.occurred_at = runtime.clock->now();
    event.data = R"({"customer":"ada","note":")" + std::string(200, 'x') + "\"}";
    event.metadata.source = "large_log";
    event.metadata.correlation = correlation_id(runtime.make_uuid());
    event.tags = {"customer:" + std::to_string((from + i) % 1'000)};
    // A prime step: neighbours in the log are of different streams.
    const std::string stream = "order-" + std::to_string((from + i) * 7919 % streams);
    batch.streams.push_back({stream, "Order", expected_version::any(), {event}});
  }
  return batch;
}

void require_committed(append_outcome outcome) { static_cast<void>(outcome.value()); }

void write_events(const use& of, bool die) {
  const runtime runtime = runtime::system();
  const auto log = sqlite(of.path).open(runtime);
  constexpr std::uint64_t at_once = 1'000;
  for (std::uint64_t done = 0; done < of.events; done += at_once) {
    require_committed(log->append(make_batch(runtime, done, at_once, of.streams)).get());
  }
  if (die) ::kill(::getpid(), SIGKILL);
}

long peak_mebibytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stol(line.substr(6)) / 1024;
  }
  throw std::runtime_error("no VmHWM in /proc/self/status");
}

class stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count(); }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// Prints what a use took. True if it kept within its memory.
bool say(const std::string& what, double seconds, std::uint64_t events) {
  const long mebibytes = peak_mebibytes();
  std::printf("%s: %.1f s, %.0f events/s, %ld MiB\n", what.c_str(), seconds, static_cast<double>(events) / seconds,
              mebibytes);
  return mebibytes < mebibytes_max;
}

bool append_all(const use& of) {
  const stopwatch watch;
  write_events(of, false);
  return say("appended, a thousand at once", watch.seconds(), of.events);
}

enum class left { in_order, by_a_kill, without_index };

bool open_and_append(const use& of, const std::string& how, left log_was) {
  const runtime runtime = runtime::system();
  const stopwatch watch;
  // What else a busy machine does is no fault of ours.
  const auto judged = [&] { return of.timed ? watch.seconds() : static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
  const auto log = sqlite(of.path).open(runtime);
  const double open = watch.seconds();
  const double open_judged = judged();
  const long mebibytes = peak_mebibytes();
  require_committed(log->append(make_batch(runtime, 0, 1, of.streams)).get());
  const double appended = watch.seconds();
  const double appended_judged = judged();
  std::printf("%s, open: %.0f ms\n%s, first append acknowledged: %.0f ms\n%s, memory until open: %ld MiB\n",
              how.c_str(), open * 1e3, how.c_str(), appended * 1e3, how.c_str(), mebibytes);
  std::printf("%s, memory until first append: %ld MiB\n", how.c_str(), peak_mebibytes());
  const double most = seconds_to_open(of.events, log_was == left::by_a_kill);
  // Without an index the first append waits until there is one.
  const bool in_time = open_judged < most && (appended_judged < most || log_was == left::without_index);
  return in_time && peak_mebibytes() < mebibytes_max;
}

bool scan(const use& of) {
  const runtime runtime = runtime::system();
  const stopwatch watch;
  const auto log = sqlite(of.path).visit(runtime);
  event_stream events(*log);
  std::uint64_t seen = 0;
  for (event_page page = events.next().get(); !page.empty(); page = events.next().get()) seen += page.size();
  return say("scanned, checksums checked", watch.seconds(), seen) && seen >= of.events;
}

bool verify(const use& of) {
  const runtime runtime = runtime::system();
  const stopwatch watch;
  const log_verification found = verify_log(sqlite(of.path), runtime);
  const bool sound = found.findings.empty();
  if (!sound) std::printf("found: %s\n", found.findings.front().detail.c_str());
  return say("verified", watch.seconds(), of.events) && sound;
}

bool project(const use& of) {
  const stopwatch watch;
  auto app = application::on(sqlite(of.path)).projection<count_orders>().start();
  auto model = app.model<count_orders>();
  model.include(app.head_token(), std::chrono::hours{1});
  std::uint64_t seen = 0;
  model.read([&seen](const count_orders& counted) { seen = counted.seen; });
  return say("projection, each event decoded", watch.seconds(), seen) && seen >= of.events;
}

bool do_one(const std::string& mode, const use& of) {
  if (mode == "append") return append_all(of);
  if (mode == "open-clean") return open_and_append(of, "closed in order", left::in_order);
  if (mode == "die") write_events({.path = of.path, .events = 60'000, .streams = of.streams}, true);
  if (mode == "open-killed") return open_and_append(of, "after a kill", left::by_a_kill);
  if (mode == "open-without-index") return open_and_append(of, "index deleted", left::without_index);
  if (mode == "scan") return scan(of);
  if (mode == "verify") return verify(of);
  if (mode == "project") return project(of);
  throw std::invalid_argument("there is no " + mode);
}

/// This program again, so that nothing of this process counts.
tests::ending run_self(const std::string& mode, const use& of) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/proc/self/exe", "large_log", "--do", mode.c_str(), of.path.c_str(), std::to_string(of.events).c_str(),
            std::to_string(of.streams).c_str(), of.timed ? "timed" : "untimed", nullptr);
    ::_exit(127);
  }
  return tests::wait_for(child);
}

bool well(const std::string& mode, const use& of) {
  const bool good = run_self(mode, of).exited_with(0);
  if (!good) std::printf("not as asked: %s\n", mode.c_str());
  return good;
}

int prove(const std::string& folder, use of) {
  struct removed_at_end {
    const std::string& folder;
    ~removed_at_end() {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    }
  } const removed{folder};
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::uintmax_t needed = of.events * 450;
  if (std::filesystem::space(folder).available < needed) {
    throw std::runtime_error(folder + " needs " + std::to_string(needed >> 20) + " MiB of disk");
  }
  of.path = folder + "/large.db";
  std::printf("events: %ju, streams: %ju\n", static_cast<std::uintmax_t>(of.events),
              static_cast<std::uintmax_t>(of.streams));
  bool good = well("append", of);
  std::printf("log: %ju MiB, index: %ju MiB\n", static_cast<std::uintmax_t>(std::filesystem::file_size(of.path) >> 20),
              static_cast<std::uintmax_t>(std::filesystem::file_size(of.path + ".index") >> 20));
  good = well("open-clean", of) && good;
  for (const char* const use : {"scan", "verify", "project"}) good = well(use, of) && good;
  static_cast<void>(run_self("die", of));
  good = well("open-killed", of) && good;
  for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(of.path + ".index" + part);
  good = well("open-without-index", of) && good;
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string first = argc > 1 ? argv[1] : "";
  if (argc == 7 && first == "--do") {
    const use of{argv[3], std::stoull(argv[4]), std::stoull(argv[5]), argv[6] == std::string("timed")};
    return do_one(argv[2], of) ? 0 : 1;
  }
  const bool untimed = argc == 5 && argv[4] == std::string("--untimed");
  if (argc == 4 || untimed) return prove(first, {{}, std::stoull(argv[2]), std::stoull(argv[3]), !untimed});
  std::fputs("large_log FOLDER EVENTS STREAMS [--untimed]\n", stderr);
  return 2;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "large_log: %s\n", failure.what());
  return 2;
}
