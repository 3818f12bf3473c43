// A stored event finds its type by name and version, and nothing is guessed.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/serialization/samples.hpp"

using namespace samples;

namespace {

struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced", 2};
  std::string customer;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("customer", customer));
  }
};
struct OrderShipped {
  static constexpr whence::event_type type{"OrderShipped"};
  template <class Archive>
  void serialize(Archive&) {}
};

using list = whence::events<OrderPlaced, OrderShipped>;

struct Seen {
  std::vector<std::string> events;
  void operator()(const OrderPlaced& event) { events.push_back("placed by " + event.customer); }
  void operator()(const OrderShipped&) { events.push_back("shipped"); }
};

struct Compact {
  static constexpr whence::event_type type{"Compact"};
  static constexpr auto form = whence::form::binary;
  int number = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("number", number));
  }
};

/// A member of that name which is none of ours.
struct WithOtherForm {
  static constexpr whence::event_type type{"WithOtherForm"};
  int number = 0;
  std::string form;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("number", number));
  }
};

}  // namespace

TEST_CASE("an event that is not listed is passed over") {
  whence::json_decoder decoder;
  Seen seen;
  CHECK_FALSE(whence::dispatch(list{}, {.type = "OrderPaid", .version = 1, .data = "no JSON"}, decoder, seen));
  CHECK_FALSE(whence::dispatch(list{}, {.type = "Order", .version = 2, .data = "{}"}, decoder, seen));
  CHECK_FALSE(whence::dispatch(whence::events<>{}, {.type = "OrderPaid", .version = 1, .data = "{}"}, decoder, seen));
  CHECK(seen.events.empty());
}

TEST_CASE("a listed event in a version that is not listed is an error, older or newer") {
  whence::json_decoder decoder;
  Seen seen;
  for (const std::uint32_t version : {1u, 3u}) {
    try {
      whence::dispatch(list{}, {.type = "OrderPlaced", .version = version, .data = R"({"customer":"ada"})"}, decoder,
                       seen);
      FAIL("it was read");
    } catch (const whence::unknown_event_version& problem) {
      CHECK(problem.code() == "event.unknown_version");
      CHECK(problem.next() == whence::next_move::operator_needed);
      CHECK(problem.found == version);
      CHECK(problem.known == 2);
      CHECK(std::string(problem.what()) ==
            "OrderPlaced: version " + std::to_string(version) + " is stored, this program knows version 2");
    }
  }
  CHECK(seen.events.empty());
}

TEST_CASE("a listed event whose data is not what its type says is an error") {
  whence::json_decoder decoder;
  Seen seen;
  CHECK_THROWS_WITH_AS(
      whence::dispatch(list{}, {.type = "OrderPlaced", .version = 2, .data = R"({"customer":1})"}, decoder, seen),
      "/customer: expected a string, found number", whence::decode_error);
  CHECK(seen.events.empty());
}

TEST_CASE("an event is stored in the form that it asks for, and read in whichever it is") {
  CHECK(whence::encode_event(OrderPlaced{"ada"}) == whence::encode(OrderPlaced{"ada"}));
  const std::string stored = whence::encode_event(Compact{7});
  CHECK(whence::form_of(stored) == whence::form::binary);
  whence::json_decoder decoder;
  std::vector<int> seen;
  const auto handler = [&](const Compact& event) { seen.push_back(event.number); };
  using compact = whence::events<Compact>;
  CHECK(whence::dispatch(compact{}, {.type = "Compact", .version = 1, .data = stored}, decoder, handler));
  CHECK(whence::dispatch(compact{}, {.type = "Compact", .version = 1, .data = R"({"number":8})"}, decoder, handler));
  CHECK(seen == std::vector<int>{7, 8});
  CHECK(whence::decode<Compact>(stored).number == 7);
  CHECK(whence::encode_event(WithOtherForm{}) == R"({"number":0})");
}

TEST_CASE("each listed event reaches the handler as its type") {
  whence::json_decoder decoder;
  Seen seen;
  CHECK(
      whence::dispatch(list{}, {.type = "OrderPlaced", .version = 2, .data = R"({"customer":"ada"})"}, decoder, seen));
  CHECK(whence::dispatch(list{}, {.type = "OrderShipped", .version = 1, .data = "{}"}, decoder, seen));
  CHECK(seen.events == std::vector<std::string>{"placed by ada", "shipped"});
}

static_assert(whence::event<OrderPlaced>);
static_assert(!whence::event<Line>, "a type without a name is no event");
