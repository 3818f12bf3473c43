#include <sqlite3.h>

#include <whence/cli/version.hpp>

#include <whence/cli/verdict.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/log_source.hpp>
#include <whence_commit.hpp>

namespace whence::inline v0::cli {

std::string_view version_of_whence() noexcept { return WHENCE_VERSION; }

std::string version_text(std::string_view program, output_form form) {
  if (form == output_form::table) return std::string(program) + " " WHENCE_VERSION "\n";
  constexpr std::string_view commit = WHENCE_COMMIT;
  return R"({"program":)" + json_string(program) + R"(,"version":)" + json_string(WHENCE_VERSION) + R"(,"commit":)" +
         (commit.empty() ? "null" : json_string(commit)) + R"(,"sqlite":)" + json_string(sqlite3_libversion()) +
         R"(,"formats":{"log":)" + std::to_string(sqlite_log_format()) + R"(,"verdict":)" +
         std::to_string(verdict_version) + "}}\n";
}

}  // namespace whence::inline v0::cli
