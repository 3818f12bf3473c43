// Makes a log of many events and opens it, in processes of their own: how long until it is open, until the first append is
// acknowledged, and how much memory that took. Prints `figure: value` lines; fails where a log does not open within a second,
// of the clock or with --untimed of the processor, and 128 MiB.
//
//   open_log FOLDER EVENTS [--untimed]     in a folder that it makes, and removes with all that is in it
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>

#include <tests/in_child.hpp>

using namespace whence;

namespace {

constexpr double seconds_max = 1.0;
constexpr long mebibytes_max = 128;

append_batch make_batch(const runtime& runtime, std::uint64_t from, std::uint64_t count, std::uint64_t streams) {
  append_batch batch;
  for (std::uint64_t i = 0; i < count; ++i) {
    new_event event;
    event.id = event_id(runtime.make_uuid());
    event.type = "OrderPlaced";
    event.occurred_at = runtime.clock->now();
    event.data = R"({"customer":"ada","note":")" + std::string(200, 'x') + "\"}";
    event.metadata.source = "open_log";
    // A prime step: neighbours in the log are of different streams.
    const std::string stream = "order-" + std::to_string((from + i) * 7919 % streams);
    batch.streams.push_back({stream, "Order", expected_version::any(), {event}});
  }
  return batch;
}

void require_committed(append_outcome outcome) { static_cast<void>(outcome.value()); }

int write_events(const std::string& path, std::uint64_t events, bool die) {
  const runtime runtime = runtime::system();
  const auto log = sqlite(path).open(runtime);
  constexpr std::uint64_t at_once = 1'000;
  for (std::uint64_t done = 0; done < events; done += at_once) {
    require_committed(log->append(make_batch(runtime, done, at_once, events + at_once)).get());
  }
  if (die) ::kill(::getpid(), SIGKILL);
  return 0;
}

long peak_mebibytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stol(line.substr(6)) / 1024;
  }
  throw std::runtime_error("no VmHWM in /proc/self/status");
}

/// Runs in a process of its own: what it used is what opening uses.
int open_and_measure(const std::string& path, const std::string& how, bool timed) {
  const runtime runtime = runtime::system();
  const auto begun = std::chrono::steady_clock::now();
  const auto passed = [&begun] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  const auto log = sqlite(path).open(runtime);
  const double open = passed();
  // What else a busy machine does is no fault of ours.
  const double judged = timed ? open : static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  const long mebibytes = peak_mebibytes();
  require_committed(log->append(make_batch(runtime, 0, 1, 1)).get());
  const double appended = passed();
  std::printf("%s, open: %.0f ms\n%s, first append acknowledged: %.0f ms\n%s, memory until open: %ld MiB\n",
              how.c_str(), open * 1e3, how.c_str(), appended * 1e3, how.c_str(), mebibytes);
  std::printf("%s, memory until first append: %ld MiB\n", how.c_str(), peak_mebibytes());
  const bool good = judged < seconds_max && mebibytes < mebibytes_max && peak_mebibytes() < mebibytes_max;
  return good ? 0 : 1;
}

/// This program again, so that nothing of this process counts.
bool run_self(const std::string& mode, const std::string& path, const std::string& argument) {
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/proc/self/exe", "open_log", mode.c_str(), path.c_str(), argument.c_str(), nullptr);
    ::_exit(127);
  }
  return tests::wait_for(child).exited_with(0);
}

int prove(const std::string& folder, const std::string& events, bool timed) {
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
  if (!run_self("--write", path, events)) return 2;
  std::printf("events: %s\n", events.c_str());
  std::printf("log: %ju MiB, index: %ju MiB\n", static_cast<std::uintmax_t>(std::filesystem::file_size(path) >> 20),
              static_cast<std::uintmax_t>(std::filesystem::file_size(path + ".index") >> 20));
  std::fflush(stdout);
  const std::string open = timed ? "--open" : "--open-untimed";
  bool good = run_self(open, path, "closed in order");
  run_self("--write-and-die", path, "60000");
  good = run_self(open, path, "after a kill") && good;
  for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(path + ".index" + part);
  good = run_self(open, path, "index deleted") && good;
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string first = argc > 1 ? argv[1] : "";
  if (argc == 4 && first == "--write") return write_events(argv[2], std::stoull(argv[3]), false);
  if (argc == 4 && first == "--write-and-die") return write_events(argv[2], std::stoull(argv[3]), true);
  if (argc == 4 && first == "--open") return open_and_measure(argv[2], argv[3], true);
  if (argc == 4 && first == "--open-untimed") return open_and_measure(argv[2], argv[3], false);
  if (argc == 3) return prove(first, argv[2], true);
  if (argc == 4 && argv[3] == std::string("--untimed")) return prove(first, argv[2], false);
  std::fputs("open_log FOLDER EVENTS [--untimed]\n", stderr);
  return 2;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "open_log: %s\n", failure.what());
  return 2;
}
