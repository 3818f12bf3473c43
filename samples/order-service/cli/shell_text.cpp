#include <cli/shell_text.hpp>

namespace shop {

std::string for_shell(std::string_view text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=@%+,";
  // zsh takes a word that begins with = for the path of a program.
  if (!text.empty() && text.front() != '=' && text.find_first_not_of(plain) == std::string_view::npos)
    return std::string{text};
  std::string word = "'";
  for (const char character : text)
    if (character == '\'')
      word += "'\\''";
    else
      word += character;
  return word += '\'';
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
