// Binary: it is the CBOR that others read too (nlohmann/json is the judge), it says the same as JSON, and other bytes are refused.
#include <doctest/doctest.h>

#include <chrono>
#include <limits>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include <whence/serialization/binary.hpp>

#include "tests/serialization/samples.hpp"

using namespace samples;
using namespace std::chrono_literals;
using whence::binary_to_json;
using whence::decode_binary;
using whence::encode;
using whence::encode_binary;

namespace {

std::string hex(std::string_view data) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : data) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::string bytes(std::string_view digits) {
  std::string data;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    data += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return data;
}

/// Written as these bytes behind the first three, read back, and shown as what JSON would have been.
template <class T>
void has_bytes(const T& value, const std::string& digits) {
  CAPTURE(digits);
  const std::string data = encode_binary(value);
  CHECK(hex(data) == "d9d9f7" + digits);
  CHECK(encode(decode_binary<T>(data)) == encode(value));
  CHECK(binary_to_json(data) == encode(value));
  CHECK(whence::is_binary(data));
}

template <class T>
std::string refusal(const std::string& digits) {
  const std::string data = bytes("d9d9f7" + digits);
  try {
    static_cast<void>(decode_binary<T>(data));
  } catch (const whence::decode_error& problem) {
    CHECK(problem.code() == "data.unreadable");
    return problem.what();
  }
  return "(it was read)";
}

struct Ordered {
  int a = 0;
  std::optional<int> b{};
  std::string c;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("a", a), make_nvp("b", b), make_nvp("c", c));
  }
  friend bool operator==(const Ordered&, const Ordered&) = default;
};

/// The same members in another order, and more of them.
struct Reordered {
  std::string c;
  int d = 0;
  int a = 0;
  std::optional<int> b{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("c", c), whence::or_default(make_nvp("d", d), 4), make_nvp("a", a), make_nvp("b", b));
  }
};

struct OnlyB {
  std::optional<int> b{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(whence::tolerant, make_nvp("b", b));
  }
};

struct Strict {
  std::optional<int> b{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("b", b));
  }
};

const Order an_order{
    "ada", {{whence::id<Stock>("tea"), 2}, {whence::id<Stock>("milk"), -1}}, "fast", Status::paid, Card{"7"}};

}  // namespace

TEST_CASE("each kind of value has the bytes of the standard") {
  has_bytes(true, "f5");
  has_bytes(0, "00");
  has_bytes(-1, "20");
  has_bytes(23, "17");
  has_bytes(24, "1818");
  has_bytes(256, "190100");
  has_bytes(-65537, "3a00010000");
  has_bytes(std::numeric_limits<std::int64_t>::max(), "1b7fffffffffffffff");
  has_bytes(std::numeric_limits<std::int64_t>::min(), "3b7fffffffffffffff");
  has_bytes(std::numeric_limits<std::uint64_t>::max(), "1bffffffffffffffff");
  has_bytes(1.1, "fb3ff199999999999a");
  has_bytes(0.1f, "fa3dcccccd");
  has_bytes(std::string("IETF"), "6449455446");
  has_bytes(Status::paid, "6470616964");
  has_bytes(std::vector<int>{1, 2, 3}, "83010203");
  has_bytes(std::map<std::string, int>{{"a", 1}}, "a1616101");
  has_bytes(std::vector<std::byte>{std::byte{0xff}, std::byte{0}}, "42ff00");
  has_bytes(std::optional<int>{}, "f6");
  has_bytes(whence::decimal(27315, 2), "c48221196ab3");
  has_bytes(whence::uuid::parse("00112233-4455-6677-8899-aabbccddeeff"), "d8255000112233445566778899aabbccddeeff");
  has_bytes(whence::timestamp{1s}, "d903e9a10101");
  has_bytes(whence::timestamp{-1us},
            "d903e9a2012025"
            "1a000f423f");
  has_bytes(std::chrono::milliseconds{1'500}, "d903eaa20101281a1dcd6500");
  has_bytes(std::chrono::nanoseconds{-1}, "d903eaa20120281a3b9ac9ff");
  has_bytes(std::chrono::nanoseconds::min(), "d903eaa2013b0000000225c17d04281a08a7f200");
  has_bytes(std::map<int, bool>{{1, true}}, "818201f5");
  has_bytes(Means{Card{"7"}}, "a16463617264a1666e756d6265726137");
}

TEST_CASE("another reader of CBOR finds what stands in the JSON") {
  const std::string data = encode_binary(an_order);
  const auto found = nlohmann::json::from_cbor(data, true, true, nlohmann::json::cbor_tag_handler_t::ignore);
  CHECK(found == nlohmann::json::parse(encode(an_order)));
  CHECK(decode_binary<Order>(data) == an_order);
  CHECK(data.size() < encode(an_order).size());
}

TEST_CASE("the first bytes tell the form") {
  CHECK(whence::form_of(encode_binary(1)) == whence::form::binary);
  CHECK(whence::form_of(encode(1)) == whence::form::json);
  CHECK(whence::form_of("") == whence::form::json);
  CHECK_THROWS_AS(static_cast<void>(decode_binary<int>("1")), whence::decode_error);
  CHECK_THROWS_AS(static_cast<void>(decode_binary<int>("")), whence::decode_error);
}

TEST_CASE("members are found in any order, and may be left out as in JSON") {
  const auto moved = decode_binary<Reordered>(encode_binary(Ordered{1, 2, "x"}));
  CHECK(moved.a == 1);
  CHECK(moved.b == 2);
  CHECK(moved.c == "x");
  CHECK(moved.d == 4);
  CHECK(decode_binary<Ordered>(encode_binary(Ordered{1, std::nullopt, "x"})) == Ordered{1, std::nullopt, "x"});
  CHECK(decode_binary<OnlyB>(encode_binary(Ordered{1, 2, "x"})).b == 2);
  CHECK(decode_binary<OnlyB>(encode_binary(Ordered{1, std::nullopt, "x"})).b == std::nullopt);
  CHECK(decode_binary<std::vector<OnlyB>>(encode_binary(std::vector<Ordered>(3, {1, 5, "x"}))).at(2).b == 5);
}

TEST_CASE("what does not fit the type is refused with its place") {
  CHECK(refusal<Ordered>("a1616101") == "/c: is missing");
  CHECK(refusal<Strict>("a1617a01") == "/z: is unknown");
  CHECK(refusal<Strict>("a2616201616202") == "/b: is there twice");
  CHECK(refusal<OnlyB>("a2617a01617a02") == "/z: is there twice");
  CHECK(refusal<Holds<std::uint8_t>>("a16576616c7565190100") == "/value: out of range 0..255: 256");
  CHECK(refusal<Holds<std::uint8_t>>("a16576616c756520") == "/value: out of range 0..255: a number below zero");
  CHECK(refusal<Holds<std::int8_t>>("a16576616c75653880") == "/value: out of range -128..127: -129");
  CHECK(refusal<std::int64_t>("1b8000000000000000") ==
        "out of range -9223372036854775808..9223372036854775807: 9223372036854775808");
  CHECK(refusal<std::vector<int>>("82016161") == "/1: expected a whole number, found string");
  CHECK(refusal<std::vector<int>>("a0") == "expected an array, found object");
  CHECK(refusal<std::string>("01") == "expected a string, found number");
  CHECK(refusal<bool>("f6") == "expected a boolean, found null");
  CHECK(refusal<Status>("6473"
                        "6f6c64") == "\"sold\" is none of none, placed, paid");
  CHECK(refusal<Means>("a164676f6c64a0") == "unknown alternative \"gold\"");
  CHECK(refusal<Means>("a0") == "expected one member, found 0");
  CHECK(refusal<std::map<std::string, int>>("a2616101616102") == "/a: is there twice");
  CHECK(refusal<std::set<int>>("820101") == "/1: is there twice");
  CHECK(refusal<std::pair<int, int>>("8101") == "expected 2 elements, found 1");
  CHECK(refusal<whence::uuid>("6161") == "expected a UUID, found string");
  CHECK(refusal<std::chrono::sys_seconds>("d903e9a201012501") ==
        "expected a time in steps of 1000000 µs, found 1970-01-01T00:00:01.000001Z");
  CHECK(refusal<std::chrono::seconds>("d903eaa201012801").find("expected whole ticks of 1 s") == 0);
  CHECK(refusal<whence::decimal>("c4820101") == "a decimal with an exponent that is not 0 to -18");
  CHECK(refusal<float>("fb7fefffffffffffff") == "no number that a float can hold");
}

TEST_CASE("bytes that are not written here are refused, however they are wrong") {
  for (const char* const wrong : {"",
                                  "1801",
                                  "1900ff",
                                  "1b00000000ffffffff",
                                  "18",
                                  "5f4101ff",
                                  "9f01ff",
                                  "bf616101ff",
                                  "62c328",
                                  "61ff",
                                  "fb7ff8000000000000",
                                  "fb7ff0000000000000",
                                  "fa7fc00000",
                                  "f93c00",
                                  "f7",
                                  "f0",
                                  "c11a514b67b0",
                                  "d82541aa",
                                  "a10102",
                                  "a161ff01",
                                  "0101",
                                  "9b7fffffffffffffff",
                                  "bb7fffffffffffffff",
                                  "7b7fffffffffffffff",
                                  "5a7fffffff",
                                  "d903e9a0",
                                  "d903e9a2010125"
                                  "1a000f4240",
                                  "d903e9a1011b7fffffffffffffff",
                                  "d903eaa1013b7fffffffffffffff",
                                  "c4830001"
                                  "01",
                                  "c48238ff01",
                                  "1c",
                                  "ff",
                                  "a2616101616102"}) {
    CAPTURE(wrong);
    const std::string data = bytes(std::string("d9d9f7") + wrong);
    CHECK_FALSE(whence::is_binary(data));
    CHECK_THROWS_AS(static_cast<void>(binary_to_json(data)), whence::decode_error);
    CHECK(refusal<std::vector<Order>>(wrong) != "(it was read)");
    CHECK(refusal<std::string>(wrong) != "(it was read)");
    CHECK(refusal<std::uint64_t>(wrong) != "(it was read)");
    CHECK(refusal<double>(wrong) != "(it was read)");
    CHECK(refusal<OnlyB>(wrong) != "(it was read)");
    CHECK(refusal<OnlyB>(std::string("a2616201617a") + wrong) != "(it was read)");
  }
}

TEST_CASE("nesting and size are bounded before anything is built") {
  const std::string deep = bytes("d9d9f7") + std::string(100'000, '\x81');
  CHECK_FALSE(whence::is_binary(deep));
  CHECK_THROWS_AS(static_cast<void>(binary_to_json(deep)), whence::decode_error);
  std::string trees = bytes("d9d9f7");
  for (int i = 0; i < 100'000; ++i) trees += bytes("a1686368696c6472656e81");
  CHECK_THROWS_AS(static_cast<void>(decode_binary<Tree>(trees)), whence::decode_error);
  CHECK_THROWS_AS(static_cast<void>(encode_binary(chain(33))), whence::encode_error);
  CHECK(decode_binary<Tree>(encode_binary(chain(32))) == chain(32));
  CHECK(binary_to_json(encode_binary(chain(32))) == encode(chain(32)));
  CHECK_FALSE(whence::is_binary(bytes("d9d9f7") + bytes("5a00400000") + std::string(4u << 20, 'x')));
  CHECK_THROWS_AS(static_cast<void>(encode_binary(std::string(4u << 20, 'x'))), whence::encode_error);
}

TEST_CASE("every beginning of a document is refused, and every changed byte is read or refused") {
  const std::string data = encode_binary(an_order);
  for (std::size_t size = 0; size < data.size(); ++size) {
    CHECK_THROWS_AS(static_cast<void>(decode_binary<Order>(data.substr(0, size))), whence::decode_error);
    CHECK_FALSE(whence::is_binary(data.substr(0, size)));
  }
  for (std::size_t at = 0; at < data.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = data;
      changed[at] = static_cast<char>(value);
      try {
        const Order order = decode_binary<Order>(changed);
        CHECK(whence::is_binary(changed));
        CHECK(whence::decode<Order>(binary_to_json(changed)) == order);
      } catch (const whence::decode_error& problem) {
        CHECK(problem.code() == "data.unreadable");
      }
    }
  }
}

TEST_CASE("an object of many members has the count of those that are there") {
  struct Many {
    std::vector<std::optional<int>> values = std::vector<std::optional<int>>(300);
    std::vector<std::string> names;
    void serialize(whence::archive& ar) {
      names.resize(values.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        names[i] = "m" + std::to_string(i);
        ar(make_nvp(names[i].c_str(), values[i]));
      }
    }
  };
  for (const std::size_t present : {0u, 23u, 24u, 255u, 256u, 300u}) {
    Many many;
    for (std::size_t i = 0; i < present; ++i) many.values[299 - i] = static_cast<int>(i);
    const std::string data = encode_binary(many);
    CHECK(decode_binary<Many>(data).values == many.values);
    CHECK(binary_to_json(data) == encode(many));
  }
}
