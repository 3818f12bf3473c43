// What serialization's errors say.
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <whence/serialization/event_registry.hpp>

#include <tests/errors/said.hpp>

using namespace whence;
using tests::scene;

namespace {

struct Weighed {
  static constexpr event_type type{"Weighed", 2};
  std::vector<double> kilograms;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("kilograms", kilograms));
  }
};

namespace another {
struct Weighed {
  static constexpr event_type type{"Weighed", 2};
  template <class Archive>
  void serialize(Archive&) {}
};
}  // namespace another

}  // namespace

TEST_CASE("values and texts that do not fit each other") {
  const scene here;
  CHECK(here.says([] { decode<Weighed>(R"({"kilograms":[1, "two"]})"); }) ==
        R"(app: /kilograms/1: expected a number, found "two"
  why:   the text does not have the form that its type describes
  do:    compare the text with the type's `serialize`; a changed event needs a new version  [data.unreadable, exit 6]
)");
  CHECK(here.says([] { static_cast<void>(encode(Weighed{{std::numeric_limits<double>::quiet_NaN()}})); }) ==
        R"(app: /kilograms/0: a number that is not finite; nothing was written
  why:   the value has no JSON text from which it could be read back
  do:    refuse such a value before it gets into an event  [data.unwritable, exit 4]
)");
}

TEST_CASE("event types that do not fit the program") {
  const scene here;
  event_registry registry;
  registry.add(events<Weighed>{});
  json_decoder decoder;
  CHECK(here.says([&] { registry.check({.type = "Weighed", .version = 3, .data = "{}"}, decoder); }) ==
        R"(app: Weighed: version 3 is stored, this program knows version 2
  why:   the event was written by a newer program
  do:    run the program that wrote it, or a newer one  [event.unknown_version, exit 6]
)");
  CHECK(here.says([&] { registry.check({.type = "Weighed", .version = 1, .data = "{}"}, decoder); }) ==
        R"(app: Weighed: version 1 is stored, this program knows version 2
  why:   the event was written by an older program, and no upcaster here begins at that version
  do:    give it an upcaster from that version, `whence::upcast<Weighed, 1>(…)`  [event.unknown_version, exit 6]
)");
  CHECK(here.says([&] { registry.add(events<another::Weighed>{}); }) == R"(app: two types are called Weighed in the log
  why:   an event's name belongs to one type, in all aggregates
  do:    rename one of the two in its `event_type`  [event.duplicate_type, exit 70]
)");
}
