#include <whence/cli/wrapped_text.hpp>

#include <algorithm>
#include <iterator>

#include <whence/cli/display_text.hpp>

namespace whence::inline v0::cli {

std::string wrapped(std::string_view text, std::size_t column) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return wrapped_items(words, column);
}

std::string broken_at_spaces(std::string_view text, std::size_t at, std::size_t indent, std::size_t width) {
  std::string out;
  bool line_begins = at <= indent;
  while (!text.empty()) {
    const std::size_t spaces = std::min(text.find_first_not_of(' '), text.size());
    const std::size_t end = std::min(text.find(' ', spaces), text.size());
    const std::string_view word = text.substr(0, end);  // with the spaces before it
    const std::size_t taken = display_width(word);
    if (!line_begins && at + taken > width) {
      out.append("\n").append(indent, ' ').append(word.substr(spaces));
      at = indent + taken - spaces;
    } else {
      out += word;
      at += taken;
    }
    line_begins = false;
    text.remove_prefix(end);
  }
  return out;
}

namespace {

/// The end of the first word of a command line: a space in quotes parts nothing.
std::size_t end_of_word(std::string_view line) {
  char quote = 0;
  std::size_t end = 0;
  for (; end < line.size() && (quote != 0 || line[end] != ' '); ++end) {
    if (quote != 0) {
      if (line[end] == quote) quote = 0;
    } else if (line[end] == '\'' || line[end] == '"') {
      quote = line[end];
    }
  }
  return end;
}

/// The bytes of the character that the text begins with.
std::size_t character_bytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return bytes;
}

}  // namespace

std::vector<std::string> lines_within(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  const std::string broken = broken_at_spaces(text, 0, 0, width);
  for (std::string_view line : paragraphs_of(broken)) {
    while (!line.empty()) {
      std::size_t bytes = character_bytes(line);
      while (bytes < line.size() && display_width(line.substr(0, bytes + character_bytes(line.substr(bytes)))) <= width)
        bytes += character_bytes(line.substr(bytes));
      lines.emplace_back(line.substr(0, bytes));
      line.remove_prefix(bytes);
    }
  }
  return lines;
}

std::string broken_command(std::string_view line, std::size_t indent, std::size_t width) {
  constexpr std::size_t deeper = 4;
  constexpr std::size_t mark = 2;  // " \"
  std::string out(indent, ' ');
  std::size_t at = indent;
  bool begins = true;
  while (!line.empty()) {
    const std::size_t end = end_of_word(line);
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    const std::size_t taken = display_width(word);
    if (!begins && at + 1 + taken + (line.empty() ? 0 : mark) > width) {
      out.append(" \\\n").append(indent + deeper, ' ');
      at = indent + deeper;
      begins = true;
    }
    if (!begins) {
      out += ' ';
      ++at;
    }
    out += word;
    at += taken;
    begins = false;
  }
  return out;
}

namespace {

constexpr std::string_view before_comment = "  # ";

/// An example and what it does: each can be copied, whatever the width.
std::string fitted_example(std::string_view line, std::size_t indent, std::size_t width) {
  const std::size_t comment = line.find(before_comment);
  std::string_view command = line.substr(indent, comment - indent);
  command.remove_suffix(command.size() - 1 - command.find_last_not_of(' '));
  const std::string_view text = line.substr(comment + before_comment.size());
  const std::string margin = std::string(indent, ' ') + "# ";
  const std::string lines = broken_at_spaces(text, 0, 0, width - std::min(width, margin.size()));
  std::string out = broken_command(command, indent, width) + "\n";
  for (const std::string_view one : paragraphs_of(lines)) out += margin + std::string(one) + "\n";
  return out;
}

}  // namespace

std::string fitted_to(std::string_view text, std::size_t width) {
  constexpr std::size_t deeper = 4;
  constexpr std::size_t of_columns = 20;  // a line that is indented so far goes on in the column of the line before
  if (width >= screen_width) return std::string(text);
  std::string out;
  std::string line;  // what belongs together
  std::size_t indent = 0;
  const auto end_line = [&] {
    if (!line.empty()) out += broken_at_spaces(line, 0, indent == 0 ? 0 : indent + deeper, width) + "\n";
    line.clear();
  };
  for (const std::string_view next : paragraphs_of(text)) {
    const std::size_t spaces = std::min(next.find_first_not_of(' '), next.size());
    const bool goes_on = !next.empty() && !line.empty() && ((spaces == 0 && indent == 0) || spaces > of_columns);
    if (!goes_on) end_line();
    if (next.empty()) out += '\n';
    if (!goes_on && next.find(before_comment) != std::string_view::npos) {
      out += display_width(next) <= width ? std::string(next) + "\n" : fitted_example(next, spaces, width);
      continue;
    }
    if (!goes_on) indent = spaces;
    line += goes_on ? " " + std::string(next.substr(spaces)) : std::string(next);
  }
  end_line();
  return out;
}

std::string wrapped_items(const std::vector<std::string>& items, std::size_t column) {
  std::string out;
  std::size_t at = column;
  for (const std::string& item : items) {
    const std::size_t taken = display_width(item);
    if (at > column && at + 1 + taken > screen_width) {
      out.append("\n").append(column, ' ');
      at = column;
    }
    if (at > column) {
      out += ' ';
      ++at;
    }
    out += item;
    at += taken;
  }
  return out + "\n";
}

std::vector<std::string_view> paragraphs_of(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    all.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

std::string padded(std::string_view text, std::size_t to) {
  const std::size_t taken = display_width(text);
  std::string out(text);
  return out.append(to > taken ? to - taken : 0, ' ');
}

}  // namespace whence::inline v0::cli
