#include <whence/core/simulation.hpp>

#include <algorithm>

#include <whence/core/driver.hpp>

namespace whence::inline v0 {

manual_clock::manual_clock()
    : manual_clock(std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1}) {}

manual_clock::manual_clock(timestamp start) {
  auto own = hands_.lock();
  own->wall = start;
}

timestamp manual_clock::now() const {
  auto own = hands_.lock();
  return own->wall;
}

std::chrono::nanoseconds manual_clock::elapsed() const {
  auto own = hands_.lock();
  return own->elapsed;
}

void manual_clock::advance(std::chrono::microseconds time) {
  auto own = hands_.lock();
  own->wall += time;
  own->elapsed += time;
}

void manual_clock::set(timestamp time) {
  auto own = hands_.lock();
  own->wall = time;
}

void manual_timer::wake_at(std::chrono::nanoseconds due, completion<void> wake) {
  auto own = waiting_.lock();
  own->emplace(due, std::move(wake));
}

std::size_t manual_timer::wake_due() {
  std::size_t woken = 0;
  for (;; ++woken) {
    std::multimap<std::chrono::nanoseconds, completion<void>>::node_type due;
    {
      auto own = waiting_.lock();
      if (own->empty() || own->begin()->first > clock_->elapsed()) return woken;
      due = own->extract(own->begin());
    }
    due.mapped().complete();
  }
}

std::optional<std::chrono::nanoseconds> manual_timer::next_due() {
  auto own = waiting_.lock();
  std::erase_if(*own, [](const auto& entry) { return entry.second.cancelled(); });
  if (own->empty()) return std::nullopt;
  return own->begin()->first;
}

std::size_t manual_timer::forget_all() {
  std::multimap<std::chrono::nanoseconds, completion<void>> forgotten;
  {
    auto own = waiting_.lock();
    forgotten.swap(*own);
  }
  return forgotten.size();  // and what they were to complete never will be
}

std::uint64_t seeded_entropy::bits() {
  constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
  std::uint64_t z = state_.fetch_add(golden, std::memory_order_relaxed) + golden;
  z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9;
  z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11eb;
  return z ^ (z >> 31);
}

seeded_executor::~seeded_executor() { abandon_all(); }

void seeded_executor::abandon_all() noexcept {
  queue_.lock()->stopped = true;
  while (work* const item = take()) abandon(*item);
}

void seeded_executor::post(work& item) noexcept {
  {
    auto own = queue_.lock();
    if (!own->stopped) return own->items.push_back(&item);
  }
  abandon(item);
}

void seeded_executor::stop() noexcept {
  for (;;) {
    run_all();
    auto own = queue_.lock();
    if (!own->items.empty()) continue;
    own->stopped = true;
    return;
  }
}

/// Null: there is none. The others keep their places.
work* seeded_executor::take() {
  auto own = queue_.lock();
  std::vector<work*>& items = own->items;
  if (items.empty()) return nullptr;
  const auto chosen = items.begin() + static_cast<std::ptrdiff_t>(choices_.bits() % items.size());
  work* const item = *chosen;
  items.erase(chosen);
  return item;
}

bool seeded_executor::run_one() {
  work* const item = take();
  if (item) run(this, *item);
  return item != nullptr;
}

std::size_t seeded_executor::run_all() {
  std::size_t done = 0;
  while (run_one()) ++done;
  return done;
}

namespace {

/// By the clock's own steps, of microseconds, not too early.
void go_on_to(manual_clock& clock, std::chrono::nanoseconds due) {
  if (due > clock.elapsed()) clock.advance(std::chrono::ceil<std::chrono::microseconds>(due - clock.elapsed()));
}

/// That what somebody dropped will never be is no news when everything ends.
void report_all_but_the_end(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const never_completed&) {
  } catch (...) {
    executor::report_to_stderr(failure);
  }
}

}  // namespace

/// Whoever blocks for one of its results has nobody to wait for but himself: as a driver it lets him do the work.
///
/// Knows    the timer, but does not keep it: who waits for a time keeps the executor.
class simulation::driven_executor final : public seeded_executor, public driver {
 public:
  driven_executor(std::uint64_t seed, std::shared_ptr<manual_clock> clock, const std::shared_ptr<manual_timer>& timer)
      : seeded_executor(seed), clock_(std::move(clock)), timer_(timer) {}

  void drive(waiter&) override {
    if (!run_one() && !skip_to_next()) throw would_deadlock("in a simulation in which nothing is left to do");
  }

  bool skip_to_next() {
    const std::shared_ptr<manual_timer> timer = timer_.lock();
    const auto due = timer ? timer->next_due() : std::nullopt;
    if (!due) return false;
    go_on_to(*clock_, *due);
    timer->wake_due();
    return true;
  }

 private:
  const std::shared_ptr<manual_clock> clock_;
  const std::weak_ptr<manual_timer> timer_;
};

simulation::simulation(std::uint64_t seed)
    : clock_(std::make_shared<manual_clock>()),
      timer_(std::make_shared<manual_timer>(clock_)),
      executor_(std::make_shared<driven_executor>(seed, clock_, timer_)),
      runtime_(clock_, std::make_shared<seeded_entropy>(seed), system_files(), executor_, timer_) {}

simulation::~simulation() { end(); }

void simulation::end() {
  executor_->on_report(&report_all_but_the_end);
  // Who is told that his time will not come may wait for another, as a retry does: not for ever.
  std::size_t left = steps_at_end_max;
  do {
    while (left > 0 && run_one()) --left;
  } while (left > 0 && timer_->forget_all() > 0);
  executor_->abandon_all();
  timer_->forget_all();
}

bool simulation::run_one() { return executor_->run_one(); }
std::size_t simulation::run_all() { return executor_->run_all(); }
std::optional<std::chrono::nanoseconds> simulation::next_due() const { return timer_->next_due(); }
bool simulation::skip_to_next() { return executor_->skip_to_next(); }
void simulation::set(timestamp time) { clock_->set(time); }

void simulation::advance(std::chrono::microseconds time) {
  const std::chrono::nanoseconds until = clock_->elapsed() + time;
  executor_->run_all();
  for (auto due = next_due(); due && *due <= until; due = next_due()) {
    skip_to_next();
    executor_->run_all();
  }
  go_on_to(*clock_, until);
}

}  // namespace whence::inline v0
