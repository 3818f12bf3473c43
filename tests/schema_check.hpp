/// Whether a JSON value fits one of the project's schemas: as much of JSON Schema as these use.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <tests/places.hpp>

namespace tests {

/// Of the library, or of the order service.
inline nlohmann::json schema_named(const std::string& name) {
  for (const char* const folder : {"schemas", "samples/order-service/schemas"}) {
    if (std::ifstream file(places::sources() / folder / name); file) return nlohmann::json::parse(file);
  }
  throw std::runtime_error("there is no schema " + name);
}

inline bool is_of_type(const nlohmann::json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  throw std::runtime_error("what is the type " + type + "?");
}

/// Knows what these schemas use, and throws at anything else.
class schema_check {
 public:
  explicit schema_check(nlohmann::json root) : root_(std::move(root)) {}

  /// Why the value does not fit; empty if it does.
  std::string misfit(const nlohmann::json& value) const { return misfit(value, root_, ""); }

 private:
  std::string misfit(const nlohmann::json& value, const nlohmann::json& schema, const std::string& at) const {
    for (const auto& [word, rule] : schema.items()) {
      constexpr const char* says_nothing[] = {"$schema", "title",  "description", "properties",
                                              "$defs",   "format", "examples"};
      if (std::find(std::begin(says_nothing), std::end(says_nothing), word) != std::end(says_nothing)) continue;
      if (auto wrong = misfit(value, schema, word, rule, at); !wrong.empty()) return wrong;
    }
    if (!value.is_object() || !schema.contains("properties")) return {};
    for (const auto& [name, member] : value.items()) {
      if (!schema["properties"].contains(name)) continue;
      if (auto wrong = misfit(member, schema["properties"][name], at + "/" + name); !wrong.empty()) return wrong;
    }
    return {};
  }

  std::string misfit(const nlohmann::json& value, const nlohmann::json& schema, const std::string& word,
                     const nlohmann::json& rule, const std::string& at) const {
    if (word == "$ref") return referred(value, rule.get<std::string>(), at);
    if (word == "type") {
      const std::vector<nlohmann::json> types =
          rule.is_array() ? rule.get<std::vector<nlohmann::json>>() : std::vector<nlohmann::json>{rule};
      const auto fits = [&value](const nlohmann::json& type) { return is_of_type(value, type.get<std::string>()); };
      return std::any_of(types.begin(), types.end(), fits) ? "" : at + " is not of type " + rule.dump();
    }
    if (word == "enum") {
      return std::find(rule.begin(), rule.end(), value) != rule.end() ? "" : at + " is not one of " + rule.dump();
    }
    if (word == "anyOf") {
      const auto fits = [&](const nlohmann::json& one) { return misfit(value, one, at).empty(); };
      return std::any_of(rule.begin(), rule.end(), fits) ? "" : at + " fits none of " + rule.dump();
    }
    if (word == "pattern") {
      const bool fits =
          !value.is_string() || std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()));
      return fits ? "" : at + " is not like " + rule.dump();
    }
    if (word == "minLength") {
      return !value.is_string() || value.get<std::string>().size() >= rule.get<std::size_t>() ? ""
                                                                                              : at + " is too short";
    }
    if (word == "minimum") return !value.is_number() || value >= rule ? "" : at + " is less than " + rule.dump();
    if (word == "maximum") return !value.is_number() || value <= rule ? "" : at + " is more than " + rule.dump();
    if ((word == "required" || word == "additionalProperties") && !value.is_object()) return {};
    if (word == "required") {
      for (const nlohmann::json& name : rule) {
        if (!value.contains(name.get<std::string>())) return at + " has no " + name.dump();
      }
      return {};
    }
    if (word == "additionalProperties") {
      for (const auto& [name, member] : value.items()) {
        if (!schema["properties"].contains(name)) return at + " has a member " + name;
      }
      return {};
    }
    if (word != "items") throw std::runtime_error("what is " + word + " in a schema?");
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto wrong = misfit(value[i], rule, at + "/" + std::to_string(i)); !wrong.empty()) return wrong;
    }
    return {};
  }

  std::string referred(const nlohmann::json& value, const std::string& name, const std::string& at) const {
    if (name.starts_with("#/$defs/")) return misfit(value, root_["$defs"][name.substr(8)], at);
    const std::string wrong = schema_check(schema_named(name)).misfit(value);
    return wrong.empty() ? "" : at + wrong;
  }

  nlohmann::json root_;
};

}  // namespace tests
