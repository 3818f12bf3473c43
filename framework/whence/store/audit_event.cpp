#include <whence/store/audit_event.hpp>

#include <cerrno>
#include <utility>
#include <vector>

#include <pwd.h>
#include <unistd.h>

#include <whence/core/error.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0 {
namespace {

std::string name_of_user(std::uint32_t uid) {
  constexpr std::size_t bytes_max = 1u << 20;
  for (std::vector<char> room(1'024); room.size() <= bytes_max; room.resize(room.size() * 2)) {
    passwd entry{};
    passwd* found = nullptr;
    const int failure = ::getpwuid_r(uid, &entry, room.data(), room.size(), &found);
    if (failure == ERANGE) continue;
    return failure == 0 && found != nullptr && is_utf8(found->pw_name) ? found->pw_name : std::string();
  }
  return {};
}

std::string data_of(const log_operation& operation) {
  std::string data = "{\"operation\":" + json_string(operation.name);
  data += ",\"arguments\":" + operation.arguments;
  data += ",\"reason\":" + json_string(operation.reason);
  data += ",\"by\":{\"uid\":" + std::to_string(operation.by.uid);
  data += ",\"user\":" + json_string(operation.by.user);
  data += ",\"pid\":" + std::to_string(operation.by.pid);
  return data + ",\"program\":" + json_string(operation.by.program) + "}}";
}

}  // namespace

log_operator operator_of(std::uint32_t uid, std::int64_t pid, std::string program) {
  return {.uid = uid, .user = name_of_user(uid), .pid = pid, .program = std::move(program)};
}

log_operator this_operator(std::string program) { return operator_of(::getuid(), ::getpid(), std::move(program)); }

stream_append audit_of(const log_operation& operation, const runtime& runtime) {
  if (operation.reason.size() > audit_reason_bytes_max)
    throw malformed_input("audit.reason", {.what = "the reason is too long to be kept; nothing was changed",
                                           .where = "--reason",
                                           .why = "it has " + std::to_string(operation.reason.size()) +
                                                  " bytes, and may have " + std::to_string(audit_reason_bytes_max),
                                           .remedy = "say it shorter, and name what has the rest: a ticket, a page"});
  new_event event{.id = event_id(runtime.make_uuid()),
                  .type = std::string(audit_event_type),
                  .version = 1,
                  .occurred_at = runtime.clock->now(),
                  .data = data_of(operation),
                  .metadata = {},
                  .tags = {}};
  event.metadata.correlation = correlation_id(event.id.value());
  event.metadata.source = "whence";
  std::vector<new_event> events;
  events.push_back(std::move(event));
  return {.stream = std::string(audit_stream),
          .aggregate_type = std::string(audit_aggregate_type),
          .expected = expected_version::any(),
          .events = std::move(events)};
}

}  // namespace whence::inline v0
