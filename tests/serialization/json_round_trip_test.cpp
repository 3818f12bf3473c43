// What is written is read back the same, and another JSON parser reads the same from it.
#include <doctest/doctest.h>

#include <rapidcheck.h>
#include <nlohmann/json.hpp>

#include "tests/serialization/samples.hpp"

using namespace samples;
using whence::decode;
using whence::encode;

namespace {

template <class Property>
void check(const std::string& name, Property property) {
  const bool holds = rc::check(name, property);
  CHECK_MESSAGE(holds, "RC_PARAMS repeats it: see above");
}

rc::Gen<std::string> unicode() {
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 0x110000)),
                      [](const std::vector<std::uint32_t>& points) {
                        std::string text;
                        for (const std::uint32_t point : points) {
                          if (point >= 0xD800 && point < 0xE000) continue;
                          const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
                          if (point < 0x80) {
                            add(point);
                          } else if (point < 0x800) {
                            add(0xC0 | point >> 6), add(0x80 | (point & 0x3F));
                          } else if (point < 0x10000) {
                            add(0xE0 | point >> 12), add(0x80 | (point >> 6 & 0x3F)), add(0x80 | (point & 0x3F));
                          } else {
                            add(0xF0 | point >> 18), add(0x80 | (point >> 12 & 0x3F)), add(0x80 | (point >> 6 & 0x3F)),
                                add(0x80 | (point & 0x3F));
                          }
                        }
                        return text;
                      });
}

struct Everything {
  bool flag = false;
  std::int8_t tiny = 0;
  std::uint16_t small = 0;
  std::int64_t large = 0;
  std::uint64_t natural = 0;
  double real = 0;
  std::string text;
  std::vector<std::string> texts;
  std::optional<std::int32_t> maybe;
  std::map<std::string, std::uint32_t> map;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("flag", flag), make_nvp("tiny", tiny), make_nvp("small", small), make_nvp("large", large));
    ar(make_nvp("natural", natural), make_nvp("real", real), make_nvp("text", text), make_nvp("texts", texts));
    ar(make_nvp("maybe", maybe), make_nvp("map", map));
  }
  friend bool operator==(const Everything&, const Everything&) = default;
};

Everything any() {
  Everything e;
  e.flag = *rc::gen::arbitrary<bool>();
  e.tiny = *rc::gen::arbitrary<std::int8_t>();
  e.small = *rc::gen::arbitrary<std::uint16_t>();
  e.large = *rc::gen::arbitrary<std::int64_t>();
  e.natural = *rc::gen::arbitrary<std::uint64_t>();
  e.real = *rc::gen::arbitrary<double>();
  e.text = *unicode();
  e.texts = *rc::gen::container<std::vector<std::string>>(unicode());
  if (*rc::gen::arbitrary<bool>()) e.maybe = *rc::gen::arbitrary<std::int32_t>();
  e.map = *rc::gen::container<std::map<std::string, std::uint32_t>>(unicode(), rc::gen::arbitrary<std::uint32_t>());
  return e;
}

}  // namespace

TEST_CASE("every value comes back as it was, from one and the same text") {
  check("round trip", [] {
    const Everything value = any();
    const std::string json = encode(value);
    RC_ASSERT(decode<Everything>(json) == value);
    RC_ASSERT(encode(decode<Everything>(json)) == json);
  });
}

TEST_CASE("another parser finds the same in the text") {
  check("nlohmann reads it", [] {
    const Everything value = any();
    const auto json = nlohmann::json::parse(encode(value));
    RC_ASSERT(json.at("large").get<std::int64_t>() == value.large);
    RC_ASSERT(json.at("natural").get<std::uint64_t>() == value.natural);
    RC_ASSERT(json.at("real").get<double>() == value.real);
    RC_ASSERT(json.at("text").get<std::string>() == value.text);
    RC_ASSERT(json.at("texts").get<std::vector<std::string>>() == value.texts);
    RC_ASSERT((json.at("map").get<std::map<std::string, std::uint32_t>>() == value.map));
    RC_ASSERT(json.contains("maybe") == value.maybe.has_value());
  });
}

TEST_CASE("a text with one byte changed is read or refused, and what is read is written the same way again") {
  check("one byte", [] {
    std::string json = encode(any());
    const auto at = *rc::gen::inRange<std::size_t>(0, json.size());
    json[at] = *rc::gen::arbitrary<char>();
    try {
      const auto value = decode<Everything>(json);
      RC_ASSERT(decode<Everything>(encode(value)) == value);
    } catch (const whence::decode_error&) {
      RC_SUCCEED("refused");
    }
  });
}
