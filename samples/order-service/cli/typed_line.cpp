#include <algorithm>
#include <cli/typed_line.hpp>

#include <cli/shell_text.hpp>

namespace shop {
namespace {

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-' && word != "--"; }

/// How many words an option of these takes: itself, and perhaps its value. 0: it is none of them.
std::size_t words_of(std::string_view word, const std::vector<known_option>& options) {
  const bool is_long = word.starts_with("--");
  const std::string_view name = is_long ? word.substr(0, word.find('=')) : word.substr(0, 2);
  const auto found = std::find_if(options.begin(), options.end(), [&](const auto& each) { return each.name == name; });
  if (found == options.end()) return 0;
  return found->takes_value && name.size() == word.size() ? 2 : 1;
}

}  // namespace

std::string text_of_line(const std::vector<std::string>& words) { return text_of_line(words, words.size(), {}); }

std::string text_of_line(const std::vector<std::string>& words, std::size_t place, std::string_view meant) {
  std::string line = "order-service";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t value = is_option(words[i]) ? std::min(words[i].find('='), words[i].size()) : words[i].size();
    line.append(" ").append(for_shell(i == place ? std::string(meant) + words[i].substr(value) : words[i]));
  }
  return line;
}

std::string text_of_line_with_store(std::vector<std::string> words, const std::string& store) {
  constexpr std::string_view option = "--store";
  const auto end = std::find(words.begin(), words.end(), "--");
  const auto given = std::find_if(words.begin(), end, [option](const std::string& word) {
    return word == option || word.starts_with(std::string(option) + "=");
  });
  const std::size_t words_behind = static_cast<std::size_t>(words.end() - end);
  if (given != end) words.erase(given, given + (*given == option && given + 1 != end ? 2 : 1));
  const auto behind = words.end() - static_cast<std::ptrdiff_t>(words_behind);
  const std::string line = text_of_line({words.begin(), behind}) + " --store " + store;
  return behind == words.end() ? line : line + text_of_line({behind, words.end()}).substr(text_of_line({}).size());
}

typed_line look_at_line(const std::vector<std::string>& words, const std::vector<known_option>& options,
                        const std::vector<std::string>& commands) {
  typed_line found;
  for (std::size_t i = 0; i < words.size();) {
    const std::size_t taken = is_option(words[i]) ? words_of(words[i], options) : 0;
    if (is_option(words[i])) {
      if (taken == 0 && !found.unknown_option) found.unknown_option = i;
      i += std::max<std::size_t>(taken, 1);
      continue;
    }
    if (words[i] == "--") {
      ++i;
      continue;
    }
    const bool is_command = std::find(commands.begin(), commands.end(), words[i]) != commands.end();
    if (!found.command || is_command) found.command = i;
    if (is_command || !found.unknown_option) return found;
    ++i;  // it may be the value of that option
  }
  return found;
}

std::optional<std::size_t> unknown_option_behind(const std::vector<std::string>& words, std::size_t place,
                                                 const std::vector<known_option>& options) {
  for (std::size_t i = place + 1; i < words.size() && words[i] != "--";) {
    const std::size_t taken = is_option(words[i]) ? words_of(words[i], options) : 1;
    if (taken == 0) return i;
    i += taken;
  }
  return std::nullopt;
}

}  // namespace shop
