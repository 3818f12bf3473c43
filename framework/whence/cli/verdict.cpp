#include <whence/cli/verdict.hpp>

#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

std::string_view name_of(verdict status) {
  switch (status) {
    case verdict::pass: return "pass";
    case verdict::fail: return "fail";
    case verdict::error: return "error";
  }
  return "";
}

}  // namespace

std::string verdict_document(std::string_view command, verdict status, std::string_view data,
                             const std::vector<diagnostic>& found) {
  std::string out = R"({"version":)" + std::to_string(verdict_version) + R"(,"command":)";
  out += command.empty() ? "null" : json_string(command);
  out.append(R"(,"status":")").append(name_of(status)).append(R"(","data":)").append(data);
  return out.append(",\"diagnostics\":").append(to_json(found)).append("}");
}

}  // namespace whence::inline v0::cli
