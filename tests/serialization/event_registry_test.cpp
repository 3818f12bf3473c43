// All event types of a program, by name.
#include <whence/serialization/event_registry.hpp>

#include <doctest/doctest.h>

#include <string>

using cereal::make_nvp;

namespace {

namespace sales {
struct Placed {
  static constexpr whence::event_type type{"Placed", 2};
  int quantity = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("quantity", quantity));
  }
};
}  // namespace sales

namespace buying {
struct Placed {
  static constexpr whence::event_type type{"Placed"};
  template <class Archive>
  void serialize(Archive&) {}
};
struct Arrived {
  static constexpr whence::event_type type{"Arrived"};
  template <class Archive>
  void serialize(Archive&) {}
};
}  // namespace buying

}  // namespace

TEST_CASE("a name that two types claim is refused") {
  whence::event_registry registry;
  registry.add(whence::events<sales::Placed>{});
  try {
    registry.add(whence::events<buying::Placed>{});
    FAIL("it was added");
  } catch (const whence::duplicate_event_type& problem) {
    CHECK(problem.code() == "event.duplicate_type");
    CHECK(problem.event_type == "Placed");
  }
}

TEST_CASE("the same type may be added again: aggregates and projections share events") {
  whence::event_registry registry;
  registry.add(whence::events<sales::Placed, buying::Arrived>{});
  registry.add(whence::events<buying::Arrived, sales::Placed>{});
  REQUIRE(registry.types().size() == 2);
  CHECK(registry.types()[0].name == "Arrived");
  CHECK(registry.types()[1].name == "Placed");
}

TEST_CASE("a stored event is checked against its type") {
  whence::event_registry registry;
  registry.add(whence::events<sales::Placed, buying::Arrived>{});
  whence::json_decoder decoder;
  CHECK_FALSE(registry.check({.type = "Lost", .version = 1, .data = "{}"}, decoder));
  CHECK_THROWS_AS(registry.check({.type = "Placed", .version = 1, .data = R"({"quantity":1})"}, decoder),
                  whence::unknown_event_version);
  CHECK_THROWS_AS(registry.check({.type = "Placed", .version = 2, .data = R"({"quantity":""})"}, decoder),
                  whence::decode_error);
  CHECK(registry.check({.type = "Placed", .version = 2, .data = R"({"quantity":1})"}, decoder));
  REQUIRE(registry.find("Placed"));
  CHECK(registry.find("Placed")->version == 2);
  CHECK(registry.find("Lost") == nullptr);
}
