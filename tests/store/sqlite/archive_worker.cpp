// Does to a log what `log archive` and `log compact` do, to be killed meanwhile:
//
//     archive_worker PATH make EVENTS STREAMS      a log with so many events
//     archive_worker PATH archive FIRST LAST       its streams with these numbers
//     archive_worker PATH compact
//     archive_worker PATH measure EVENTS STREAMS   makes one, archives half of it, compacts it: what that takes, and changes
//     archive_worker PATH look                     verifies it; prints a digest of all that is read, and how many rows are stubs
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
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

using namespace whence;

namespace {

std::string stream(std::uint64_t number) { return "stream-" + std::to_string(number); }
std::uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

void make(const std::string& path, std::uint64_t events, std::uint64_t streams, const runtime& runtime) {
  const std::unique_ptr<whence::log> log = sqlite(path).open(runtime);
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
    log->append(std::move(batch)).get().value();
  }
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
  make(path, events, streams, runtime);
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

int look(const std::string& path, const runtime& runtime) {
  const std::unique_ptr<log_reader> log = sqlite(path).visit(runtime);
  digest sum;
  for (global_position after;;) {
    const event_page page = log->read(after, {}, {});
    for (const recorded_event& event : page) {
      sum.add(std::to_string(event.position.value()));
      sum.add(event.stream);
      sum.add(std::to_string(event.version.value()));
      sum.add(event.id.to_string());
      sum.add(event.data);
      for (const std::string_view tag : event.tags) sum.add(tag);
      sum.add({reinterpret_cast<const char*>(event.chain.data()), event.chain.size()});
    }
    if (page.at_end()) break;
    after = page.scanned_to();
  }
  const log_verification found = verify_log(sqlite(path), runtime);
  const auto stubs =
      sql::database::open(path, sql::open_mode::read_only).integer("SELECT count(*) FROM entries WHERE encoding = 2");
  std::printf("%llx %llu stubs %lld\n", static_cast<unsigned long long>(sum.value()),
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
    if (what == "make" && argc == 5) {
      make(path, number(argv[3]), number(argv[4]), runtime);
      return 0;
    }
    if (what == "measure" && argc == 5) {
      measure(path, number(argv[3]), number(argv[4]), runtime);
      return 0;
    }
    if (what == "look") return look(path, runtime);
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
    std::fprintf(stderr, "archive_worker: %s\n", failure.what());
    return 1;
  }
  std::fprintf(stderr,
               "usage: archive_worker PATH make EVENTS STREAMS | archive FIRST LAST | compact | measure EVENTS STREAMS "
               "| look\n");
  return 2;
}
