#include <whence/cli/application_program.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <unistd.h>

#include <whence/cli/program_name.hpp>

namespace whence::inline v0::cli {
namespace {

/// The name of what wrote it, if it looks like that of a program: it is to be pasted into a shell.
std::optional<std::string> program_that_wrote(const recorded_event& event) {
  const bool plain = !event.source.empty() && event.source.front() != '-' &&
                     std::all_of(event.source.begin(), event.source.end(), [](char c) {
                       return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
                     });
  return plain ? std::optional(std::string(event.source)) : std::nullopt;
}

/// As it can be typed here: by its name, if a shell finds it; beside us; in this folder. Nothing: it is nowhere there.
std::optional<std::string> typed_here(const std::string& program, const surroundings& around) {
  namespace fs = std::filesystem;
  const auto can_run = [](const fs::path& path) {
    std::error_code unknown;
    return fs::is_regular_file(path, unknown) && ::access(path.c_str(), X_OK) == 0;
  };
  const std::string folders = around.environment("PATH").value_or("");
  for (std::size_t from = 0; from < folders.size();) {
    const std::size_t end = std::min(folders.find(':', from), folders.size());
    if (end > from && can_run(fs::path(folders.substr(from, end - from)) / program)) return program;
    from = end + 1;
  }
  if (can_run(fs::path(around.directory) / program)) return "./" + program;
  std::error_code unknown;
  const fs::path beside = fs::read_symlink("/proc/self/exe", unknown).parent_path() / program;
  return !unknown && can_run(beside) ? std::optional(shell_word(beside.string())) : std::nullopt;
}

}  // namespace

types_missing::types_missing(error_text text) : error("types.missing", next_move::change_request, std::move(text)) {}

std::string run_by_application(const recorded_event* any, const surroundings& around, const std::string& line) {
  const std::optional<std::string> program = any == nullptr ? std::nullopt : program_that_wrote(*any);
  const std::optional<std::string> typed = program ? typed_here(*program, around) : std::nullopt;
  if (typed) return *typed + line;
  return "run it with the application's own executable" + (program ? ", that of " + *program : std::string()) +
         ": PROGRAM" + line;
}

std::string run_by_application(log_reader& log, const surroundings& around, const std::string& line) {
  const event_page first = log.read({}, {}, {.events = 1, .scanned = 1});
  return run_by_application(first.empty() ? nullptr : &first.front(), around, line);
}

}  // namespace whence::inline v0::cli
