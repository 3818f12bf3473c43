#include <whence/control/operations.hpp>

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

const offered_operation* operations::find(std::string_view name) const {
  const auto found = all_.find(name);
  return found == all_.end() ? nullptr : &found->second;
}

}  // namespace whence::inline v0
