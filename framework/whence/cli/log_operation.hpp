/// A command that changes what is in a log, or beside it: it goes to the process that holds the log, or takes the log itself if
/// nobody does. It says what it will do, is confirmed, and leaves an audit event.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include <whence/cli/flags.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/control/operations.hpp>
#include <whence/control/result_form.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// Of what is done here: where it says how far it is, and hears whether it is to stop. Then it ends with operation_cancelled.
struct operation_under_way {
  const operation_progress& progress;
  const std::stop_token& stop;
};

/// What such a command brings.
struct log_operation_plan {
  operation_request request;             ///< its name, its arguments; the rest is filled in
  std::span<const result_form> results;  ///< what a service may answer
  /// What would be done, as JSON, by who reads the log. Throws what speaks against it.
  std::function<std::string(const operation_request& request, log_reader& log, const operation_under_way& now)> plan;
  /// Does it on a log that is held here, and returns JSON.
  std::function<std::string(const operation_request& request, const std::shared_ptr<whence::log>& log,
                            const operation_under_way& now)>
      act;
  /// The log as this program opens it.
  std::function<log_source(const log_source& source)> opened_as = {};
  /// Throws what speaks against what was planned, by whomever.
  std::function<void(const std::string& planned)> check = {};
  /// One sentence of what was planned: "append OrderShipped version 1 to order-1, as its event 4".
  std::function<std::string(const std::string& planned)> sentence;
  /// Puts into this what was planned by whomever, so that exactly that is done.
  std::function<void(log_operation_plan& plan, const std::string& planned)> fix = {};
  /// Whether the plan came to nothing that is to be done.
  std::function<bool(const std::string& planned)> is_done_already = {};
  bool only_looks = false;  ///< the plan depends on the log's file alone: --dry-run is done here, whoever holds it
  std::string how_to_look;  ///< what to type if nobody knows whether it was done
  std::string unfinished;   ///< what it leaves if the wait for it is interrupted
  std::string confirmed_by = {};  ///< with --confirm: what it has to say
};

/// What became of it.
struct carried_operation {
  std::string result;   ///< JSON
  std::string service;  ///< who did it; empty: this program, as nobody held the log
  std::int64_t pid = 0;
  bool done = false;  ///< false: it was a dry run, or there was nothing to do
};

/// Carries it out. Nothing: it was interrupted, which has been said; `code` is what to exit with then.
/// Throws   what speaks against it; operation_unconfirmed; what the service says.
std::optional<carried_operation> carry_out_on_log(const request& request, session& session, log_operation_plan plan,
                                                  exit_code& code);

/// `"service":"order-service","pid":4182,"dryRun":false`: members for its document.
std::string members_of(const carried_operation& carried, const request& request);
/// "order-service (process 4182), which holds the log".
std::string who_did(const carried_operation& carried, const session& session);

}  // namespace whence::inline v0::cli
