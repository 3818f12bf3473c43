// What the headers of upcasting show in their comments, as a program that runs: see header_examples.cpp.
#include <string>

#include <doctest/doctest.h>

#include <whence.hpp>
#include <whence/core/money.hpp>

namespace {

/// All events of this shop have one form: what matters here is their versions.
struct order_data {
  std::string customer;
  std::string currency;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customer", customer), cereal::make_nvp("currency", currency));
  }
};
struct OrderPlaced : order_data {
  static constexpr whence::event_type type{"OrderPlaced", 3};
};
struct OrderShipped : order_data {
  static constexpr whence::event_type type{"OrderShipped", 1};
};
struct OrderBilled : order_data {
  static constexpr whence::event_type type{"OrderBilled", 1};
};
struct OrderCreated {
  static constexpr whence::event_type type{"OrderCreated", 1};
};
struct OrderClosed {
  static constexpr whence::event_type type{"OrderClosed", 1};
};
struct OrderTouched {
  static constexpr whence::event_type type{"OrderTouched", 1};
};
struct PriceSet {
  static constexpr whence::event_type type{"PriceSet", 1};
};
struct OrderOpened {
  static constexpr whence::event_type type{"OrderOpened", 1};
};

order_data in_capitals(const order_data& old) { return {old.customer, "EUR"}; }
void shipped(whence::document& data) { data.set("carrier", "dhl"); }
bool billed(whence::document& data) { return data.has("currency"); }
void opened(whence::document& data, const whence::document& first) { data.set("price", first.get<int>("price")); }

whence::upcasters all_kinds() {
  return whence::upcasters::of(
      whence::upcast<OrderPlaced, 1>([](whence::document& data) { data.set("currency", "EUR"); }),
      whence::upcast<OrderPlaced, 2>(&in_capitals),                                                //
      whence::upcast<OrderCreated, 1>().to<OrderPlaced, 1>(),                                      //
      whence::upcast<OrderClosed, 1>().to<OrderShipped, 1>(&shipped).to<OrderBilled, 1>(&billed),  //
      whence::upcast<OrderTouched, 1>().dropped(),                                                 //
      whence::upcast<PriceSet, 1>().merged_with<OrderOpened, 1>().to<OrderPlaced, 3>(&opened));
}

inline whence::upcasters order_upcasters() {
  return whence::upcasters::of(
      whence::upcast<OrderPlaced, 1>([](whence::document& data) { data.set("currency", "EUR"); }),
      whence::upcast<OrderPlaced, 2>([](whence::document& data) { data.rename("custId", "customer"); }),
      whence::upcast<OrderCreated, 1>().to<OrderPlaced, 1>());
}

void change(whence::document& data) {
  data.rename("custId", "customer");
  data.set("total", whence::money{data.get<whence::decimal>("total"), whence::currency_code("EUR")});
  data.each("lines", [](whence::document& line) { line.remove("colour"); });
}

}  // namespace

TEST_CASE("what the headers of upcasting show") {
  whence::document data(R"({"custId":"ada","total":"12.50","lines":[{"colour":"red"}]})");
  change(data);
  CHECK(data.json() == R"({"customer":"ada","total":{"amount":"12.50","currency":"EUR"},"lines":[{}]})");

  CHECK(order_upcasters().upcast({.type = "OrderCreated", .version = 1, .data = R"({"custId":"ada"})"}).front().data ==
        R"({"customer":"ada","currency":"EUR"})");
  CHECK(all_kinds().upcast({.type = "OrderClosed", .version = 1, .data = "{}"}).size() == 1);
  CHECK(all_kinds()
            .upcast({.type = "PriceSet", .version = 1, .data = R"({"price":1})"},
                    {.type = "OrderOpened", .version = 1, .data = "{}"})
            .front()
            .data == R"({"price":1})");

  const auto app =
      whence::application::on(whence::upcasting(whence::memory(), order_upcasters())).stop_on_signals().start();
  CHECK(app.log().head() == whence::global_position{});
}
