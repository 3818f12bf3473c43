// What upcasting's errors say.
#include <doctest/doctest.h>

#include <whence/upcasting/upcasters.hpp>

#include <tests/errors/said.hpp>

using namespace whence;
using tests::scene;

namespace {

struct Weighed {
  static constexpr event_type type{"Weighed", 2};
};

}  // namespace

TEST_CASE("an event that is not what its upcaster expects") {
  const scene here;
  const auto upcasters = upcasters::of(upcast<Weighed, 1>([](document& data) { data.rename("kg", "kilograms"); }));
  CHECK(here.says([&] { static_cast<void>(upcasters.upcast({.type = "Weighed", .version = 1, .data = "{}"})); }) ==
        R"(app: Weighed version 1 cannot be upcast: /kg: is missing
  why:   the event is not what its upcaster expects of that version
  do:    let the upcaster take what was stored; a test with the event's stored text shows what it makes of it  [event.upcast_failed, exit 6]
)");
}
