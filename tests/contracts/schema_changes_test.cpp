// What changed between two schemas: each kind of change, who can still read whom, and what to do.
#include <doctest/doctest.h>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <whence/contracts/schema_changes.hpp>
#include <whence/serialization/json_schema.hpp>

using namespace whence;

namespace {

std::vector<schema_change> changes(const std::string& before, const std::string& after) {
  return schema_changes(schema_validator(before), schema_validator(after));
}

/// A change a line, without what to do: "backward /a: may be null now: code of before refuses null".
std::string told(const std::string& before, const std::string& after) {
  std::string lines;
  for (const schema_change& one : changes(before, after))
    lines.append(name_of(one.reads))
        .append(" ")
        .append(one.pointer)
        .append(": ")
        .append(one.what)
        .append(one.why.empty() ? "" : ": ")
        .append(one.why)
        .append("\n");
  return lines;
}

std::string object(const std::string& properties, const std::string& required, bool tolerant = false) {
  return R"({"title":"Paid version 3","type":"object","properties":{)" + properties + R"(},"required":[)" + required +
         "]" + (tolerant ? "}" : R"(,"additionalProperties":false})");
}

template <class Before, class After>
std::string told() {
  return told(json_schema<Before>(), json_schema<After>());
}

struct Tree {
  std::vector<Tree> children;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("children", children));
  }
};
struct NamedTree {
  std::vector<NamedTree> children;
  std::optional<std::string> name;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("children", children), cereal::make_nvp("name", name));
  }
};

const std::string a = R"("a":{"type":"string"})";
const std::string b = R"("b":{"type":"integer"})";

}  // namespace

TEST_CASE("a required member that is new breaks both: old events lack it, old code refuses it") {
  const auto found = changes(object(a, R"("a")"), object(a + "," + b, R"("a","b")"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].pointer == "/b");
  CHECK(found[0].reads == compatibility::breaking);
  CHECK(found[0].what == "a member is new, and required");
  CHECK(found[0].why == "events of before do not have it; code of before refuses a member that it does not name");
  CHECK(
      found[0].remedy ==
      R"(give the event a new version and upcast<Paid, 3>([](document& data) { data.set("b", …); }); or let it be optional, or have `or_default`)");
}

TEST_CASE("a required member that is gone breaks both") {
  const auto found = changes(object(a + "," + b, R"("a","b")"), object(a, R"("a")"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].reads == compatibility::breaking);
  CHECK(found[0].why == "code of now refuses a member that it does not name; code of before requires it");
  CHECK(found[0].remedy.find(R"(data.remove("b");)") != std::string::npos);
}

TEST_CASE("a member with another name is told to be renamed") {
  const auto found = changes(object(a + R"(,"custId":{"type":"string"})", R"("a","custId")"),
                             object(a + R"(,"customer":{"type":"string"})", R"("a","customer")"));
  REQUIRE(found.size() == 2);
  for (const auto& one : found) CHECK(one.remedy.find(R"(data.rename("custId", "customer");)") != std::string::npos);
  CHECK(compatibility_of(found) == compatibility::breaking);
}

TEST_CASE("a member that may be left out comes and goes in one direction") {
  CHECK(told(object(a, R"("a")"), object(a + "," + b, R"("a")")) ==
        "backward /b: a member is new, and may be left out: code of before refuses a member that it does not name\n");
  CHECK(told(object(a + "," + b, R"("a")"), object(a, R"("a")")) ==
        "forward /b: a member is gone: code of now refuses a member that it does not name\n");
  CHECK(told(object(a + "," + b, R"("a","b")"), object(a + "," + b, R"("a")")) ==
        "backward /b: a member may be left out now: code of before refuses an event without it\n");
  CHECK(told(object(a + "," + b, R"("a")"), object(a + "," + b, R"("a","b")")) ==
        "forward /b: a member may not be left out any more: events of before may lack it\n");
}

TEST_CASE("a tolerant type passes over members that come and go") {
  CHECK(told(object(a, R"("a")", true), object(a + "," + b, R"("a")", true)) ==
        "both /b: a member is new, and may be left out\n");
  CHECK(told(object(a, R"("a")", true), object(a + "," + b, R"("a","b")", true)) ==
        "forward /b: a member is new, and required: events of before do not have it\n");
  CHECK(told(object(a + "," + b, R"("a","b")", true), object(a, R"("a")", true)) ==
        "backward /b: a member is gone that was required: code of before requires it\n");
  CHECK(told(object(a, R"("a")"), object(a, R"("a")", true)) ==
        "both : members that are not named are passed over now: nobody who writes by either schema writes such "
        "members\n");
}

TEST_CASE("a member that is only named to be refused is none") {
  const std::string never = R"("b":false)";
  const std::string with_never = a + "," + never;
  CHECK(told(object(a + "," + b, R"("a","b")"), object(with_never, R"("a")")) ==
        "breaking /b: a member is gone that was required: code of now refuses that member; code of before requires "
        "it\n");
  // Who is tolerant passes over what he does not name, and not over what he names.
  CHECK(told(object(a + "," + b, R"("a")", true), object(with_never, R"("a")", true)) ==
        "forward /b: a member is gone: code of now refuses that member\n");
  CHECK(told(object(with_never, R"("a")", true), object(a + "," + b, R"("a")", true)) ==
        "backward /b: a member is new, and may be left out: code of before refuses that member\n");
  CHECK(told(object(with_never, R"("a")"), object(a + "," + b, R"("a","b")")) ==
        "breaking /b: a member is new, and required: events of before do not have it; code of before refuses that "
        "member\n");
  const auto gone = changes(object(a + "," + b, R"("a")", true), object(with_never, R"("a")", true));
  CHECK(gone.front().remedy.ends_with(R"(data.remove("b"); }))"));  // to be tolerant would not help

  for (const bool tolerant : {false, true}) {
    CAPTURE(tolerant);
    CHECK(told(object(a, R"("a")", tolerant), object(with_never, R"("a")", tolerant)) == "");
    CHECK(told(object(with_never, R"("a")", tolerant), object(a, R"("a")", tolerant)) == "");
    const std::string referred = R"(,"b":{"$ref":"#/properties/b/$defs/no","$defs":{"no":false}})";
    CHECK(told(object(a, R"("a")", tolerant), object(a + referred, R"("a")", tolerant)) == "");
  }
  const std::string map = R"({"type":"object","additionalProperties":{"type":"integer"},"properties":{)";
  CHECK(told(map + "}}", map + never + "}}").starts_with("forward "));
  CHECK(told(map + never + "}}", map + "}}").starts_with("backward "));
}

TEST_CASE("an object that needs what nothing is, is none") {
  const std::string nothing = object(a + R"(,"b":false)", R"("b")");
  CHECK(compatibility_of(changes(nothing, object(a, ""))) == compatibility::backward);
  CHECK(compatibility_of(changes(object(a, ""), nothing)) == compatibility::forward);
  CHECK(told(nothing, R"({"type":"object","required":["c"],"additionalProperties":false})") == "");
  // A member that has to be there is written also where no property names it.
  const std::string unnamed = R"({"type":"object","required":["b"]})";
  CHECK_FALSE(reads_old(compatibility_of(changes(unnamed, R"({"type":"object","properties":{"b":false}})"))));
  CHECK_FALSE(reads_old(compatibility_of(changes(unnamed, object(a, "")))));
}

TEST_CASE("the same said with other keywords is no change") {
  const auto same = [](const std::string& one, const std::string& other) {
    CAPTURE(one);
    CAPTURE(other);
    CHECK(told(one, other) == "");
    CHECK(told(other, one) == "");
  };
  const std::string whole = R"({"type":"integer",)";
  same(whole + R"("exclusiveMinimum":0})", whole + R"("minimum":1})");
  same(whole + R"("exclusiveMaximum":10})", whole + R"("maximum":9})");
  same(whole + R"("exclusiveMaximum":-1,"minimum":-3.5})", whole + R"("maximum":-2,"exclusiveMinimum":-4})");
  same(whole + R"("minimum":0.5,"maximum":2.5})", whole + R"("exclusiveMinimum":0.5,"exclusiveMaximum":2.5})");
  same(whole + R"("minimum":0,"exclusiveMinimum":0})", whole + R"("minimum":1})");
  same(whole + R"("exclusiveMinimum":9007199254740992})", whole + R"("minimum":9007199254740993})");
  same(whole + R"("exclusiveMinimum":18446744073709551614})", whole + R"("minimum":18446744073709551615})");
  same(whole + R"("exclusiveMaximum":18446744073709551616})", whole + R"("maximum":18446744073709551615})");
  same(whole + R"("exclusiveMaximum":-9223372036854775807})", whole + R"("maximum":-9223372036854775808})");
  same(R"({"type":"number","minimum":1})", R"({"type":"number","minimum":1.0,"exclusiveMinimum":0})");
  const std::string list = R"({"type":"array",)";
  same(list + R"("items":false})", list + R"("maxItems":0})");
  same(list + R"("prefixItems":[{"type":"string"}],"items":false})",
       list + R"("prefixItems":[{"type":"string"}],"maxItems":1})");
  same(list + R"("prefixItems":[{"type":"string"},false]})", list + R"("items":{"type":"string"},"maxItems":1})");
  same(object(a, R"("a")"), object(a, R"("a")").insert(1, R"("maxProperties":1,"minProperties":1,)"));
  for (const std::string none : {R"("minLength":0,)", R"("minItems":0,)", R"("minProperties":0,)"}) {
    same(R"({"type":["string","array","object"]})", "{" + none + R"("type":["string","array","object"]})");
  }
}

TEST_CASE("a bound that is excluded is another one, where there is something between") {
  CHECK(told(R"({"type":"number","exclusiveMinimum":0})", R"({"type":"number","minimum":1})") ==
        "forward : was numbers above 0, is numbers from 1: events of before may have what is not read any more\n");
  CHECK(told(R"({"type":"number","exclusiveMinimum":0})", R"({"type":"number","minimum":0})").starts_with("backward"));
  CHECK(
      told(R"({"type":"integer","exclusiveMinimum":0})", R"({"type":"integer","minimum":0})").starts_with("backward"));
  CHECK(told(R"({"type":"integer","exclusiveMinimum":0})", R"({"type":"integer","minimum":2})").starts_with("forward"));
  CHECK(
      told(R"({"type":"integer","exclusiveMaximum":9})", R"({"type":"integer","maximum":9})").starts_with("backward"));
  CHECK(told(R"({"type":"integer","minimum":1})", R"({"type":"number","exclusiveMinimum":0})").starts_with("backward"));
  CHECK(told(R"({"type":"integer","minimum":0})", R"({"type":"number","exclusiveMinimum":0})").starts_with("breaking"));
  // Beyond 64 bits the next whole number is the next double.
  CHECK(told(R"({"type":"integer","exclusiveMinimum":1e30})", R"({"type":"integer","minimum":1e30})")
            .starts_with("backward"));
  CHECK(told(R"({"type":"integer","exclusiveMaximum":-1e30})", R"({"type":"integer","maximum":-1e30})")
            .starts_with("backward"));
  CHECK(told(R"({"type":"integer","exclusiveMinimum":0,"maximum":0})", R"({"type":"integer","minimum":7})")
            .starts_with("backward"));
}

TEST_CASE("a default that changes is told, for old events mean something else then") {
  const std::string was = R"("n":{"type":"integer","default":3})";
  const std::string is = R"("n":{"type":"integer","default":5})";
  CHECK(told(object(was, ""), object(is, "")) ==
        "both /n: a member that is left out reads as 5, and read as 3: events of before that lack it mean something "
        "else from now on\n");
}

TEST_CASE("a range that grows is read backward, one that shrinks forward") {
  CHECK(told<std::int8_t, std::int16_t>() ==
        "backward : was whole numbers from -128 to 127, is whole numbers from -32768 to 32767: code of before does not "
        "read all that "
        "is written now\n");
  CHECK(told<std::int64_t, std::int32_t>() ==
        "forward : was whole numbers from -9223372036854775808 to 9223372036854775807, is whole numbers from "
        "-2147483648 to 2147483647: "
        "events of before may have what is not read any more\n");
  CHECK(told<std::int32_t, std::uint32_t>().starts_with("breaking : was"));
  CHECK(told<std::int32_t, double>() ==
        "backward : was whole numbers from -2147483648 to 2147483647, is numbers: code of before refuses a fraction\n");
  CHECK(told<std::int64_t, double>().ends_with(
      "is numbers: code of before refuses a fraction; beyond 2^53 a whole number is read as the nearest double now\n"));
  CHECK(told<float, double>().starts_with("backward"));
  CHECK(told<std::uint64_t, std::uint64_t>().empty());
}

TEST_CASE("another kind of value breaks both") {
  CHECK(told<std::int32_t, std::string>() ==
        "breaking : was whole numbers from -2147483648 to 2147483647, is any text: neither reads what the other "
        "writes\n");
  CHECK(told<std::string, std::vector<std::string>>().starts_with("breaking"));
}

TEST_CASE("texts that have a form are texts, and not the other way round") {
  CHECK(told<timestamp, std::string>().starts_with("backward : was texts like ^"));
  CHECK(told<std::string, decimal>().starts_with("forward"));
  CHECK(told<uuid, decimal>().starts_with("breaking"));
  CHECK(told<std::array<std::byte, 1>, std::vector<std::byte>>().starts_with("backward"));
  CHECK(told<std::array<std::byte, 1>, std::array<std::byte, 2>>().starts_with("breaking"));
}

TEST_CASE("names of an enumeration come and go one by one") {
  const std::string sizes = R"({"type":"string","enum":["small","large"]})";
  CHECK(told(sizes, R"({"type":"string","enum":["small","large","huge"]})") ==
        "backward : may be \"huge\" now: code of before does not know \"huge\"\n");
  CHECK(told(sizes, R"({"type":"string","enum":["large","small"]})").empty());
  CHECK(told(sizes, R"({"type":"string","enum":["small","big"]})") ==
        "backward : may be \"big\" now: code of before does not know \"big\"\n"
        "forward : may not be \"large\" any more: events of before may have \"large\"\n");
  CHECK(told(sizes, R"({"type":"string"})").starts_with("backward"));
  CHECK(told(R"({"type":"string","enum":["1.5"]})", json_schema<decimal>()).starts_with("backward"));
}

TEST_CASE("null, alternatives, lists, maps, tuples") {
  CHECK(told<int, std::optional<int>>() == "backward : may be null now: code of before refuses null\n");
  CHECK(told<std::optional<int>, int>() == "forward : may not be null any more: events of before may have null\n");
  CHECK(told<std::vector<int>, std::set<int>>().starts_with("forward : was lists, is lists without an element twice"));
  CHECK(told<std::array<int, 2>, std::vector<int>>().starts_with("backward"));
  CHECK(told<std::array<int, 2>, std::pair<int, int>>().empty());
  CHECK(told<std::pair<int, int>, std::array<std::int64_t, 2>>().starts_with("backward"));
  CHECK(told<std::pair<int, std::int8_t>, std::pair<int, std::int16_t>>().starts_with("backward /1: was"));
  CHECK(told<std::vector<std::int8_t>, std::vector<std::int16_t>>().starts_with("backward /*: was"));
  CHECK(
      told<std::map<std::string, std::int8_t>, std::map<std::string, std::int16_t>>().starts_with("backward /*: was"));
  const std::string cash =
      R"({"type":"object","properties":{"cash":{"type":"object"}},"required":["cash"],"additionalProperties":false})";
  const std::string card =
      R"({"type":"object","properties":{"card":{"type":"integer"}},"required":["card"],"additionalProperties":false})";
  const std::string gift =
      R"({"type":"object","properties":{"card":{"type":"number"}},"required":["card"],"additionalProperties":false})";
  CHECK(told("{\"oneOf\":[" + cash + "]}", "{\"oneOf\":[" + cash + "," + card + "]}") ==
        "backward /card: an alternative is new: code of before does not know it\n");
  CHECK(told("{\"oneOf\":[" + cash + "," + card + "]}", "{\"oneOf\":[" + card + "]}") ==
        "forward /cash: an alternative is gone: events of before may be of it\n");
  CHECK(told("{\"oneOf\":[" + cash + "," + card + "]}", "{\"oneOf\":[" + cash + "," + gift + "]}")
            .starts_with("backward /card: was"));
}

TEST_CASE("objects and lists that are named one by one are compared value by value") {
  const std::string numbers = R"({"const":{"a":1}})";
  CHECK(told(numbers, R"({"type":"object","properties":{"a":{"type":"string"}}})").starts_with("breaking "));
  CHECK(told(numbers, R"({"type":"object","properties":{"a":{"type":"integer"}}})").starts_with("backward "));
  CHECK(told(R"({"enum":[{"a":1}]})", R"({"type":"object","additionalProperties":false})").starts_with("breaking "));
  CHECK(told(R"({"enum":[{},{"a":1}]})", R"({"enum":[{"a":1},{},[]]})").starts_with("backward "));
  CHECK(told(R"({"enum":[[1],[2]]})", R"({"type":"array","items":{"type":"string"}})").starts_with("breaking "));
  CHECK(
      told(object(R"("p":{"const":{"a":1}})", R"("p")"), object(R"("p":{"type":"object","maxProperties":0})", R"("p")"))
          .starts_with("breaking "));
}

TEST_CASE("types that hold themselves are compared to their end") {
  CHECK(told<Tree, Tree>().empty());
  CHECK(
      told<Tree, NamedTree>() ==
      "backward /children/*/name: a member is new, and may be left out: code of before refuses a member that it does "
      "not name\n"
      "backward /name: a member is new, and may be left out: code of before refuses a member that it does not name\n");
  CHECK(told<NamedTree, Tree>() ==
        "forward /children/*/name: a member is gone: code of now refuses a member that it does not name\n"
        "forward /name: a member is gone: code of now refuses a member that it does not name\n");
}

TEST_CASE("what cannot be compared is compatible only if it is the same") {
  const std::string some = R"({"allOf":[{"type":"string"}]})";
  CHECK(told(some, some).empty());
  CHECK(
      told(some, R"({"allOf":[{"type":"integer"}]})") ==
      "breaking : the schema is another, and uses what cannot be compared: nothing shows that they read each other\n");
  CHECK(told(some, R"({"type":"string"})").starts_with("breaking"));
}

TEST_CASE("alternatives of alternatives are not counted out") {
  for (const std::string kind : {"anyOf", "oneOf"}) {
    for (const std::string leaf : {R"({"type":"object"})", R"({"type":"string"})", "false"}) {
      CAPTURE(kind);
      CAPTURE(leaf);
      constexpr int levels = 30;
      std::string alternatives = R"("a30":)" + leaf;
      for (int i = 0; i < levels; ++i) {
        const std::string next = R"({"$ref":"#/$defs/a)" + std::to_string(i + 1) + "\"}";
        alternatives += ",\"a" + std::to_string(i) + "\":{\"" + kind + "\":[" + next + "," + next + "]}";
      }
      const std::string many = R"({"$ref":"#/$defs/a0","$defs":{)" + alternatives + "}}";
      CHECK(changes(many, many).empty());
      CHECK(compatibility_of(changes(many, R"({"type":"integer"})")) == compatibility::breaking);
      CHECK(compatibility_of(changes(R"({"type":"integer"})", many)) == compatibility::breaking);
    }
  }
}

TEST_CASE("schemas made to do harm are compared all the same") {
  std::string before;
  std::string after;
  for (int i = 0; i < 2'000; ++i) {
    const std::string next = "{\"$ref\":\"#/$defs/" + std::to_string((i + 1) % 2'000) + "\"}";
    const std::string other = "{\"$ref\":\"#/$defs/" + std::to_string((i + 1) % 1'999) + "\"}";
    before +=
        (i > 0 ? "," : "") + ("\"" + std::to_string(i) + "\":{\"properties\":{\"a\":" + next + ",\"b\":" + next + "}}");
    if (i < 1'999)
      after += (i > 0 ? "," : "") +
               ("\"" + std::to_string(i) + "\":{\"properties\":{\"a\":" + other + ",\"b\":" + other + "}}");
  }
  // Nobody can tell within 256 levels; it has to end, and not to say that all is well.
  const auto found = changes("{\"$ref\":\"#/$defs/0\",\"$defs\":{" + before + "}}",
                             "{\"$ref\":\"#/$defs/0\",\"$defs\":{" + after + "}}");
  CHECK(compatibility_of(found) == compatibility::breaking);
}
