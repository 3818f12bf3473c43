#include <whence/cli/import_errors.hpp>

#include <filesystem>
#include <system_error>
#include <utility>

#include <whence/cli/input.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/core/files.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view anew = "take the export again from the log that it comes from, whole";

/// The line, as a shell shows it. What came through a pipe is gone, and a device may have no end.
std::string shown_by(const std::string& file, std::uint64_t line) {
  std::error_code unknown;
  const std::filesystem::file_status found = std::filesystem::status(file, unknown);
  if (std::filesystem::exists(found) && !std::filesystem::is_regular_file(found)) return {};
  if (file == standard_input) return {};
  return "head -n " + std::to_string(line) + " " + shell_word(file) + " | tail -n 1\n# that is the line\n# ";
}

}  // namespace

import_malformed::import_malformed(const std::string& file, std::uint64_t line, std::string why)
    : error("export.malformed", next_move::change_request,
            {.what = "line " + std::to_string(line) + " of " + file + " cannot be imported",
             .where = file + ", line " + std::to_string(line),
             .why = std::move(why),
             .remedy = shown_by(file, line) + std::string(anew)}) {}

import_compressed::import_compressed(const std::string& file)
    : error("export.malformed", next_move::change_request,
            {.what = file + " cannot be imported",
             .where = file,
             .why = "it is compressed, by gzip",
             .remedy = "gunzip -c " + (file == standard_input ? std::string() : "<" + shell_word(file) + " ") +
                       "| whence import -"}) {}

import_cut::import_cut(const std::string& file, std::uint64_t lines)
    : error("export.cut", next_move::change_request,
            {.what = file + " is an export without its end",
             .where = file + ", behind line " + std::to_string(lines),
             .why = "it was cut, or is still being written: the last line of a whole one says so",
             .remedy = std::string(anew)}) {}

import_altered::import_altered(const std::string& file, std::string why)
    : error("export.altered", next_move::change_request,
            {.what = file + " is not as it was exported",
             .where = file,
             .why = std::move(why),
             .remedy = std::string(anew)}) {}

import_interrupted::import_interrupted(std::string_view code, const std::string& log, storage_fault cause,
                                       std::string why)
    : error(code, next_move::retry,
            {.what = "the import into " + log + " could not go on: its files could not be written",
             .where = log,
             .why = std::move(why),
             .remedy = (cause == storage_fault::no_room
                            ? "df -h " + shell_word(directory_of(log)) + "\n# make room there, then"
                            : "ls -l " + shell_word(directory_of(log)) + "\n# put the cause right, then") +
                       std::string(" repeat the command: it goes on behind what is there")}) {}

import_differs::import_differs(const std::string& log, std::string what, std::string why)
    : error("export.differs", next_move::change_request,
            {.what = std::move(what),
             .where = log,
             .why = std::move(why),
             .remedy = "an import makes a new log, or goes on with one that begins with the same events: name another "
                       "with --store"}) {}

import_gap::import_gap(const std::string& log, global_position first, global_position head)
    : error("export.gap", next_move::change_request,
            {.what = "the export begins with event " + std::to_string(first.value()) + ", and " + log +
                     (head == global_position{} ? " has no event" : " ends with event " + std::to_string(head.value())),
             .where = log,
             .why = "there would be a gap between the two",
             .remedy = "import what comes before it first, from an export that begins with --from " +
                       std::to_string(head.value() + 1) + " or less"}) {}

import_not_here::import_not_here(const std::string& log)
    : error("export.not_here", next_move::change_request,
            {.what = log + " takes no import",
             .where = log,
             .why = "it is no log in a file",
             .remedy = "name a log in a file with --store"}) {}

}  // namespace whence::inline v0::cli
