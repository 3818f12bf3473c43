/// contracts: documents judged by the schema of an event.
#include <cstdint>
#include <iostream>
#include <string>

#include <doctest/doctest.h>

#include <whence/contracts/schema_validator.hpp>
#include <whence/serialization/event_type.hpp>
#include <whence/serialization/json_schema.hpp>

namespace {

struct CupOrdered {
  static constexpr whence::event_type type{"CupOrdered", 1};
  std::string tea;
  std::int8_t count = 1;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("tea", tea), cereal::make_nvp("count", count));
  }
};

std::string text_of(const std::string&) { return whence::json_schema<CupOrdered>(); }

/// What the header shows.
void tell_what_does_not_fit(const std::string& document) {
  const whence::schema_validator orders(text_of("OrderPlaced.v2.schema.json"));
  for (const whence::schema_violation& wrong : orders.violations(document)) std::cerr << wrong.text() << '\n';
}

}  // namespace

TEST_CASE("a document that does not fit is told why") {
  const whence::schema_validator cups(whence::json_schema<CupOrdered>());
  const auto wrong = cups.violations(R"({"tea":"assam","count":200})");
  CHECK(wrong.front().text() == "/count: expected at most 127, found the number 200 (by /properties/count/maximum)");
  tell_what_does_not_fit(R"({"tea":"assam","count":2})");
}
