#include <whence/cli/wrapped_text.hpp>

#include <algorithm>

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
