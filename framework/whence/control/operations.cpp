#include <whence/control/operations.hpp>

#include <algorithm>
#include <utility>

#include <whence/control/errors.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0 {

std::string operation_request::argument(std::string_view name) const {
  const auto found = arguments.find(name);
  return found == arguments.end() ? std::string() : found->second;
}

std::string operation_request::arguments_as_json() const {
  std::string out = "{";
  for (const auto& [name, value] : arguments) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  return out + "}";
}

void must_only_have(const operation_request& request, std::initializer_list<std::string_view> arguments) {
  for (const auto& [name, value] : request.arguments)
    if (std::ranges::find(arguments, name) == arguments.end())
      throw operation_malformed(request.operation, "there is no argument \"" + name + "\"", {});
}

const offered_operation* operations::find(std::string_view name) const {
  const auto found = all_.find(name);
  return found == all_.end() ? nullptr : &found->second;
}

namespace {

append_batch batch_of(stream_append audit) {
  append_batch batch;
  batch.streams.push_back(std::move(audit));
  return batch;
}

}  // namespace

async<void> keep_audit(std::shared_ptr<log> log, stream_append audit, std::string operation) {
  try {
    async<append_outcome> sent = log->append(batch_of(std::move(audit)));
    const append_outcome outcome = co_await std::move(sent);
    static_cast<void>(outcome.value());
  } catch (const error& failure) {
    throw operation_not_audited(operation, failure.what());
  }
}

void keep_audit(log& log, stream_append audit, const std::string& operation) {
  try {
    static_cast<void>(log.append(batch_of(std::move(audit))).get().value());
  } catch (const error& failure) {
    throw operation_not_audited(operation, failure.what());
  }
}

}  // namespace whence::inline v0
