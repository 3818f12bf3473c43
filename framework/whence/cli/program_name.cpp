#include <whence/cli/program_name.hpp>

#include <algorithm>
#include <cctype>

#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/wrapped_text.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view written = "whence";

/// Whether a command line goes on with this word.
bool is_first_word(std::string_view word) {
  if (word.starts_with('-') || word == "help") return true;
  const auto all = commands();
  return std::any_of(all.begin(), all.end(), [word](const command& one) {
    return word == (one.group.empty() ? one.name : one.group) || (!one.group.empty() && word == plural_of(one.group));
  });
}

bool begins_here(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  return before == ' ' || before == '\n' || before == '`' || before == '\'' || before == '(';
}

bool names_log_command(std::string_view word) {
  const std::span<const command> all = commands();
  return is_first_word(word) && std::none_of(all.begin(), all.end(), [word](const command& one) {
           return one.group.empty() && one.name == word && one.log == access::none;
         });
}

/// Whether the line ends with a command line of the program that would open a log, and names none.
bool opens_log(std::string_view line) {
  const std::size_t at = line.rfind(std::string(written) + " ");
  if (line.starts_with('#') || at == std::string_view::npos || !begins_here(line, at)) return false;
  const std::string_view rest = line.substr(at + written.size() + 1);
  const auto has = [rest](std::string_view option) { return rest.find(option) != std::string_view::npos; };
  return names_log_command(rest.substr(0, rest.find(' '))) && !has("--help") && !has("--version") && !has("--store");
}

/// In single quotes; where a screen would show other characters than there are, byte by byte as the shell reads it back.
std::string quoted(std::string_view text) {
  const bool shows_itself = visible(text) == text;
  std::string word = shows_itself ? "'" : "$'";
  for (const char c : text) {
    if (!shows_itself && (c < ' ' || c > '~')) {  // above 127 it is negative
      constexpr std::string_view digits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      word.append("\\x").append({digits[byte >> 4], digits[byte & 0xF]});
    } else if (c == '\'') {
      word += shows_itself ? "'\\''" : "\\'";
    } else if (c == '\\' && !shows_itself) {
      word += "\\\\";
    } else {
      word += c;
    }
  }
  return word + "'";
}

}  // namespace

std::string as_started(std::string_view program, std::string_view text) {
  if (program == written) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find(written), text.size());
    const std::size_t behind = std::min(at + written.size(), text.size());
    const std::string_view rest = text.substr(behind);
    const std::string_view next = rest.starts_with(' ') ? rest.substr(1, rest.find_first_of(" `',;:)\n", 1) - 1) : "";
    out += text.substr(0, at);
    const bool meant = begins_here(text, at) && !next.empty() && is_first_word(next);
    out += meant ? program : text.substr(at, behind - at);
    text = rest;
  }
  return out;
}

std::string with_store(std::string_view text, std::string_view store) {
  std::string out;
  for (const std::string_view line : paragraphs_of(text)) {
    if (line.data() != text.data()) out += '\n';
    out += line;
    if (opens_log(line)) out += (store.starts_with("--") ? " --store=" : " --store ") + shell_word(store);
  }
  return out;
}

std::string shell_word(std::string_view text) {
  // zsh takes a word that begins with = for the path of a program.
  const bool plain = !text.empty() && text.front() != '=' && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./:@%+=,").find(c) != std::string_view::npos;
  });
  return plain ? std::string(text) : quoted(text);
}

}  // namespace whence::inline v0::cli
