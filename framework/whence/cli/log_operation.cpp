#include <whence/cli/log_operation.hpp>

#include <chrono>
#include <thread>
#include <utility>

#include <whence/cli/confirmation.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/owner_of_log.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/control/control_client.hpp>
#include <whence/control/errors.hpp>
#include <whence/core/async.hpp>
#include <whence/core/json_text.hpp>
#include <whence/core/timer.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

using namespace std::chrono_literals;

/// A service opens its log before it has a socket: so often is looked again.
constexpr int looks_max = 40;
constexpr std::chrono::milliseconds between_looks = 50ms;

constexpr std::string_view no_service_there =
    "nobody answers there: it is starting, or could not make its socket, or is a program that has none, as an import";

void must_go_on(const operation_under_way& now) {
  if (now.stop.stop_requested()) throw operation_cancelled();
}

class carrying {
 public:
  carrying(const request& request, session& session, log_operation_plan& plan)
      : asked_(request), session_(session), plan_(plan), source_(session.source()) {
    operation_request& wanted = plan_.request;
    wanted.reason = request.value(flags::reason.name).value_or("");
    wanted.dry_run = true;
    wanted.by = this_operator(session.program());
  }

  carried_operation run(const std::stop_token& stop, const report_progress& report) {
    const operation_under_way now{report, stop};
    const bool look_here = plan_.only_looks && asked_.has(flags::dry_run.name);
    carried_operation planned = look_here ? carried_operation{.result = plan_here(now), .service = {}} : once(now);
    if (plan_.check) plan_.check(planned.result);
    const bool nothing_to_do = plan_.is_done_already && plan_.is_done_already(planned.result);
    if (nothing_to_do || asked_.has(flags::dry_run.name)) return planned;
    confirm(planned, now);
    if (plan_.fix) plan_.fix(plan_, planned.result);
    plan_.request.dry_run = false;
    carried_operation carried = once(now);
    carried.done = true;
    return carried;
  }

 private:
  /// Asks the service, or does it here.
  carried_operation once(const operation_under_way& now) {
    for (int look = 1;; ++look) {
      try {
        if (std::optional<control_client> service = connected()) {
          // Who throws there does not wait any more.
          const auto waiting = [&now](std::string_view doing, std::uint64_t done, std::uint64_t of) {
            now.progress(doing, done, of);
            must_go_on(now);
          };
          control_answer answer = std::move(*service).ask(plan_.request, waiting, plan_.how_to_look);
          must_have_form(answer.result, plan_.results, plan_.request, source_.name(), plan_.how_to_look);
          return {.result = std::move(answer.result), .service = std::move(answer.service), .pid = answer.pid};
        }
        must_be_free();
        return {.result = plan_.request.dry_run ? plan_here(now) : act_here(now), .service = {}};
      } catch (const log_busy& busy) {
        if (source_.control_path().empty()) throw;
        if (look == looks_max) throw unreachable(busy.holder_pid);
      } catch (const writer_unreachable&) {  // it may be about to stop
        if (look == looks_max) throw;
      }
      must_go_on(now);
      std::this_thread::sleep_for(between_looks);
    }
  }

  writer_unreachable unreachable(std::int64_t holder) const {
    const std::string& socket = source_.control_path();
    if (auto obstacle = control_client::obstacle_at(socket)) return {source_.name(), holder, std::move(*obstacle)};
    return {source_.name(), socket, holder, std::string(no_service_there)};
  }

  std::optional<control_client> connected() const {
    if (source_.control_path().empty()) return std::nullopt;
    return control_client::connect(source_.control_path(), source_.name(), session_.around().runtime);
  }

  /// A plan takes no lock: so that it says what would come of it, it is looked whether somebody has it.
  void must_be_free() const {
    if (!plan_.request.dry_run || source_.control_path().empty()) return;
    const std::string& socket = source_.control_path();
    const std::string lock = socket.substr(0, socket.find_last_of('.')) + ".lock";
    if (const auto holder = session_.around().runtime.files->lock_holder(lock)) throw log_busy(source_.name(), *holder);
  }

  log_source opened() const { return plan_.opened_as ? plan_.opened_as(source_) : source_; }

  /// As the user who would do it: what only that one may not do is told.
  std::string plan_here(const operation_under_way& now) const {
    const owner_of_log owner(source_.name());
    const std::unique_ptr<log_reader> log = opened().visit(session_.around().runtime);
    whence::must_be_whole(log->condition(), source_.name());
    return plan_.plan(plan_.request, *log, now);
  }

  std::string act_here(const operation_under_way& now) const {
    const owner_of_log owner(source_.name());
    const std::shared_ptr<whence::log> log = opened().open(session_.around().runtime);
    std::string result = plan_.act(plan_.request, log, now);
    log->close();
    return result;
  }

  void confirm(const carried_operation& planned, const operation_under_way& now) const {
    const std::string service =
        planned.service.empty() ? ""
                                : ", by " + visible(planned.service) + " (process " + std::to_string(planned.pid) + ")";
    const std::string what = plan_.sentence(planned.result) + ", in " + visible(session_.store()) + service;
    cli::confirm(asked_, session_, what, plan_.confirmed_by,
                 [&] { must_go_on(now); });  // if it was SIGINT, it ends there
  }

  const request& asked_;
  session& session_;
  log_operation_plan& plan_;
  const log_source& source_;
};

}  // namespace

std::optional<carried_operation> carry_out_on_log(const request& request, session& session, log_operation_plan plan,
                                                  exit_code& code) {
  carrying work(request, session, plan);
  carried_operation carried;
  const auto stopped = carry_out(session, plan.unfinished, [&](std::stop_token stop, const report_progress& report) {
    carried = work.run(stop, report);
  });
  if (!stopped) return carried;
  code = *stopped;
  return std::nullopt;
}

std::string members_of(const carried_operation& carried, const request& request) {
  return "\"service\":" + (carried.service.empty() ? std::string("null") : json_string(visible(carried.service))) +
         ",\"pid\":" + (carried.service.empty() ? std::string("null") : std::to_string(carried.pid)) +
         ",\"dryRun\":" + (request.has(flags::dry_run.name) ? "true" : "false");
}

std::string who_did(const carried_operation& carried, const session& session) {
  if (carried.service.empty()) return session.program() + ", as nobody held the log";
  return visible(carried.service) + " (process " + std::to_string(carried.pid) + "), which holds the log";
}

}  // namespace whence::inline v0::cli
