#include <whence/cli/help.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/wrapped_text.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

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
  for (const flag* const flag : flags)
    out += "  " + padded(spelling_of(*flag), column - 2) + wrapped(flag->text, column);
  return out;
}

/// Without those that choose a form, where there is one only.
std::vector<const flag*> shared_flags_of(const command& command) {
  const std::span<const flag* const> all = shared_flags();
  std::vector<const flag*> some;
  std::ranges::copy_if(all, std::back_inserter(some), [&](const flag* one) {
    return command.forms.size() > 1 || (one != &flags::form && one != &flags::json);
  });
  return some;
}

std::string flags_in_brief(const command& command) {
  constexpr std::string_view label = "Flags: ";
  std::vector<std::string> items;
  for (const flag* const flag : command.flags) items.push_back(spelling_of(*flag));
  if (command.forms.size() > 1) items.emplace_back("-o FORM");
  return items.empty() ? "" : std::string(label) + wrapped_items(items, label.size());
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

std::string spelling_of(const flag& flag) {
  std::string name = flag.name == "--brief" ? "" : std::string(flag.name);
  if (flag.letter != 0) name = std::string("-") + flag.letter + (name.empty() ? "" : ", " + name);
  return flag.value.empty() ? name : name + " " + std::string(flag.value);
}

std::string line_of(const command& command) {
  return full_name(command) + (command.argument.empty() ? "" : " " + std::string(command.argument));
}

std::string forms_of(const command& command) {
  std::string names;
  for (std::size_t i = 0; i < command.forms.size(); ++i) {
    const bool last = i + 1 == command.forms.size();
    names += (i == 0 ? "" : last ? " or " : ", ") + std::string(name_of(command.forms[i]));
  }
  return names;
}

std::string schema_of(const command& command) { return "schemas/" + std::string(command.schema) + ".schema.json"; }

std::string_view output_text() {
  return "In JSON a list is a schemas/list.schema.json; its items, and each line of -o jsonl, are of the schema that "
         "its "
         "command names. inspect, log verify, and whatever failed before it printed anything, print a "
         "schemas/verdict.schema.json; what a command names is the schema of its data. Any other document is of the "
         "schema that is named. The schemas are installed with the library. sql has members as the statement names "
         "them.\n"
         "Numbers and times are exact in JSON, CSV and Markdown; lines of CSV end in CR LF (RFC 4180); a table in a "
         "pipe is not cut, and has no colours. On "
         "a "
         "terminal that is too narrow, columns are left out, which stderr says, or cut, which … shows, and what is "
         "said "
         "in sentences is broken at spaces; ids, places and the commands that errors give stay in one piece, to be "
         "copied.\n"
         "Which log is meant: that of --store, else of WHENCE_STORE, else of the nearest whence.toml, in this folder "
         "or one "
         "above it, else the only log in this folder. whence.toml has one line, store = \"shop.db\", a path from the "
         "folder of the file.\n"
         "Colours come from --color, NO_COLOR and TERM alone: CLICOLOR and CLICOLOR_FORCE mean nothing here. A colour "
         "is "
         "never the only sign.\n"
         "Nothing is hidden: data are shown as they were written, secrets among them. What must not be seen must not "
         "be "
         "in an event, and who may read the file reads all of it.";
}

std::vector<std::string> column_words(const command& command) {
  std::vector<std::string> words;
  if (command.columns == nullptr) return words;
  for (const column& column : command.columns()) words.push_back(word_of(column));
  return words;
}

std::vector<std::string> column_names(const command& command) {
  std::vector<std::string> names;
  if (command.columns == nullptr) return names;
  for (const column& column : command.columns()) {
    const std::string word = word_of(column);
    const std::string_view name = machine_name(column);
    names.push_back(word == name ? word : word + " (" + std::string(name) + ")");
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
  for (const std::string_view paragraph : paragraphs_of(command.text)) {
    out += wrapped(as_started(program, paragraph), 0) + "\n";
  }
  if (takes_conditions(command)) out += wrapped(conditions_text(), 0) + "\n";
  if (!command.flags.empty()) out += "Flags\n" + flags_in_full(command.flags) + "\n";
  if (command.forms.size() > 1) out += "Forms (-o)\n  " + wrapped(forms_of(command), 2) + "\n";
  if (command.columns != nullptr) {
    out += std::string(columns_title) + "\n  " + wrapped(joined(column_names(command)), 2) + "\n";
  }
  out += "For all commands\n" + flags_in_full(shared_flags_of(command));
  if (command.log == access::writes) out += "\nWrites: the log has to be named.\n";
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
    if (is_meant(command)) longest = std::max(longest, display_width(line_of(command)));
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
  out += "\nExit codes\n";
  for (const ending& one : endings()) out += "  " + padded(one.code, 5) + std::string(one.text) + "\n";
  return out;
}

std::span<const ending> endings() {
  static constexpr ending all[] = {
      {"0", "done"},
      {"1", "done, and the answer is no"},
      {"2", "wrong usage, or no store named"},
      {"3", "the named thing does not exist"},
      {"4", "refused"},
      {"5", "not possible now, try again"},
      {"6", "data cannot be read or trusted"},
      {"7", "needs code that is not here"},
      {"70", "a fault of the program itself"},
      {"130", "stopped by SIGINT, Ctrl-C (what follows or watches ends so, with 0)"},
      {"141", "whoever read the output went away"},
      {"143", "ended by SIGTERM"},
  };
  return all;
}

bool takes_conditions(const command& command) {
  return std::any_of(command.flags.begin(), command.flags.end(),
                     [](const flag* one) { return one == &flags::where || one == &flags::fail_if; });
}

std::string_view conditions_text() {
  return "--where and --fail-if take a condition: what, an operator and a value, with spaces between them or without. "
         "Operators: = (or ==) != < <= > >=, and ~ for a text with * in it. Of --where, what is a JSON pointer into "
         "the "
         "event's JSON form (/data/quantity; in double quotes if it has spaces or operators in it), and the value a "
         "number, "
         "true, false, null or a text; an event that has no such value is left out. Of event count --fail-if, what is "
         "events or nothing, and the value a whole number. Of projection status --fail-if it is lag and a whole "
         "number, "
         "behind and a time, or state and one of the states. Numbers are compared to the last digit; a text may stand "
         "in "
         "double quotes, as JSON writes it. If --where is repeated, all have to hold; of several --fail-if, one is "
         "enough.";
}

}  // namespace whence::inline v0::cli
