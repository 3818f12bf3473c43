#include <whence/app/offered_operations.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include <whence/control/errors.hpp>
#include <whence/control/event_append.hpp>
#include <whence/control/log_archiving.hpp>
#include <whence/control/log_compaction.hpp>
#include <whence/control/projection_rebuild.hpp>
#include <whence/serialization/errors.hpp>
#include <whence/subscription/subscription_handler.hpp>

namespace whence::inline v0::detail {
namespace {

[[noreturn]] void refuse(const envelope& event, std::string why) {
  throw unfit_event(event.event_type, event.event_version, event.aggregate_id, std::move(why));
}

void check(const envelope& event, const std::vector<registered_aggregate>& aggregates) {
  const auto known = std::ranges::find(aggregates, event.aggregate_type, &registered_aggregate::name);
  if (known == aggregates.end()) refuse(event, "it has no aggregate " + event.aggregate_type);
  const stored_event stored{.type = event.event_type, .version = event.event_version, .data = event.data};
  json_decoder decoder;
  try {
    if (!known->read(stored, decoder)) refuse(event, event.aggregate_type + " does not list it among its events");
  } catch (const decode_error& wrong) {
    refuse(event, (wrong.pointer.empty() ? "" : wrong.pointer + ": ") + wrong.problem);
  } catch (const unknown_event_version& wrong) {
    refuse(event, "it knows version " + std::to_string(wrong.known));
  }
}

async<std::string> rebuild(operation_request request, std::shared_ptr<const operated_application> on,
                           operation_progress progress) {
  const std::string name = projection_of(request);
  const auto found = std::ranges::find(on->projections, name, &projection_runner::name);
  std::string names;
  for (const auto& each : on->projections)
    if (each->is_in_database()) names += (names.empty() ? "" : ", ") + std::string(each->name());
  if (found == on->projections.end() || !(*found)->is_in_database()) throw projection_not_there(name, names);
  const std::shared_ptr<projection_runner> runner = *found;
  const planned_rebuild planned{.projection = name, .version = runner->version(), .events = on->log->head().value()};
  stream_append audit = audit_of(operation_of(request, planned), on->runtime);
  if (request.dry_run) co_return json_of(planned, "planned");
  try {
    async<void> rebuilt = runner->rebuild(
        [progress, name](global_position at, global_position head) { progress(name, at.value(), head.value()); });
    co_await std::move(rebuilt);
  } catch (const operation_cancelled&) {
    throw operation_interrupted(request.operation, on->name);
  } catch (const subscription_busy& busy) {
    throw operation_in_hand::of_model(name, busy.text().why);
  }
  async<void> kept = keep_audit(on->log, std::move(audit), request.operation);
  co_await std::move(kept);
  co_return json_of(planned, "rebuilt");
}

/// What blocks, and takes long.
async<std::string> by_worker(std::shared_ptr<const operated_application> on, operation_request request,
                             lone_worker::work what) {
  try {
    async<std::string> done = on->worker->run(request, std::move(what));
    co_return co_await std::move(done);
  } catch (const operation_cancelled&) {
    throw operation_interrupted(request.operation, on->name);
  }
}

}  // namespace

operations offered_operations(operated_application application) {
  const auto on = std::make_shared<const operated_application>(std::move(application));
  operations offered;
  offered.add(std::string(event_append_name), [on](operation_request request, operation_progress) {
    return append_event(std::move(request), on->log, on->runtime,
                        [on](const envelope& event) { check(event, on->aggregates); });
  });
  offered.add(std::string(projection_rebuild_name), [on](operation_request request, operation_progress progress) {
    return rebuild(std::move(request), on, std::move(progress));
  });
  offered.add(std::string(log_archive_name), [on](operation_request request, operation_progress progress) {
    return by_worker(on, request, [on, request, progress](std::stop_token stop) {
      return request.dry_run ? plan_log_archive(request, on->path, on->runtime, progress, std::move(stop))
                             : archive_log(request, *on->log, on->path, on->runtime, progress, std::move(stop));
    });
  });
  offered.add(std::string(log_compact_name), [on](operation_request request, operation_progress progress) {
    return by_worker(on, request, [on, request, progress](std::stop_token stop) {
      return request.dry_run ? plan_log_compact(request, on->path, on->runtime)
                             : compact_log(request, *on->log, on->runtime, progress, std::move(stop));
    });
  });
  return offered;
}

}  // namespace whence::inline v0::detail
