// An event's data as upcasters see them.
#include <string>

#include <doctest/doctest.h>

#include <whence/core/money.hpp>
#include <whence/upcasting/document.hpp>

#include <tests/upcasting/shop.hpp>

using namespace whence;

namespace {

std::string problem_of(const auto& call) {
  try {
    call();
  } catch (const decode_error& wrong) {
    return wrong.pointer + ": " + wrong.problem;
  }
  return "none";
}

}  // namespace

TEST_CASE("what is not touched stays as it was written, to the byte") {
  document data(
      R"( { "n" : 12345678901234567890123456789012345678901234567890, "e":1.50E+2 , "t":"\u00e4\/" , "l":[ 1, {"a":{}} ] } )");
  CHECK(data.json() ==
        R"({"n":12345678901234567890123456789012345678901234567890,"e":1.50E+2,"t":"\u00e4\/","l":[ 1, {"a":{}} ]})");
}

TEST_CASE("members are read, set, renamed and removed") {
  document data(R"({"custId":"ada","total":"12.50","express":false})");
  CHECK(data.has("total"));
  CHECK_FALSE(data.has("customer"));
  CHECK(data.get<std::string>("custId") == "ada");
  data.rename("custId", "customer");
  data.set("total", money{data.get<decimal>("total"), currency_code("EUR")});
  data.set("note", "with \"quotes\"");
  data.remove("express");
  data.set("lines", 3);
  CHECK(data.json() ==
        R"({"customer":"ada","total":{"amount":"12.50","currency":"EUR"},"note":"with \"quotes\"","lines":3})");
}

TEST_CASE("objects inside, and the objects of a list, are changed in their place") {
  document data(R"({"address":{"town":"Ulm"},"lines":[{"sku":"a","n":1},{"sku":"b","n":2}],"none":[]})");
  data.change("address", [](document& address) { address.set("country", "DE"); });
  int number = 0;
  data.each("lines", [&](document& line) {
    line.rename("n", "quantity");
    line.set("number", ++number);
  });
  data.each("none", [](document&) { FAIL("there is none"); });
  CHECK(
      data.json() ==
      R"({"address":{"town":"Ulm","country":"DE"},"lines":[{"sku":"a","quantity":1,"number":1},{"sku":"b","quantity":2,"number":2}],"none":[]})");
}

TEST_CASE("a document is read as a struct, and becomes one") {
  document data(R"({"customer":"ada","amount":7})");
  const auto old = data.as<shop::OrderPlacedV1>();
  CHECK(old.customer == "ada");
  data.become(shop::OrderPlaced{.customer = old.customer, .amount = old.amount, .currency = "EUR"});
  CHECK(data.json() == R"({"customer":"ada","amount":7,"currency":"EUR"})");
}

TEST_CASE("a name with escapes is found by what it says") {
  document data("{\"gr\\u00f6\\u00dfe\":1,\"a\\\"b\":2}");
  CHECK(data.get<int>("größe") == 1);
  CHECK(data.get<int>("a\"b") == 2);
  data.rename("a\"b", "c\"d");
  CHECK(data.json() == "{\"gr\\u00f6\\u00dfe\":1,\"c\\\"d\":2}");
}

TEST_CASE("copies are documents of their own, and a moved one keeps what it had") {
  std::string text = R"({"a":1})";
  document data(text);
  data.set("b", 2);
  text.assign(text.size(), '#');
  document copy = data;
  copy.set("a", 3);
  CHECK(data.json() == R"({"a":1,"b":2})");
  const document moved = std::move(data);
  CHECK(moved.json() == R"({"a":1,"b":2})");
  CHECK(copy.json() == R"({"a":3,"b":2})");
  copy = moved;
  CHECK(copy.json() == moved.json());
}

TEST_CASE("what cannot be done is said with its place") {
  document data(R"({"a":1,"b":{"c":"x"},"l":[{"n":1},2],"s/t":0})");
  CHECK(problem_of([&] { data.get<int>("z"); }) == "/z: is missing");
  CHECK(problem_of([&] { data.remove("z"); }) == "/z: is missing");
  CHECK(problem_of([&] { data.rename("z", "y"); }) == "/z: is missing");
  CHECK(problem_of([&] { data.rename("a", "b"); }) == "/b: is there already: a cannot take its name");
  CHECK(problem_of([&] { data.get<std::string>("s/t"); }) == "/s~1t: expected a string, found number");
  CHECK(problem_of([&] { data.change("a", [](document&) {}); }) == "/a: expected an object, found 1");
  CHECK(problem_of([&] { data.change("b", [](document& b) { b.get<int>("c"); }); }) ==
        "/b/c: expected a whole number, found \"x\"");
  CHECK(problem_of([&] { data.each("b", [](document&) {}); }) == "/b: expected a list, found {\"c\":\"x\"}");
  CHECK(problem_of([&] { data.each("l", [](document&) {}); }) == "/l/1: expected an object, found 2");
  CHECK(problem_of([&] { data.each("l", [](document& l) { l.remove("m"); }); }) == "/l/0/m: is missing");
  CHECK(data.json() == R"({"a":1,"b":{"c":"x"},"l":[{"n":1},2],"s/t":0})");
}

TEST_CASE("what is no JSON object is refused") {
  for (const std::string_view text : {"",
                                      " ",
                                      "1",
                                      "[]",
                                      "null",
                                      "\"a\"",
                                      "{",
                                      "{\"a\"",
                                      "{\"a\":",
                                      "{\"a\":1",
                                      "{\"a\":1,",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "{a:1}",
                                      "{\"a\":}",
                                      "{\"a\":1}x",
                                      "{\"a\":1 2}",
                                      "{\"a\":[1}",
                                      "{\"a\":\"x}",
                                      "{\"a\":\"x\\",
                                      "{\"a\":{\"b\":1}",
                                      "{\"a\":1}{}",
                                      "{\"a\" 1}",
                                      "{\"\\u12\":1}"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(document{text}, decode_error);
  }
  CHECK(problem_of([] { document(R"({"a":1,"b":2,"\u0061":3})"); }) == "/a: is there twice");
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += "\"m" + std::to_string(i % 39) + "\":0,";
  many.back() = '}';
  CHECK(problem_of([&] { document{many}; }) == "/m0: is there twice");
  CHECK_THROWS_AS(document("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}"), decode_error);
  CHECK_THROWS_AS(document("{\"a\":" + std::string(64, '[') + std::string(64, ']') + "}"), decode_error);
  CHECK(document("{\"a\":" + std::string(63, '[') + std::string(63, ']') + "}").has("a"));
  CHECK_THROWS_AS(document("{\"a\":\"" + std::string(json_limits::event_text_bytes_max, 'x') + "\"}"), decode_error);
}

TEST_CASE("a name that is no UTF-8 is not given to a member, and the document stays as it was") {
  document data(R"({"a":1})");
  CHECK_THROWS_AS(data.rename("a", "\xff"), encode_error);
  CHECK_THROWS_AS(data.set("\xff", 1), encode_error);
  CHECK(data.json() == R"({"a":1})");
  CHECK(data.get<int>("a") == 1);
  CHECK_FALSE(data.has("\xff"));
}
