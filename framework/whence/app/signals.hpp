/// SIGTERM and SIGINT as a call on a thread of one's own.
#pragma once

#include <cstddef>
#include <functional>
#include <thread>

namespace whence::inline v0 {

/// While one lives, the first of SIGTERM and SIGINT calls back; after it both have their default effect again, so that a
/// second one ends the process. What they did before comes back with the end of the last watch. A signal that is ignored when
/// the first watch begins (nohup, `trap '' INT`) stays ignored: whoever started the process wants it so.
///
/// Owns     the thread "whence-signals"; the signal handler itself only writes to an eventfd.
/// Limits   eight at a time in one process.
class signal_watch {
 public:
  explicit signal_watch(std::function<void(int signal)> on_signal);
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

 private:
  void run();

  const std::function<void(int)> on_signal_;
  const std::size_t place_;
  std::thread thread_;
};

}  // namespace whence::inline v0
