#include <whence/cli/request.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

#include <whence/cli/command_table.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/near_words.hpp>
#include <whence/cli/repeated_line.hpp>

namespace whence::inline v0::cli {
namespace {

usage_error not_a_choice(const request& request, std::string_view flag, const std::string& given,
                         const std::vector<std::string>& choices) {
  std::string list;
  for (const std::string& choice : choices) list += (list.empty() ? "" : ", ") + choice;
  const std::string meant = nearest(given, choices);
  const std::string what = std::string(flag) + " cannot be \"" + given + "\"";
  if (meant.empty()) return {"value", what, "choose one of: " + list};
  if (request.what() == nullptr) return {"value", what + "; did you mean " + meant + "?", "choose one of: " + list};
  return {"value", what + "; did you mean " + meant + "?", repeated_line(request, "whence", flag, meant),
          "there are: " + list};
}

}  // namespace

help_wanted request::help() const {
  if (has("--help") || help_word_) return help_wanted::full;
  return has("--brief") ? help_wanted::brief : help_wanted::none;
}

std::optional<std::string> request::value(std::string_view flag) const {
  const auto found = values_.find(flag);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> request::values(std::string_view flag) const {
  const auto found = values_.find(flag);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> request::listed(std::string_view flag) const {
  std::vector<std::string> all;
  for (const std::string& value : values(flag)) {
    std::size_t from = 0;
    while (true) {
      const std::size_t comma = value.find(',', from);
      all.push_back(value.substr(from, comma - from));
      if (all.back().empty()) {
        throw usage_error("value", std::string(flag) + " \"" + value + "\" has an empty name in it",
                          "write the names with one comma between them");
      }
      if (comma == std::string::npos) break;
      from = comma + 1;
    }
  }
  return all;
}

std::optional<std::uint64_t> request::number(std::string_view flag) const {
  const std::optional<std::string> text = value(flag);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure != std::errc{} || rest != text->data() + text->size()) {
    const bool beyond = failure == std::errc::result_out_of_range && rest == text->data() + text->size();
    throw usage_error("value", std::string(flag) + " cannot be \"" + *text + "\"",
                      beyond ? "give a smaller number: " + std::to_string(std::numeric_limits<std::uint64_t>::max()) +
                                   " is the greatest"
                             : "give a whole number, 0 or more");
  }
  return number;
}

output_form request::form() const {
  if (has("--json") && value("--output").value_or("json") != "json") {
    throw usage_error("option", "--json and -o " + *value("--output") + " contradict each other",
                      "choose one of them: --json is the same as -o json");
  }
  const std::string wanted = value("--output").value_or(has("--json") ? "json" : "table");
  const std::span<const output_form> forms =
      what_ == nullptr ? std::span<const output_form>(document_forms) : what_->forms;
  std::vector<std::string> names;
  for (const output_form form : forms) {
    if (wanted == name_of(form)) return form;
    names.emplace_back(name_of(form));
  }
  if (names.size() == 1)
    throw usage_error("option", "`" + full_name(*what_) + "` prints in one form only", "leave -o and --json out");
  throw not_a_choice(*this, value("--output") ? "-o" : "--json", wanted, names);
}

std::optional<std::size_t> request::choice(const flag& flag) const {
  const std::vector<std::size_t> all = choices(flag);
  return all.empty() ? std::nullopt : std::optional(all.back());
}

std::vector<std::size_t> request::choices(const flag& flag) const {
  std::vector<std::size_t> chosen;
  for (const std::string& given : flag.repeats ? listed(flag.name) : values(flag.name)) {
    const auto found = std::find(flag.choices.begin(), flag.choices.end(), given);
    if (found == flag.choices.end())
      throw not_a_choice(*this, flag.name, given, {flag.choices.begin(), flag.choices.end()});
    chosen.push_back(static_cast<std::size_t>(found - flag.choices.begin()));
  }
  return chosen;
}

colour_choice request::colour() const { return static_cast<colour_choice>(choice(flags::color).value_or(0)); }

time_form request::times() const { return static_cast<time_form>(choice(flags::times).value_or(0)); }

std::string_view name_of(output_form form) {
  switch (form) {
    case output_form::table: return "table";
    case output_form::json: return "json";
    case output_form::jsonl: return "jsonl";
    case output_form::csv: return "csv";
    case output_form::markdown: return "markdown";
    case output_form::mermaid: return "mermaid";
  }
  return "";
}

}  // namespace whence::inline v0::cli
