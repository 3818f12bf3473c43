#include <whence/cli/stream_aggregate.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <unistd.h>

#include <whence/cli/program_name.hpp>
#include <whence/cli/selection.hpp>

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

std::string run_by_application(const recorded_event& first, const surroundings& around, const std::string& line) {
  const std::optional<std::string> program = program_that_wrote(first);
  const std::optional<std::string> typed = program ? typed_here(*program, around) : std::nullopt;
  if (typed) return *typed + line;
  return "run it with the application's own executable" + (program ? ", that of " + *program : std::string()) +
         ": PROGRAM" + line;
}

types_missing type_is_missing(const recorded_event& first, const surroundings& around, std::string_view command,
                              std::string_view rest) {
  const std::string type(first.aggregate_type);
  if (around.types == nullptr) {
    const std::string line = " whence " + std::string(command) + " " + shell_word(first.stream) +
                             (rest.empty() ? "" : " " + std::string(rest));
    return types_missing({.what = "this needs the type \"" + type + "\", which the stock binary does not have",
                          .where = {},
                          .why = "a state is what the application's own code makes of the events",
                          .remedy = run_by_application(first, around, line)});
  }
  return types_missing(
      {.what = "this needs the type \"" + type + "\", which this program does not name to its inspector",
       .where = {},
       .why = {},
       .remedy = "add .aggregate<" + type + ">() to the whence::cli_types that it calls run_cli with"});
}

}  // namespace

types_missing::types_missing(error_text text) : error("types.missing", next_move::change_request, std::move(text)) {}

types_no_serialize::types_no_serialize(const std::string& type)
    : error("types.no_serialize", next_move::change_request,
            {.what = "the state of \"" + type + "\" cannot be shown: the aggregate has no serialize",
             .where = {},
             .why = {},
             .remedy = "give it one, as its events have: template <class Archive> void serialize(Archive& ar)"}) {}

stream_aggregate::stream_aggregate(log_reader& log, std::string stream, const surroundings& around,
                                   std::string_view command, std::string_view rest)
    : log_(log), stream_(std::move(stream)) {
  require_stream(log.stored(), stream_);
  // What was the first event may be no longer told.
  const event_page page = log.stored().read_stream(stream_, stream_version{1}, read_direction::forward, {.events = 1});
  const recorded_event& first = page.front();
  first_recorded_ = first.recorded_at;
  if (around.types != nullptr) aggregate_ = around.types->aggregate_named(first.aggregate_type);
  if (aggregate_ == nullptr) throw type_is_missing(first, around, command, rest);
  if (aggregate_->encode == nullptr) throw types_no_serialize(std::string(first.aggregate_type));
  state_ = {aggregate_->facts->create(), aggregate_->facts->destroy};
}

detail::fold_end stream_aggregate::fold(const std::function<bool(const recorded_event&)>& wanted) {
  return detail::fold_stream(log_, stream_, *aggregate_->facts, state_.get(), {}, wanted);
}

}  // namespace whence::inline v0::cli
