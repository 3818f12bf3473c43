// Whatever could be appended can be upcast, and be read afterwards.
#include <string>

#include <doctest/doctest.h>

#include <whence/modelling/repository.hpp>
#include <whence/serialization/binary.hpp>
#include <whence/upcasting/upcasting_log.hpp>

#include <tests/upcasting/old_log.hpp>
#include <tests/upcasting/shop.hpp>

using namespace whence;
using tests::old_log;

namespace {

/// Version 1 of OrderShipped.
struct ShippedV1 {
  std::string carrier;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("carrier", carrier));
  }
};

/// Version 2 of OrderPlaced.
struct PlacedV2 {
  std::string customer;
  int amount = 7;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customer", customer), cereal::make_nvp("amount", amount));
  }
};

/// A character that takes a byte in binary, and six in JSON.
std::string longest(std::size_t beside) { return std::string(json_limits::bytes_max - beside, '\x01'); }

}  // namespace

TEST_CASE("an event of the largest that is written as JSON is upcast, though it becomes larger") {
  const ShippedV1 shipped{std::string(json_limits::bytes_max - 14, 'x')};
  old_log given;
  given.append("order-1", {{"OrderShipped", 1, encode(shipped)}});
  CHECK(encode(shipped).size() == json_limits::bytes_max);
  const auto order = repository(given.open()).load(id<shop::Order>{"order-1"});
  CHECK(order.state.story == "shipped " + shipped.carrier + " unknown; ");
}

TEST_CASE("an event of the largest that is written as binary is upcast, though its JSON is six times as long") {
  const ShippedV1 shipped{longest(17)};
  CHECK(encode_binary(shipped).size() == json_limits::bytes_max);
  CHECK_THROWS_AS(static_cast<void>(encode(shipped)), encode_error);
  old_log given;
  given.append("order-1", {{"OrderShipped", 1, encode_binary(shipped)}, {"OrderTouched", 1, "{}"}});
  const auto order = repository(given.open()).load(id<shop::Order>{"order-1"});
  CHECK(order.state.story == "shipped " + shipped.carrier + " unknown; ");
  CHECK(order.version == stream_version{2});
}

TEST_CASE("one that an upcaster takes as the struct that it was, and gives as another, may be as large") {
  const PlacedV2 placed{longest(29)};
  old_log given;
  given.append("order-1", {{"OrderPlaced", 2, encode_binary(placed)}});
  const auto order = repository(given.open()).load(id<shop::Order>{"order-1"});
  CHECK(order.state.story == "placed " + placed.customer + " EUR; ");
}

TEST_CASE("a text by itself, which may come from anywhere, is read up to what is written and no further") {
  const std::string large = "{\"carrier\":\"" + std::string(json_limits::bytes_max, 'x') + "\"}";
  CHECK_THROWS_AS(static_cast<void>(decode<ShippedV1>(large)), decode_error);
  CHECK(json_decoder{}.decode<ShippedV1>(large).carrier.size() == json_limits::bytes_max);
}

TEST_CASE("a text of more values than could have been written is refused, before there is memory for them") {
  const auto list_of = [](std::size_t zeros) {
    std::string list = "[";
    for (std::size_t i = 0; i < zeros; ++i) list += "0,";
    list.back() = ']';
    return list;
  };
  const auto read = [&](std::size_t zeros) { return json_decoder{}.decode<std::vector<int>>(list_of(zeros)); };
  CHECK(read(json_limits::values_max - 1).size() == json_limits::values_max - 1);  // and the list itself
  CHECK_THROWS_WITH_AS(static_cast<void>(read(json_limits::values_max)), doctest::Contains("more than 4194304 values"),
                       decode_error);
}
