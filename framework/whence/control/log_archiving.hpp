/// The operation `log archive`: what it is told, what it says, and what it leaves in the log.
///
/// Its arguments, all texts, of which one of the first three has to be there: `streams` and `aggregates`, JSON lists of names, of
/// aggregates with `*` for any characters; `before`, a time as in RFC 3339, before which the last event of a stream was
/// recorded. And `to`, the whole path of the archive; without it, it lies beside the log.
/// `until`, a position: the log as it was when it ended there, so that what was planned is what is done.
///
/// The stream of audit events stays in the log, whatever else is said, and named it is refused: each archive reads it.
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <whence/control/operations.hpp>
#include <whence/control/result_form.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

inline constexpr std::string_view log_archive_name = "log archive";

/// Which streams; of nothing said, none.
struct archive_order {
  std::vector<std::string> streams{};
  std::vector<std::string> aggregates{};
  std::optional<timestamp> before{};
  std::string to{};
  std::optional<global_position> until{};
};

operation_request request_of(const archive_order& order);

/// What would be moved by the log at that path, as JSON: `state` ("planned", or "nothing" if there is nothing to do), `streams`,
/// `events`, `eventBytes`, `first`, `last`; `unfinished`, an archive to be finished first; `unknownStreams`; `until`,
/// to be asked for then. Reads the whole log, beside its writer. An archive at `to` that was interrupted is no obstacle.
/// Throws   operation_malformed; malformed_input (`text.not_utf8`, `audit.reason`); what plan_archive throws.
std::string plan_log_archive(const operation_request& request, const std::string& path, const runtime& runtime,
                             const operation_progress& progress, std::stop_token stop);

/// Moves it, of the log that is held at that path, and appends an audit event for each archive that has none: also for one whose
/// maker was killed before that; those come first, before anything else can fail. Audit events that cannot be read are met before
/// anything is moved. If an archive that had none lies at `to`, the request is fulfilled, and no other is made. As JSON: `state`
/// ("archived"), and of what was moved `streams`, `events`, `eventBytes`, `first`, `last`; `archive`, `archiveBytes`; `finished`,
/// the archive of an attempt that was interrupted before. Without `until` streams are what they are when it begins, which may be
/// more, or fewer, than was planned.
/// Threads  blocks, for as long as that takes: not on the executor.
/// Throws   what planning throws; operation_cancelled: no event is lost, and the same request goes on; what log_keeping::archive
///          throws; operation_not_audited.
std::string archive_log(const operation_request& request, log& held, const std::string& path, const runtime& runtime,
                        const operation_progress& progress, std::stop_token stop);

std::span<const result_form> log_archive_results();

}  // namespace whence::inline v0
