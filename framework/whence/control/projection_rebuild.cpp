#include <whence/control/projection_rebuild.hpp>

#include <exception>
#include <utility>

#include <whence/core/json_text.hpp>

namespace whence::inline v0 {

log_operation operation_of(const operation_request& request, const planned_rebuild& planned) {
  return {.name = std::string(projection_rebuild_name),
          .arguments = "{\"projection\":" + json_string(planned.projection) +
                       ",\"version\":" + std::to_string(planned.version) + "}",
          .reason = request.reason,
          .by = request.by};
}

std::string json_of(const planned_rebuild& planned, std::string_view state) {
  return "{\"state\":\"" + std::string(state) + "\",\"projection\":" + json_string(planned.projection) +
         ",\"version\":" + std::to_string(planned.version) + ",\"events\":" + std::to_string(planned.events) + "}";
}

async<void> keep_audit(std::shared_ptr<log> log, stream_append audit, std::string operation) {
  append_batch batch;
  batch.streams.push_back(std::move(audit));
  try {
    async<append_outcome> sent = log->append(std::move(batch));
    const append_outcome outcome = co_await std::move(sent);
    static_cast<void>(outcome.value());
  } catch (const error& failure) {
    throw operation_not_audited(operation, failure.what());
  }
}

}  // namespace whence::inline v0
