// What a user writes: events, aggregates with their decisions, and a read model. Its compile time is measured.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence.hpp>

namespace shop {

using cereal::make_nvp;

struct Order;
struct StockItem;

enum class Status { none, placed, paid, cancelled };
constexpr auto names_of(Status) { return std::array<std::string_view, 4>{"none", "placed", "paid", "cancelled"}; }

struct Line {
  whence::id<StockItem> item;
  int quantity = 1;
  std::int64_t price = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("item", item), make_nvp("quantity", quantity), make_nvp("price", price));
  }
};

struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced", 2};
  std::string customer;
  std::string country;
  std::vector<Line> lines;
  std::optional<std::string> note;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("customerId", customer), make_nvp("country", country), make_nvp("items", lines),
       make_nvp("note", note));
  }
};

struct OrderPaid {
  static constexpr whence::event_type type{"OrderPaid"};
  std::int64_t cents = 0;
  std::string card;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents), make_nvp("card", card));
  }
};

struct OrderCancelled {
  static constexpr whence::event_type type{"OrderCancelled"};
  std::string reason;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("reason", reason));
  }
};

struct StockAdjusted {
  static constexpr whence::event_type type{"StockAdjusted"};
  int quantity = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("quantity", quantity));
  }
};

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderPaid, OrderCancelled>;
  Status status = Status::none;
  std::int64_t total = 0;
  void apply(const OrderPlaced& event) {
    status = Status::placed;
    for (const Line& line : event.lines) total += line.quantity * line.price;
  }
  void apply(const OrderPaid&) { status = Status::paid; }
  void apply(const OrderCancelled&) { status = Status::cancelled; }
};

struct StockItem {
  static constexpr whence::aggregate_type type{"StockItem"};
  using events = whence::events<StockAdjusted>;
  int level = 0;
  void apply(const StockAdjusted& event) { level += event.quantity; }
};

struct PlaceOrder {
  std::string customer;
  std::string country;
  std::vector<Line> lines;
};
struct PayOrder {
  std::int64_t cents;
  std::string card;
};
struct CancelOrder {
  std::string reason;
};
struct AdjustStock {
  int quantity;
};

whence::outcome<Order> decide(const Order& order, const PlaceOrder& command) {
  if (order.status != Status::none) return whence::rejected{"order.exists", "it is placed already"};
  if (command.lines.empty()) return whence::rejected{"order.empty", "an order needs a line"};
  return OrderPlaced{command.customer, command.country, command.lines, std::nullopt};
}

whence::outcome<Order> decide(const Order& order, const PayOrder& command) {
  if (order.status != Status::placed) return whence::rejected{"order.not_open", "there is nothing to pay"};
  if (command.cents != order.total) return whence::rejected{"payment.amount", "it is not what the order costs"};
  return OrderPaid{command.cents, command.card};
}

whence::outcome<Order> decide(const Order& order, const CancelOrder& command) {
  if (order.status == Status::cancelled) return {};
  return OrderCancelled{command.reason};
}

whence::outcome<StockItem> decide(const StockItem&, const AdjustStock& command) {
  return StockAdjusted{command.quantity};
}

struct OrderSummary {
  static constexpr whence::projection_info info{"order_summary", 1};
  using events = whence::events<OrderPlaced, OrderPaid, OrderCancelled>;

  void create(whence::sql::database& db) {
    db.run("CREATE TABLE order_summary (id TEXT PRIMARY KEY, customer TEXT NOT NULL, status TEXT NOT NULL)");
  }
  void on(const OrderPlaced& event, const whence::event_context& context, whence::sql::database& db) {
    db.run("INSERT INTO order_summary VALUES (?, ?, 'placed')", {context.stream, event.customer});
  }
  void on(const OrderPaid&, const whence::event_context& context, whence::sql::database& db) {
    db.run("UPDATE order_summary SET status = 'paid' WHERE id = ?", {context.stream});
  }
  void on(const OrderCancelled&, const whence::event_context& context, whence::sql::database& db) {
    db.run("UPDATE order_summary SET status = 'cancelled' WHERE id = ?", {context.stream});
  }
};

}  // namespace shop
