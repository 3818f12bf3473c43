// Generated values of every shape: the same after JSON, after binary, and from run to run.
#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>
#include <set>

#include <whence/testing/failed_expectation.hpp>
#include <whence/testing/generated.hpp>

#include "tests/serialization/samples.hpp"
#include "tests/serialization/shapes/shapes.hpp"

namespace {

/// Reads something else than it writes.
struct Changing {
  int value = 0;
  void serialize(whence::archive& ar) {
    ar(cereal::make_nvp("value", value));
    if (!ar.writes() && value > 1'000) value = 1'000;
    if (ar.writes() && value < 1'000) ++value;
  }
};

struct Unwritable {
  double value = 0;
  void serialize(whence::archive& ar) {
    ar(cereal::make_nvp("value", value));
    value = std::numeric_limits<double>::infinity();
  }
};

/// Has members that its schema, which knows no value, cannot know of.
struct Depending {
  bool insured = false;
  int cents = 0;
  void serialize(whence::archive& ar) {
    ar(cereal::make_nvp("insured", insured));
    if (insured) ar(cereal::make_nvp("cents", cents));
  }
};

struct SometimesTolerant {
  bool loose = false;
  void serialize(whence::archive& ar) {
    ar(cereal::make_nvp("loose", loose));
    if (loose) ar(whence::tolerant);
  }
};

template <class T>
std::string failure() {
  try {
    whence::testing::round_trips<T>(100);
  } catch (const whence::testing::failed_expectation& failed) {
    return failed.text();
  }
  return "(it came back)";
}

}  // namespace

TEST_CASE("there are sixty shapes at least, and each has its name") {
  std::set<std::string> names;
  for (const auto& shape : shapes::all()) names.insert(shape.name);
  CHECK(names.size() == shapes::all().size());
  CHECK(names.size() >= 60);
}

TEST_CASE("a generated value of every shape comes back from JSON and from binary") {
  const char* const values = std::getenv("VALUES");
  for (const auto& shape : shapes::all()) {
    CAPTURE(shape.name);
    CHECK_NOTHROW(shape.round_trips(values ? std::stoul(values) : 200, 1));
  }
}

TEST_CASE("values of one seed are the same everywhere, and those of others differ") {
  for (const auto& shape : shapes::all()) CHECK(shape.document(7) == shape.document(7));
  using whence::testing::generated;
  CHECK(generated<std::uint64_t>(1) == generated<std::uint64_t>(1));
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 100; ++seed) orders.insert(whence::encode(generated<samples::Order>(seed)));
  CHECK(orders.size() >= 99);
  CHECK(whence::encode(generated<samples::Order>(42)) == whence::encode(generated<samples::Order>(42)));
}

TEST_CASE("the edges of a type are met soon") {
  std::set<std::int16_t> met;
  for (std::uint64_t seed = 0; seed < 100; ++seed) met.insert(whence::testing::generated<std::int16_t>(seed));
  CHECK(met.contains(std::numeric_limits<std::int16_t>::min()));
  CHECK(met.contains(std::numeric_limits<std::int16_t>::max()));
  CHECK(met.contains(0));
  bool none = false;
  bool some = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto order = whence::testing::generated<samples::Order>(seed);
    none = none || (!order.note && order.items.empty());
    some = some || (order.note && order.items.size() > 1);
  }
  CHECK(none);
  CHECK(some);
}

TEST_CASE("a type whose values do not come back is found out, with the value") {
  CHECK(failure<Changing>().find("does not come back as it was\n  as JSON:  {\"value\":") != std::string::npos);
  CHECK(failure<Unwritable>().find("a number that is not finite") != std::string::npos);
  CHECK(failure<samples::Order>() == "(it came back)");
}

TEST_CASE("a type whose schema says something else than reading is found out, with who says what") {
  CHECK(failure<Depending>() ==
        "the value of seed 2 is another for its schema than for who reads it\n"
        "  {\"insured\":true,\"cents\":65535}\n"
        "  its schema refuses it: /cents: expected no such member, found the number 65535 (by /additionalProperties)");
  CHECK(failure<SometimesTolerant>() ==
        "the value of seed 2 is another for its schema than for who reads it\n"
        "  with a member that nobody knows: {\"loose\":true,\"aMemberThatNobodyKnows\":true}\n"
        "  its schema refuses it: /aMemberThatNobodyKnows: expected no such member, found true (by "
        "/additionalProperties)\n"
        "  reading allows it");
}
