/// The operation `log compact`: what it says, and what it leaves in the log. It has no arguments.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include <whence/control/operations.hpp>
#include <whence/control/result_form.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

inline constexpr std::string_view log_compact_name = "log compact";

/// What is free in the log at that path, as JSON: `state` ("planned"), `bytes`, `freeBytes`.
/// Throws   operation_malformed; malformed_input (`text.not_utf8`, `audit.reason`); what plan_compaction throws.
std::string plan_log_compact(const operation_request& request, const std::string& path, const runtime& runtime);

/// Writes the file of the log that is held anew, and appends the audit event. As JSON: `state` ("compacted"), `bytesBefore`,
/// `bytesAfter`, `settled` (compacted_log). Appends wait until it is done.
/// Threads  blocks, for as long as that takes: not on the executor.
/// Throws   what planning throws; operation_cancelled: the file is as it was; what log_keeping::compact throws;
///          operation_not_audited.
std::string compact_log(const operation_request& request, log& held, const runtime& runtime,
                        const operation_progress& progress, std::stop_token stop);

std::span<const result_form> log_compact_results();

}  // namespace whence::inline v0
