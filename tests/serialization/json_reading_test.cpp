// What a JSON text has to be to be read. Each case gives a text and the words of the refusal.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "tests/serialization/refusal.hpp"

using namespace samples;
using whence::decode;

namespace {

const std::string good =
    R"({"customer":"ada","items":[{"item":"tea","quantity":2}],"status":"paid","paidBy":{"cash":{}}})";

std::string with(const std::string& part, const std::string& instead) {
  std::string json = good;
  json.replace(json.find(part), part.size(), instead);
  return json;
}

std::string nested(int depth) {
  std::string json;
  for (int i = 0; i < depth; ++i) json += '[';
  for (int i = 0; i < depth; ++i) json += ']';
  return json;
}

}  // namespace

TEST_CASE("what is no JSON is refused with the byte where it ends to be some") {
  CHECK(refusal<Order>("") == "no JSON from byte 1 on");
  CHECK(refusal<Order>("{\"customer\":}") == "no JSON from byte 13 on");
  CHECK(refusal<Order>(good + " x") == "no JSON from byte " + std::to_string(good.size() + 2) + " on");
  CHECK(refusal<Order>(good.substr(0, good.size() - 1)).starts_with("no JSON from byte"));
  CHECK(refusal_of_value<std::string>("\"\xff\"").starts_with("no JSON from byte"));
  CHECK(refusal_of_value<std::string>("\"\\ud800\"").starts_with("no JSON from byte"));
  CHECK(refusal_of_value<double>("NaN").starts_with("no JSON from byte"));
  CHECK(refusal_of_value<double>("1e999").starts_with("no JSON from byte"));
  CHECK(refusal<Order>("\xEF\xBB\xBF" + good) == "begins with a byte-order mark");
}

TEST_CASE("a missing member is refused, unless it is optional") {
  CHECK(refusal<Order>(with(R"("customer":"ada",)", "")) == "/customer: is missing");
  CHECK(refusal<Order>(with(R"(,"quantity":2)", "")) == "/items/0/quantity: is missing");
  CHECK(decode<Order>(good).note == std::nullopt);
  CHECK(decode<Order>(with("\"status\"", "\"note\":null,\"status\"")).note == std::nullopt);
  CHECK(decode<Order>(with("\"status\"", "\"note\":\"fast\",\"status\"")).note == "fast");
}

TEST_CASE("an unknown member is refused") {
  CHECK(refusal<Order>(with("\"status\"", "\"colour\":1,\"status\"")) == "/colour: is unknown");
  CHECK(refusal<Order>(with("\"quantity\":2", "\"quantity\":2,\"a/b~c\":1")) == "/items/0/a~1b~0c: is unknown");
  CHECK(refusal<Order>(with("\"cash\":{}", "\"cash\":{\"paid\":true}")) == "/paidBy/cash/paid: is unknown");
}

TEST_CASE("a member that is there twice is refused, even if both say the same") {
  CHECK(refusal<Order>(with("\"status\"", "\"customer\":\"ada\",\"status\"")) == "/customer: is there twice");
  CHECK(refusal<Order>(with("\"status\"", "\"\\u0063ustomer\":\"bob\",\"status\"")) == "/customer: is there twice");
  CHECK(refusal<Holds<std::map<std::string, int>>>(R"({"value":{"a":1,"b":2,"a":1}})") == "/value/a: is there twice");
  CHECK(refusal<Order>(with("{\"item\":\"tea\"", "{\"x\":{\"y\":1,\"y\":2},\"item\":\"tea\"")) ==
        "/items/0/x/y: is there twice");
}

TEST_CASE("a value of another type is refused, with what was expected and what was found") {
  CHECK(refusal<Order>("[]") == "expected an object, found array");
  CHECK(refusal<Order>("null") == "expected an object, found null");
  CHECK(refusal<Order>(with("\"ada\"", "7")) == "/customer: expected a string, found number");
  CHECK(refusal<Order>(with("\"tea\"", "7")) == "/items/0/item: expected a string, found number");
  CHECK(refusal<Order>(with("[{\"item\":\"tea\",\"quantity\":2}]", "{}")) == "/items: expected an array, found object");
  CHECK(refusal<Order>(with("\"quantity\":2", "\"quantity\":\"2\"")) ==
        "/items/0/quantity: expected a whole number, found \"2\"");
  CHECK(refusal_of_value<int>("2.0") == "/value: expected a whole number, found number");
  CHECK(refusal_of_value<int>("2e0") == "/value: expected a whole number, found number");
  CHECK(refusal_of_value<int>("true") == "/value: expected a whole number, found boolean");
  CHECK(refusal_of_value<bool>("1") == "/value: expected a boolean, found number");
  CHECK(refusal_of_value<double>("\"1\"") == "/value: expected a number, found \"1\"");
  CHECK(refusal_of_value<whence::uuid>("\"0192\"") == "/value: expected a UUID, found \"0192\"");
  CHECK(refusal_of_value<whence::timestamp>("\"yesterday\"") ==
        "/value: expected a time of RFC 3339, found \"yesterday\"");
  CHECK(refusal_of_value<std::string>("null") == "/value: expected a string, found null");
  CHECK(refusal_of_value<std::vector<std::vector<int>>>("[[1],[2,null]]") ==
        "/value/1/1: expected a whole number, found null");
}

TEST_CASE("a number that its type cannot hold is refused, at each limit of each width") {
  CHECK(refusal_of_value<int>("3000000000") == "/value: out of range -2147483648..2147483647: 3000000000");
  CHECK(refusal_of_value<int>("-2147483649") == "/value: out of range -2147483648..2147483647: -2147483649");
  CHECK(refusal_of_value<std::int8_t>("128") == "/value: out of range -128..127: 128");
  CHECK(refusal_of_value<std::uint8_t>("256") == "/value: out of range 0..255: 256");
  CHECK(refusal_of_value<std::uint8_t>("-1") == "/value: out of range 0..255: -1");
  CHECK(refusal_of_value<std::int16_t>("32768") == "/value: out of range -32768..32767: 32768");
  CHECK(refusal_of_value<std::uint16_t>("65536") == "/value: out of range 0..65535: 65536");
  CHECK(refusal_of_value<std::uint32_t>("4294967296") == "/value: out of range 0..4294967295: 4294967296");
  CHECK(refusal_of_value<std::int64_t>("9223372036854775808") ==
        "/value: out of range -9223372036854775808..9223372036854775807: 9223372036854775808");
  CHECK(refusal_of_value<std::uint64_t>("18446744073709551616") ==
        "/value: out of range 0..18446744073709551615: 18446744073709551616");
  CHECK(refusal_of_value<std::int64_t>("-99999999999999999999999") ==
        "/value: out of range -9223372036854775808..9223372036854775807: -99999999999999999999999");

  CHECK(value_of<std::int8_t>("-128") == -128);
  CHECK(value_of<std::uint8_t>("255") == 255);
  CHECK(value_of<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(value_of<std::int64_t>("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(value_of<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  CHECK(value_of<double>("99999999999999999999999") == 1e23);
}

TEST_CASE("a name that an enumeration does not have is refused with those that it has") {
  CHECK(refusal<Order>(with("\"paid\"", "\"sold\"")) == "/status: \"sold\" is none of none, placed, paid");
  CHECK(refusal<Order>(with("\"paid\"", "2")) == "/status: expected a string, found number");
}

TEST_CASE("a variant is one member, named as one of its alternatives") {
  CHECK(refusal<Order>(with("\"cash\"", "\"gold\"")) == "/paidBy: unknown alternative \"gold\"");
  CHECK(refusal<Order>(with("{\"cash\":{}}", "{}")) == "/paidBy: expected one member, found 0");
  CHECK(refusal<Order>(with("{\"cash\":{}}", "{\"cash\":{},\"card\":{\"number\":\"7\"}}")) ==
        "/paidBy: expected one member, found 2");
  CHECK(decode<Order>(with("{\"cash\":{}}", "{\"card\":{\"number\":\"7\"}}")).paid_by == Means{Card{"7"}});
}

TEST_CASE("an array of a fixed length has that length") {
  CHECK(refusal_of_value<std::array<int, 2>>("[1]") == "/value: expected 2 elements, found 1");
  CHECK(refusal_of_value<std::array<int, 2>>("[1,2,3]") == "/value: expected 2 elements, found 3");
  CHECK(value_of<std::array<int, 2>>("[1,2]") == std::array{1, 2});
}

TEST_CASE("nesting beyond the limit is refused before anything is built, and never overflows the stack") {
  CHECK(refusal<Order>(nested(65)).ends_with(": nested deeper than 64"));
  CHECK(refusal<Order>(nested(1'000'000)).ends_with(": nested deeper than 64"));
  CHECK(refusal<Order>(nested(64)) == "expected an object, found array");
}

TEST_CASE("a text beyond the limit is refused unread") {
  const std::string large(whence::json_limits::bytes_max, ' ');
  CHECK(refusal<Order>(large + "1") == "4194305 bytes, at most 4194304 are read");
  CHECK(decode<Order>(good + large.substr(good.size())) == decode<Order>(good));
}

TEST_CASE("a long text is cut in the message, between characters") {
  std::string text = "x";
  for (int i = 0; i < 60; ++i) text += "ä";
  std::string shown = "x";
  for (int i = 0; i < 29; ++i) shown += "ä";
  CHECK(refusal_of_value<int>('"' + text + '"') == "/value: expected a whole number, found \"" + shown + "…\"");
}

TEST_CASE("members may come in any order, with any white space, with escapes") {
  const auto order = decode<Order>(
      "\n{ \"paidBy\" : {\"cash\":{}}, \"status\":\"p\\u0061id\",\t\"items\":[{\"quantity\":2,\"item\":\"tea\"}],"
      "\"cust\\u006fmer\":\"ada\" }\r\n");
  CHECK(order == decode<Order>(good));
}

TEST_CASE("one decoder reads one text after the other, also after a refused one") {
  whence::json_decoder decoder;
  for (int i = 0; i < 3; ++i) {
    CHECK(decoder.decode<Order>(good) == decode<Order>(good));
    CHECK_THROWS_AS(static_cast<void>(decoder.decode<Order>(nested(70))), whence::decode_error);
    CHECK_THROWS_AS(static_cast<void>(decoder.decode<Order>("{\"customer\":")), whence::decode_error);
    CHECK(decoder.decode<Holds<int>>("{\"value\":7}").value == 7);
  }
}
