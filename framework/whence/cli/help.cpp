#include <whence/cli/help.hpp>

#include <algorithm>
#include <span>
#include <string_view>

#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/program_name.hpp>
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

std::string examples(std::string_view program, std::span<const example> examples) {
  std::size_t longest = 0;
  for (const example& example : examples) longest = std::max(longest, as_started(program, example.line).size());
  std::string out;
  for (const example& example : examples) {
    out += "  " + padded(as_started(program, example.line), longest) + "  # " + std::string(example.text) + "\n";
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
  if (command.forms.size() > 1) names += (names.empty() ? "" : "  ") + std::string("-o FORM");
  if (names.empty()) return {};
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

/// "event list", with what follows it.
std::string line_of(const command& command) {
  return full_name(command) + (command.argument.empty() ? "" : " " + std::string(command.argument));
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += wrapped(text.substr(0, end), 0) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string forms_of(const command& command) {
  std::string names;
  for (std::size_t i = 0; i < command.forms.size(); ++i) {
    const bool last = i + 1 == command.forms.size();
    names += (i == 0 ? "" : last ? " or " : ", ") + std::string(name_of(command.forms[i]));
  }
  return names;
}

std::string command_help(std::string_view program, const command& command, help_wanted wanted) {
  const std::string name = std::string(program) + " " + full_name(command);
  std::string out = std::string(program) + " " + line_of(command) + " - " + std::string(command.summary) + "\n\n";
  out += examples(program, command.examples) + (command.examples.empty() ? "" : "\n");
  if (wanted != help_wanted::full) {
    out += flags_in_brief(command);
    return out + (command.log == access::reads ? "Reads only. " : "") + "More: " + name + " --help\n";
  }
  out += paragraphs(as_started(program, command.text));
  if (!command.flags.empty()) out += "Flags\n" + flags_in_full(command.flags) + "\n";
  if (command.forms.size() > 1) out += "Forms (-o)\n  " + forms_of(command) + "\n\n";
  out += "For all commands\n" + flags_in_full(shared_flags());
  if (command.log == access::reads) out += "\nReads only: never writes a byte of the log.\n";
  return out;
}

std::string program_help(std::string_view program, std::string_view group, help_wanted wanted) {
  const std::string start = std::string(program) + " ";
  std::string out = group.empty() ? start + "- look into a log of events\n\n" : "";
  const auto is_meant = [group](const command& command) {
    return !command.hidden && (group.empty() || command.group == group);
  };
  std::size_t longest = 0;
  for (const command& command : commands()) {
    if (is_meant(command)) longest = std::max(longest, line_of(command).size());
  }
  const std::size_t column = 2 + start.size() + longest + 2;
  const command* example = nullptr;
  for (const command& command : commands()) {
    if (!is_meant(command)) continue;
    if (example == nullptr) example = &command;
    out += "  " + start + padded(line_of(command), longest) + "  " + wrapped(command.summary, column);
  }
  out += "\n";
  if (wanted != help_wanted::full || !group.empty()) {
    return out + "More: " + start + "--help; of one command: " + start + full_name(*example) + " --help\n";
  }
  out += "For all commands\n" + flags_in_full(shared_flags());
  return out +
         "\nExit codes\n"
         "  0  done                              4  refused\n"
         "  1  done, and the answer is no        5  not possible now, try again\n"
         "  2  wrong usage, or no store named    6  data cannot be read or trusted\n"
         "  3  the named thing does not exist    7  needs code that is not here\n";
}

std::string version_text(std::string_view program, output_form form) {
  if (form == output_form::table) return std::string(program) + " " WHENCE_VERSION "\n";
  return R"({"program":)" + json_string(program) + R"(,"version":)" + json_string(WHENCE_VERSION) + "}\n";
}

}  // namespace whence::inline v0::cli
