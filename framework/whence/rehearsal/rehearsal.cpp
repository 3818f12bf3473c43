#include <whence/rehearsal/rehearsal.hpp>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/core/guarded.hpp>
#include <whence/rehearsal/event_check.hpp>
#include <whence/rehearsal/fingerprint_file.hpp>
#include <whence/rehearsal/state_check.hpp>
#include <whence/upcasting/upcasting_log.hpp>

namespace whence::inline v0 {
namespace {

using namespace detail;

constexpr std::uint64_t chunk_events = 8'192;
constexpr std::uint64_t chunks_ahead_max = 64;  // of those whose fingerprints are written
constexpr unsigned threads_usual = 4;
constexpr std::chrono::milliseconds between_reports{100};

unsigned thread_count(const rehearsal_options& options) {
  const unsigned cores = std::max(std::thread::hardware_concurrency(), 1u);
  return options.threads != 0 ? options.threads : std::min(cores, threads_usual);
}

/// Whether the path is that of the log, or one that belongs to it: "shop.db", "shop.db-wal", "shop.db.models/…".
/// Of a log in memory none is.
bool belongs_to(const log_source& log, const std::string& path) {
  if (log.models_directory().empty()) return false;
  const std::string own = without_links(log.name());
  const std::string other = without_links(path);
  if (!other.starts_with(own)) return false;
  return other.size() == own.size() || other[own.size()] == '-' || other[own.size()] == '.';
}

/// The parts of a log, each one thread's work, and what they share.
class performance {
 public:
  performance(log_reader& today, const program_types& types, const runtime& runtime, const rehearsal_options& options)
      : today_(today), types_(types), options_(options), head_(today.stored().head()), findings_(options.listed_max) {
    const log_identity log = today_.stored().identity();
    if (!options.compare_with.empty()) {
      saved_.emplace(*runtime.files, options.compare_with);
      saved_->must_be_of(log, head_);
    }
    if (!options.save_to.empty()) writer_.emplace(*runtime.files, options.save_to, log, head_);
  }

  rehearsal run() {
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < thread_count(options_); ++i) threads.emplace_back([this] { work(); });
      report_until_done(threads.size());
    }
    if (const auto own = shared_.lock(); own->failure) std::rethrow_exception(own->failure);
    if (options_.stop.stop_requested()) throw operation_cancelled();
    if (writer_) writer_->finish();
    rehearsal result;
    result.identity = today_.stored().identity();
    result.head = head_;
    findings_.move_to(result);
    return result;
  }

 private:
  struct shared {
    std::size_t ended = 0;  // threads
    std::exception_ptr failure;
    std::uint64_t next = 0;     // chunk
    std::uint64_t written = 0;  // chunks whose fingerprints are written: all before it
    std::map<std::uint64_t, std::vector<fingerprint_record>> to_write;
  };

  void work() noexcept {
    pthread_setname_np(pthread_self(), "whence-rehearse");
    try {
      event_check events(today_, types_, findings_);
      state_check states(today_, head_, types_, findings_);
      while (const std::optional<std::uint64_t> chunk = next_chunk()) check(*chunk, events, states);
    } catch (...) {
      auto own = shared_.lock();
      if (!own->failure) own->failure = std::current_exception();
    }
    ++shared_.lock()->ended;
    changed_.notify_all();
  }

  std::optional<std::uint64_t> next_chunk() {
    auto own = shared_.lock();
    const auto ends = [&] {
      return own->failure || options_.stop.stop_requested() || own->next * chunk_events >= head_.value();
    };
    own.wait(changed_, [&] { return ends() || !writer_ || own->next < own->written + chunks_ahead_max; });
    if (ends()) return std::nullopt;
    return own->next++;
  }

  void check(std::uint64_t chunk, event_check& events, state_check& states) {
    const global_position after{chunk * chunk_events};
    const global_position to{std::min(head_.value(), after.value() + chunk_events)};
    rehearsal_counts counts;
    kinds_of_events kinds;
    const std::vector<stream_begin> begins = events.check(after, to, counts, kinds);
    std::vector<fingerprint_record> before;
    if (saved_) before = saved_->between(after, to);
    std::vector<fingerprint_record> now;
    auto next_before = before.begin();
    for (const stream_begin& begin : begins) {
      if (options_.stop.stop_requested()) return;
      while (next_before != before.end() && next_before->first < begin.position.value()) ++next_before;
      const bool is_saved = next_before != before.end() && next_before->first == begin.position.value();
      const fingerprint_record state = states.check(begin, is_saved ? &*next_before : nullptr, counts);
      if (state.version != 0) now.push_back(state);
    }
    findings_.add(counts, kinds);
    done_ += to.value() - after.value();
    if (writer_) write(chunk, std::move(now));
  }

  void write(std::uint64_t chunk, std::vector<fingerprint_record> states) {
    auto own = shared_.lock();
    own->to_write.emplace(chunk, std::move(states));
    for (auto next = own->to_write.find(own->written); next != own->to_write.end();
         next = own->to_write.find(own->written)) {
      writer_->add(next->second);
      own->to_write.erase(next);
      ++own->written;
    }
    changed_.notify_all();
  }

  void report_until_done(std::size_t threads) {
    auto own = shared_.lock();
    const auto ended = [&] { return own->ended == threads; };
    while (!own.wait_for(changed_, between_reports, ended)) {
      if (options_.on_progress) options_.on_progress({.done = done_, .of = head_.value()});
    }
  }

  log_reader& today_;
  const program_types& types_;
  const rehearsal_options& options_;
  const global_position head_;
  rehearsal_findings findings_;
  std::optional<saved_fingerprints> saved_;
  std::optional<fingerprint_writer> writer_;
  std::condition_variable changed_;
  guarded<shared> shared_;
  std::atomic<std::uint64_t> done_{0};
};

}  // namespace

rehearsal_counts& rehearsal_counts::operator+=(const rehearsal_counts& more) noexcept {
  events += more.events;
  broken += more.broken;
  not_handled += more.not_handled;
  aggregates += more.aggregates;
  not_folded += more.not_folded;
  of_no_type += more.of_no_type;
  compared += more.compared;
  different += more.different;
  orphaned += more.orphaned;
  no_longer_known += more.no_longer_known;
  saved += more.saved;
  return *this;
}

std::string_view name_of(rehearsal_finding::kind kind) noexcept {
  switch (kind) {
    case rehearsal_finding::kind::event: return "event";
    case rehearsal_finding::kind::state: return "state";
    case rehearsal_finding::kind::difference: return "difference";
    case rehearsal_finding::kind::aggregate: return "aggregate";
  }
  return "";
}

rehearsal rehearse(const log_source& log, const program_types& types, const runtime& runtime,
                   const rehearsal_options& options) {
  if (!options.save_to.empty() && belongs_to(log, options.save_to))
    throw fingerprints_not_saved(options.save_to, "names that begin with " + log.name() + " belong to the log");
  const std::unique_ptr<log_reader> today = upcasting(log, types.upcasters()).visit(runtime);
  return performance(*today, types, runtime, options).run();
}

}  // namespace whence::inline v0
