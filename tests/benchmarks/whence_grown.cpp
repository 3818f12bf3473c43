#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

constexpr std::size_t batch_events = 1'000;
constexpr std::size_t batches_at_once = 50;  // made ahead: to make them is not measured
constexpr std::size_t slices = 20;

void append_all(whence::log& log, std::vector<whence::append_batch>& appends) {
  for (whence::append_batch& append : appends) static_cast<void>(log.append(std::move(append)).get().value());
}

/// Appends so many; how long it took until all that it caused was over.
double append_slice(whence::log& log, planted_workload& work, std::size_t events) {
  double time = 0;
  for (std::size_t made = 0; made < events;) {
    std::vector<whence::append_batch> appends;
    for (; appends.size() < batches_at_once && made < events; made += std::min(batch_events, events - made)) {
      appends.push_back(to_append(work.take(std::min(batch_events, events - made))));
    }
    const auto work_now = [&] { append_all(log, appends); };
    time += made == events ? seconds_until_quiet(work_now) : seconds(work_now);
  }
  return time;
}

void expect(bool right, const char* what) {
  if (!right) throw std::logic_error(what);
}

}  // namespace

void run_and_kill(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot start a process");
  if (child == 0) {
    try {
      work();
    } catch (...) {
      ::_exit(1);
    }
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFSIGNALED(status)) {
    throw std::runtime_error("a process did not come as far as where it is killed");
  }
}

whence_grown::whence_grown(const std::filesystem::path& path, std::size_t events) : path_(path), events_(events) {
  const auto log = whence::sqlite(path.string()).open(whence::runtime::system(1));
  planted_workload work(4, events);
  const std::size_t slice = std::max<std::size_t>(events / slices, 1);
  first_rate_ = static_cast<double>(slice) / append_slice(*log, work, slice);
  append_slice(*log, work, events - 2 * slice);
  last_rate_ = static_cast<double>(slice) / append_slice(*log, work, slice);
}

double whence_grown::bytes_of_event() const {
  std::uintmax_t bytes = 0;
  for (const char* const part : {"", ".index"}) bytes += std::filesystem::file_size(path_.string() + part);
  return static_cast<double>(bytes) / static_cast<double>(events_);
}

double whence_grown::open_milliseconds() const {
  const whence::runtime runtime = whence::runtime::system(1);
  std::unique_ptr<whence::log> log;
  return 1e3 * seconds([&] { log = whence::sqlite(path_.string()).open(runtime); });
}

double whence_grown::open_killed_milliseconds() {
  run_and_kill([&] {
    const auto log = whence::sqlite(path_.string()).open(whence::runtime::system(1));
    workload work(next_seed_);
    for (std::size_t i = 0; i < batches_at_once; ++i) {
      static_cast<void>(log->append(to_append(work.take(batch_events))).get().value());
    }
    ::kill(::getpid(), SIGKILL);
  });
  ++next_seed_;
  return open_milliseconds();
}

tally whence_grown::scan() const {
  const auto log = whence::sqlite(path_.string()).visit(whence::runtime::system(1));
  tally seen;
  for (whence::global_position at;;) {
    const whence::event_page page = log->read(at);
    for (const whence::recorded_event& event : page) {
      ++seen.events;
      seen.bytes += event.data.size();
    }
    at = page.scanned_to();
    if (page.at_end()) return seen;
  }
}

double whence_grown::load_milliseconds() const {
  const auto log = whence::sqlite(path_.string()).open(whence::runtime::system(1));
  const auto load_all = [&] {
    for (std::uint64_t stream = 0; stream < planted_workload::streams; ++stream) {
      const whence::event_page page = log->read_stream(planted_workload::name_of(stream));
      expect(page.size() == planted_workload::events_of_stream, "a stream is not whole");
    }
  };
  load_all();
  return 1e3 * seconds(load_all) / planted_workload::streams;
}

double whence_grown::trace_milliseconds() const {
  const double time = seconds([&] {
    for (std::uint64_t stream = 0; stream < planted_workload::streams; ++stream) {
      const auto log = whence::sqlite(path_.string()).visit(whence::runtime::system(1));
      const auto cause = planted_workload::cause_of(stream, stream % planted_workload::causes_of_stream);
      const whence::event_page page = log->read_linked(whence::event_link::correlation(cause));
      expect(page.size() == planted_workload::events_of_stream / planted_workload::causes_of_stream,
             "an event with this cause is missing");
    }
  });
  return 1e3 * time / planted_workload::streams;
}

}  // namespace bench
