#include <whence/cli/man_page.hpp>
#include <whence/cli/version.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <vector>

#include <whence/cli/command_table.hpp>
#include <whence/cli/help.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/version.hpp>
#include <whence/cli/wrapped_text.hpp>

namespace whence::inline v0::cli {
namespace {

/// Appends the character that begins at `at` as groff names it, and goes behind it.
void append_named_character(std::string& out, std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t place) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[place]));
  };
  const std::uint32_t first = byte(at);
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  std::uint32_t point = first & (0x3Fu >> more);
  for (std::size_t i = 1; i <= more && at + i < text.size(); ++i) point = point << 6 | (byte(at + i) & 0x3Fu);
  constexpr std::string_view digits = "0123456789ABCDEF";
  out += "\\[u";
  for (int shift = point > 0xFFFF ? 20 : 12; shift >= 0; shift -= 4) out += digits[point >> shift & 0xFu];
  out += ']';
  at += more + 1;
}

/// A line of text in which nothing is taken for a request or an escape. A hyphen is the one that is typed.
std::string roff(std::string_view text) {
  std::string out = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x80) {
      append_named_character(out, text, at);
      continue;
    }
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '`') {
      out += "\\(ga";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else {
      out += c;
    }
    ++at;
  }
  return out;
}

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::vector<const command*> commands_in(manual_subject subject) {
  std::vector<const command*> found;
  for (const command& command : commands()) {
    const bool meant = subject.what != nullptr  ? &command == subject.what
                       : !subject.group.empty() ? command.group == subject.group
                                                : true;
    if (meant && !command.hidden) found.push_back(&command);
  }
  return found;
}

std::string roff_examples(std::string_view program, const command& command) {
  if (command.examples.empty()) return {};
  std::string out = ".PP\n.EX\n";
  std::size_t longest = 0;
  for (const example& one : command.examples) longest = std::max(longest, as_started(program, one.line).size());
  for (const example& one : command.examples) {
    out += roff(padded(as_started(program, one.line), longest) + "  # " + std::string(one.text)) + "\n";
  }
  return out + ".EE\n";
}

std::string roff_flags(std::span<const flag* const> flags) {
  std::string out;
  for (const flag* const one : flags) {
    out += ".TP\n.B " + roff(spelling_of(*one)) + "\n" + roff(one->text) + "\n";
  }
  return out;
}

std::string roff_paragraphs(std::string_view program, std::string_view text) {
  std::string out;
  for (const std::string_view paragraph : paragraphs_of(text)) {
    out += ".PP\n" + roff(as_started(program, paragraph)) + "\n";
  }
  return out;
}

/// All that is to be said of a command under one heading.
std::string roff_command(std::string_view program, const command& command) {
  std::string out =
      ".SS " + roff(line_of(command)) + "\n" + roff(upper_case(std::string(command.summary).substr(0, 1)));
  out += roff(command.summary.substr(1)) + ".\n";
  out += roff_examples(program, command) + roff_paragraphs(program, command.text) + roff_flags(command.flags);
  if (command.forms.size() > 1) out += ".PP\nForms: " + roff(forms_of(command)) + ".\n";
  if (!command.schema.empty()) out += ".PP\nSchema: " + roff(schema_of(command)) + ".\n";
  if (command.columns != nullptr) {
    std::string words;
    for (const std::string& name : column_names(command)) words += (words.empty() ? "" : ", ") + name;
    out += ".PP\n" + roff(columns_title) + ": " + roff(words) + ".\n";
  }
  return out;
}

bool any_takes_conditions(const std::vector<const command*>& commands) {
  return std::any_of(commands.begin(), commands.end(), [](const command* one) { return takes_conditions(*one); });
}

struct variable {
  std::string_view name;
  std::string_view text;
};

constexpr variable variables[] = {
    {"WHENCE_STORE", "the log, if there is no --store"},
    {"WHENCE_PAGER, PAGER", "what shows long output on a terminal; cat: nothing"},
    {"NO_COLOR, TERM", "if NO_COLOR is set, or TERM is dumb, there are no colours"},
    {"SQLITE_TMPDIR, TMPDIR", "where sql and log verify sort what does not fit into memory; else /var/tmp"},
    {"TZ", "the time zone of --time local"},
};

}  // namespace

std::string man_page(std::string_view program, manual_subject subject) {
  std::string name(program);
  if (subject.what != nullptr) {
    name += " " + full_name(*subject.what);
  } else if (!subject.group.empty()) {
    name += " " + std::string(subject.group);
  }
  std::string page_name = name;
  std::replace(page_name.begin(), page_name.end(), ' ', '-');
  const std::string version = version_text("Whence", output_form::table);
  std::string out =
      ".TH " + roff(upper_case(page_name)) + " 1 \"\" \"" + version.substr(0, version.size() - 1) + "\"\n";
  const std::string summary(subject.what != nullptr ? subject.what->summary : "look into a log of events");
  out += ".SH NAME\n" + roff(page_name) + " \\- " + roff(summary) + "\n.SH SYNOPSIS\n.nf\n";
  const std::vector<const command*> all = commands_in(subject);
  for (const command* const one : all) {
    out += ".B " + roff(std::string(program) + " " + line_of(*one)) + "\n";
  }
  out += ".fi\n.SH COMMANDS\n";
  for (const command* const one : all) out += roff_command(program, *one);
  if (any_takes_conditions(all)) out += ".SH CONDITIONS\n" + roff(conditions_text()) + "\n";
  out += ".SH OUTPUT\n";
  for (const std::string_view paragraph : paragraphs_of(output_text())) out += ".PP\n" + roff(paragraph) + "\n";
  out += ".SH OPTIONS FOR ALL COMMANDS\n" + roff_flags(shared_flags()) + ".SH ENVIRONMENT\n";
  for (const variable& one : variables) out += ".TP\n.B " + roff(one.name) + "\n" + roff(one.text) + "\n";
  out += ".SH EXIT STATUS\n";
  for (const ending& one : endings()) out += ".TP\n.B " + roff(one.code) + "\n" + roff(one.text) + "\n";
  return out;
}

namespace {

/// In a cell of a table a bar would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_flags(std::span<const flag* const> flags) {
  std::string out = "| option | |\n|---|---|\n";
  for (const flag* const one : flags) out += "| `" + cell(spelling_of(*one)) + "` | " + cell(one->text) + " |\n";
  return out;
}

std::string markdown_command(std::string_view program, const command& command) {
  std::string out = "\n## " + full_name(command) + "\n\n`" + std::string(program) + " " + line_of(command) +
                    "`: " + std::string(command.summary) + ".\n";
  if (!command.examples.empty()) {
    std::size_t longest = 0;
    for (const example& one : command.examples) longest = std::max(longest, as_started(program, one.line).size());
    out += "\n```\n";
    for (const example& one : command.examples) {
      out += padded(as_started(program, one.line), longest) + "  # " + std::string(one.text) + "\n";
    }
    out += "```\n";
  }
  for (const std::string_view paragraph : paragraphs_of(command.text)) {
    out += "\n" + as_started(program, paragraph) + "\n";
  }
  if (!command.flags.empty()) out += "\n" + markdown_flags(command.flags);
  if (command.forms.size() > 1) out += "\nForms (`-o`): " + forms_of(command) + ".\n";
  if (!command.schema.empty()) out += "\nSchema: `" + schema_of(command) + "`.\n";
  if (command.columns != nullptr) {
    std::string words;
    for (const std::string& name : column_names(command)) {
      const std::size_t end = name.find(" (");  // `position` (`globalPosition`)
      words += (words.empty() ? "`" : ", `") + name.substr(0, end) + "`";
      if (end != std::string::npos) words += " (`" + name.substr(end + 2, name.size() - end - 3) + "`)";
    }
    out += "\n" + std::string(columns_title) + ": " + words + ".\n";
  }
  return out;
}

}  // namespace

std::string markdown_manual(std::string_view program, manual_subject subject) {
  std::string out = "# The commands of `" + std::string(program) + "`\n\nThis page is what `" + std::string(program) +
                    " man -o markdown` prints. `" + std::string(program) +
                    " COMMAND --help` says the same of one command, and `" + std::string(program) +
                    " man | man -l -` shows it as a man page. stdout is data, stderr everything else.\n\n" +
                    "The name of a group alone stands for its first command: `" + std::string(program) +
                    " event` is `" + std::string(program) + " event list`.\n";
  const std::vector<const command*> all = commands_in(subject);
  for (const command* const one : all) out += markdown_command(program, *one);
  if (any_takes_conditions(all)) out += "\n## Conditions\n\n" + std::string(conditions_text()) + "\n";
  out += "\n## Output\n";
  for (const std::string_view paragraph : paragraphs_of(output_text())) out += "\n" + std::string(paragraph) + "\n";
  out += "\n## Options for all commands\n\n" + markdown_flags(shared_flags());
  out += "\n## Environment\n\n| variable | |\n|---|---|\n";
  for (const variable& one : variables) out += "| `" + std::string(one.name) + "` | " + cell(one.text) + " |\n";
  out += "\n## Exit codes\n\n| code | |\n|---|---|\n";
  for (const ending& one : endings()) out += "| " + std::string(one.code) + " | " + cell(one.text) + " |\n";
  return out;
}

}  // namespace whence::inline v0::cli
