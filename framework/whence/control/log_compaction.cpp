#include <whence/control/log_compaction.hpp>

#include <utility>

#include <whence/store/log_archive.hpp>

namespace whence::inline v0 {
namespace {

log_operation operation_of(const operation_request& request, std::string arguments) {
  return {.name = std::string(log_compact_name),
          .arguments = std::move(arguments),
          .reason = request.reason,
          .by = request.by};
}

/// What is wrong with it is told before anything is done.
void must_be_fit(const operation_request& request, const runtime& runtime) {
  must_only_have(request, {});
  static_cast<void>(audit_of(operation_of(request, "{}"), runtime));
}

}  // namespace

std::string plan_log_compact(const operation_request& request, const std::string& path, const runtime& runtime) {
  must_be_fit(request, runtime);
  const planned_compaction planned = plan_compaction(path, runtime);
  return "{\"state\":\"planned\",\"bytes\":" + std::to_string(planned.bytes) +
         ",\"freeBytes\":" + std::to_string(planned.free_bytes) + "}";
}

std::string compact_log(const operation_request& request, log& held, const runtime& runtime,
                        const operation_progress& progress, std::stop_token stop) {
  must_be_fit(request, runtime);
  const compacted_log made = keeping_of(held).compact(
      {.on_progress = [&progress](const keeping_progress& now) { progress(now.doing, now.done, now.of); },
       .stop = std::move(stop)});
  const std::string bytes =
      "\"bytesBefore\":" + std::to_string(made.bytes_before) + ",\"bytesAfter\":" + std::to_string(made.bytes_after);
  keep_audit(held, audit_of(operation_of(request, "{" + bytes + "}"), runtime), request.operation);
  return "{\"state\":\"compacted\"," + bytes + ",\"settled\":" + (made.settled ? "true" : "false") + "}";
}

std::span<const result_form> log_compact_results() {
  using enum member_kind;
  static constexpr result_member planned[] = {{"bytes", number}, {"freeBytes", number}};
  static constexpr result_member compacted[] = {{"bytesBefore", number}, {"bytesAfter", number}, {"settled", flag}};
  static constexpr result_form forms[] = {{"planned", true, planned}, {"compacted", false, compacted}};
  return forms;
}

}  // namespace whence::inline v0
