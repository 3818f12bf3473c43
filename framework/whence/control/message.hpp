/// The protocol of the control socket: who asks sends one line of JSON, and gets lines until one of them is the answer.
///
/// The request, and what may come back:
///
///     request   {"whence":1,"operation":"event append","arguments":{…},"reason":"…","program":"whence","dryRun":true}
///     progress  {"whence":1,"service":"order-service","progress":{"doing":"events","done":4182,"of":5104}}
///     done      {"whence":1,"service":"order-service","done":{"eventId":"…"}}
///     failed    {"whence":1,"service":"order-service","failed":{"code":"append.invalid","next":"change_request","what":"…"}}
///
/// `whence` is the protocol's version. Of a message of another version nothing else is looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <variant>

#include <whence/control/errors.hpp>
#include <whence/control/operations.hpp>
#include <whence/core/envelope.hpp>

namespace whence::inline v0::detail {

inline constexpr std::uint64_t control_protocol = 1;

/// With their line feeds. An event goes as a text, in which each quotation mark takes two bytes: whatever is an event fits.
inline constexpr std::size_t control_line_bytes_max = 2 * envelope_bytes_max + (64u << 10);

/// What is longer is large: a service reads one such message at a time, so that connections are not memory. Its line has to begin
/// as one of the protocol does.
inline constexpr std::size_t control_small_line_bytes_max = 1u << 20;
inline constexpr std::string_view control_line_begin = "{\"whence\":";

struct control_limits {
  static constexpr std::size_t name_bytes = 255;  ///< of an operation, an argument, a program
  static constexpr std::size_t arguments = 32;
  static constexpr std::size_t levels = 16;  ///< objects and lists in each other
};

struct control_progress {
  std::string doing;
  std::uint64_t done = 0;
  std::uint64_t of = 0;
};
struct control_done {
  std::string result;  ///< a JSON object
};
struct control_failed {
  std::string code;
  next_move next = next_move::operator_needed;
  error_text text;
};

/// What a service says.
struct control_reply {
  std::string service;
  std::variant<control_progress, control_done, control_failed> said;
};

/// With its line feed. Of who asks only the program is said: the rest is what the system says.
/// Throws control_too_large, malformed_input (`text.not_utf8`).
std::string line_of(const operation_request& request);
/// Without the line feed. Throws control_malformed, control_other_version.
operation_request read_request(std::string_view line);

/// With its line feed. A result that is too long, as what a dry run tells of may be, becomes a control_too_large.
std::string line_of(const control_reply& reply);
/// Without the line feed. Throws control_malformed, control_other_version.
control_reply read_reply(std::string_view line);

/// What went wrong, as it is said to who asked: an `error` as it is.
control_failed failed_with(const std::exception_ptr& failure);

}  // namespace whence::inline v0::detail
