#include <whence/cli/command_line.hpp>

#include <algorithm>
#include <iterator>

#include <CLI/CLI.hpp>

#include <whence/cli/command_table.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/named_command.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

/// What nobody means as a value who writes it in a word of its own: "--store", "--at=7", "--". A text with spaces may begin so too.
bool looks_like_option(std::string_view word) {
  if (!word.starts_with("--")) return false;
  const std::string_view name = word.substr(2, word.find('=') == word.npos ? word.npos : word.find('=') - 2);
  const auto is_of_name = [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); };
  return word == "--" || (!name.empty() && name.front() != '-' && std::ranges::all_of(name, is_of_name));
}

std::string name_of(std::string_view option) { return std::string(option.substr(0, option.find('='))); }

bool takes(const command* command, const flag* flag) {
  const auto in = [flag](std::span<const whence::cli::flag* const> flags) {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
  };
  return in(shared_flags()) || (command != nullptr && in(command->flags));
}

/// CLI11 says "--limit: At Most 1 required but received 2".
std::string told_plainly(const std::string& text) {
  const bool repeated = text.find(" required but received ") != std::string::npos;
  return repeated ? text.substr(0, text.find(':')) + " is given more than once" : text;
}

/// The value that stands in the same word as its option, as it stands behind another one: "=x" of --to=x and of -tx.
std::string value_in(const std::string& word) {
  if (!is_option(word)) return {};
  if (!word.starts_with("--")) return word.size() > 2 ? "=" + word.substr(2) : "";
  return word.substr(std::min(word.find('='), word.size()));
}

}  // namespace

request command_line::parse(const std::vector<std::string>& words) {
  command_line line(words);
  line.split();
  try {
    line.find_command();
  } catch (const usage_error&) {
    // The word behind an option that there is not is likelier its value than a command.
    if (!line.unknown_.empty() && line.unknown_.front() < line.places_.front()) line.check_options();
    throw;
  }
  line.check_options();
  line.check_names();
  line.take_apart();
  return std::move(line.request_);
}

std::string command_line::command_in(const std::vector<std::string>& words) {
  command_line line(words);
  line.split();
  try {
    line.find_command();
  } catch (const usage_error&) {
    return {};
  }
  return line.request_.what_ == nullptr ? std::string() : full_name(*line.request_.what_);
}

command_line::command_line(const std::vector<std::string>& words) : words_(words) {}

/// The whole line with another word in that place, to be typed instead.
std::string command_line::corrected(std::size_t place, const std::string& meant) const {
  std::string line = "whence";
  for (std::size_t i = 0; i < words_.size(); ++i) {
    line += " " + shell_word(i == place ? meant + value_in(words_[i]) : words_[i]);
  }
  return line;
}

/// " TIME" if the option that was meant stands at the end, and lacks that.
std::string command_line::value_lacking(std::size_t place, const std::string& meant) const {
  if (place + 1 < words_.size() || !value_in(words_[place]).empty()) return {};
  for (const flag* const known : all_flags())
    if (known->name == meant && !known->value.empty()) return " " + std::string(known->value);
  return {};
}

usage_error command_line::unknown_option(std::size_t place, const std::string& name) const {
  const command* const command = request_.what_;
  for (const flag* const known : all_flags()) {
    if (known->name == name && known->value.empty() && takes(command, known))
      return {"value", name + " takes no value", help_line(command)};
  }
  std::vector<std::string> names;
  for (const flag* const known : all_flags()) {
    if (takes(command, known)) names.emplace_back(known->name);
  }
  const std::string of = command == nullptr ? "" : " of `" + full_name(*command) + "`";
  return not_known({.reason = "option",
                    .what = "there is no option " + name + of,
                    .word = name,
                    .known = std::move(names),
                    .remedy = help_line(command)},
                   [&](const std::string& meant) { return corrected(place, meant) + value_lacking(place, meant); });
}

command_line::option_word command_line::look_up(std::string_view word) {
  const bool is_long = word.starts_with("--");
  for (const flag* const known : all_flags()) {
    if (is_long && word == known->name) return {known, !known->value.empty()};
    if (is_long && !known->value.empty() && word.starts_with(known->name) &&
        word.substr(known->name.size()).starts_with('=')) {
      return {known, false};
    }
    if (!is_long && known->letter != 0 && word[1] == known->letter && (word.size() == 2 || !known->value.empty())) {
      return {known, !known->value.empty() && word.size() == 2};
    }
  }
  return {nullptr, false};
}

void command_line::split() {
  bool options_end = false;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::string& word = words_[i];
    if (options_end || !is_option(word)) {
      names_.push_back(word);
      places_.push_back(i);
      continue;
    }
    if (word == "--") {
      options_end = true;
      continue;
    }
    const option_word found = look_up(word);
    if (found.known == nullptr) {
      unknown_.push_back(i);
      continue;
    }
    given_.push_back({found.known, i});
    options_.push_back(word);
    if (const std::size_t equals = word.find('='); word.starts_with("--") && equals != std::string::npos) {
      options_.back().resize(equals);  // as two words: CLI11 takes "--store=" for no value at all
      options_.push_back(word.substr(equals + 1));
    }
    if (!found.takes_next) continue;
    if (i + 1 == words_.size() || looks_like_option(words_[i + 1])) {
      if (without_value_ == nullptr && i + 1 < words_.size()) instead_of_value_ = words_[i + 1];
      if (without_value_ == nullptr) without_value_ = found.known;
    } else {
      options_.push_back(words_[++i]);
    }
  }
}

void command_line::find_command() {
  if (!names_.empty() && names_.front() == "help") {
    request_.help_word_ = true;
    names_.erase(names_.begin());
    places_.erase(places_.begin());
  }
  if (names_.empty()) return;
  const named_command found = command_named(
      names_, [&](std::size_t name, const std::string& meant) { return corrected(places_[name], meant); });
  request_.what_ = found.what;
  request_.group_only_ = found.group_only;
  names_.erase(names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(found.words));
}

void command_line::check_names() {
  if (request_.what_ == nullptr || request_.help_word_) return;
  const command& command = *request_.what_;
  if (const std::size_t most = rule_of(command).most; names_.size() > most) {
    throw usage_error("argument", "`" + full_name(command) + "` has no place for \"" + names_[most] + "\"",
                      help_line(&command));
  }
  request_.arguments_ = names_;
}

void command_line::check_options() const {
  const command* const command = request_.what_;
  if (!unknown_.empty()) throw unknown_option(unknown_.front(), name_of(words_[unknown_.front()]));
  for (const given_option& given : given_) {
    if (!takes(command, given.known)) throw unknown_option(given.place, std::string(given.known->name));
  }
  if (without_value_ != nullptr) {
    const std::string name(without_value_->name);
    const std::string why = instead_of_value_.empty()
                                ? std::string()
                                : "what stands behind it, " + instead_of_value_ + ", is an option; as a value it is " +
                                      name + "=" + instead_of_value_;
    throw usage_error("value", name + " needs a value: " + std::string(without_value_->value), help_line(command), why);
  }
}

void command_line::check_texts() const {
  if (request_.what_ != nullptr && request_.what_->hidden) return;  // what is completed may be a path too
  const auto check = [](const std::string& text, std::string_view before) {
    if (is_utf8(text)) return;
    throw usage_error("text", std::string(before) + "\"" + text + "\" is not UTF-8",
                      "give it in UTF-8: a log has no other texts, and nothing was looked for");
  };
  for (const std::string& argument : request_.arguments_) check(argument, "");
  for (const flag* const known : all_flags()) {
    if (known->by == completes::file) continue;  // a file may have any name
    for (const std::string& value : request_.values(known->name)) check(value, std::string(known->name) + " ");
  }
}

void command_line::take_apart() {
  CLI::App app;
  app.set_help_flag();
  for (const flag* const known : all_flags()) {
    if (!takes(request_.what_, known)) continue;
    std::string names(known->name);
    if (known->letter != 0) names = std::string("-") + known->letter + "," + names;
    std::vector<std::string>& values = request_.values_[std::string(known->name)];
    if (known->value.empty()) {
      app.add_flag_callback(names, [&values] { values.emplace_back(); });
    } else {
      // One value each; the callback sees all that were given.
      app.add_option_function<std::vector<std::string>>(
             names, [&values](const std::vector<std::string>& given) { values = given; })
          ->expected(1)
          ->allow_extra_args(false)
          ->multi_option_policy(known->repeats ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::Throw);
    }
  }
  std::vector<std::string> backwards(std::make_reverse_iterator(options_.end()),
                                     std::make_reverse_iterator(options_.begin()));
  try {
    app.parse(std::move(backwards));
  } catch (const CLI::ParseError& failure) {
    throw usage_error("option", told_plainly(failure.what()),
                      help_line(request_.what_));  // its own exit codes stop here
  }
  std::erase_if(request_.values_, [](const auto& entry) { return entry.second.empty(); });
  check_texts();
  if (request_.help() != help_wanted::none || request_.has("--version") || request_.what_ == nullptr) return;
  if (request_.arguments_.size() < rule_of(*request_.what_).least ||
      (!request_.arguments_.empty() && request_.arguments_.front().empty())) {
    throw usage_error(
        "argument",
        "`" + full_name(*request_.what_) + "` needs to know which: " + std::string(request_.what_->argument),
        help_line(request_.what_));
  }
}

}  // namespace whence::inline v0::cli
