/// Serves the control socket of a log: takes requests of its owner and of root, has them carried out, and answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <whence/control/operations.hpp>
#include <whence/core/runtime.hpp>

namespace whence::inline v0 {

struct control_options {
  std::size_t connections_max = 16;                 ///< at once; more are told so, and closed
  std::size_t operations_max = 4;                   ///< in hand at once, also those that nobody waits for any more
  std::chrono::milliseconds request_within{5'000};  ///< from the connection to the end of the request
  std::chrono::milliseconds answer_within{5'000};   ///< for the peer to take what it is told
  std::chrono::milliseconds tick{500};              ///< how often a peer hears that its operation goes on
};

/// Owns one thread, on which all connections are served.
///
/// Threads  any.
/// Limits   memory: 1 MiB for each connection, and one message that is larger: 32 MiB and 64 KiB, as much as an event may need.
/// Stops    takes no more requests; those in hand come to their end, or are left to the executor, and their connections closed.
class control_server {
 public:
  /// Serves from now on. `service`: its name. Only who holds the lock of the log may make one.
  /// Throws   no_control_socket.
  control_server(std::string path, std::string service, operations offered, runtime runtime,
                 control_options options = {});
  control_server(const control_server&) = delete;
  control_server& operator=(const control_server&) = delete;
  /// Stops, without waiting.
  ~control_server();

  /// No request is taken any more, and the socket's file is gone. What is in hand goes on.
  void refuse_more();

  /// The same; then waits so long for what is in hand, and lets go of it. Before the lock of the log is let go.
  void stop(std::chrono::nanoseconds patience);

 private:
  class parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace whence::inline v0
