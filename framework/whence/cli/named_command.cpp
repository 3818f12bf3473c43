#include <whence/cli/named_command.hpp>

#include <algorithm>
#include <utility>

#include <whence/cli/command_table.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/near_words.hpp>

namespace whence::inline v0::cli {
namespace {

const command* find(std::string_view group, std::string_view name) {
  for (const command& command : commands()) {
    if (command.group == group && command.name == name) return &command;
  }
  return nullptr;
}

}  // namespace

named_command command_named(std::span<const std::string> words, const corrected_line& corrected) {
  const std::string& first = words.front();
  const std::string_view group = group_named(first);
  if (group.empty()) {
    const command* const found = find("", first);
    if (found != nullptr) return {.what = found, .words = 1};
    throw not_known({.reason = "command",
                     .what = "there is no command \"" + first + "\"",
                     .word = first,
                     .known = first_words(),
                     .remedy = help_line(nullptr)},
                    [&](const std::string& meant) { return corrected(0, meant); });
  }
  const std::vector<std::string> names = commands_of(group);
  if (words.size() == 1) return {.what = find(group, names.front()), .group_only = group, .words = 1};
  if (const command* const found = find(group, words[1])) return {.what = found, .words = 2};
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw not_known({.reason = "command",
                   .what = "there is no command \"" + first + " " + words[1] + "\"",
                   .word = words[1],
                   .known = names,
                   .why = "there are: " + all,
                   .remedy = "whence " + std::string(group) + " --help"},
                  [&](const std::string& meant) { return corrected(1, meant); });
}

std::vector<std::string> first_words() {
  std::vector<std::string> words{"help"};
  for (const command& command : commands()) {
    const std::string word(command.group.empty() ? command.name : command.group);
    if (!command.hidden && std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return words;
}

std::vector<std::string> commands_of(std::string_view group) {
  std::vector<std::string> names;
  for (const command& command : commands()) {
    if (command.group == group && !command.hidden) names.emplace_back(command.name);
  }
  return names;
}

std::string_view group_named(std::string_view word) {
  for (const command& command : commands()) {
    if (!command.group.empty() && (word == command.group || word == plural_of(command.group))) return command.group;
  }
  return {};
}

std::string help_line(const command* command) {
  return "whence " + (command == nullptr ? "" : full_name(*command) + " ") + "--help";
}

usage_error not_known(unknown_word said, const std::function<std::string(const std::string&)>& corrected) {
  const std::string begun = begun_by(said.word, said.known);
  const std::string meant = begun.empty() ? nearest(said.word, said.known) : begun;
  if (meant.empty()) return {said.reason, std::move(said.what), std::move(said.remedy), std::move(said.why)};
  return {said.reason, said.what + "; did you mean " + meant + "?", corrected(meant)};
}

}  // namespace whence::inline v0::cli
