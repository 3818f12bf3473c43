#include <whence/testing/generated.hpp>

#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include <whence/contracts/schema_validator.hpp>
#include <whence/serialization/detail/value_generator.hpp>
#include <whence/testing/report_failure.hpp>
#include <whence/testing/shown_text.hpp>
#include <whence/upcasting/document.hpp>

namespace whence::testing::inline v0::detail {
namespace {

/// What is different between the forms of one value; empty: nothing.
std::string form_differences(const seen_forms& seen) {
  std::string problem;
  const auto differs = [&](const char* what, const std::string& other) {
    if (other != seen.json)
      problem.append("\n  as JSON:  ").append(seen.json).append("\n  ").append(what).append(": ").append(other);
  };
  differs("read and written again", seen.json_again);
  differs("read from binary", seen.json_from_binary);
  differs("what the binary says", seen.json_of_binary);
  if (!seen.equal) problem.append("\n  its `==` says that it is another than: ").append(seen.json);
  return problem;
}

/// Why the text is not read; nothing: it is.
std::optional<std::string> refusal_by_reading(const tried_type& type, const std::string& json) {
  try {
    type.read(json);
    return std::nullopt;
  } catch (const decode_error& wrong) {
    return wrong.what();
  }
}

std::optional<std::string> refusal_by_schema(const schema_validator& schema, const std::string& json) {
  const std::vector<schema_violation> wrong = schema.violations(json);
  if (wrong.empty()) return std::nullopt;
  return wrong.front().text();
}

std::string verdict(const char* who, const std::optional<std::string>& refusal) {
  return std::string("\n  ") + who + (refusal ? " refuses it: " + *refusal : std::string(" allows it"));
}

/// What schema and reading do not agree about: the value as it is, with a member too few, with one that nobody knows.
std::string disagreement(const tried_type& type, const schema_validator& schema, const std::string& json) {
  if (const auto refused = refusal_by_schema(schema, json))
    return "\n  " + shown(json) + verdict("its schema", refused);
  const auto value = nlohmann::ordered_json::parse(json);
  if (!value.is_object()) return {};
  const auto differ = [&](const document& changed, const std::string& how) -> std::string {
    const std::string text = changed.json();
    const auto by_schema = refusal_by_schema(schema, text);
    const auto by_reading = refusal_by_reading(type, text);
    if (by_schema.has_value() == by_reading.has_value()) return {};
    return "\n  " + how + ": " + shown(text) + verdict("its schema", by_schema) + verdict("reading", by_reading);
  };
  for (const auto& [name, ignored] : value.items()) {
    document fewer(json);
    fewer.remove(name);
    if (std::string problem = differ(fewer, "without " + name); !problem.empty()) return problem;
  }
  document more(json);
  more.set("aMemberThatNobodyKnows", true);
  return differ(more, "with a member that nobody knows");
}

std::string problem_of(std::uint64_t seed, const tried_type& type, const schema_validator& schema) {
  try {
    const seen_forms seen = type.see(seed);
    const std::string problem = form_differences(seen);
    if (!problem.empty()) return " does not come back as it was" + problem;
    const std::string disagreed = disagreement(type, schema, seen.json);
    return disagreed.empty() ? disagreed : " is another for its schema than for who reads it" + disagreed;
  } catch (const error& failed) {
    return std::string(" does not come back as it was\n  ") + failed.what();
  }
}

}  // namespace

void generate(std::uint64_t seed, whence::detail::visitable into) {
  whence::detail::value_generator generator(seed);
  into.visit(generator, into.value);
}

void check_round_trips(std::size_t values, std::uint64_t seed, const tried_type& type,
                       const std::source_location& where) {
  std::optional<schema_validator> schema;
  try {
    schema.emplace(type.schema());
  } catch (const error& failed) {
    report_failure(std::string("the type has no JSON Schema\n  ") + failed.what(), where);
    return;
  }
  for (std::size_t i = 0; i < values; ++i) {
    const std::string problem = problem_of(seed + i, type, *schema);
    if (problem.empty()) continue;
    report_failure("the value of seed " + std::to_string(seed + i) + problem, where);
    return;
  }
  report_met();
}

}  // namespace whence::testing::inline v0::detail
