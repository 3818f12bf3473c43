// The bytes that are digested are those that event_digest.hpp promises: an auditor computes them without this code.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include <tests/store/events_like.hpp>
#include <whence/core/hex.hpp>
#include <whence/proof/event_digest.hpp>

using namespace whence;
using namespace whence::detail;

namespace {

const log_id some_log = log_id::parse("0192f0c1-2345-7abc-8def-0123456789ab");

recorded_event some_event(std::span<const std::string_view> tags) {
  recorded_event event;
  event.position = global_position{0x0102030405060708};
  event.version = stream_version{2};
  event.occurred_at = timestamp(std::chrono::microseconds(-1));
  event.recorded_at = timestamp(std::chrono::microseconds(256));
  event.id = event_id::parse("0192f0c1-2345-7abc-8def-0123456789ac");
  event.causation = causation_id(event_id::parse("0192f0c1-2345-7abc-8def-0123456789ad"));
  event.stream = "order-1";
  event.aggregate_type = "Order";
  event.type = "OrderPlaced";
  event.type_version = 3;
  event.causation_type = "PlaceOrder";
  event.traceparent = "00";
  event.data = R"({"paid":true})";
  event.tags = tags;
  return event;
}

sha256_digest digest_of(const recorded_event& event) { return event_digest(some_log).add(event); }

/// Bytes, some of them as digits.
std::string bytes(std::string_view digits) {
  std::string found(digits.size() / 2, '\0');
  REQUIRE(from_hex(digits, {reinterpret_cast<std::uint8_t*>(found.data()), found.size()}));
  return found;
}

std::string text(const sha256_digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

std::string sized(const std::string& text) {
  return std::string(1, static_cast<char>(text.size())) + std::string(3, '\0') + text;
}

}  // namespace

TEST_CASE("the digest of an event is that of the bytes which are promised") {
  const std::vector<std::string_view> tags{"a:1", "b"};
  const sha256_digest start = sha256().of("whence proof 1\n" + bytes("0192f0c123457abc8def0123456789ab"));
  CHECK(event_digest(some_log).now() == start);
  std::string promised = text(start) + bytes(
                                           "0807060504030201"
                                           "0200000000000000"
                                           "ffffffffffffffff"
                                           "0001000000000000");
  promised +=
      bytes("0192f0c123457abc8def0123456789ac") + std::string(16, '\0') + bytes("0192f0c123457abc8def0123456789ad");
  promised += bytes(
      "03000000"
      "00000000");
  CHECK(promised.size() == 120);
  for (const char* const each :
       {"order-1", "Order", "OrderPlaced", "PlaceOrder", "", "00", "a:1\nb", R"({"paid":true})"})
    promised += sized(each);
  CHECK(digest_of(some_event(tags)) == sha256().of(promised));
}

TEST_CASE("a change of any part changes the digest") {
  const std::vector<std::string_view> tags{"a", "b"};
  const recorded_event event = some_event(tags);
  std::set<sha256_digest> seen{digest_of(event)};
  for (const recorded_event& other : tests::events_like(event)) CHECK(seen.insert(digest_of(other)).second);
  event_digest twice(some_log);
  twice.add(event);
  CHECK(seen.insert(twice.add(event)).second);
  CHECK(seen.insert(event_digest(log_id(event.id.value())).add(event)).second);
}

TEST_CASE("how an event is kept is no part of what is proven") {
  recorded_event event = some_event({});
  const sha256_digest digest = digest_of(event);
  event.chain.fill(7);
  CHECK(digest_of(event) == digest);
}

TEST_CASE("digits that are not exactly those of so many bytes are no bytes") {
  std::array<std::uint8_t, 2> two{};
  for (const std::string_view wrong : {"", "12", "123", "12345", "123g", "12 4", "12AB"})
    CHECK_FALSE(from_hex(wrong, two));
  CHECK(from_hex("12ab", two));
  CHECK(to_hex(two) == "12ab");
}
