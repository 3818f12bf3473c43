/// docs/changing-events.md: one event in each state of its life, who can read whom, and what has to be done.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <whence/contracts/schema_changes.hpp>
#include <whence/modelling/aggregate.hpp>
#include <whence/serialization/json.hpp>
#include <whence/serialization/json_schema.hpp>
#include <whence/serialization/member.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace {

namespace first {
struct SeatBooked {
  static constexpr whence::event_type type{"SeatBooked", 1};
  std::string guest;
  std::int64_t price = 0;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("guest", guest), cereal::make_nvp("price", price));
  }
};
}  // namespace first

namespace with_note {
struct SeatBooked {
  static constexpr whence::event_type type{"SeatBooked", 2};
  std::string guest;
  std::int64_t price = 0;
  std::optional<std::string> note;  // new

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("guest", guest), cereal::make_nvp("price", price), cereal::make_nvp("note", note));
  }
};

const auto seats = whence::upcasters::of(whence::upcast<SeatBooked, 1>([](whence::document&) {}));
}  // namespace with_note

namespace with_count {
struct SeatBooked {
  static constexpr whence::event_type type{"SeatBooked", 2};
  std::string guest;
  std::int64_t price = 0;
  std::int32_t seats = 1;  // new

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("guest", guest), cereal::make_nvp("price", price),
       whence::or_default(cereal::make_nvp("seats", seats), 1));
  }
};
}  // namespace with_count

namespace with_currency {
struct SeatBooked {
  static constexpr whence::event_type type{"SeatBooked", 2};
  std::string guest;
  std::int64_t price = 0;
  std::string currency;  // new, and always there

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("guest", guest), cereal::make_nvp("price", price), cereal::make_nvp("currency", currency));
  }
};

const auto seats =
    whence::upcasters::of(whence::upcast<SeatBooked, 1>([](whence::document& data) { data.set("currency", "EUR"); }));
}  // namespace with_currency

namespace renamed {
struct SeatBooked {
  static constexpr whence::event_type type{"SeatBooked", 2};
  std::string customer;  // was guest
  std::int64_t price = 0;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customer", customer), cereal::make_nvp("price", price));
  }
};

const auto seats = whence::upcasters::of(
    whence::upcast<SeatBooked, 1>([](whence::document& data) { data.rename("guest", "customer"); }));
}  // namespace renamed

namespace in_cents {
struct SeatBooked {
  static constexpr whence::event_type type{"SeatBooked", 2};
  std::string guest;
  std::string price;  // "12.50"; was 12

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("guest", guest), cereal::make_nvp("price", price));
  }
};

const auto seats = whence::upcasters::of(whence::upcast<SeatBooked, 1>(
    [](whence::document& data) { data.set("price", std::to_string(data.get<std::int64_t>("price")) + ".00"); }));
}  // namespace in_cents

const std::string booked = R"({"guest":"ada","price":12})";

template <class After>
std::vector<whence::schema_change> changes_to() {
  const whence::schema_validator before(whence::json_schema<first::SeatBooked>());
  const whence::schema_validator after(whence::json_schema<After>());
  return whence::schema_changes(before, after);
}

template <class After>
std::string_view reads() {
  return name_of(whence::compatibility_of(changes_to<After>()));
}

/// What an event of the first version is today.
std::string today(const whence::upcasters& upcasters) {
  return upcasters.upcast({.type = "SeatBooked", .version = 1, .data = booked}).front().data;
}

}  // namespace

TEST_CASE("a member that may be left out") {
  CHECK(reads<with_note::SeatBooked>() == "backward");
  CHECK(changes_to<with_note::SeatBooked>().front().why == "code of before refuses a member that it does not name");
  CHECK(whence::decode<with_note::SeatBooked>(today(with_note::seats)).note == std::nullopt);
}

TEST_CASE("a member with a default") {
  CHECK(reads<with_count::SeatBooked>() == "backward");
  CHECK(whence::decode<with_count::SeatBooked>(booked).seats == 1);
}

TEST_CASE("a member that is always there") {
  CHECK(reads<with_currency::SeatBooked>() == "breaking");
  CHECK(today(with_currency::seats) == R"({"guest":"ada","price":12,"currency":"EUR"})");
}

TEST_CASE("a member with another name") {
  CHECK(reads<renamed::SeatBooked>() == "breaking");
  CHECK(today(renamed::seats) == R"({"customer":"ada","price":12})");
}

TEST_CASE("a member of another kind") {
  CHECK(reads<in_cents::SeatBooked>() == "breaking");
  CHECK(today(in_cents::seats) == R"({"guest":"ada","price":"12.00"})");
}
