#include <whence/control/projection_rebuild.hpp>

#include <whence/core/json_text.hpp>

namespace whence::inline v0 {

std::string projection_of(const operation_request& request) {
  must_only_have(request, {"projection"});
  return request.argument("projection");
}

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

std::span<const result_form> projection_rebuild_results() {
  using enum member_kind;
  static constexpr result_member members[] = {{"projection", text}, {"version", number}, {"events", number}};
  static constexpr result_form forms[] = {{"planned", true, members}, {"rebuilt", false, members}};
  return forms;
}

}  // namespace whence::inline v0
