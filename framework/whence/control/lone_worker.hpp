/// Where operations are carried out that block, and take long: as an archive, which reads the whole log.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include <whence/control/operations.hpp>
#include <whence/core/async.hpp>
#include <whence/core/executor.hpp>
#include <whence/core/guarded.hpp>

namespace whence::inline v0 {

/// One at a time, each on a thread of its own named "whence-operate": neither the executor nor whoever asks has to wait.
///
/// Threads  any.
class lone_worker {
 public:
  /// What is to be done; it ends with operation_cancelled when the token is asked to stop.
  using work = std::function<std::string(std::stop_token stop)>;

  explicit lone_worker(std::shared_ptr<executor> executor);
  ~lone_worker();
  lone_worker(const lone_worker&) = delete;
  lone_worker& operator=(const lone_worker&) = delete;

  /// Its token is asked to stop when this ends, and when the request is withdrawn.
  /// Throws operation_in_hand: something else is being done; operation_cancelled: nothing is begun any more.
  async<std::string> run(const operation_request& request, work what);

  /// Begins nothing more, and asks what is being done to end.
  void end_soon();
  /// The same, and waits for its end.
  void end();

 private:
  struct shared {
    std::jthread thread;
    std::string operation;  // in hand, or the last one
    log_operator by;
    bool busy = false;
    bool ended = false;
  };
  const std::shared_ptr<executor> executor_;
  guarded<shared> shared_;
};

}  // namespace whence::inline v0
