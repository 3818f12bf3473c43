#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <utility>

#include <whence/app/signals.hpp>

namespace whence::inline v0 {

namespace {

constexpr std::array watched{SIGTERM, SIGINT};
constexpr std::uint64_t end_of_watch = 1u << 16;  // more than any signal number that is added to it

/// A place in what the signal handler looks at. Its eventfd is made once and stays open: the handler may still be about to
/// write to it when its watch has gone.
struct place {
  std::atomic<int> event{-1};
  std::atomic<bool> taken{false};
};

// What a process does on a signal is one thing for all of it, and its handler finds nothing but what is static.
std::array<place, 8> places;

// Which signals have our handler: by their places in `watched`.
std::array<std::atomic<bool>, watched.size()> caught;

/// The dispositions before the first watch.
struct dispositions {
  std::mutex mutex;
  std::size_t watches = 0;
  std::array<struct sigaction, watched.size()> before{};
};
dispositions& process() {
  static dispositions only;
  return only;
}

void on_signal(int signal) {
  const int kept = errno;
  for (std::size_t index = 0; index < watched.size(); ++index) {
    if (caught[index]) ::signal(watched[index], SIG_DFL);
  }
  const auto value = static_cast<std::uint64_t>(signal);
  for (const place& each : places) {
    if (!each.taken.load(std::memory_order_acquire)) continue;
    [[maybe_unused]] const auto written = ::write(each.event.load(std::memory_order_relaxed), &value, sizeof value);
  }
  errno = kept;
}

void install(dispositions& own) {
  struct sigaction action{};
  action.sa_handler = &on_signal;
  sigemptyset(&action.sa_mask);
  for (const int each : watched) sigaddset(&action.sa_mask, each);
  action.sa_flags = SA_RESTART;
  for (std::size_t index = 0; index < watched.size(); ++index) {
    ::sigaction(watched[index], nullptr, &own.before[index]);
    caught[index] = own.before[index].sa_handler != SIG_IGN;
    if (caught[index]) ::sigaction(watched[index], &action, nullptr);
  }
}

void restore(const dispositions& own) {
  for (std::size_t index = 0; index < watched.size(); ++index) {
    if (!caught[index]) continue;
    struct sigaction now{};
    ::sigaction(watched[index], nullptr, &now);
    const bool as_we_left_it = now.sa_handler == &on_signal || now.sa_handler == SIG_DFL;
    if (as_we_left_it) ::sigaction(watched[index], &own.before[index], nullptr);
  }
}

void drain(int event) {
  std::uint64_t old = 0;
  [[maybe_unused]] const auto drained = ::read(event, &old, sizeof old);
}

/// The eventfd of a free place. Made non-blocking, so that what an earlier watch left can be drained.
std::size_t enter() {
  auto& own = process();
  const std::lock_guard lock(own.mutex);
  for (std::size_t index = 0; index < places.size(); ++index) {
    place& free = places[index];
    if (free.taken) continue;
    if (free.event < 0) {
      free.event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
      if (free.event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    drain(free.event);
    free.taken.store(true, std::memory_order_release);
    if (own.watches++ == 0) install(own);
    return index;
  }
  throw std::system_error(EAGAIN, std::generic_category(), "more than eight watches for signals");
}

void leave(std::size_t index) {
  auto& own = process();
  const std::lock_guard lock(own.mutex);
  places[index].taken = false;
  if (--own.watches == 0) restore(own);
}

}  // namespace

signal_watch::signal_watch(std::function<void(int)> call)
    : on_signal_(std::move(call)), place_(enter()), thread_([this] { run(); }) {}

signal_watch::~signal_watch() {
  [[maybe_unused]] const auto written = ::write(places[place_].event, &end_of_watch, sizeof end_of_watch);
  thread_.join();
  leave(place_);
}

void signal_watch::run() {
  ::pthread_setname_np(::pthread_self(), "whence-signals");
  const int event = places[place_].event;
  for (std::uint64_t value = 0; value < end_of_watch;) {
    pollfd waiting{.fd = event, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, -1) < 0 || ::read(event, &value, sizeof value) != sizeof value) {
      value = 0;  // interrupted
      continue;
    }
    if (value < end_of_watch) on_signal_(static_cast<int>(value));
  }
}

}  // namespace whence::inline v0
