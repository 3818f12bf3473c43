#include <whence/modelling/hot_aggregates.hpp>

#include <iterator>
#include <utility>

namespace whence::inline v0::detail {

hot_aggregate::hot_aggregate(const aggregate_facts& facts, std::string_view stream)
    : facts_(facts), stream_(stream), state_(facts.create()) {}

hot_aggregate::~hot_aggregate() { facts_.destroy(state_); }

void hot_aggregate::catch_up(log_reader& log, snapshots* from) {
  if (state_ == nullptr) state_ = facts_.create();
  try {
    detail::catch_up(log, from, stream_, facts_, state_, at_);
  } catch (...) {
    // Some of what came may be in it, and nobody could say how much.
    facts_.destroy(std::exchange(state_, nullptr));
    at_ = {};
    throw;
  }
}

hot_aggregates::use::use(std::shared_ptr<hot_aggregate> of) : of_(std::move(of)), lock_(of_->busy_) {
  of_->user_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

hot_aggregates::use::~use() {
  if (lock_.owns_lock()) of_->user_.store({}, std::memory_order_relaxed);
  lock_ = {};  // before the mutex may go
}

hot_aggregates::use hot_aggregates::load(log_reader& log, const aggregate_facts& facts, std::string_view stream) {
  const std::shared_ptr<hot_aggregate> known = find(stream);
  // A `decide` that sends a command to the aggregate on which it decides would wait for itself.
  const bool may_wait = known != nullptr && known->user_.load(std::memory_order_relaxed) != std::this_thread::get_id();
  if (may_wait && known->facts().key == facts.key) {
    use found(known);
    known->catch_up(log, snapshots_.get());
    return found;
  }
  const auto fresh = std::make_shared<hot_aggregate>(facts, stream);
  use loaded(fresh);
  fresh->catch_up(log, snapshots_.get());
  if (known == nullptr && loaded.end().version.value() >= events_min) keep(fresh);
  return loaded;
}

void hot_aggregates::forget(std::string_view stream) {
  std::shared_ptr<hot_aggregate> forgotten;  // destroyed when the lock is given up
  const auto kept = contents_.lock();
  const auto found = kept->by_stream.find(stream);
  if (found == kept->by_stream.end()) return;
  forgotten = *found->second;
  kept->remove(found->second);
}

std::shared_ptr<hot_aggregate> hot_aggregates::find(std::string_view stream) {
  if (count_max_ == 0) return nullptr;
  const auto kept = contents_.lock();
  const auto found = kept->by_stream.find(stream);
  if (found == kept->by_stream.end()) return nullptr;
  kept->latest_first.splice(kept->latest_first.begin(), kept->latest_first, found->second);
  return *found->second;
}

void hot_aggregates::keep(const std::shared_ptr<hot_aggregate>& loaded) {
  if (count_max_ == 0) return;
  std::shared_ptr<hot_aggregate> evicted;  // destroyed when the lock is given up
  const auto kept = contents_.lock();
  if (kept->by_stream.contains(loaded->stream())) return;  // another thread was first
  if (kept->latest_first.size() >= count_max_) {
    evicted = kept->latest_first.back();
    kept->remove(std::prev(kept->latest_first.end()));
  }
  kept->latest_first.push_front(loaded);
  kept->by_stream.emplace(loaded->stream(), kept->latest_first.begin());
}

void hot_aggregates::contents::remove(by_use::iterator which) {
  by_stream.erase((*which)->stream());
  latest_first.erase(which);
}

}  // namespace whence::inline v0::detail
