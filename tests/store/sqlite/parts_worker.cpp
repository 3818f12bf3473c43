// Does to a log what puts its events into several files, as `log archive` and `log fork` do, to be killed meanwhile:
//
//     parts_worker PATH make EVENTS STREAMS      a log with so many events
//     parts_worker PATH grow EVENTS STREAMS      appends so many more
//     parts_worker PATH archive FIRST LAST       its streams with these numbers
//     parts_worker PATH compact
//     parts_worker PATH fork TO POSITION
//     parts_worker PATH measure EVENTS STREAMS   makes one, archives half of it, compacts it: what that takes, and changes
//     parts_worker PATH measure-fork EVENTS STREAMS   makes one, forks it at nine tenths, appends to the fork: what that takes
//     parts_worker PATH look                     verifies it; prints a digest of all that is read, its end, how many rows are stubs
//     parts_worker PATH look-to POSITION         the same digest, of the events up to there
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <whence/core/envelope.hpp>
#include <whence/core/runtime.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

using namespace whence;

namespace {

std::string stream(std::uint64_t number) { return "stream-" + std::to_string(number); }
std::uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

/// A log that has events already has them in streams of these names, too.
void append(whence::log& log, std::uint64_t events, std::uint64_t streams, const runtime& runtime) {
  std::uint64_t done = 0;
  while (done < events) {
    append_batch batch;
    const std::uint64_t first = done * 7;
    for (std::uint64_t part = 0; part < std::min<std::uint64_t>(streams, 100) && done < events; ++part) {
      stream_append& to = batch.streams.emplace_back();
      to.stream = stream((first + part) % streams);
      to.aggregate_type = "Kind";
      for (std::uint64_t left = 1 + done % 5; left > 0 && done < events; --left, ++done) {
        new_event event;
        event.id = event_id(runtime.make_uuid());
        event.type = "Happened";
        event.occurred_at = runtime.clock->now();
        event.data = "{\"number\":" + std::to_string(done) + ",\"text\":\"" + std::string(200, 'x') + "\"}";
        event.tags.push_back("tag:" + std::to_string(done % 31));
        to.events.push_back(std::move(event));
      }
    }
    log.append(std::move(batch)).get().value();
  }
}

void append(const std::string& path, std::uint64_t events, std::uint64_t streams, const runtime& runtime) {
  const std::unique_ptr<whence::log> log = sqlite(path).open(runtime);
  append(*log, events, streams, runtime);
  log->close();
}

archive_selection streams_between(std::uint64_t first, std::uint64_t last) {
  archive_selection which;
  for (std::uint64_t at = first; at <= last; ++at) which.streams.push_back(stream(at));
  return which;
}

double seconds_of(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

/// The best of three: how long a visitor takes to read all of it.
double seconds_to_read(const std::string& path, const runtime& runtime) {
  double best = 1e9;
  for (int turn = 0; turn < 3; ++turn) {
    const std::unique_ptr<log_reader> log = sqlite(path).visit(runtime);
    best = std::min(best, seconds_of([&] {
                      for (global_position after;;) {
                        const event_page page = log->read(after, {}, {});
                        if (page.at_end()) return;
                        after = page.scanned_to();
                      }
                    }));
  }
  return best;
}

void measure(const std::string& path, std::uint64_t events, std::uint64_t streams, const runtime& runtime) {
  append(path, events, streams, runtime);
  const auto bytes = [](const std::string& file) {
    return static_cast<double>(std::filesystem::file_size(file)) / 1e6;
  };
  const double before = seconds_to_read(path, runtime);
  std::printf("events in the log: %llu\nlog before: %.1f MB\n", static_cast<unsigned long long>(events), bytes(path));
  const std::unique_ptr<whence::log> log = sqlite(path).open(runtime);
  made_archive made;
  const double archived = seconds_of([&] { made = keeping_of(*log).archive(streams_between(0, streams / 2 - 1), {}); });
  std::printf("events archived: %llu\nseconds: %.1f\narchived: %.0f events/s\narchive: %.1f MB\n",
              static_cast<unsigned long long>(made.what.events), archived,
              static_cast<double>(made.what.events) / archived, bytes(made.path));
  std::printf("log behind it: %.1f MB\n", bytes(path));
  const double compacting = seconds_of([&] { static_cast<void>(keeping_of(*log).compact({})); });
  std::printf("seconds of compacting: %.1f\nlog compacted: %.1f MB\n", compacting, bytes(path));
  log->close();
  const double after = seconds_to_read(path, runtime);
  std::printf("read, all in one file: %.0f events/s\nread, half of them in an archive: %.0f events/s\nratio: %.2f\n",
              static_cast<double>(events) / before, static_cast<double>(events) / after, before / after);
}

void measure_fork(const std::string& path, std::uint64_t events, std::uint64_t streams, const runtime& runtime) {
  append(path, events, streams, runtime);
  const std::string to = path + ".fork";
  const double forking =
      seconds_of([&] { static_cast<void>(fork_log(path, to, runtime, {.at = global_position{events * 9 / 10}})); });
  std::printf("events in the base: %llu\nshared with the fork: %llu\nmilliseconds of forking: %.1f\n",
              static_cast<unsigned long long>(events), static_cast<unsigned long long>(events * 9 / 10), forking * 1e3);
  std::unique_ptr<whence::log> log;
  const double opening = seconds_of([&] { log = sqlite(to).open(runtime); });
  const double appending = seconds_of([&] { append(*log, 1, 1, runtime); });
  log->close();
  std::printf("milliseconds of opening the fork: %.1f\nmilliseconds of its first append: %.1f\n", opening * 1e3,
              appending * 1e3);
  const double whole = seconds_to_read(path, runtime) / static_cast<double>(events);
  const double shared = seconds_to_read(to, runtime) / (static_cast<double>(events) * 0.9);
  std::printf("read, the base: %.0f events/s\nread, the fork: %.0f events/s\nratio: %.2f\n", 1 / whole, 1 / shared,
              whole / shared);
}

/// 64 bits of FNV-1a.
class digest {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) value_ = (value_ ^ static_cast<unsigned char>(byte)) * 1'099'511'628'211u;
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 14'695'981'039'346'656'037u;
};

std::uint64_t digest_of(log_reader& log, global_position to) {
  digest sum;
  for (global_position after;;) {
    const event_page page = log.read(after, {}, {});
    for (const recorded_event& event : page) {
      if (event.position > to) return sum.value();
      sum.add(std::to_string(event.position.value()));
      sum.add(event.stream);
      sum.add(std::to_string(event.version.value()));
      sum.add(event.id.to_string());
      sum.add(event.data);
      for (const std::string_view tag : event.tags) sum.add(tag);
      sum.add({reinterpret_cast<const char*>(event.chain.data()), event.chain.size()});
    }
    if (page.at_end()) return sum.value();
    after = page.scanned_to();
  }
}

int look(const std::string& path, const runtime& runtime) {
  const std::unique_ptr<log_reader> log = sqlite(path).visit(runtime);
  const log_verification found = verify_log(sqlite(path), runtime);
  const auto stubs =
      sql::database::open(path, sql::open_mode::read_only).integer("SELECT count(*) FROM entries WHERE encoding = 2");
  std::printf("%llx %llu stubs %lld\n", static_cast<unsigned long long>(digest_of(*log, log->head())),
              static_cast<unsigned long long>(log->head().value()), static_cast<long long>(*stubs));
  if (found.sound()) return 0;
  std::printf("%s: %s\n", found.findings.front().file.c_str(), found.findings.front().detail.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "";
  const std::string_view what = argc > 2 ? argv[2] : "";
  const runtime runtime = runtime::system();
  try {
    if ((what == "make" || what == "grow") && argc == 5) {
      append(path, number(argv[3]), number(argv[4]), runtime);
      return 0;
    }
    if (what == "measure" && argc == 5) {
      measure(path, number(argv[3]), number(argv[4]), runtime);
      return 0;
    }
    if (what == "measure-fork" && argc == 5) {
      measure_fork(path, number(argv[3]), number(argv[4]), runtime);
      return 0;
    }
    if (what == "look") return look(path, runtime);
    if (what == "look-to" && argc == 4) {
      const std::uint64_t sum = digest_of(*sqlite(path).visit(runtime), global_position{number(argv[3])});
      std::printf("%llx\n", static_cast<unsigned long long>(sum));
      return 0;
    }
    if (what == "fork" && argc == 5) {
      static_cast<void>(fork_log(path, argv[3], runtime, {.at = global_position{number(argv[4])}}));
      return 0;
    }
    if (what == "archive" && argc == 5) {
      const std::unique_ptr<whence::log> log = sqlite(path).open(runtime);
      const made_archive made = keeping_of(*log).archive(streams_between(number(argv[3]), number(argv[4])), {});
      log->close();
      std::printf("%llu events\n", static_cast<unsigned long long>(made.what.events));
      return 0;
    }
    if (what == "compact") {
      const std::unique_ptr<whence::log> log = sqlite(path).open(runtime);
      const compacted_log made = keeping_of(*log).compact({});
      log->close();
      std::printf("%llu bytes, before %llu\n", static_cast<unsigned long long>(made.bytes_after),
                  static_cast<unsigned long long>(made.bytes_before));
      return 0;
    }
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "parts_worker: %s\n", failure.what());
    return 1;
  }
  std::fprintf(stderr,
               "usage: parts_worker PATH make EVENTS STREAMS | grow EVENTS STREAMS | archive FIRST LAST | compact "
               "| fork TO POSITION | measure EVENTS STREAMS | measure-fork EVENTS STREAMS | look | look-to POSITION\n");
  return 2;
}
