#include <whence/core/simulation.hpp>

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

std::uint64_t seeded_entropy::bits() {
  constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
  std::uint64_t z = state_.fetch_add(golden, std::memory_order_relaxed) + golden;
  z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9;
  z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11eb;
  return z ^ (z >> 31);
}

}  // namespace whence::inline v0
