#include <cli/shell_text.hpp>

#include <domain/text.hpp>

namespace shop {
namespace {

/// In single quotes; where a screen would show other characters than there are, byte by byte as the shell reads it back.
std::string quoted(std::string_view text) {
  const bool shows_itself = shown(text) == text;
  std::string word = shows_itself ? "'" : "$'";
  for (const char character : text) {
    if (!shows_itself && (character < ' ' || character > '~')) {  // above 127 it is negative
      constexpr std::string_view digits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(character);
      word.append("\\x").append({digits[byte >> 4U], digits[byte & 0xFU]});
    } else if (character == '\'') {
      word += shows_itself ? "'\\''" : "\\'";
    } else if (character == '\\' && !shows_itself) {
      word += "\\\\";
    } else {
      word += character;
    }
  }
  return word += '\'';
}

}  // namespace

std::string for_shell(std::string_view text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=@%+,";
  // zsh takes a word that begins with = for the path of a program.
  const bool is_plain = !text.empty() && text.front() != '=' && text.find_first_not_of(plain) == std::string_view::npos;
  return is_plain ? std::string{text} : quoted(text);
}

std::string command_line_of(std::string_view store, const std::vector<std::string>& words) {
  std::string line = "order-service --store " + for_shell(store);
  for (const std::string& word : words) line.append(" ").append(for_shell(word));
  return line;
}

std::string list_of_orders(std::string_view store) {
  return "order-service whence stream list --aggregate Order --store " + for_shell(store);
}

}  // namespace shop
