// Two hundred pairs of generated schemas, and all pairs of the shapes of types: what is said of them, and the truth as samples
// show it.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <whence/contracts/schema_changes.hpp>

#include <tests/serialization/shapes/shapes.hpp>

using namespace whence;
using nlohmann::json;

namespace {

/// Schemas such as types have, changes of them, and documents that are written by them.
class generator {
 public:
  explicit generator(std::uint64_t seed) : random_(seed) {}

  json schema(int depth) {
    switch (below(depth > 0 ? 12 : 6)) {
      case 0: return whole_numbers();
      case 1: return number();
      case 2: return text();
      case 3: return names();
      case 4: return {{"type", "boolean"}};
      case 5: return whole_numbers();
      case 6: return list(depth);
      case 7: return tuple(depth);
      case 8: return {{"type", "object"}, {"additionalProperties", schema(depth - 1)}};
      case 9: return variant(depth);
      case 10: return {{"anyOf", {schema_but_null(depth - 1), {{"type", "null"}}}}};
      default: return object(depth);
    }
  }

  json object(int depth) {
    json made{{"type", "object"}, {"properties", json::object()}, {"required", json::array()}};
    for (const char* const name : {"a", "b", "c"})
      if (below(3) != 0) put_member(made, name, depth);
    if (below(3) != 0) made["additionalProperties"] = false;
    return made;
  }

  /// One to three places are others.
  json changed(json schema) {
    for (std::size_t i = 1 + below(3); i > 0; --i) {
      std::vector<json*> places;
      collect(schema, places);
      change(*places[below(places.size())]);
    }
    return schema;
  }

  json document(const json& schema) {
    if (schema.contains("anyOf")) return below(3) == 0 ? json(nullptr) : document(schema["anyOf"][0]);
    if (schema.contains("oneOf")) return document(schema["oneOf"][below(schema["oneOf"].size())]);
    const auto& type = schema["type"].get_ref<const std::string&>();
    if (type == "boolean") return below(2) == 0;
    if (type == "integer") return whole_number(schema);
    if (type == "number") {
      const double some[] = {0.5, -1.5, 0, 1e30, 3.0};
      return schema.contains("exclusiveMaximum") || below(3) != 0 ? some[below(5)] : 1e300;
    }
    if (type == "string") return characters(schema);
    return type == "array" ? elements(schema) : members(schema);
  }

 private:
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

  json whole_numbers() {
    static const json ranges[] = {{-128, 127}, {0, 255}, {-32768, 32767}, {INT64_MIN, INT64_MAX}, {0, UINT64_MAX}};
    const std::size_t which = below(std::size(ranges));
    const json& range = ranges[which];
    if (which < 3 && below(3) == 0)  // the same in other words
      return {{"type", "integer"},
              {"exclusiveMinimum", range[0].get<int>() - 1},
              {"exclusiveMaximum", range[1].get<int>() + 1}};
    return {{"type", "integer"}, {"minimum", range[0]}, {"maximum", range[1]}};
  }

  json number() {
    json made{{"type", "number"}};
    if (below(2) == 0) {
      made["exclusiveMinimum"] = -0x1.ffffffp127;
      made["exclusiveMaximum"] = 0x1.ffffffp127;
    }
    return made;
  }

  json text() {
    static const char* const patterns[] = {"", "^[A-Z]{3}$", "^(?!-0$)-?[0-9]{1,3}$", "^-?[0-9]{1,3}$"};
    const std::string pattern = patterns[below(std::size(patterns))];
    json made{{"type", "string"}};
    if (!pattern.empty()) made["pattern"] = pattern;
    return made;
  }

  json names() {
    static const char* const all[] = {"ABC", "paid", "17", "-0", "open"};
    json values = json::array();
    for (const char* const name : all)
      if (below(2) == 0) values.push_back(name);
    if (values.empty()) values.push_back("ABC");
    return {{"type", "string"}, {"enum", values}};
  }

  json list(int depth) {
    json made{{"type", "array"}, {"items", schema(depth - 1)}};
    if (below(3) == 0) {
      made["minItems"] = made["maxItems"] = 1 + below(2);
    } else if (below(3) == 0) {
      made["items"] = whole_numbers();
      made["uniqueItems"] = true;
    }
    return made;
  }

  json tuple(int depth) {
    const std::size_t size = 1 + below(2);
    json places = json::array();
    for (std::size_t i = 0; i < size; ++i) places.push_back(schema(depth - 1));
    return {{"type", "array"}, {"prefixItems", places}, {"items", false}, {"minItems", size}, {"maxItems", size}};
  }

  json alternative(const char* name, int depth) {
    return {{"type", "object"},
            {"properties", {{name, object(depth - 1)}}},
            {"required", {name}},
            {"additionalProperties", false}};
  }

  json variant(int depth) {
    json made{{"oneOf", json::array({alternative("cash", depth)})}};
    if (below(2) == 0) made["oneOf"].push_back(alternative("card", depth));
    return made;
  }

  json schema_but_null(int depth) {
    for (;;)
      if (json made = schema(depth); !made.contains("anyOf")) return made;
  }

  void put_member(json& object, const std::string& name, int depth) {
    auto& required = object["required"];
    required.erase(std::remove(required.begin(), required.end(), name), required.end());
    if (below(8) == 0) {
      object["properties"][name] = false;
      return;
    }
    object["properties"][name] = schema(depth - 1);
    if (below(2) == 0) required.push_back(name);
  }

  static void collect(json& schema, std::vector<json*>& places) {
    places.push_back(&schema);
    if (schema.contains("properties"))
      for (json& one : schema["properties"])
        if (one.is_object()) collect(one, places);
    for (const char* const list : {"prefixItems", "oneOf"})
      if (schema.contains(list))
        for (json& one : schema[list]) collect(one, places);
    if (schema.contains("anyOf")) collect(schema["anyOf"][0], places);
    for (const char* const inside : {"items", "additionalProperties"})
      if (schema.contains(inside) && schema[inside].is_object()) collect(schema[inside], places);
  }

  static bool is_alternative(const json& schema) {
    return schema.contains("properties") &&
           (schema["properties"].contains("cash") || schema["properties"].contains("card"));
  }

  void change(json& place) {
    if (is_alternative(place)) return;  // what is inside it is a place of its own
    if (place.contains("oneOf")) {
      place = below(2) == 0 ? json{{"oneOf", json::array({alternative("card", 1)})}} : variant(1);
    } else if (place.contains("properties") && below(5) != 0) {
      change_object(place);
    } else if (place.contains("anyOf") && below(2) == 0) {
      place = json(place["anyOf"][0]);
    } else if (below(4) == 0 && !place.contains("anyOf")) {
      place = json{{"anyOf", {json(place), {{"type", "null"}}}}};
    } else if (place.contains("enum")) {
      place = names();
    } else {
      place = place.contains("anyOf") ? json{{"anyOf", {schema_but_null(1), {{"type", "null"}}}}} : schema(1);
    }
  }

  void change_object(json& object) {
    const char* const names[] = {"a", "b", "c", "d"};
    const std::string name = names[below(4)];
    auto& required = object["required"];
    switch (below(4)) {
      case 0: put_member(object, name, 1); break;
      case 1:
        object["properties"].erase(name);
        required.erase(std::remove(required.begin(), required.end(), name), required.end());
        break;
      case 2:
        if (!object["properties"].contains(name) || object["properties"][name] == false) break;
        if (std::find(required.begin(), required.end(), name) == required.end())
          required.push_back(name);
        else
          required.erase(std::remove(required.begin(), required.end(), name), required.end());
        break;
      default:
        if (object.contains("additionalProperties"))
          object.erase("additionalProperties");
        else
          object["additionalProperties"] = false;
    }
  }

  json whole_number(const json& schema) {
    const json least = schema.contains("minimum") ? schema["minimum"] : json(schema["exclusiveMinimum"].get<int>() + 1);
    const json most = schema.contains("maximum") ? schema["maximum"] : json(schema["exclusiveMaximum"].get<int>() - 1);
    switch (below(4)) {
      case 0: return least;
      case 1: return most;
      case 2: return 100 + static_cast<int>(below(28));
      default: return static_cast<int>(below(10));
    }
  }

  json characters(const json& schema) {
    if (schema.contains("enum")) return schema["enum"][below(schema["enum"].size())];
    const auto like = schema.value("pattern", "");
    if (like.empty()) return std::vector<std::string>{"", "x y", "ABC", "17", "-0"}[below(5)];
    if (like.find("A-Z") != std::string::npos) return below(2) == 0 ? "GBP" : "ABC";
    if (like.find("?!") == std::string::npos && below(2) == 0) return "-0";
    return std::vector<std::string>{"17", "-5", "0"}[below(3)];
  }

  json elements(const json& schema) {
    json made = json::array();
    const std::size_t size = schema.contains("minItems") ? schema["minItems"].get<std::size_t>() : below(4);
    for (std::size_t i = 0; i < size; ++i) {
      if (schema.contains("prefixItems")) {
        made.push_back(document(schema["prefixItems"][i]));
        continue;
      }
      json one = i > 0 && below(2) == 0 ? json(made[0]) : document(schema["items"]);
      if (schema.contains("uniqueItems") && std::find(made.begin(), made.end(), one) != made.end()) continue;
      made.push_back(std::move(one));
    }
    return made;
  }

  json members(const json& schema) {
    json made = json::object();
    if (schema.contains("properties")) {
      for (const auto& [name, inside] : schema["properties"].items()) {
        if (inside == false) continue;
        const json required = schema.value("required", json::array());
        const bool is_required = std::find(required.begin(), required.end(), name) != required.end();
        if (is_required || below(2) == 0) made[name] = document(inside);
      }
    }
    if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object())
      for (const char* const name : {"a", "b", "c", "d", "x"})
        if (below(2) == 0) made[name] = document(schema["additionalProperties"]);
    return made;
  }

  std::mt19937_64 random_;
};

/// The first document written by one schema that the other refuses; empty if there is none among many.
std::string refused(generator& make, const json& written, const schema_validator& by) {
  for (int i = 0; i < 2'000; ++i) {
    const std::string document = make.document(written).dump();
    if (!by.violations(document).empty()) return document;
  }
  return {};
}

std::size_t pairs() {
  const char* const count = std::getenv("PAIRS");
  return count != nullptr ? std::stoul(count) : 200;
}

}  // namespace

TEST_CASE("of generated pairs of schemas is said what samples of the one show by the other") {
  std::size_t compatible = 0;
  std::size_t incompatible = 0;
  for (std::size_t seed = 1; seed <= pairs(); ++seed) {
    generator make(seed);
    const json before = make.object(3);
    const json after = make.changed(before);
    CAPTURE(seed);
    CAPTURE(before.dump());
    CAPTURE(after.dump());
    const schema_validator old_schema(before.dump());
    const schema_validator new_schema(after.dump());
    const auto found = schema_changes(old_schema, new_schema);
    const compatibility how = compatibility_of(found);
    REQUIRE(refused(make, before, old_schema) == "");  // the sampler writes what fits its own schema
    const std::string not_read_now = refused(make, before, new_schema);
    const std::string not_read_before = refused(make, after, old_schema);
    CAPTURE(not_read_now);
    CAPTURE(not_read_before);
    CHECK(reads_old(how) == not_read_now.empty());
    CHECK(reads_new(how) == not_read_before.empty());
    for (const schema_change& one : found) CHECK((one.reads == compatibility::both || !one.why.empty()));
    compatible += not_read_now.empty() ? 1 : 0;
    incompatible += not_read_now.empty() ? 0 : 1;
  }
  CHECK(compatible > pairs() / 10);
  CHECK(incompatible > pairs() / 10);
}

TEST_CASE("of two types is said what reading the one's values as the other shows") {
  // What no schema can say (framework/whence/serialization/README.md, "JSON Schema"), as reading says it.
  const std::regex decided(
      "expected a time in steps of|expected whole ticks of|expected a duration like|expected a time of RFC 3339|is "
      "there "
      "twice|expected a whole number, found number|expected a decimal like");
  struct one {
    const shapes::shape* shape;
    schema_validator schema;
    std::vector<std::string> documents;
  };
  std::vector<one> all;
  for (const auto& shape : shapes::all()) {
    all.push_back({&shape, schema_validator(shape.schema()), {}});
    for (std::uint64_t seed = 1; seed <= 150; ++seed) all.back().documents.push_back(shape.document(seed));
  }
  for (const one& written : all) {
    for (const one& read : all) {
      const bool said = reads_old(compatibility_of(schema_changes(written.schema, read.schema)));
      std::string refusal;
      std::string document;
      for (const std::string& text : written.documents) {
        std::string why = read.shape->refusal(text);
        if (why.empty() || (said && std::regex_search(why, decided))) continue;
        refusal = why;
        document = text;
        break;
      }
      CAPTURE(written.shape->name);
      CAPTURE(read.shape->name);
      CAPTURE(document);
      CAPTURE(refusal);
      CHECK(said == refusal.empty());
    }
  }
}
