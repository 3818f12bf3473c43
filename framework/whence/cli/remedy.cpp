#include <whence/cli/remedy.hpp>

#include <algorithm>
#include <iterator>
#include <vector>

#include <whence/cli/display_text.hpp>
#include <whence/cli/wrapped_text.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view comment = "# ";
constexpr std::string_view command_in_comment = "#   ";

/// A line alone does not say whether it is a command: its first word, or the one behind it, does.
bool begins_command(std::string_view line) {
  constexpr std::string_view programs[] = {
      "whence", "order-service", "tar",   "ls",   "mv",   "cp",    "df",     "ps",
      "rm",     "dmesg",         "fuser", "head", "tail", "mkdir", "ulimit", "env"};
  const std::string_view word = line.substr(0, line.find(' '));
  const std::string_view rest = line.substr(std::min(word.size() + 1, line.size()));
  return rest.substr(0, rest.find(' ')) == "whence" || word.starts_with("./") ||
         std::find(std::begin(programs), std::end(programs), word) != std::end(programs);
}

std::string in_lines(std::string_view line, std::string_view before, std::size_t indent, std::size_t width) {
  const std::size_t left = width - std::min(width, indent + before.size());
  const std::string broken = broken_at_spaces(line, 0, 0, left);
  std::string out;
  for (const std::string_view part : paragraphs_of(broken)) {
    if (!out.empty()) out.append("\n").append(indent, ' ');
    out.append(before).append(part);
  }
  return out;
}

}  // namespace

bool is_for_shell(std::string_view remedy) {
  const std::vector<std::string_view> lines = paragraphs_of(remedy);
  return lines.size() > 1 || (!lines.empty() && begins_command(lines.front()));
}

bool ends_with_command(std::string_view remedy) {
  return is_for_shell(remedy) && !paragraphs_of(remedy).back().starts_with('#');
}

std::string remedy_on_screen(std::string_view remedy, std::size_t indent, std::size_t width) {
  const bool for_shell = is_for_shell(remedy);
  std::string out;
  for (const std::string_view one : paragraphs_of(remedy)) {
    const std::string line = visible(one);
    if (!out.empty()) out.append("\n").append(indent, ' ');
    if (width == 0 || line.starts_with(command_in_comment)) {
      out += line;
    } else if (line.starts_with(comment)) {
      out += in_lines(std::string_view(line).substr(comment.size()), comment, indent, width);
    } else {
      out += for_shell ? line : in_lines(line, "", indent, width);
    }
  }
  return out;
}

}  // namespace whence::inline v0::cli
