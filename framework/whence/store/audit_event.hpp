/// The audit event: what an operation on a log leaves in it, so that who did what, and why, is found where everything else is.
///
///     whence::append_batch batch{{mended}};
///     batch.streams.push_back(whence::audit_of({.name = "log repair",
///                                               .arguments = R"({"position":4711})",
///                                               .reason = "ticket 17: the total was a text",
///                                               .by = whence::this_operator("whence")},
///                                              runtime));
///     log->append(batch).get().value();  // both, or neither
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <whence/core/runtime.hpp>
#include <whence/store/append_batch.hpp>

namespace whence::inline v0 {

/// Who carries an operation out, as the system knows them.
struct log_operator {
  std::uint32_t uid = 0;
  std::string user{};  ///< the user's name; empty: the system has none for the uid
  std::int64_t pid = 0;
  std::string program{};  ///< as it was started: "order-service whence"
};

/// The user (the real one, whoever's rights are taken at the moment) and the process that call this.
log_operator this_operator(std::string program);

/// The same of another process, as the system has told who it is.
log_operator operator_of(std::uint32_t uid, std::int64_t pid, std::string program);

/// Something that an operator does to a log, beside what its application does.
struct log_operation {
  std::string name;              ///< as on the command line: "event append"
  std::string arguments = "{}";  ///< what it was told, a JSON object
  std::string reason{};          ///< why, in the operator's words; may be empty
  log_operator by{};
};

/// Where these events stand. Every log has one stream of them at most; the names are Whence's own, in every application.
inline constexpr std::string_view audit_stream = "whence-operations";
inline constexpr std::string_view audit_aggregate_type = "Whence";
inline constexpr std::string_view audit_event_type = "OperationCarriedOut";

/// Longer reasons are refused.
inline constexpr std::size_t audit_reason_bytes_max = 1'000;

/// Whether events of this aggregate type are Whence's own: an application that does not know them lacks nothing.
constexpr bool is_audit(std::string_view aggregate_type) noexcept { return aggregate_type == audit_aggregate_type; }

/// The audit event as a part of a batch, with a new id: to be appended with what the operation appends, or behind what it did. Its
/// data are as schemas/audit.schema.json has them.
/// Throws   malformed_input (`text.not_utf8`; `audit.reason`: too long).
stream_append audit_of(const log_operation& operation, const runtime& runtime);

}  // namespace whence::inline v0
