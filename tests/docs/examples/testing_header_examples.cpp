// What the headers of the test kit show in their comments, beyond header_examples.cpp.
#include <doctest/doctest.h>

#include <cereal/cereal.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <whence.hpp>
#include <whence/testing/application_run.hpp>
#include <whence/testing/given_stored.hpp>
#include <whence/testing/json_forms.hpp>

namespace {

struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced", 2};
  std::string customer;
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customer", customer), cereal::make_nvp("cents", cents));
  }
};
struct OrderPaid {
  static constexpr whence::event_type type{"OrderPaid"};
  std::int64_t cents = 0;
  std::optional<std::string> note{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents), cereal::make_nvp("note", note));
  }
};

// Only read any more.
struct PriceSet {
  static constexpr whence::event_type type{"PriceSet"};
};
struct OrderOpened {
  static constexpr whence::event_type type{"OrderOpened"};
};
struct OrderTouched {
  static constexpr whence::event_type type{"OrderTouched"};
};

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderPaid>;
  bool placed = false;
  void apply(const OrderPlaced&) { placed = true; }
  void apply(const OrderPaid&) {}
};

struct PlaceOrder {
  std::string customer;
  std::int64_t cents = 0;
};
whence::outcome<Order> decide(const Order& order, const PlaceOrder& c) {
  if (order.placed) return whence::rejected{"order.exists", "it is placed already"};
  return OrderPlaced{c.customer, c.cents};
}

struct OrderSummary {
  static constexpr whence::projection_info info{"order_summary", 1};
  using events = whence::events<OrderPlaced>;
  void create(whence::sql::database& db) {
    db.run("CREATE TABLE order_summary (customer TEXT NOT NULL, cents INTEGER NOT NULL)");
  }
  void on(const OrderPlaced& event, const whence::event_context&, whence::sql::database& db) {
    db.run("INSERT INTO order_summary VALUES (?, ?)", {event.customer, event.cents});
  }
};

whence::upcasters order_upcasters() {
  return whence::upcasters::of(whence::upcast<OrderPlaced, 1>([](whence::document& data) {
                                 data.set("cents", data.get<std::int64_t>("euros") * 100);
                                 data.remove("euros");
                               }),
                               whence::upcast<PriceSet, 1>().merged_with<OrderOpened, 1>().to<OrderPlaced, 2>(
                                   [](whence::document& data, const whence::document& price) {
                                     data.set("cents", price.get<std::int64_t>("cents"));
                                   }),
                               whence::upcast<OrderTouched, 1>().dropped());
}

}  // namespace

TEST_CASE("tests of upcasters, as the header shows them") {
  using whence::testing::given_stored, whence::testing::stored, whence::testing::in;
  const whence::id<Order> order{"order-1"};
  given_stored(stored("OrderPlaced", 1, R"({"customer":"ada","euros":5})"))
      .through(order_upcasters())
      .then(OrderPlaced{"ada", 500});
  given_stored(in(order, stored("PriceSet", 1, R"({"cents":7})")),
               in(order, stored("OrderOpened", 1, R"({"customer":"ada"})")))
      .through(order_upcasters())
      .then(in(order, OrderPlaced{"ada", 7}));
  given_stored(stored("OrderTouched", 1, "{}")).through(order_upcasters()).then_nothing();
  given_stored(stored("OrderPlaced", 1, "{}"))
      .through(order_upcasters())
      .then_refused("event.upcast_failed", "/euros: is missing");
}

TEST_CASE("tests of single values, as the header shows them") {
  using whence::testing::writes_json, whence::testing::reads_json, whence::testing::refuses_json;
  writes_json(OrderPaid{450}, R"({"cents":450})");
  reads_json(R"({"cents":450,"note":null})", OrderPaid{450});
  refuses_json<OrderPaid>(R"({"cents":"450"})", "/cents");
}

TEST_CASE("tests of whole applications, as the header shows them") {
  using whence::testing::application_run, whence::testing::in;
  const whence::id<Order> order{"order-1"};
  application_run run(whence::application::on(whence::memory()).aggregate<Order>().projection<OrderSummary>());
  run.send<PlaceOrder>(order, "ada", 450).then(in(order, OrderPlaced{"ada", 450}));
  run.send<PlaceOrder>(order, "bob", 1).then_rejected("order.exists");
  run.then_rows<OrderSummary>("SELECT customer, cents FROM order_summary", {{"ada", 450}});
  run.advance(std::chrono::hours{24});
}
