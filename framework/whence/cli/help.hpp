/// Help, from the table of commands: examples first, at most 80 columns wide.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/command.hpp>
#include <whence/cli/request.hpp>

namespace whence::inline v0::cli {

/// Of the commands of that group, or of all if it is empty.
std::string program_help(std::string_view program, std::string_view group, help_wanted wanted);

std::string command_help(std::string_view program, const command& command, help_wanted wanted);

/// "-o, --output FORM"
std::string spelling_of(const flag& flag);

/// "stream show STREAM"
std::string line_of(const command& command);

/// "table, json or jsonl"
std::string forms_of(const command& command);

/// "schemas/envelope.schema.json"
std::string schema_of(const command& command);

/// What holds for the output of all commands: paragraphs, parted by line breaks.
std::string_view output_text();

/// What --columns can name: "position", "caused-by".
std::vector<std::string> column_words(const command& command);

/// The same with what CSV and JSON call it, which --columns takes too: "position (globalPosition)".
std::vector<std::string> column_names(const command& command);
inline constexpr std::string_view columns_title = "Columns (--columns takes these names, or those in CSV and JSON)";

struct ending {
  std::string_view code;
  std::string_view text;
};
/// The exit codes.
std::span<const ending> endings();

/// Whether it has --where or --fail-if.
bool takes_conditions(const command& command);

/// What those take: the one place that says it.
std::string_view conditions_text();

}  // namespace whence::inline v0::cli
