// RFC 9562 is the judge: its appendices A and B have one UUID of each version.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>

#include <whence/core/detail/uuid_v7.hpp>
#include <whence/core/error.hpp>
#include <whence/core/uuid.hpp>

using namespace whence;
using namespace std::chrono;

static_assert(!std::convertible_to<uuid, event_id>);
static_assert(!std::convertible_to<event_id, command_id>);
static_assert(!std::convertible_to<correlation_id, causation_id>);
static_assert(std::convertible_to<event_id, causation_id> && std::convertible_to<command_id, causation_id>);
static_assert(sizeof(event_id) == 16);

namespace {

int variant(const uuid& id) { return id.bytes()[8] >> 6; }

}  // namespace

TEST_CASE("the UUIDs of RFC 9562 are read and written") {
  struct vector {
    std::string text;
    int version;
  };
  for (const vector& one : {vector{"C232AB00-9414-11EC-B3C8-9F6BDECED846", 1},
                            {"5df41881-3aed-3515-88a7-2f4a814cf09e", 3},
                            {"919108f7-52d1-4320-9bac-f847db4148a8", 4},
                            {"2ed6657d-e927-568b-95e1-2665a8aea6a2", 5},
                            {"1EC9414C-232A-6B00-B3C8-9F6BDECED846", 6},
                            {"017F22E2-79B0-7CC3-98C4-DC0C0C07398F", 7},
                            {"2489E9AD-2EE2-8E00-8EC9-32D5F69181C0", 8},
                            {"5c146b14-3c52-8afd-938a-375d0df1fbf6", 8}}) {
    std::string lower = one.text;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const uuid id = uuid::parse(one.text);
    CHECK(id.version() == one.version);
    CHECK(variant(id) == 2);
    CHECK(id.to_string() == lower);
    CHECK(uuid::parse(lower) == id);
  }
}

TEST_CASE("the UUIDv7 of RFC 9562 is composed from its fields, and tells its time") {
  const uuid id = detail::compose_v7(0x017F22E279B0, 0xCC3, 0x18C4DC0C0C07398F);
  CHECK(id.to_string() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  CHECK(id.time() == sys_days{2022y / February / 22} + 19h + 22min + 22s);
  // Bits beyond a field's width change nothing else.
  CHECK(detail::compose_v7(0xffff'017F22E279B0, 0xfCC3, 0xd8C4DC0C0C07398F) == id);
}

TEST_CASE("what is no UUID is refused") {
  const std::string right = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  CHECK(uuid::try_parse(right));
  for (std::size_t i = 0; i < right.size(); ++i) {
    for (const char other : {'g', '-', '0', ' ', '\0', '/', ':', '@', 'G', '`', '\xff'}) {
      std::string text = right;
      const bool hyphen = right[i] == '-';
      if (hyphen ? other == '-' : other == '0') continue;
      text[i] = other;
      CAPTURE(text);
      CHECK_FALSE(uuid::try_parse(text));
    }
  }
  for (const std::string& text :
       {std::string(), right.substr(1), right + "0", "{" + right + "}", "urn:uuid:" + right}) {
    CHECK_FALSE(uuid::try_parse(text));
    CHECK_THROWS_AS(uuid::parse(text), malformed_input);
  }
}

TEST_CASE("the nil UUID is the default") {
  CHECK(uuid{}.is_nil());
  CHECK(uuid{}.to_string() == "00000000-0000-0000-0000-000000000000");
  CHECK(event_id{}.is_nil());
  CHECK_FALSE(uuid::parse("00000000-0000-0000-0000-000000000001").is_nil());
}

TEST_CASE("UUIDs sort as their bytes and texts do") {
  const uuid low = uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  const uuid high = uuid::parse("f17f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  CHECK(low < high);
  CHECK(low.to_string() < high.to_string());
  CHECK(std::unordered_set<uuid>{low, high, low}.size() == 2);
  CHECK(std::unordered_set<event_id>{event_id(low)}.contains(event_id(low)));
}

TEST_CASE("the same cause, name and number derive the same id; another one of them derives another") {
  const uuid cause = uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  const uuid other = uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c073990");
  const uuid id = derive(cause, "event", 1);
  CHECK(derive(cause, "event", 1) == id);
  const std::set<uuid> all{id,
                           derive(other, "event", 1),
                           derive(cause, "events", 1),
                           derive(cause, "event", 2),
                           derive(cause, "", 1),
                           derive(cause, "event")};
  CHECK(all.size() == 6);
  CHECK(derive(cause.time(), "event", 1) != id);
  CHECK(derive(cause.time(), "event", 1) == derive(cause.time(), "event", 1));
  CHECK(derive(cause.time(), "event", 1) != derive(cause.time(), "event", 2));
}

TEST_CASE("a derived id has the shape of a UUIDv7, and the time of its cause") {
  const uuid cause = uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    const uuid id = derive(cause, "event", number);
    CHECK(id.version() == 7);
    CHECK(variant(id) == 2);
    CHECK(id.time() == cause.time());
  }
  const timestamp time = sys_days{2010y / December / 1} + 8h + 26min + 123'456us;
  CHECK(derive(time, "536365").time() == floor<milliseconds>(time));
  CHECK(derive(sys_days{1960y / January / 1}, "before the epoch").time() == timestamp{});
}

TEST_CASE("derived ids never change: logs hold them") {
  const uuid cause = uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  CHECK(derive(cause, "event", 1).to_string() == "017f22e2-79b0-7ee1-adea-ce0348164879");
  CHECK(derive(cause.time(), "536365", 7).to_string() == "017f22e2-79b0-7b8e-a64f-88e4368f1677");
}

TEST_CASE("hash bits are spread over all of a derived id") {
  uuid::bytes_type ones{};
  uuid::bytes_type zeros{};
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    const auto bytes = derive(uuid{}, "event", number).bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      ones[i] = static_cast<std::uint8_t>(ones[i] | bytes[i]);
      zeros[i] = static_cast<std::uint8_t>(zeros[i] | ~bytes[i]);
    }
  }
  const uuid::bytes_type free{0, 0, 0, 0, 0, 0, 0x0f, 0xff, 0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  for (std::size_t i = 0; i < free.size(); ++i) CHECK((ones[i] & zeros[i]) == free[i]);
}
