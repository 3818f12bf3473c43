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
std::atomic<int> noticed{-1};  // an eventfd
std::atomic<bool> interrupted{false};

void on_interrupt(int) {
  const int kept = errno;
  interrupted = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(noticed, &one, sizeof one);
  errno = kept;
}

class process_interruption final : public interruption {
 public:
  process_interruption() {
    interrupted = false;
    noticed = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (noticed < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    struct sigaction action{};
    action.sa_handler = &on_interrupt;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESETHAND | SA_RESTART;  // the second one does what it always does
    ::sigaction(SIGINT, nullptr, &before_);
    if (before_.sa_handler != SIG_IGN) ::sigaction(SIGINT, &action, nullptr);  // nohup, trap '' INT: it stays ignored
  }
  ~process_interruption() override {
    ::sigaction(SIGINT, &before_, nullptr);
    ::close(noticed.exchange(-1));
  }
  process_interruption(const process_interruption&) = delete;
  process_interruption& operator=(const process_interruption&) = delete;

  bool wanted() const noexcept override { return interrupted; }

  bool wait(std::chrono::milliseconds time) override {
    const auto most = static_cast<int>(std::min<std::int64_t>(time.count(), std::numeric_limits<int>::max()));
    while (!interrupted) {
      pollfd waiting{.fd = noticed, .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, most) == 0) return true;  // else SIGINT came, or another signal: then it waits once more
    }
    return false;
  }

 private:
  struct sigaction before_{};
};

}  // namespace

std::unique_ptr<interruption> catch_interrupts() { return std::make_unique<process_interruption>(); }

}  // namespace whence::inline v0::cli
