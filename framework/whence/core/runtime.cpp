#include <whence/core/runtime.hpp>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <whence/core/detail/uuid_v7.hpp>
#include <whence/core/guarded.hpp>
#include <whence/core/timer.hpp>

namespace whence::inline v0 {
namespace {

class system_clock final : public clock {
 public:
  timestamp now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  std::chrono::nanoseconds elapsed() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
};

/// The kernel's random bits, 256 bytes a call.
class system_entropy final : public entropy {
 public:
  std::uint64_t bits() override {
    auto own = pool_.lock();
    if (own->left == 0) {
      if (::getentropy(own->words.data(), sizeof own->words) != 0) {
        throw std::system_error(errno, std::generic_category(), "getentropy");
      }
      own->left = own->words.size();
    }
    return own->words[--own->left];
  }

 private:
  struct pool {
    std::array<std::uint64_t, 32> words{};
    std::size_t left = 0;
  };
  guarded<pool> pool_;
};

}  // namespace

uuid uuid_sequence::next(timestamp now, entropy& random) {
  constexpr std::uint16_t counter_max = 0xfff;
  constexpr std::uint16_t seed_mask = 0x7ff;
  const std::uint64_t rand_b = random.bits();
  const auto seed = static_cast<std::uint16_t>(random.bits() & seed_mask);
  const std::uint64_t milliseconds = detail::unix_milliseconds(now);
  auto own = last_.lock();
  if (!own->any || milliseconds > own->milliseconds) {
    *own = {milliseconds, seed, true};
  } else if (own->counter < counter_max) {
    ++own->counter;
  } else {
    *own = {own->milliseconds + 1, seed, true};
  }
  return detail::compose_v7(own->milliseconds, own->counter, rand_b);
}

runtime::runtime(std::shared_ptr<whence::clock> clock_, std::shared_ptr<whence::entropy> entropy_,
                 std::shared_ptr<whence::files> files_, std::shared_ptr<whence::executor> executor_,
                 std::shared_ptr<whence::timer> timer_)
    : clock(std::move(clock_)),
      entropy(std::move(entropy_)),
      files(std::move(files_)),
      executor(std::move(executor_)),
      timer(timer_ ? std::move(timer_) : std::make_shared<system_timer>(clock)),
      ids_(std::make_shared<uuid_sequence>()) {}

runtime runtime::system(unsigned threads) {
  return {std::make_shared<system_clock>(), std::make_shared<system_entropy>(), system_files(),
          std::make_shared<thread_pool>(threads)};
}

uuid runtime::make_uuid() const { return ids_->next(clock->now(), *entropy); }

}  // namespace whence::inline v0
