// The JSON text of a value: exactly one, and none that could not be read back.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/serialization/samples.hpp"

using namespace samples;
using whence::encode;

namespace {

template <class T>
std::string refusal(const T& value) {
  try {
    static_cast<void>(encode(value));
  } catch (const whence::encode_error& problem) {
    CHECK(problem.code() == "data.unwritable");
    CHECK(std::string(problem.what()).ends_with("; nothing was written"));
    return problem.pointer + ": " + problem.problem;
  }
  return "(it was written)";
}

template <class T>
std::string text_of(const T& value) {
  const std::string json = encode(Holds<T>{value});
  return json.substr(9, json.size() - 10);
}

struct NamesTwice {
  int a = 0;
  int b = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("a", a), make_nvp("a", b));
  }
};

struct Optionals {
  std::optional<int> first{};
  int middle = 0;
  std::optional<int> last{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("first", first), make_nvp("middle", middle), make_nvp("last", last));
  }
};

}  // namespace

TEST_CASE("a string that is no UTF-8 is not written") {
  CHECK(refusal(Holds<std::string>{"ab\xff"}) == "/value: no UTF-8 at byte 2");
  CHECK(refusal(Holds<std::string>{"\xc0\x80"}) == "/value: no UTF-8 at byte 0");          // overlong
  CHECK(refusal(Holds<std::string>{"\xed\xa0\x80"}) == "/value: no UTF-8 at byte 0");      // a surrogate
  CHECK(refusal(Holds<std::string>{"\xf4\x90\x80\x80"}) == "/value: no UTF-8 at byte 0");  // beyond U+10FFFF
  CHECK(refusal(Holds<std::string>{"\xe2\x82"}) == "/value: no UTF-8 at byte 0");          // cut off
  CHECK(refusal(Holds<std::map<std::string, int>>{{{"\xff", 1}}}) == "/value/\xff: no UTF-8 at byte 0");
  CHECK(refusal(Order{.customer = "ada", .items = {{whence::id<Stock>{"tea"}, 1}, {whence::id<Stock>{"\x80"}, 1}}}) ==
        "/items/1/item: no UTF-8 at byte 0");
}

TEST_CASE("a number that is not finite is not written") {
  CHECK(refusal(Holds<double>{std::numeric_limits<double>::quiet_NaN()}) == "/value: a number that is not finite");
  CHECK(refusal(Holds<std::vector<double>>{{1, -std::numeric_limits<double>::infinity()}}) ==
        "/value/1: a number that is not finite");
}

TEST_CASE("an enumerator without a name is not written") {
  CHECK(refusal(Holds<Status>{static_cast<Status>(3)}) == "/value: enumerator 3 has no name");
  CHECK(refusal(Holds<Status>{static_cast<Status>(-1)}).ends_with(" has no name"));
}

TEST_CASE("a member named twice is not written, as it could not be read") {
  CHECK(refusal(NamesTwice{}) == "/a: a second member is named \"a\"");
}

TEST_CASE("what is nested deeper or larger than can be read is not written") {
  CHECK(refusal(chain(33)).ends_with("nested deeper than 64"));
  CHECK(encode(chain(32)).size() > 0);
  CHECK(refusal(Holds<std::string>{std::string(whence::json_limits::bytes_max, 'x')})
            .ends_with("at most 4194304 can be read back"));
  CHECK(encode(Holds<std::string>{std::string(whence::json_limits::bytes_max - 12, 'x')}).size() ==
        whence::json_limits::bytes_max);
}

TEST_CASE("members stand in the order in which they are named, without white space") {
  const Order order{.customer = "ada",
                    .items = {{whence::id<Stock>{"tea"}, 2}},
                    .note = "fast",
                    .status = Status::paid,
                    .paid_by = Card{"7"}};
  CHECK(
      encode(order) ==
      R"({"customer":"ada","items":[{"item":"tea","quantity":2}],"note":"fast","status":"paid","paidBy":{"card":{"number":"7"}}})");
}

TEST_CASE("an empty optional is left out as a member, and is null elsewhere") {
  CHECK(encode(Optionals{.middle = 1}) == R"({"middle":1})");
  CHECK(encode(Optionals{.first = 0, .middle = 1, .last = 2}) == R"({"first":0,"middle":1,"last":2})");
  CHECK(encode(Optionals{.first = {}, .middle = 1, .last = 2}) == R"({"middle":1,"last":2})");
  CHECK(text_of(std::vector<std::optional<int>>{1, std::nullopt, 3}) == "[1,null,3]");
  CHECK(text_of(std::map<std::string, std::optional<int>>{{"a", std::nullopt}, {"b", 1}}) == R"({"a":null,"b":1})");
}

TEST_CASE("each type has its form") {
  CHECK(text_of(true) == "true");
  CHECK(text_of(std::int8_t{-7}) == "-7");
  CHECK(text_of(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(text_of(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(text_of(0.1) == "0.1");
  CHECK(text_of(1.0) == "1");
  CHECK(text_of(-0.0) == "-0.0");
  CHECK(text_of(std::vector<bool>{true, false}) == "[true,false]");
  CHECK(text_of(std::array<int, 3>{1, 2, 3}) == "[1,2,3]");
  CHECK(text_of(std::map<std::string, int>{{"b", 1}, {"a", 2}}) == R"({"a":2,"b":1})");
  CHECK(text_of(Point{.x = 1, .y = 2.5}) == R"({"x":1,"y":2.5})");
  CHECK(text_of(whence::id<Stock>{"tea"}) == "\"tea\"");
  const whence::uuid id = whence::uuid::parse("0192f1b2-7a2f-7c3d-8e4f-5a6b7c8d9e0f");
  CHECK(text_of(id) == "\"0192f1b2-7a2f-7c3d-8e4f-5a6b7c8d9e0f\"");
  CHECK(text_of(whence::event_id{id}) == "\"0192f1b2-7a2f-7c3d-8e4f-5a6b7c8d9e0f\"");
  CHECK(text_of(whence::timestamp{std::chrono::microseconds{1}}) == "\"1970-01-01T00:00:00.000001Z\"");
}

TEST_CASE("only what JSON demands is escaped") {
  CHECK(text_of(std::string("a\"\\/\b\f\n\r\t")) == R"("a\"\\/\b\f\n\r\t")");
  CHECK(text_of(std::string("\x01\x1f\x7f", 3)) == "\"\\u0001\\u001f\x7f\"");
  CHECK(text_of(std::string("\0", 1)) == "\"\\u0000\"");
  CHECK(text_of(std::string("zażółć €𝄞")) == "\"zażółć €𝄞\"");
}
