#include <whence/contracts/contract_text.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/contracts/errors.hpp>
#include <whence/contracts/schema_changes.hpp>
#include <whence/contracts/schema_validator.hpp>

namespace whence::inline v0::detail {
namespace {

using nlohmann::json;

constexpr std::uint64_t samples_made = 24;

/// Lists of names in which the order says nothing.
void sort_names(json& schema) {
  if (schema.is_object()) {
    for (const char* const names : {"required", "enum"}) {
      const auto list = schema.find(names);
      if (list != schema.end() && list->is_array()) std::sort(list->begin(), list->end());
    }
  }
  if (schema.is_structured())
    for (json& inside : schema) sort_names(inside);
}

}  // namespace

std::string contract_text(const promised_event& event) {
  json schema = json::parse(event.schema());
  sort_names(schema);
  return schema.dump(2) + "\n";
}

std::string contract_samples(const promised_event& event) {
  std::set<std::string> met;
  std::string lines;
  for (std::uint64_t seed = 1; seed <= samples_made; ++seed) {
    const std::string sample = event.sample(seed);
    if (met.insert(sample).second) lines += sample + "\n";
  }
  return lines;
}

schema_validator schema_from(std::string_view text, const std::string& file) {
  try {
    return schema_validator(text);
  } catch (const schema_malformed& wrong) {
    throw schema_malformed(wrong.pointer, wrong.problem, file);
  } catch (const schema_unsupported& wrong) {
    throw schema_unsupported(wrong.keyword, wrong.pointer, wrong.problem, file);
  }
}

contract_difference difference_between(std::string_view released, const promised_event& event,
                                       const std::string& file) {
  const std::string today = contract_text(event);
  if (released == today) return {};
  const std::vector<schema_change> changes = schema_changes(schema_from(released, file), schema_validator(today));
  // What is only said of the values (a description) may differ.
  if (changes.empty()) return {};
  const auto hard =
      std::find_if(changes.begin(), changes.end(), [](const schema_change& one) { return !reads_old(one.reads); });
  const auto other_meaning =
      std::find_if(changes.begin(), changes.end(), [](const schema_change& one) { return !one.meaning.empty(); });
  const bool is_read = hard == changes.end();
  const schema_change& first = !is_read ? *hard : other_meaning != changes.end() ? *other_meaning : changes.front();
  const std::string name(event.type.name);
  const std::string version = std::to_string(event.type.version);
  std::string remedy = first.remedy;
  if (is_read) {
    remedy = "give the event a new version, `event_type type{\"" + name + "\", " +
             std::to_string(event.type.version + 1) + "}`, and `upcast<" + name + ", " + version +
             ">([](document&) {})`: events of before are read";
    // Some of them say something else then.
    remedy += first.meaning.empty() ? " as they stand" : "; " + first.meaning + "; " + first.remedy;
  }
  return {first.pointer, first.what, std::move(remedy), changes.size() - 1};
}

}  // namespace whence::inline v0::detail
