// What each command prints with -o json fits its schema, whether it succeeds or fails.
#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/example_words.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/places.hpp>
#include <whence/cli/command_table.hpp>
#include <whence/cli/verdict.hpp>

using namespace whence::cli;
using nlohmann::json;
using tests::console;
using tests::ran;

namespace {

json schema_named(const std::string& name) {
  std::ifstream file(places::sources() / "schemas" / name);
  return json::parse(file);
}

bool is_of_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  throw std::runtime_error("what is the type " + type + "?");
}

/// Why the value does not fit; empty if it does. Knows what these schemas use, and throws at anything else.
std::string misfit(const json& value, const json& schema, const std::string& at) {
  for (const auto& [word, rule] : schema.items()) {
    if (word == "$schema" || word == "title" || word == "description" || word == "properties") continue;
    if (word == "$ref") return misfit(value, schema_named(rule.get<std::string>()), at);
    if (word == "type") {
      const std::vector<json> types = rule.is_array() ? rule.get<std::vector<json>>() : std::vector<json>{rule};
      const bool fits = std::any_of(types.begin(), types.end(),
                                    [&value](const json& type) { return is_of_type(value, type.get<std::string>()); });
      if (!fits) return at + " is not of type " + rule.dump();
    } else if (word == "enum") {
      if (std::find(rule.begin(), rule.end(), value) == rule.end()) return at + " is not one of " + rule.dump();
    } else if (word == "required") {
      for (const json& name : rule) {
        if (!value.contains(name.get<std::string>())) return at + " has no " + name.dump();
      }
    } else if (word == "additionalProperties") {
      for (const auto& [name, member] : value.items()) {
        if (!schema["properties"].contains(name)) return at + " has a member " + name;
      }
    } else if (word == "items") {
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (auto wrong = misfit(value[i], rule, at + "/" + std::to_string(i)); !wrong.empty()) return wrong;
      }
    } else {
      throw std::runtime_error("what is " + word + " in a schema?");
    }
  }
  if (!value.is_object() || !schema.contains("properties")) return {};
  for (const auto& [name, member] : value.items()) {
    if (!schema["properties"].contains(name)) continue;
    if (auto wrong = misfit(member, schema["properties"][name], at + "/" + name); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace

TEST_CASE("the check of schemas finds what does not fit") {
  const json schema = schema_named("verdict.schema.json");
  const json good = json::parse(
      verdict_document("x y", verdict::fail, "[1]", {diagnostic(usage_error("value", "w", "r", "y", "at"))}));
  CHECK(misfit(good, schema, "") == "");
  json bad = good;
  bad["status"] = "perhaps";
  CHECK(misfit(bad, schema, "") == R"(/status is not one of ["pass","fail","error"])");
  bad = good;
  bad["diagnostics"][0].erase("hint");
  CHECK(misfit(bad, schema, "") == R"(/diagnostics/0 has no "hint")");
  bad = good;
  bad["more"] = 1;
  CHECK(misfit(bad, schema, "") == " has a member more");
  CHECK(misfit(json::parse(R"({"items":[1],"next":null})"), schema_named("list.schema.json"), "") ==
        R"(/items/0 is not of type "object")");
  CHECK(misfit(json::parse(R"({"items":[],"next":7})"), schema_named("list.schema.json"), "") ==
        R"(/next is not of type ["string","null"])");
}

TEST_CASE("what each command prints as JSON fits a schema") {
  const tests::models_beside beside;
  console console(whence::sqlite(beside.store()), tests::shop_runtime());
  tests::fill_shop(*console.log, console.around.runtime);
  console.around.types = &tests::shop_types::all();
  beside.add("order_summary", *console.log, 9);
  beside.add("stock_levels", *console.log, 9);
  const json list = schema_named("list.schema.json");
  const json verdict = schema_named("verdict.schema.json");
  const json state = schema_named("state.schema.json");
  for (const command& command : commands()) {
    const bool prints_json =
        std::find(command.forms.begin(), command.forms.end(), output_form::json) != command.forms.end();
    if (!prints_json) continue;
    for (const example& example : command.examples) {
      CAPTURE(example.line);
      std::vector<std::string> words = tests::example_words(example.line);
      const bool has_form = std::find_if(words.begin(), words.end(), [](const std::string& word) {
                              return word == "-o" || word == "--follow" || word == "--watch";
                            }) != words.end();
      if (has_form) continue;
      words.insert(words.end(), {"-o", "json"});
      const ran ran = console.run(words);
      CHECK(ran.exit == 0);
      const json document = json::parse(ran.out);
      if (document.contains("items")) {
        CHECK(misfit(document, list, "") == "");
      } else if (document.contains("status")) {
        CHECK(misfit(document, verdict, "") == "");
        if (full_name(command) == "log verify") {
          CHECK(misfit(document["data"], schema_named("verification.schema.json"), "") == "");
        }
      } else if (document.contains("state")) {
        CHECK(misfit(document, state, "") == "");
      } else {
        CHECK(document.contains("eventId"));  // one event: schemas/envelope.schema.json, which other tests look at
      }
    }
  }
}

TEST_CASE("a failure as JSON fits a schema") {
  console console;
  const json list = schema_named("list.schema.json");
  const json verdict = schema_named("verdict.schema.json");
  for (const char* const line :
       {"event show @99", "event list --stream no-such", "event list --event deadbeef", "event count --fail-if x",
        "event list --where x", "stream show no-such", "stream list --since soon", "event list --columns type",
        "inspect --recent 0", "trace @99", "trace @1 --depth 0", "projection status none",
        "projection status --fail-if x", "sql", "stream state order-12345", "evnt list", "event list --typ X",
        "event list surplus", "event show"}) {
    CAPTURE(line);
    const ran ran = console.run(std::string(line) + " -o json");
    CHECK(ran.exit != 0);
    const json document = json::parse(ran.out);
    CHECK(misfit(document, verdict, "") == "");
    CHECK(document["status"] == "error");
    CHECK(document["diagnostics"].size() == 1);
  }
  const ran fails = console.run({"event", "count", "--fail-if", ">0", "-o", "json"});
  CHECK(fails.exit == 1);
  CHECK(misfit(json::parse(fails.out), list, "") == "");
}
