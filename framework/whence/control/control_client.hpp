/// Asks the process that holds a log to do something.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <whence/control/errors.hpp>
#include <whence/control/operations.hpp>
#include <whence/core/runtime.hpp>

namespace whence::inline v0 {

struct control_patience {
  std::chrono::milliseconds answer_within{5'000};  ///< of the other side's silence
  std::chrono::milliseconds turn_within{2'000};    ///< until it takes a connection, where others are before
};

/// What a service answered.
struct control_answer {
  std::string service;  ///< its name
  std::int64_t pid = 0;
  std::string result;  ///< a JSON object
};

/// A connection to the service that holds a log: for one request.
///
/// Threads  one at a time.
class control_client {
 public:
  /// Nothing: nobody listens there, where no socket is either. `log`: what it is about, for messages.
  /// Throws   control_not_allowed, control_untrusted, writer_silent, writer_unreachable.
  static std::optional<control_client> connect(const std::string& socket, const std::string& log,
                                               const runtime& runtime, control_patience patience = {});

  /// What lies there instead of a socket: it is never replaced, and no process can make its socket there.
  static std::optional<socket_obstacle> obstacle_at(const std::string& socket);

  control_client(control_client&&) noexcept;
  control_client& operator=(control_client&&) noexcept;
  ~control_client();

  /// Sends it, and waits for the answer. `progress` is called often meanwhile, and may throw: then nobody waits any more, and the
  /// service goes on. `how_to_look` is what is advised if the outcome stays unknown.
  /// Throws   what the service says, as remote_failure. control_too_large. Of a dry run, or where the request was not taken whole:
  ///          writer_silent, writer_unreachable: no answer came; control_malformed, control_other_version: one that cannot be read.
  ///          Of anything else, operation_outcome_unknown for all of these.
  control_answer ask(const operation_request& request, const operation_progress& progress,
                     const std::string& how_to_look) &&;

 private:
  struct parts;
  explicit control_client(std::unique_ptr<parts> parts);
  std::unique_ptr<parts> parts_;
};

}  // namespace whence::inline v0
