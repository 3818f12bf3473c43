/// serialization: a type describes itself once; JSON follows from it.
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <whence/serialization/event_type.hpp>
#include <whence/serialization/json.hpp>

namespace {

enum class Size { small, large };
constexpr auto names_of(Size) { return std::array<std::string_view, 2>{"small", "large"}; }

struct CupOrdered {
  static constexpr whence::event_type type{"CupOrdered", 1};
  std::string tea;
  Size size = Size::small;
  std::vector<std::string> extras;
  std::optional<std::string> note;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("tea", tea), cereal::make_nvp("size", size), cereal::make_nvp("extras", extras),
       cereal::make_nvp("note", note));
  }
};

}  // namespace

TEST_CASE("a value has one text, and the text gives the value back") {
  const std::string json = whence::encode(CupOrdered{"assam", Size::large, {"milk"}, std::nullopt});
  CHECK(json == R"({"tea":"assam","size":"large","extras":["milk"]})");

  const auto cup = whence::decode<CupOrdered>(json);
  CHECK(cup.size == Size::large);
}

TEST_CASE("what does not fit is an error that names the place") {
  try {
    static_cast<void>(whence::decode<CupOrdered>(R"({"tea":"assam","size":"huge","extras":[]})"));
    FAIL("it was read");
  } catch (const whence::decode_error& wrong) {
    CHECK(wrong.pointer == "/size");
    CHECK(wrong.problem == R"("huge" is none of small, large)");
  }
}
