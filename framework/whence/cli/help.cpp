#include <whence/cli/help.hpp>

#include <algorithm>
#include <span>
#include <string_view>

#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t width = 80;

/// Wraps at spaces; the first line begins at `column`, the others are indented so far.
std::string wrapped(std::string_view text, std::size_t column) {
  std::string out;
  std::size_t at = column;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (at > column && at + 1 + word.size() > width) {
      out += "\n" + std::string(column, ' ');
      at = column;
    }
    if (at > column) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "\n";
}

std::string padded(std::string_view text, std::size_t to) {
  return std::string(text) + std::string(to > text.size() ? to - text.size() : 0, ' ');
}

std::string shown(const flag& flag) {
  std::string name = flag.name == "--brief" ? "" : std::string(flag.name);
  if (flag.letter != 0) name = std::string("-") + flag.letter + (name.empty() ? "" : ", " + name);
  return flag.value.empty() ? name : name + " " + std::string(flag.value);
}

std::string examples(std::span<const example> examples) {
  std::size_t longest = 0;
  for (const example& example : examples) longest = std::max(longest, example.line.size());
  std::string out;
  for (const example& example : examples) {
    out += "  " + padded(example.line, longest) + "  # " + std::string(example.text) + "\n";
  }
  return out;
}

std::string flags_in_full(std::span<const flag* const> flags) {
  constexpr std::size_t column = 25;
  std::string out;
  for (const flag* const flag : flags) out += "  " + padded(shown(*flag), column - 2) + wrapped(flag->text, column);
  return out;
}

std::string flags_in_brief(const command& command) {
  std::string names;
  for (const flag* const flag : command.flags) names += (names.empty() ? "" : "  ") + shown(*flag);
  names += (names.empty() ? "" : "  ") + std::string("-o FORM");
  // A flag and its value stay on one line: no-break until wrapped.
  std::string glued;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool single = names[i] == ' ' && names[i - 1] != ' ' && names[i + 1] != ' ';
    if (names[i] == ' ' && names[i - 1] == ' ') continue;
    glued += single ? '\x01' : names[i];
  }
  std::string lines = "Flags: " + wrapped(glued, 7);
  std::replace(lines.begin(), lines.end(), '\x01', ' ');
  return lines;
}

std::string of_command(const command& command, bool full) {
  const std::string name = "whence " + full_name(command);
  std::string out = name + (command.argument.empty() ? "" : " " + std::string(command.argument)) + " - " +
                    std::string(command.summary) + "\n\n" + examples(command.examples) + "\n";
  if (!full) {
    out += flags_in_brief(command);
    return out + (command.log == access::reads ? "Reads only. " : "") + "More: " + name + " --help\n";
  }
  out += wrapped(command.text, 0) + "\n";
  if (!command.flags.empty()) out += "Flags\n" + flags_in_full(command.flags) + "\n";
  out += "For all commands\n" + flags_in_full(shared_flags());
  if (command.log == access::reads) out += "\nReads only: never writes a byte of the log.\n";
  return out;
}

std::string of_program(bool full) {
  std::string out = "whence - look into a log of events\n\n";
  std::size_t longest = 0;
  for (const command& command : commands()) {
    longest = std::max(longest, full_name(command).size() + 1 + command.argument.size());
  }
  for (const command& command : commands()) {
    const std::string line = full_name(command) + (command.argument.empty() ? "" : " " + std::string(command.argument));
    out += "  whence " + padded(line, longest) + "  " + std::string(command.summary) + "\n";
  }
  out += "\n";
  if (!full) return out + "More: whence --help; of one command: whence event list --help\n";
  out += "For all commands\n" + flags_in_full(shared_flags());
  out +=
      "\nExit codes\n"
      "  0  done                              4  refused\n"
      "  1  done, and the answer is no        5  not possible now, try again\n"
      "  2  wrong usage, or no store named    6  data cannot be read or trusted\n"
      "  3  the named thing does not exist    7  needs code that is not here\n";
  return out;
}

}  // namespace

std::string help_text(const command* command, help_wanted wanted) {
  const bool full = wanted == help_wanted::full;
  return command == nullptr ? of_program(full) : of_command(*command, full);
}

std::string version_text(output_form form) {
  if (form == output_form::table) return "whence " WHENCE_VERSION "\n";
  return R"({"program":"whence","version":)" + json_string(WHENCE_VERSION) + "}\n";
}

}  // namespace whence::inline v0::cli
