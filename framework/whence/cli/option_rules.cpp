#include <whence/cli/option_rules.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include <whence/cli/command_table.hpp>
#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {
namespace {

/// An option that does nothing without another.
struct condition {
  std::string_view command;
  std::string_view option;
  std::string_view needs;
};
constexpr condition conditions[] = {
    {"event list", "--tail", "--follow"}, {"event list", "--count", "--follow"},  {"event list", "--for", "--follow"},
    {"event count", "--limit", "--by"},   {"log repair", "--accept", "--reason"},
};

/// Two options of which one would do nothing.
struct contradiction {
  std::string_view command;
  std::string_view option;
  std::string_view other;
  std::string_view remedy;
};
constexpr std::string_view ways_to_end =
    "leave one of them out; --tail N says how much of the past comes first, --count N when it ends";
constexpr contradiction contradictions[] = {
    {"event list", "--follow", "--reverse", ways_to_end},
    {"event list", "--follow", "--limit", ways_to_end},
    {"event list", "--follow", "--event", "leave one of them out: nothing comes after the one event"},
    {"log repair", "--dry-run", "--yes", "leave one of them out: a dry run has nothing to be asked"},
};

/// An option that does nothing in some forms.
struct form_rule {
  std::string_view command;  // empty: of all commands that have the option
  std::string_view option;
  std::span<const output_form> forms;
  std::string_view remedy;
};
constexpr output_form of_documents[] = {output_form::json, output_form::jsonl};
constexpr output_form exact_forms[] = {output_form::json, output_form::jsonl, output_form::csv, output_form::markdown,
                                       output_form::mermaid};
constexpr output_form diagram[] = {output_form::mermaid};
constexpr std::string_view no_diagram = "leave it out, or choose another form: table, json, jsonl, csv, markdown";
constexpr form_rule form_rules[] = {
    {"", "--columns", of_documents, "choose another form: table, csv, markdown; JSON always shows an item whole"},
    {"trace", "--columns", diagram, no_diagram},
    {"trace", "--flat", diagram, no_diagram},
    {"trace", "--data", diagram, no_diagram},
    {"", "--time", exact_forms, "leave it out: times are exact there, in UTC; or choose -o table"},
};

}  // namespace

void must_have_effect(const request& request) {
  const std::string command = full_name(*request.what());
  for (const condition& one : conditions) {
    if (one.command != command || !request.has(one.option) || request.has(one.needs)) continue;
    throw usage_error("option", std::string(one.option) + " has no meaning without " + std::string(one.needs),
                      "leave it out, or add " + std::string(one.needs));
  }
  for (const contradiction& one : contradictions) {
    if (one.command != command || !request.has(one.option) || !request.has(one.other)) continue;
    throw usage_error("option", std::string(one.option) + " and " + std::string(one.other) + " exclude each other",
                      std::string(one.remedy));
  }
  const output_form form = request.form();
  for (const form_rule& one : form_rules) {
    if ((!one.command.empty() && one.command != command) || !request.has(one.option)) continue;
    if (std::find(one.forms.begin(), one.forms.end(), form) == one.forms.end()) continue;
    throw usage_error("option", std::string(one.option) + " has no meaning for -o " + std::string(name_of(form)),
                      std::string(one.remedy));
  }
}

}  // namespace whence::inline v0::cli
