// compiles
#include <functional>

#include "tests/compile_errors/application.hpp"

using namespace shop;

whence::async<bool> serve(whence::command_bus bus) {
  bus.add<Order>();
  const whence::id<Order> order{"order-1"};
  const auto placed = co_await bus.send<PlaceOrder>(order, "ada");
  auto paying = bus.send<PayOrder>(whence::command_context{}, order, 450);
  const auto paid = co_await std::move(paying);
  co_return placed.accepted() && paid.accepted();
}

struct Summary {
  static constexpr whence::projection_info info{"summary", 1};
  using events = whence::events<OrderPlaced, OrderPaid>;
  void create(whence::sql::database&) {}
  void on(const OrderPlaced&, const whence::event_context&, whence::sql::database&) {}
  void on(const OrderPaid&, const whence::event_context&, whence::sql::database&) const {}
};

struct Channels {
  static constexpr whence::projection_info info{"channels", 1};
  using events = whence::events<OrderPlaced>;
  explicit Channels(int) {}
  void on(const OrderPlaced&, const whence::event_context&) {}
};

struct Priced {
  static constexpr whence::event_type type{"Priced", 3};
  int cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents));
  }
};

/// A member of a state may be called as it likes.
struct Album {
  static constexpr whence::aggregate_type type{"Album"};
  using events = whence::events<OrderPlaced>;
  int snapshots = 0;
  void apply(const OrderPlaced&) { ++snapshots; }
};

inline bool keep(whence::document& data) { return data.has("cents"); }

struct StockCounted {
  static constexpr whence::event_type type{"StockCounted", 6};
};
struct CountedV5 {
  static constexpr whence::event_type type{"StockCounted", 5};
  int count = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("count", count));
  }
};

/// Functions that take what they are given, however they say it.
whence::upcasters counted() {
  const std::function<void(whence::document&)> in_pieces = [](whence::document& data) { data.set("unit", "piece"); };
  return whence::upcasters::of(
      whence::upcast<StockCounted, 1>([](auto& data) { data.set("count", 0); }),
      whence::upcast<StockCounted, 2>([](auto&& data) { data.rename("pieces", "count"); }),
      whence::upcast<StockCounted, 3>(in_pieces),
      whence::upcast<StockCounted, 4>([](const OrderPaid& old) { return CountedV5{old.cents}; }),
      whence::upcast<StockCounted, 5>([](auto& data) -> bool { return data.has("count"); }),
      whence::upcast<OrderPlaced, 1>().merged_with<OrderPaid, 1>().to<StockCounted, 6>(
          [](auto&& data, const auto& first) { data.set("count", first.template get<int>("count")); }),
      whence::upcast<OrderPlaced, 1>().merged_with<StockReserved, 1>().to<StockCounted, 6>(
          [](auto& data, auto first) { data.set("count", first.template get<int>("count")); }));
}

whence::upcasters history() {
  return whence::upcasters::of(whence::upcast<Priced, 1>(&keep),
                               whence::upcast<Priced, 2>([](const OrderPaid& old) { return Priced{old.cents}; }),
                               whence::upcast<StockReserved, 1>().dropped(),
                               whence::upcast<OrderPlaced, 1>().merged_with<OrderPaid, 1>().to<Priced, 3>(
                                   [](whence::document&, const whence::document&) { return true; }));
}

whence::async<void> run(whence::log_source log) {
  const auto app = whence::application::on(log)
                       .aggregate<Order>()
                       .aggregate<Album>()
                       .projection<Summary>()
                       .projection(std::make_shared<Channels>(1))
                       .start();
  app.model<Channels>().read([](const Channels&) {});
  app.model<Summary>().read([](whence::sql::database& db) { return db.integer("SELECT 1"); });
  co_await app.rebuild<Summary>();
}
