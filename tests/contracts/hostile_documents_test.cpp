// Documents made to do harm, and numbers at their edges: what each of the four readers makes of them was decided, and stands here.
// JSON read as a type, the document of an upcaster, the validator, and binary read as a type.
#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <whence/contracts/schema_validator.hpp>
#include <whence/serialization/binary.hpp>
#include <whence/serialization/json_schema.hpp>
#include <whence/upcasting/document.hpp>

#include <tests/serialization/samples.hpp>

using samples::chain;
using samples::Holds;
using samples::Tree;

namespace {

/// What is said of what is no document: a place is left out, so that the lines are short.
std::string problem_of(const whence::decode_error& refused) { return "refused: " + refused.problem; }

template <class T>
std::string reading(const std::string& json) {
  try {
    return whence::encode(whence::decode<T>(json));
  } catch (const whence::decode_error& refused) {
    return problem_of(refused);
  }
}

/// What an upcaster that adds a member leaves.
std::string upcasting(const std::string& json) {
  try {
    whence::document data(json);
    data.set("n", 1);
    return data.json();
  } catch (const whence::decode_error& refused) {
    return problem_of(refused);
  }
}

template <class T>
std::string judging(const std::string& json) {
  try {
    return whence::schema_validator(whence::json_schema<T>()).violations(json).empty() ? "fits" : "does not fit";
  } catch (const whence::decode_error& refused) {
    return problem_of(refused);
  }
}

template <class T>
std::string reading_binary(const std::string& data) {
  try {
    return whence::encode(whence::decode_binary<T>(data));
  } catch (const whence::decode_error& refused) {
    return problem_of(refused);
  }
}

/// A JSON text, the type as which it is read, and what the three readers of JSON say.
struct json_case {
  const char* what;
  std::string text;
  std::string (*read)(const std::string&);
  std::string (*judge)(const std::string&);
  std::string read_as;
  std::string upcast_to;
  std::string judged;
};

template <class T>
json_case whole(const char* what, std::string text, std::string read_as, std::string upcast_to, std::string judged) {
  return {what, std::move(text), &reading<T>, &judging<T>, std::move(read_as), std::move(upcast_to), std::move(judged)};
}

/// The value of a member: carried by an upcaster as it stands, unless something else is said.
template <class T>
json_case value(const char* what, const std::string& text, std::string read_as, std::string judged,
                std::string upcast_to = {}) {
  if (upcast_to.empty()) upcast_to = "{\"value\":" + text + ",\"n\":1}";
  if (!read_as.starts_with("refused: ")) read_as = "{\"value\":" + read_as + "}";
  return whole<Holds<T>>(what, "{\"value\":" + text + "}", std::move(read_as), std::move(upcast_to), std::move(judged));
}

void check(const std::vector<json_case>& cases) {
  for (const json_case& one : cases) {
    CAPTURE(std::string(one.what));
    CHECK(one.read(one.text) == one.read_as);
    CHECK(upcasting(one.text) == one.upcast_to);
    CHECK(one.judge(one.text) == one.judged);
  }
}

struct binary_case {
  const char* what;
  std::string data;
  std::string (*read)(const std::string&);
  std::string read_as;
  bool is_binary;  ///< to what knows no type
};

std::string bytes(std::string_view digits) {
  std::string data;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    data += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return data;
}

std::string marked(const std::string& data) { return std::string(whence::binary_mark) + data; }

template <class T>
binary_case binary(const char* what, std::string_view digits, std::string read_as, bool is_binary) {
  return {what, marked(bytes(digits)), &reading_binary<T>, std::move(read_as), is_binary};
}

void check(const std::vector<binary_case>& cases) {
  for (const binary_case& one : cases) {
    CAPTURE(std::string(one.what));
    CHECK(one.read(one.data) == one.read_as);
    CHECK(whence::is_binary(one.data) == one.is_binary);
  }
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

const std::string bom = "\xEF\xBB\xBF";

}  // namespace

TEST_CASE("nesting without end, and size without end, are refused by all before anything is built") {
  const std::string endless(100'000, '[');
  const std::string deep = "refused: nested deeper than 64";
  const std::string deep_to_judge = "refused: deeper than 64 levels";
  check({
      value<int>("100,000 lists", nested(100'000), deep, deep_to_judge, deep),
      value<int>("100,000 lists that are not closed", endless, deep, deep_to_judge, deep),
      whole<Tree>("65 levels", "{\"children\":" + nested(64) + "}", deep, deep, deep_to_judge),
      whole<Tree>("64 levels", "{\"children\":" + nested(63) + "}", "refused: expected an object, found array",
                  "{\"children\":" + nested(63) + ",\"n\":1}", "does not fit"),
  });
  const std::string large = "{\"value\":\"" + std::string(100u << 20, 'x') + "\"}";
  CHECK(reading<Holds<std::string>>(large) == "refused: 104857612 bytes, at most 4194304 are read");
  CHECK(upcasting(large) == "refused: 104857612 bytes, at most 33554432 are read");
  CHECK(judging<Holds<std::string>>(large) == "refused: longer than 4194304 bytes");
  CHECK(reading_binary<std::string>(marked(bytes("7a06400000") + std::string(100u << 20, 'x'))) ==
        "refused: 104857608 bytes, at most 4194304 are read");
  const std::string largest = "{\"value\":\"" + std::string((4u << 20) - 12, 'x') + "\"}";
  REQUIRE(largest.size() == 4u << 20);
  CHECK(reading<Holds<std::string>>(largest) == largest);
  CHECK(upcasting(largest).size() == largest.size() + 6);
  CHECK(judging<Holds<std::string>>(largest) == "fits");
  CHECK(reading_binary<Tree>(marked(std::string(100'000, '\x81'))) == "refused: expected an object, found array");
  std::string trees;
  for (int i = 0; i < 100'000; ++i) trees += bytes("a1686368696c6472656e81");
  CHECK(reading_binary<Tree>(marked(trees)) == "refused: nested deeper than 64");
  CHECK(reading_binary<Tree>(whence::encode_binary(chain(32))) == whence::encode(chain(32)));
}

TEST_CASE(
    "a name twice in one object is refused, however it is written; an upcaster carries what it does not look at") {
  const std::string twice = "refused: is there twice";
  const std::string judged = "refused: the member \"value\" is there twice in one object";
  check({
      whole<Holds<int>>("a member twice", R"({"value":1,"value":1})", twice, twice, judged),
      whole<Holds<int>>("once with an escape", R"({"value":1,"v\u0061lue":1})", twice, twice, judged),
      value<std::map<std::string, int>>("a key of a map twice", R"({"a":1,"a":2})", twice,
                                        "refused: the member \"a\" is there twice in one object"),
      value<std::map<int, int>>("a key of a map that is a list of pairs twice", "[[1,1],[1,2]]", twice, "fits"),
      value<std::set<int>>("an element of a set twice", "[1,1]", twice, "does not fit"),
  });
  check({
      binary<Holds<int>>("a member twice", "a26576616c7565016576616c756501", twice, false),
      binary<std::map<std::string, int>>("a key of a map twice", "a2616101616102", twice, false),
      binary<std::map<int, int>>("a key of a map that is a list of pairs twice", "82820101820102", twice, true),
      binary<std::set<int>>("an element of a set twice", "820101", twice, true),
  });
}

TEST_CASE("texts are UTF-8, and a surrogate is one half of a character or nothing") {
  const std::string no_json = "refused: no JSON from byte ";
  check({
      value<std::string>("a pair, escaped", R"("\ud83d\ude00")", "\"\xF0\x9F\x98\x80\"", "fits"),
      value<std::string>("a high one alone, escaped", R"("\ud800")", no_json + "17 on", no_json + "17"),
      value<std::string>("a low one alone, escaped", R"("\udc00")", no_json + "16 on", no_json + "16"),
      value<std::string>("a pair in the wrong order", R"("\udc00\ud800")", no_json + "16 on", no_json + "16"),
      value<std::string>("one that is not escaped", "\"\xED\xA0\x80\"", no_json + "12 on", no_json + "12"),
      value<std::string>("an overlong form", "\"\xC0\xAF\"", no_json + "11 on", no_json + "11"),
      value<std::string>("beyond U+10FFFF", "\"\xF4\x90\x80\x80\"", no_json + "12 on", no_json + "12"),
      value<std::string>("a character that is cut off", "\"\xE2\x82\"", no_json + "13 on", no_json + "13"),
      value<std::string>("U+0000, escaped", R"("a\u0000b")", R"("a\u0000b")", "fits"),
      value<std::string>("U+0000 as it is", std::string("\"a\0b\"", 5), no_json + "12 on", no_json + "12"),
      value<std::string>("a line's end as it is", "\"a\nb\"", no_json + "12 on", no_json + "12"),
      value<std::string>("a character that is none", "\"\xEF\xBF\xBF\"", "\"\xEF\xBF\xBF\"", "fits"),
      whole<Holds<int>>("half a pair in a name", R"({"\ud800":1})", no_json + "9 on", no_json + "8 on", no_json + "9"),
      whole<Holds<int>>("no UTF-8 in a name", "{\"\xC0\xAF\":1}", no_json + "3 on", "{\"\xC0\xAF\":1,\"n\":1}",
                        no_json + "3"),
  });
  check({
      binary<std::string>("a surrogate", "63eda080", "refused: no UTF-8", false),
      binary<std::string>("an overlong form", "62c0af", "refused: no UTF-8", false),
      binary<std::string>("beyond U+10FFFF", "64f4908080", "refused: no UTF-8", false),
      binary<std::string>("a character that is cut off", "62e282", "refused: no UTF-8", false),
      binary<std::string>("U+0000", "6100", R"("\u0000")", true),
      binary<Holds<int>>("no UTF-8 in a name", "a162c0af01", "refused: has a name that is no UTF-8", false),
  });
}

TEST_CASE("whole numbers are exact to 64 bits, and no number is more than a double can hold") {
  const std::string no_json = "refused: no JSON from byte ";
  const std::string no_double = "refused: a number that no double can hold";
  const std::string beyond_int64 = "refused: out of range -9223372036854775808..9223372036854775807: ";
  const std::string beyond_uint64 = "refused: out of range 0..18446744073709551615: ";
  const std::string no_whole = "refused: expected a whole number, found number";
  check({
      value<double>("NaN", "NaN", no_json + "10 on", no_json + "10"),
      value<double>("Infinity", "Infinity", no_json + "10 on", no_json + "10"),
      value<double>("-Infinity", "-Infinity", no_json + "11 on", no_json + "11"),
      value<std::int64_t>("2^53 + 1", "9007199254740993", "9007199254740993", "fits"),
      value<double>("2^53 + 1 as a double", "9007199254740993", "9007199254740992", "fits"),
      value<std::int64_t>("2^63 - 1", "9223372036854775807", "9223372036854775807", "fits"),
      value<std::int64_t>("2^63", "9223372036854775808", beyond_int64 + "9223372036854775808", "does not fit"),
      value<std::int64_t>("-2^63", "-9223372036854775808", "-9223372036854775808", "fits"),
      value<std::int64_t>("-2^63 - 1", "-9223372036854775809", beyond_int64 + "-9223372036854775809", "does not fit"),
      value<std::uint64_t>("2^64 - 1", "18446744073709551615", "18446744073709551615", "fits"),
      value<std::uint64_t>("2^64", "18446744073709551616", beyond_uint64 + "18446744073709551616", "does not fit"),
      value<double>("2^64 as a double", "18446744073709551616", "18446744073709551616", "fits"),
      value<std::uint64_t>("-1 without a sign", "-1", beyond_uint64 + "-1", "does not fit"),
      value<std::int64_t>("-0", "-0", "0", "fits"),
      value<std::uint64_t>("-0 without a sign", "-0", "0", "fits"),
      value<double>("-0 as a double", "-0", "0", "fits"),
      value<double>("-0.0", "-0.0", "-0.0", "fits"),
      value<int>("-0.0 as an integer", "-0.0", no_whole, "fits"),
      value<int>("1.0 as an integer", "1.0", no_whole, "fits"),
      value<int>("1e2 as an integer", "1e2", no_whole, "fits"),
      value<double>("1e400", "1e400", no_json + "14 on", no_double),
      value<double>("-1e400", "-1e400", no_json + "15 on", no_double),
      value<int>("400 digits", std::string(400, '9'), no_json + "409 on", no_double),
      value<double>("1e-400", "1e-400", "0", "fits"),
      value<double>("an exponent of 400 digits", "1e-" + std::string(400, '9'), "0", "fits"),
      value<double>("the largest double", "1.7976931348623157e308", "1.7976931348623157e+308", "fits"),
      value<float>("more than the largest float", "3.5e38", "refused: no number that a float can hold", "does not fit"),
      value<int>("a zero in front", "01", no_json + "11 on", no_json + "11"),
      value<int>("a plus", "+1", no_json + "10 on", no_json + "10"),
      value<double>("nothing before the point", ".5", no_json + "10 on", no_json + "10"),
      value<int>("in hexadecimal", "0x1", no_json + "11 on", no_json + "11"),
  });
  const std::string not_finite = "refused: a number that is not finite";
  check({
      binary<double>("NaN", "fb7ff8000000000000", not_finite, false),
      binary<double>("Infinity", "fb7ff0000000000000", not_finite, false),
      binary<double>("-Infinity in four bytes", "faff800000", not_finite, false),
      binary<std::int64_t>("2^53 + 1", "1b0020000000000001", "9007199254740993", true),
      binary<double>("2^53 + 1 as a double", "1b0020000000000001", "9007199254740992", true),
      binary<double>("-2^53 - 2 as a double", "3b0020000000000001", "-9007199254740994", true),
      binary<std::int64_t>("2^63 - 1", "1b7fffffffffffffff", "9223372036854775807", true),
      binary<std::int64_t>("2^63", "1b8000000000000000", beyond_int64 + "9223372036854775808", true),
      binary<std::int64_t>("-2^63", "3b7fffffffffffffff", "-9223372036854775808", true),
      binary<std::int64_t>("-2^63 - 1", "3b8000000000000000", beyond_int64 + "-9223372036854775808 - 1", false),
      binary<double>("-2^63 - 1 as a double", "3b8000000000000000", "refused: has a number that is too large", false),
      binary<std::uint64_t>("2^64 - 1", "1bffffffffffffffff", "18446744073709551615", true),
      binary<double>("-0.0", "fb8000000000000000", "-0.0", true),
      binary<int>("-0.0 as an integer", "fb8000000000000000", no_whole, true),
      binary<double>("a half", "f93c00", "refused: expected a number, found number", false),
      binary<float>("more than the largest float", "fb47f0000000000000", "refused: no number that a float can hold",
                    true),
      binary<int>("a number in more bytes than it needs", "1801", "refused: has a number in more bytes than it needs",
                  false),
  });
}

TEST_CASE("a document is whole, and nothing stands before or behind it") {
  const std::string good = R"({"value":[{"a":"b\"c"},-1.5e3]})";
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    const std::string cut = good.substr(0, size);
    CHECK(reading<Holds<int>>(cut).starts_with("refused: no JSON from byte"));
    CHECK(upcasting(cut).starts_with("refused: "));
    CHECK(judging<Holds<int>>(cut).starts_with("refused: no JSON from byte"));
  }
  const std::string no_json = "refused: no JSON from byte ";
  const std::string mark = "refused: begins with a byte-order mark";
  const std::string object = "refused: expected an object";
  const std::string read = R"({"value":1})";
  const std::string zero(1, '\0');
  check({
      whole<Holds<int>>("white space around it", " \t\r\n" + read + "\n", read, R"({"value":1,"n":1})", "fits"),
      whole<Holds<int>>("a letter behind it", read + "x", no_json + "12 on", no_json + "12 on", no_json + "12"),
      whole<Holds<int>>("another one behind it", read + read, no_json + "12 on", no_json + "12 on", no_json + "12"),
      whole<Holds<int>>("a zero byte behind it", read + zero, no_json + "12 on", no_json + "12 on", no_json + "12"),
      whole<Holds<int>>("a zero byte, and anything, behind it", read + zero + "{]", no_json + "12 on",
                        no_json + "12 on", no_json + "12"),
      whole<Holds<int>>("a zero byte before it", zero + read, no_json + "1 on", object, no_json + "1"),
      whole<Holds<int>>("a byte-order mark before it", bom + read, mark, object, mark),
      whole<Holds<int>>("a byte-order mark alone", bom, mark, object, mark),
      whole<Holds<int>>("half a byte-order mark", bom.substr(0, 2) + read, no_json + "3 on", object, no_json + "3"),
      whole<Holds<int>>("a comment behind it", read + "/**/", no_json + "12 on", no_json + "12 on", no_json + "12"),
      whole<Holds<int>>("a comma too many", R"({"value":1,})", no_json + "12 on", no_json + "12 on", no_json + "12"),
  });
  const std::string data = whence::encode_binary(Holds<std::vector<int>>{{1, -1000, 2}});
  for (std::size_t size = 0; size < data.size(); ++size) {
    CAPTURE(size);
    CHECK(reading_binary<Holds<std::vector<int>>>(data.substr(0, size)).starts_with("refused: "));
    CHECK_FALSE(whence::is_binary(data.substr(0, size)));
  }
  check({
      binary<int>("another one behind it", "0101", "refused: something follows the value", false),
      binary<int>("the mark once more", "d9d9f701", "refused: expected a whole number, found a value of another kind",
                  false),
      binary<std::vector<int>>("a list as long as memory", "9bffffffffffffffff", "refused: ends too early", false),
      binary<std::string>("a text as long as memory", "7bffffffffffffffff", "refused: ends too early", false),
      binary<std::map<std::string, int>>("a map as large as memory", "bbffffffffffffffff", "refused: ends too early",
                                         false),
      binary<std::vector<int>>("a list without a length", "9f01ff", "refused: has a length that is not written here",
                               false),
  });
}
