#include <whence/modelling/snapshot_room.hpp>

#include <pthread.h>

#include <iterator>
#include <utility>

#include <xxhash.h>

#include <whence/core/detail/fault_points.hpp>
#include <whence/modelling/errors.hpp>
#include <whence/modelling/fold_fingerprint.hpp>
#include <whence/modelling/running_program.hpp>

namespace whence::inline v0::detail {
namespace {

constexpr std::size_t waiting_max = 64;
constexpr std::size_t bytes_waiting_max = 64u << 20;
constexpr std::size_t state_bytes_max = 16u << 20;
constexpr std::uint64_t loads_to_a_comparison = 64;
constexpr std::uint64_t processes_to_a_debt = 64;
constexpr int rests_as_long = 50;  // as it compared

/// A state, as an aggregate type makes it.
class state_of {
 public:
  explicit state_of(const aggregate_facts& facts) : state_(facts.create(), facts.destroy) {}
  void* get() const noexcept { return state_.get(); }

 private:
  std::unique_ptr<void, void (*)(void*)> state_;
};

std::uint64_t hash_of(std::string_view state) noexcept { return XXH3_64bits(state.data(), state.size()); }

/// For a planted bug.
fold_end end_of(log_reader& log, std::string_view stream) {
  const event_page last = log.read_stream(stream, stream_version{UINT64_MAX}, read_direction::backward, {.events = 1});
  return {.version = last.front().version, .position = last.front().position, .chain = last.front().chain};
}

bool is_due(const snapshot_policy& policy, std::uint64_t events, std::chrono::nanoseconds loading) noexcept {
  return events != 0 && ((policy.every != 0 && events >= policy.every) ||
                         (policy.slower_than.count() != 0 && loading > policy.slower_than));
}

}  // namespace

snapshot_room::snapshot_room(std::string path, std::shared_ptr<log_reader> log, const runtime& runtime,
                             std::string like)
    : path_(path),
      log_(std::move(log)),
      runtime_(runtime),
      reader_(std::in_place, path),
      writer_(runtime.files, std::move(path), std::move(like)) {}

void snapshot_room::catch_up(log_reader& log, std::string_view stream, const aggregate_facts& facts, void* state,
                             fold_progress& at) {
  const auto begun = runtime_.clock->elapsed();
  const bool trusted = trusts(facts);
  if (!trusted && at.began_with_snapshot) {
    facts.restart(state);
    at = {};
  }
  if (trusted && at.end.version == stream_version{}) {
    if (const auto known = load(facts, stream, state))
      at = {.end = *known, .snapshot = known->version, .began_with_snapshot = true};
  }
  try {
    at.end = fold_on(log, stream, facts, state, at.end);
  } catch (...) {
    if (mutant(37)) keep(facts, stream, state, end_of(*log_, stream));
    throw;
  }
  const std::uint64_t events = at.end.version.value() - at.snapshot.value();
  if (!trusted || !is_due(facts.snapshots->policy, events, runtime_.clock->elapsed() - begun)) return;
  if (!hands_on(facts, at)) return;
  keep(facts, stream, state, at.end);
  at.snapshot = at.end.version;
}

bool snapshot_room::trusts(const aggregate_facts& facts) const {
  return !shared_.lock()->distrusted.contains(facts.key);
}

/// A snapshot that nobody held against the fold may be wrong, and so is all that begins with it.
bool snapshot_room::hands_on(const aggregate_facts& facts, const fold_progress& at) const {
  return !at.began_with_snapshot || shared_.lock()->proven.contains(facts.key);
}

std::optional<fold_end> snapshot_room::load(const aggregate_facts& facts, std::string_view stream, void* state) {
  std::optional<kept_snapshot> found = find(stream);
  if (!found) return std::nullopt;
  try {
    if (believes(*found, facts)) {
      facts.snapshots->decode(found->state, state);
      compare_later(facts, *found);
      const std::uint64_t version = found->version.value() + (mutant(34) ? 1 : 0) - (mutant(35) ? 1 : 0);
      return fold_end{.version = stream_version{version}, .position = found->position, .chain = found->chain};
    }
  } catch (...) {
    // Were it the log's fault, the fold would say so.
    facts.restart(state);
  }
  ++shared_.lock()->counts.passed_over;
  return std::nullopt;
}

std::optional<kept_snapshot> snapshot_room::find(std::string_view stream) {
  try {
    auto found = reader_.lock()->find(stream);
    said_reading_fails_.store(false, std::memory_order_relaxed);
    return found;
  } catch (const sql::sql_error& failure) {
    if (says_damaged(failure))
      shared_.lock()->damaged = true;
    else if (failure.next() != next_move::retry)  // it is just being made
      report_failure(said_reading_fails_);
  } catch (...) {
    report_failure(said_reading_fails_);
  }
  return std::nullopt;
}

/// Its fold is today's, and the log has, where it was made, the event up to which it is folded, and the same history before it.
bool snapshot_room::believes(const kept_snapshot& snapshot, const aggregate_facts& facts) {
  const log_identity log = log_->identity();
  if (snapshot.aggregate_type != facts.name || snapshot.log.id != log.id || snapshot.log.epoch != log.epoch ||
      (snapshot.fingerprint != fingerprint(facts) && !mutant(36)))
    return false;
  const event_page last =
      log_->stored().read_stream(snapshot.stream, snapshot.version, read_direction::forward, {.events = 1});
  return !last.empty() && last.front().position == snapshot.position && last.front().chain == snapshot.chain;
}

void snapshot_room::compare_later(const aggregate_facts& facts, const kept_snapshot& used) {
  comparison next{&facts, used.stream, used.version, hash_of(used.state)};
  std::uint64_t loads = 0;
  {
    const auto own = shared_.lock();
    ++own->counts.used;
    loads = own->loads[facts.key]++;
  }
  if (loads % loads_to_a_comparison != 0) return;
  next.owed = loads == 0 && is_owed(facts);
  const auto own = shared_.lock();
  if (own->closing || own->to_compare.size() >= waiting_max) return;
  if (loads != 0 && runtime_.clock->elapsed() < own->compares_again_at) return;
  own->to_compare.push_back(std::move(next));
  start_if_needed(*own);
}

/// Where the processes of a program are short, they owe it, and each would give it up: of those that follow, some do not.
bool snapshot_room::is_owed(const aggregate_facts& facts) {
  try {
    if (!reader_.lock()->has(proof_of(facts))) return true;
    shared_.lock()->proven.insert(facts.key);
    return runtime_.entropy->bits() % processes_to_a_debt == 0;
  } catch (...) {
    return true;  // what cannot be read was not proven; that it cannot, the next load says
  }
}

void snapshot_room::keep(const aggregate_facts& facts, std::string_view stream, const void* state,
                         const fold_end& end) noexcept {
  try {
    kept_snapshot made;
    made.stream = stream;
    made.aggregate_type = facts.name;
    made.version = end.version;
    made.position = end.position;
    made.chain = end.chain;
    made.log = log_->identity();
    made.state = facts.snapshots->encode(state);
    const std::size_t size = made.state.size();
    const auto own = shared_.lock();
    if (size <= state_bytes_max && own->bytes_to_write + size <= bytes_waiting_max &&
        own->to_write.size() < waiting_max && !own->closing && !own->distrusted.contains(facts.key)) {
      own->to_write.push_back({&facts, std::move(made)});
      own->bytes_to_write += size;
      return start_if_needed(*own);
    }
  } catch (...) {
    // A state that cannot be encoded (a number that is none) is folded, as ever.
  }
  ++shared_.lock()->counts.dropped;
}

void snapshot_room::start_if_needed(shared& own) {
  if (!own.running) {
    try {
      thread_ = std::thread([this] { run(); });
      own.running = true;
    } catch (...) {
      return;  // no more threads are to be had: the next snapshot tries again, until too many wait
    }
  }
  wake_up_.notify_one();
}

void snapshot_room::settle() {
  auto own = shared_.lock();
  own.wait(settled_, [&] { return !own->running || (own->to_write.empty() && own->to_compare.empty() && !own->busy); });
}

void snapshot_room::close() noexcept {
  const std::scoped_lock one_at_a_time(closing_);
  stop_comparing_.store(true, std::memory_order_relaxed);
  {
    const auto own = shared_.lock();
    own->closing = true;
    std::erase_if(own->to_compare, [](const comparison& one) { return !one.owed; });
  }
  wake_up_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void snapshot_room::run() noexcept {
  pthread_setname_np(pthread_self(), "whence-snapshot");
  for (;;) {
    std::deque<waiting_snapshot> written;
    std::optional<comparison> compared;
    bool anew = false;
    {
      auto own = shared_.lock();
      own->busy = false;
      settled_.notify_all();
      own.wait(wake_up_, [&] { return own->closing || !own->to_write.empty() || !own->to_compare.empty(); });
      if (own->to_write.empty() && own->to_compare.empty()) return;
      own->busy = true;
      written.swap(own->to_write);
      own->bytes_to_write = 0;
      if (!written.empty()) anew = std::exchange(own->damaged, false);
      if (!own->to_compare.empty()) {
        compared = std::move(own->to_compare.front());
        own->to_compare.pop_front();
      }
    }
    if (!written.empty()) write(std::move(written), anew);
    if (compared) compare(*compared);
  }
}

void snapshot_room::write(std::deque<waiting_snapshot> all, bool anew) noexcept {
  try {
    std::vector<kept_snapshot> rows;
    for (waiting_snapshot& one : all) {
      one.snapshot.fingerprint = fingerprint(*one.facts);
      rows.push_back(std::move(one.snapshot));
    }
    if (anew) writer_.distrust();
    writer_.put(rows);
    said_writing_fails_.store(false, std::memory_order_relaxed);
    shared_.lock()->counts.written += all.size();
  } catch (...) {
    shared_.lock()->counts.dropped += all.size();
    report_failure(said_writing_fails_);
  }
}

void snapshot_room::compare(const comparison& with) noexcept {
  try {
    const auto begun = runtime_.clock->elapsed();
    const bool differing = differs(with);
    if (!with.owed && stop_comparing_.load(std::memory_order_relaxed)) return;
    if (!differing) prove(*with.facts);
    {
      const auto own = shared_.lock();
      const auto now = runtime_.clock->elapsed();
      own->compares_again_at = now + rests_as_long * (now - begun);
      ++own->counts.compared;
      if (!differing) return;
      ++own->counts.differing;
      own->distrusted.insert(with.facts->key);
      std::erase_if(own->to_write, [&](const waiting_snapshot& one) {
        const bool distrusted = one.facts->key == with.facts->key;
        if (distrusted) own->bytes_to_write -= one.snapshot.state.size();
        return distrusted;
      });
    }
    report(std::make_exception_ptr(snapshot_differs(with.facts->name, with.stream, with.version, path_)));
  } catch (...) {
    return;  // whoever loads the aggregate next is told what is wrong with its stream
  }
  try {
    writer_.drop_all_of(with.facts->name);
  } catch (...) {
    report_failure(said_writing_fails_);
  }
}

bool snapshot_room::differs(const comparison& with) {
  const state_of folded(*with.facts);
  const fold_end begin = begin_of_fold(*log_, with.stream, *with.facts, with.version);
  fold_stream(*log_, with.stream, *with.facts, folded.get(), begin, [&](const recorded_event& event) {
    return event.version <= with.version && (with.owed || !stop_comparing_.load(std::memory_order_relaxed));
  });
  return hash_of(with.facts->snapshots->encode(folded.get())) != with.state;
}

void snapshot_room::prove(const aggregate_facts& facts) noexcept {
  if (!shared_.lock()->proven.insert(facts.key).second) return;
  try {
    writer_.put(proof_of(facts));
  } catch (...) {
    report_failure(said_writing_fails_);
  }
}

uuid::bytes_type snapshot_room::fingerprint(const aggregate_facts& facts) {
  {
    const auto own = shared_.lock();
    if (const auto known = own->prints.find(facts.key); known != own->prints.end()) return known->second;
  }
  std::vector<std::string> event_types;
  for (const event_type& type : facts.snapshots->events) event_types.emplace_back(type.name);
  const uuid::bytes_type made = fingerprint_of(facts, *facts.snapshots, log_->reading_of(event_types));
  shared_.lock()->prints.emplace(facts.key, made);
  return made;
}

proven_snapshots snapshot_room::proof_of(const aggregate_facts& facts) {
  return {.aggregate_type = std::string(facts.name), .fingerprint = fingerprint(facts), .program = running_program()};
}

void snapshot_room::report_failure(std::atomic<bool>& said) noexcept {
  if (!said.exchange(true, std::memory_order_relaxed)) report(std::current_exception());
}

}  // namespace whence::inline v0::detail
