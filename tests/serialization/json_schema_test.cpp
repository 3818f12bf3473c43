// The schema of each kind of value. That it accepts and refuses what reading does is compared with another validator elsewhere.
#include <doctest/doctest.h>

#include <chrono>
#include <limits>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include <whence/serialization/json_schema.hpp>

#include "tests/serialization/samples.hpp"

using namespace samples;
using nlohmann::ordered_json;

namespace {

/// Without the line that all schemas have.
template <class T>
std::string schema_of() {
  auto schema = ordered_json::parse(whence::json_schema<T>());
  CHECK(schema.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
  schema.erase("$schema");
  return schema.dump();
}

struct Placed {
  static constexpr whence::event_type type{"Placed", 3};
  std::string customer;
  int priority = 0;
  std::optional<Status> status{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("customer", customer), whence::or_default(make_nvp("priority", priority), 3),
       make_nvp("status", status));
  }
};

struct Lenient {
  int known = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(whence::tolerant, make_nvp("known", known));
  }
};

struct Forest {
  std::vector<Tree> trees;
  std::optional<Tree> best{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("trees", trees), make_nvp("best", best));
  }
};

struct Twice {
  int a = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("a", a), make_nvp("a", a));
  }
};

}  // namespace

TEST_CASE("an event's schema has its name, what is required, and nothing else") {
  CHECK(schema_of<Placed>() ==
        R"({"title":"Placed version 3","type":"object","properties":{"customer":{"type":"string"},)"
        R"("priority":{"type":"integer","minimum":-2147483648,"maximum":2147483647,"default":3},)"
        R"("status":{"anyOf":[{"type":"string","enum":["none","placed","paid"]},{"type":"null"}]}},)"
        R"("required":["customer"],"additionalProperties":false})");
}

TEST_CASE("integers have the range of their type") {
  CHECK(schema_of<std::int8_t>() == R"({"type":"integer","minimum":-128,"maximum":127})");
  CHECK(schema_of<std::uint16_t>() == R"({"type":"integer","minimum":0,"maximum":65535})");
  CHECK(schema_of<std::int64_t>() ==
        R"({"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807})");
  CHECK(schema_of<std::uint64_t>() == R"({"type":"integer","minimum":0,"maximum":18446744073709551615})");
  CHECK(schema_of<double>() == R"({"type":"number"})");
  CHECK(schema_of<float>().find(R"({"type":"number","exclusiveMinimum":-3.402823567797336)") == 0);
}

TEST_CASE("texts that have a form have a pattern") {
  CHECK(schema_of<whence::currency_code>() == R"({"type":"string","pattern":"^[A-Z]{3}$"})");
  CHECK(schema_of<whence::decimal>().find(R"({"type":"string","pattern":")") == 0);
  CHECK(schema_of<whence::timestamp>().find(R"({"type":"string","pattern":")") == 0);
  CHECK(schema_of<std::chrono::seconds>().find(R"({"type":"string","pattern":")") == 0);
  CHECK(schema_of<whence::event_id>().find(R"({"type":"string","pattern":")") == 0);
  CHECK(schema_of<std::vector<std::byte>>().find(R"("contentEncoding":"base64")") != std::string::npos);
  CHECK(schema_of<std::string>() == R"({"type":"string"})");
  CHECK(schema_of<whence::id<Stock>>() == R"({"type":"string"})");
}

TEST_CASE("lists, sets, maps, tuples and variants say what is in them") {
  CHECK(schema_of<std::vector<bool>>() == R"({"type":"array","items":{"type":"boolean"}})");
  CHECK(schema_of<std::set<std::string>>() == R"({"type":"array","items":{"type":"string"},"uniqueItems":true})");
  CHECK(schema_of<std::array<bool, 3>>() == R"({"type":"array","items":{"type":"boolean"},"minItems":3,"maxItems":3})");
  CHECK(schema_of<std::array<bool, 0>>() == R"({"type":"array","maxItems":0})");
  CHECK(
      schema_of<std::pair<bool, std::string>>() ==
      R"({"type":"array","prefixItems":[{"type":"boolean"},{"type":"string"}],"items":false,"minItems":2,"maxItems":2})");
  CHECK(schema_of<std::tuple<>>() == R"({"type":"array","maxItems":0})");
  CHECK(schema_of<std::map<std::string, bool>>() == R"({"type":"object","additionalProperties":{"type":"boolean"}})");
  CHECK(
      schema_of<std::map<bool, bool>>() ==
      R"({"type":"array","items":{"type":"array","prefixItems":[{"type":"boolean"},{"type":"boolean"}],"items":false,)"
      R"("minItems":2,"maxItems":2},"uniqueItems":true})");
  CHECK(schema_of<Means>() ==
        R"({"oneOf":[{"type":"object","properties":{"cash":{"type":"object","additionalProperties":false}},)"
        R"("required":["cash"],"additionalProperties":false},{"type":"object","properties":{"card":{"type":"object",)"
        R"("properties":{"number":{"type":"string"}},"required":["number"],"additionalProperties":false}},)"
        R"("required":["card"],"additionalProperties":false}]})");
  CHECK(schema_of<Lenient>() ==
        R"({"type":"object","properties":{"known":{"type":"integer","minimum":-2147483648,"maximum":2147483647}},)"
        R"("required":["known"]})");
}

TEST_CASE("a type that holds itself refers to itself, and to nothing outside") {
  CHECK(schema_of<Tree>() == R"({"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}},)"
                             R"("required":["children"],"additionalProperties":false})");
  CHECK(schema_of<Forest>() ==
        R"({"type":"object","properties":{"trees":{"type":"array","items":{"$ref":"#/$defs/children"}},)"
        R"("best":{"anyOf":[{"$ref":"#/$defs/children"},{"type":"null"}]}},"required":["trees"],)"
        R"("additionalProperties":false,"$defs":{"children":{"type":"object","properties":{"children":{"type":"array",)"
        R"("items":{"$ref":"#/$defs/children"}}},"required":["children"],"additionalProperties":false}}})");
}

TEST_CASE("a type that names a member twice has no schema") {
  CHECK_THROWS_AS(static_cast<void>(whence::json_schema<Twice>()), whence::encode_error);
}
