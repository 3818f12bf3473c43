/// What can be wrong between who asks for an operation and the process that holds the log.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <whence/core/error.hpp>

namespace whence::inline v0 {

/// `writer.silent`: the process that holds the log does not answer. Nothing was changed.
struct writer_silent final : error {
  writer_silent(std::string log, const std::string& socket, std::int64_t pid, std::chrono::milliseconds waited);
  std::string log;
  std::int64_t pid;  ///< 0: not known
};

/// What lies where a control socket has to be, and is none: it is left as it is.
struct socket_obstacle {
  std::string path;
  std::string what;  ///< "a folder"
};

/// `writer.unreachable`: a process holds the log, and there is no control socket at which it answers. Nothing was changed.
struct writer_unreachable final : error {
  writer_unreachable(std::string log, const std::string& socket, std::int64_t pid, std::string why);
  writer_unreachable(std::string log, std::int64_t pid, socket_obstacle obstacle);
  std::string log;
  std::int64_t pid;                         ///< 0: not known
  std::optional<socket_obstacle> obstacle;  ///< nothing: it is for another reason
};

/// `control.not_allowed`: the process that holds the log takes nothing from this user. Nothing was changed.
struct control_not_allowed final : error {
  control_not_allowed(const std::string& socket, std::string why);
};

/// `control.untrusted`: what answers at the socket belongs to somebody else than the log. Nothing was sent to it.
struct control_untrusted final : error {
  control_untrusted(const std::string& socket, std::string why);
};

/// `control.busy`: as many are connected, or as many operations are in hand, as the service allows. Nothing was done.
struct control_busy final : error {
  explicit control_busy(std::string_view of_what, std::size_t most);
};

/// A message of the control socket.
enum class control_message { request, answer };

/// `control.malformed`: a message is none of the protocol's, and nothing was done. The answer to what may have been done is an
/// operation_outcome_unknown.
struct control_malformed final : error {
  control_malformed(control_message message, std::string why);
};

/// `control.too_large`: a message is longer than the protocol has room for. Nothing was done.
struct control_too_large final : error {
  explicit control_too_large(std::size_t most);
};

/// `control.slow`: the rest of a request did not come. Nothing was done.
struct control_slow final : error {
  explicit control_slow(std::chrono::milliseconds waited);
};

/// `control.other_version`: a message is of another version of the protocol, and nothing was done, as above.
struct control_other_version final : error {
  control_other_version(control_message message, std::uint64_t found, std::uint64_t known);
  std::uint64_t found;
  std::uint64_t known;
};

/// `control.stopping`: the service is stopping. Nothing was done.
struct control_stopping final : error {
  explicit control_stopping(const std::string& service);
};

/// `control.no_socket`: an application runs without its control socket. Reported, never thrown by `start`.
struct no_control_socket final : error {
  no_control_socket(std::string path, std::string why);
  no_control_socket(std::string path, socket_obstacle obstacle);
  std::string path;
  std::optional<socket_obstacle> obstacle;  ///< nothing: it is for another reason
};

/// `operation.not_offered`: the service does not have the operation. Nothing was done.
struct operation_not_offered final : error {
  operation_not_offered(const std::string& service, const std::string& operation);
};

/// `operation.malformed`: what an operation was told is not what it takes. Nothing was done.
struct operation_malformed final : error {
  operation_malformed(const std::string& operation, std::string what, std::string why);
};

/// `operation.interrupted`: who did it stops, or was told to. What was asked for is not all done, and nothing is lost.
struct operation_interrupted final : error {
  operation_interrupted(const std::string& operation, const std::string& service);
};

/// `operation.unknown_outcome`: the connection ended, or no answer came, or one that cannot be read, after the operation had been
/// asked for.
struct operation_outcome_unknown final : error {
  operation_outcome_unknown(const std::string& operation, std::string log, std::string why, std::string how_to_look);
  /// An answer came, of which the error says what is wrong with it.
  operation_outcome_unknown(const std::string& operation, std::string log, const error& answer,
                            const std::string& how_to_look);
};

/// `operation.in_hand`: another operation is in hand that takes long, and one is done at a time. Nothing was done.
struct operation_in_hand final : error {
  operation_in_hand(const std::string& operation, const std::string& in_hand, std::string why);
  /// Somebody builds this read model already, or brings it up.
  static operation_in_hand of_model(const std::string& projection, std::string why);

 private:
  explicit operation_in_hand(error_text text);
};

/// `operation.unfit_event`: the application could not read the event, or has no place for it. Nothing was appended.
struct unfit_event final : error {
  unfit_event(std::string event_type, std::uint32_t version, const std::string& stream, std::string why);
  std::string event_type;
};

/// `operation.not_audited`: the operation was done, and its audit event could not be appended.
struct operation_not_audited final : error {
  operation_not_audited(const std::string& operation, std::string why);
};

/// `operation.no_such_model`: the application has no read model of that name that can be rebuilt. Nothing was done.
struct projection_not_there final : error {
  projection_not_there(const std::string& projection, const std::string& there);
};

/// What the service said was wrong, with its code and its words. What it advises is a comment if it is another user's.
struct remote_failure final : error {
  remote_failure(std::string_view code, next_move next, error_text text) : error(code, next, std::move(text)) {}
};

}  // namespace whence::inline v0
