#include <whence/cli/interruption.hpp>

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <system_error>

namespace whence::inline v0::cli {
namespace {

// What a signal handler finds has to be static.
std::atomic<int> noticed{-1};     // an eventfd
std::atomic<int> signal_seen{0};  // the last one; 0: none

void on_signal(int signal) {
  const int kept = errno;
  signal_seen = signal;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(noticed, &one, sizeof one);
  errno = kept;
}

class process_interruption final : public interruption {
 public:
  process_interruption() {
    signal_seen = 0;
    noticed = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (noticed < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    struct sigaction action{};
    action.sa_handler = &on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESETHAND | SA_RESTART;  // the second one does what it always does
    for (heard& each : heard_) {
      ::sigaction(each.signal, nullptr, &each.before);
      if (each.before.sa_handler == SIG_IGN) continue;  // nohup, trap '' INT: it stays ignored
      ::sigaction(each.signal, &action, nullptr);
    }
  }
  ~process_interruption() override {
    for (const heard& each : heard_) ::sigaction(each.signal, &each.before, nullptr);
    ::close(noticed.exchange(-1));
  }
  process_interruption(const process_interruption&) = delete;
  process_interruption& operator=(const process_interruption&) = delete;

  bool wanted() const noexcept override { return signal_seen != 0; }

  exit_code code() const noexcept override {
    return signal_seen == SIGTERM ? exit_code::terminated : exit_code::interrupted;
  }

  bool wait(std::chrono::milliseconds time) override {
    const auto most = static_cast<int>(std::min<std::int64_t>(time.count(), std::numeric_limits<int>::max()));
    while (!wanted()) {
      pollfd waiting{.fd = noticed, .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, most) == 0)
        return true;  // else one of ours came, or another signal: then it waits once more
    }
    return false;
  }

 private:
  struct heard {
    int signal;
    struct sigaction before;
  };
  heard heard_[2] = {{SIGINT, {}}, {SIGTERM, {}}};
};

}  // namespace

std::unique_ptr<interruption> catch_interrupts() { return std::make_unique<process_interruption>(); }

}  // namespace whence::inline v0::cli
