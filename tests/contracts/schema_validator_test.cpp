// Judging documents by schemas: what is refused of either, what is said of what does not fit.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <whence/contracts/schema_validator.hpp>
#include <whence/serialization/json_schema.hpp>

using namespace whence;

namespace {

enum class Size { small, large };
constexpr auto names_of(Size) { return std::array<std::string_view, 2>{"small", "large"}; }

struct Cash {
  static constexpr std::string_view name = "cash";
  template <class Archive>
  void serialize(Archive&) {}
};
struct Card {
  static constexpr std::string_view name = "card";
  std::string number;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("number", number));
  }
};

struct CupOrdered {
  static constexpr event_type type{"CupOrdered", 1};
  std::string tea;
  Size size = Size::small;
  std::int8_t count = 1;
  std::optional<std::int64_t> points;
  std::vector<decimal> prices;
  std::variant<Cash, Card> paid_by;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("tea", tea), cereal::make_nvp("size", size), cereal::make_nvp("count", count),
       cereal::make_nvp("points", points), cereal::make_nvp("prices", prices), cereal::make_nvp("paidBy", paid_by));
  }
};

/// The violations, a line each.
std::string judged(const std::string& schema, const std::string& document) {
  std::string texts;
  for (const auto& wrong : schema_validator(schema).violations(document)) texts += wrong.text() + "\n";
  return texts;
}

bool fits(const std::string& schema, const std::string& document) { return judged(schema, document).empty(); }

std::string refusal(const std::string& schema) {
  try {
    const schema_validator made(schema);
  } catch (const error& refused) {
    return std::string(refused.code()) + " " + refused.what();
  }
  return "(taken)";
}

}  // namespace

TEST_CASE("a keyword that is not checked is refused, with its place, and never passed over") {
  try {
    const schema_validator made(R"({"properties":{"a/b":{"format":"email"}}})");
    FAIL("it was taken");
  } catch (const schema_unsupported& refused) {
    CHECK(refused.keyword == "format");
    CHECK(refused.pointer == "/properties/a~1b/format");
  }
  for (const std::string keyword : {"$anchor",
                                    "$dynamicAnchor",
                                    "$dynamicRef",
                                    "$id",
                                    "$vocabulary",
                                    "contains",
                                    "contentMediaType",
                                    "contentSchema",
                                    "dependencies",
                                    "dependentRequired",
                                    "dependentSchemas",
                                    "else",
                                    "format",
                                    "if",
                                    "maxContains",
                                    "minContains",
                                    "multipleOf",
                                    "patternProperties",
                                    "propertyNames",
                                    "readOnly",
                                    "then",
                                    "unevaluatedItems",
                                    "unevaluatedProperties",
                                    "writeOnly",
                                    "definitions",
                                    "Type"})
    CHECK(refusal("{\"" + keyword + "\":1}") ==
          "schema.unsupported /" + keyword + ": the keyword \"" + keyword + "\" is not checked here");
  CHECK(refusal(R"({"$ref":"other.json"})") ==
        R"(schema.unsupported /$ref: "other.json" does not stand in this schema: a schema stands alone here)");
  CHECK(refusal(R"({"$schema":"http://json-schema.org/draft-07/schema#"})") ==
        "schema.unsupported /$schema: only https://json-schema.org/draft/2020-12/schema is checked here");
  CHECK(refusal(R"({"pattern":"\\bword"})") ==
        R"(schema.unsupported /pattern: the text "\\bword": the boundary of a word is not understood)");
}

TEST_CASE("a schema that is none is refused, with the place that is wrong") {
  CHECK(refusal("{") == "schema.malformed no JSON from byte 2");
  CHECK(refusal("[]") == "schema.malformed a schema is an object or a boolean, this is a list of 0");
  CHECK(refusal(R"({"type":"text"})") == R"(schema.malformed /type: the text "text" is no type)");
  CHECK(refusal(R"({"type":[]})") == "schema.malformed /type: no type at all");
  CHECK(refusal(R"({"items":{"minimum":"1"}})") ==
        R"(schema.malformed /items/minimum: expected a number, found the text "1")");
  CHECK(refusal(R"({"maxLength":-1})") == "schema.malformed /maxLength: expected a count, found the number -1");
  CHECK(refusal(R"({"maxLength":1.5})") == "schema.malformed /maxLength: expected a count, found the number 1.5");
  CHECK(refusal(R"({"required":["a",1]})") == "schema.malformed /required: expected a text, found the number 1");
  CHECK(refusal(R"({"anyOf":[]})") == "schema.malformed /anyOf: expected schemas, found none");
  CHECK(refusal(R"({"pattern":"("})") == R"(schema.malformed /pattern: the text "(": a ( that is not closed)");
  CHECK(refusal(R"({"$ref":"#/$defs/a"})") == R"(schema.malformed /$ref: there is no schema at "#/$defs/a")");
  CHECK(refusal(R"({"enum":[{"type":"string"}],"$ref":"#/enum/0"})") ==
        R"(schema.malformed /$ref: there is no schema at "#/enum/0")");
  CHECK(refusal(R"({"type":"string","type":"null"})") ==
        R"(schema.malformed the member "type" is there twice in one object)");
}

TEST_CASE("a schema that leads to itself without going into the value is refused") {
  CHECK(refusal(R"({"$ref":"#"})") ==
        "schema.malformed for one value it leads to itself, or through more than 64 schemas");
  CHECK(refusal(R"({"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}})")
            .find("leads to itself") != std::string::npos);
  CHECK(fits(R"({"properties":{"next":{"$ref":"#"}},"additionalProperties":false})", R"({"next":{"next":{}}})"));
  // A chain of references that is long and no circle.
  std::string chain = R"({"$ref":"#/$defs/0","$defs":{)";
  for (int i = 0; i < 50'000; ++i)
    chain += "\"" + std::to_string(i) + "\":{\"$ref\":\"#/$defs/" + std::to_string(i + 1) + "\"},";
  CHECK(refusal(chain + R"("50000":true}})").find("through more than 64 schemas") != std::string::npos);
}

TEST_CASE("nothing that is nested without end overflows the stack") {
  const std::string deep(1'000'000, '[');
  CHECK(refusal(deep) == "schema.malformed deeper than 256 levels");
  CHECK_THROWS_WITH_AS(static_cast<void>(judged("true", deep)), "deeper than 64 levels", decode_error);
  std::string schema = "true";
  for (int i = 0; i < 200; ++i) schema = R"({"items":)" + schema + "}";
  CHECK(fits(schema, "[[[[]]]]"));
  for (int i = 0; i < 200; ++i) schema = R"({"not":)" + schema + "}";
  CHECK(refusal(schema) == "schema.malformed deeper than 256 levels");
}

TEST_CASE("alternatives inside alternatives do not take for ever: the work is given up, and that is told") {
  std::string definitions;
  for (int i = 0; i < 30; ++i) {
    const std::string next = "{\"$ref\":\"#/$defs/" + std::to_string(i + 1) + "\"}";
    definitions += "\"" + std::to_string(i) + "\":{\"allOf\":[" + next + "," + next + "]},";
  }
  const std::string schema = R"({"$ref":"#/$defs/0","$defs":{)" + definitions + R"("30":{"type":"string"}}})";
  CHECK_THROWS_AS(static_cast<void>(judged(schema, "\"a\"")), schema_too_much_work);
  const std::string slow = R"({"properties":{"a":{"pattern":"(?=.*b)(?=.*c)x"}}})";
  try {
    static_cast<void>(judged(slow, "{\"a\":\"" + std::string(1'000'000, 'a') + "\"}"));
    FAIL("it was judged");
  } catch (const schema_too_much_work& refused) {
    CHECK(refused.pointer == "/a");
  }
}

namespace {

std::string list_of(std::size_t count, const std::string& one) {
  std::string list = "[" + one;
  list.reserve(2 + count * (one.size() + 1));
  for (std::size_t i = 1; i < count; ++i) list.append(",").append(one);
  return list + "]";
}

bool is_too_much(const std::string& schema, const std::string& document) {
  try {
    static_cast<void>(schema_validator(schema).violations(document));
    return false;
  } catch (const schema_too_much_work&) {
    return true;
  }
}

}  // namespace

TEST_CASE("a large value that is looked at by many keywords is work too, each time") {
  const auto many = [](const std::string& schema) { return R"({"allOf":)" + list_of(50'000, schema) + "}"; };
  const std::string text = '"' + std::string(4'000'000, 'a') + '"';
  CHECK(is_too_much(many(R"({"maxLength":4000000})"), text));
  CHECK(is_too_much(many(R"({"pattern":""})"), text));
  CHECK(is_too_much(many(R"({"uniqueItems":true,"maxItems":1})"), list_of(100'000, "[0]")));
  CHECK(is_too_much(
      many(R"({"properties":{"a":true}})"), "{\"b\":" + list_of(1, "0") + [] {
        std::string members;
        for (int i = 0; i < 200'000; ++i) members += ",\"" + std::to_string(i) + "\":0";
        return members;
      }() + "}"));
  const std::string zeros = list_of(1'000, "0");
  const std::string alike = list_of(1'000, zeros.substr(0, zeros.size() - 2) + "1]");
  CHECK(is_too_much(R"({"items":{"anyOf":[{"enum":)" + alike + "},true]}}", list_of(1'000, zeros)));
  // One of each is nothing.
  CHECK(fits(R"({"maxLength":4000000,"pattern":""})", text));
  CHECK(fits(R"({"items":{"const":)" + zeros + "}}", list_of(1'000, zeros)));
}

TEST_CASE(
    "a long name with much in it takes no longer than a short one, and is told as often as there is room for it") {
  const std::string name(1'000'000, 'a');
  const std::string many = "{\"" + name + "\":" + list_of(1'000'000, "0") + "}";
  CHECK(fits(R"({"additionalProperties":{"items":{"type":"integer"}}})", many));
  const std::string wrong = "{\"" + name + "\":1}";
  const auto told = schema_validator(R"({"additionalProperties":{"type":"string"}})").violations(wrong);
  CHECK(told.at(0).pointer.size() == 1 + name.size());
  CHECK(is_too_much(R"({"additionalProperties":{"oneOf":)" + list_of(100'000, "false") + "}}", wrong));
}

TEST_CASE("a schema that is short, and large when it is written out, is refused before it is") {
  CHECK(refusal(R"({"anyOf":)" + list_of(60, R"({"pattern":".{20000}"})") + "}").find("it is too large") !=
        std::string::npos);
  CHECK(refusal(R"({"anyOf":)" + list_of(40, R"({"pattern":".{20000}"})") + "}") == "(taken)");
  const std::string name(1'000'000, 'a');
  CHECK(refusal(R"({"properties":{")" + name + R"(":{"anyOf":)" + list_of(100, "true") + "}}}") ==
        "schema.unsupported names so long, with so many schemas inside them, are not checked here");
  CHECK(refusal(R"({"properties":{")" + name + R"(":true}})") == "(taken)");
}

TEST_CASE("what a value should have been is told shortly") {
  const std::string large = list_of(100, "0");
  CHECK(judged(R"({"enum":["a",)" + large + ",\"" + std::string(100, 'b') + "\"]}", "0") ==
        "expected one of \"a\", a list of 100, a text of 100 bytes, found the number 0 (by /enum)\n");
  CHECK(judged(R"({"const":)" + large + "}", "0") == "expected a list of 100, found the number 0 (by /const)\n");
}

TEST_CASE("what does not fit is told with both places, what was expected, and what was found") {
  const std::string schema = json_schema<CupOrdered>();
  CHECK(
      judged(
          schema,
          R"({"tea":7,"size":"Small","count":200,"points":"x","prices":["1","-0"],"paidBy":{"card":{}},"colour":1})") ==
      R"(/colour: expected no such member, found the number 1 (by /additionalProperties)
/count: expected at most 127, found the number 200 (by /properties/count/maximum)
/paidBy/card/number: expected a member, found nothing (by /properties/paidBy/oneOf/1/properties/card/required)
/points: expected what fits one of 2 alternatives, found the text "x" (by /properties/points/anyOf)
/prices/1: expected a text like ^(?!-0([.]0+)?$)-?(0|[1-9][0-9]{0,18})([.][0-9]{1,18})?$, found the text "-0" (by /properties/prices/items/pattern)
/size: expected one of "small", "large", found the text "Small" (by /properties/size/enum)
/tea: expected a text, found the number 7 (by /properties/tea/type)
)");
  CHECK(judged(schema, "[]") == "expected an object, found a list of 0 (by /type)\n");
  CHECK(judged(schema, R"({"tea":"assam","size":"small","count":1,"prices":[],"paidBy":{"gold":{}}})") ==
        "/paidBy: expected what fits one of 2 alternatives, found an object (by /properties/paidBy/oneOf)\n");
  CHECK(fits(schema, R"({"tea":"assam","size":"small","count":1,"prices":["12.50"],"paidBy":{"cash":{}}})"));
}

TEST_CASE("a hundred violations are told, and no more") {
  std::string list = "[0";
  for (int i = 0; i < 1'000; ++i) list += ",0";
  CHECK(schema_validator(R"({"items":{"type":"string"}})").violations(list + "]").size() ==
        schema_validator::violations_max);
}

TEST_CASE("whole numbers are exact to 64 bits, and compared with others without rounding") {
  // 2^53
  CHECK(fits(R"({"maximum":9007199254740992})", "9007199254740992"));
  CHECK_FALSE(fits(R"({"maximum":9007199254740992})", "9007199254740993"));
  CHECK_FALSE(fits(R"({"maximum":9007199254740992.0})", "9007199254740993"));
  CHECK_FALSE(fits(R"({"const":9007199254740993})", "9007199254740992"));
  CHECK_FALSE(fits(R"({"const":9007199254740993})", "9007199254740992.0"));
  CHECK(fits(R"({"const":9007199254740992})", "9007199254740992.0"));
  CHECK(fits(R"({"uniqueItems":true})", "[9007199254740992,9007199254740993]"));
  CHECK_FALSE(fits(R"({"uniqueItems":true})", "[9007199254740992,9007199254740992.0]"));
  // 2^63
  const std::string int64 = json_schema<std::int64_t>();
  CHECK(fits(int64, "9223372036854775807"));
  CHECK_FALSE(fits(int64, "9223372036854775808"));
  CHECK(fits(int64, "-9223372036854775808"));
  CHECK_FALSE(fits(int64, "-9223372036854775809"));   // though the nearest double is -2^63
  CHECK_FALSE(fits(int64, "9223372036854775807.0"));  // the nearest double is 2^63
  // 2^64: beyond, the nearest double counts
  const std::string uint64 = json_schema<std::uint64_t>();
  CHECK(fits(uint64, "18446744073709551615"));
  CHECK_FALSE(fits(uint64, "18446744073709551616"));
  CHECK(fits(R"({"const":18446744073709551616})", "18446744073709551617"));
  CHECK(fits(R"({"type":"integer"})", "1e300"));
  CHECK_FALSE(fits(R"({"type":"integer"})", "1.5"));
  CHECK_THROWS_WITH_AS(static_cast<void>(judged("true", "1e400")), "a number that no double can hold", decode_error);
}

TEST_CASE("a document that reading would refuse before it looks at the type is refused here too") {
  CHECK_THROWS_WITH_AS(static_cast<void>(judged("true", R"({"a":1,"b":{"a":1,"a":2}})")),
                       R"(the member "a" is there twice in one object)", decode_error);
  CHECK_THROWS_WITH_AS(static_cast<void>(judged("true", R"("\ud800")")), "no JSON from byte 8", decode_error);
  CHECK_THROWS_WITH_AS(static_cast<void>(judged("true", "\xEF\xBB\xBF{}")), "begins with a byte-order mark",
                       decode_error);
  CHECK_THROWS_WITH_AS(static_cast<void>(judged("true", std::string("{}\0x", 4))), "no JSON from byte 3", decode_error);
  CHECK_THROWS_WITH_AS(static_cast<void>(judged("true", "\"" + std::string(4u << 20, 'a') + "\"")),
                       "longer than 4194304 bytes", decode_error);
}

TEST_CASE("large documents are judged in time that grows with them") {
  std::string list = "[0";
  std::string object = R"({"0":0)";
  for (int i = 1; i < 200'000; ++i) {
    list += "," + std::to_string(i);
    object += ",\"" + std::to_string(i) + "\":0";
  }
  CHECK(fits(R"({"uniqueItems":true})", list + "]"));
  CHECK(fits(R"({"additionalProperties":{"type":"integer"}})", object + "}"));
}

TEST_CASE("characters are counted, not bytes") {
  CHECK(fits(R"({"minLength":2,"maxLength":2})", "\"\U0001F600\u00e4\""));
  CHECK_FALSE(fits(R"({"minLength":3})", "\"\U0001F600\u00e4\""));
}
