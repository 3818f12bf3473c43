/// An application's types that read the shop's log (shop_log.hpp), as an executable of its own would have them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cereal/cereal.hpp>

#include <whence/cli/cli_types.hpp>
#include <whence/projection/event_context.hpp>
#include <whence/sql/database.hpp>

namespace tests::shop_types {

struct Item {
  std::string sku;
  std::int64_t qty = 0;
  std::optional<std::string> price;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("sku", sku), cereal::make_nvp("qty", qty), cereal::make_nvp("price", price));
  }
};

struct Note {
  bool gift = false;
  std::vector<std::string> tags;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("gift", gift), cereal::make_nvp("tags", tags));
  }
};

struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced", 2};
  std::string customer;
  std::vector<Item> items;
  std::optional<Note> note;
  std::optional<double> total;
  std::optional<std::vector<std::string>> empty;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customerId", customer), cereal::make_nvp("items", items), cereal::make_nvp("note", note),
       cereal::make_nvp("total", total), cereal::make_nvp("empty", empty));
  }
};
struct OrderShipped {
  static constexpr whence::event_type type{"OrderShipped"};
  template <class Archive>
  void serialize(Archive&) {}
};
struct OrderNoted {
  static constexpr whence::event_type type{"OrderNoted"};
  std::string note;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("note", note));
  }
};

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderShipped, OrderNoted>;

  enum class Status { none, placed, shipped };
  Status status = Status::none;
  std::vector<Item> items;
  std::optional<std::string> note;

  void apply(const OrderPlaced& placed) {
    status = Status::placed;
    items = placed.items;
  }
  void apply(const OrderShipped&) { status = Status::shipped; }
  void apply(const OrderNoted& noted) { note = noted.note; }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("status", status), cereal::make_nvp("items", items), cereal::make_nvp("note", note));
  }
};
constexpr auto names_of(Order::Status) { return std::array<std::string_view, 3>{"none", "placed", "shipped"}; }

struct StockAdjusted {
  static constexpr whence::event_type type{"StockAdjusted"};
  std::int64_t quantity = 0;
  std::string reason;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("quantity", quantity), cereal::make_nvp("reason", reason));
  }
};

/// Its state cannot be written.
struct StockItem {
  static constexpr whence::aggregate_type type{"StockItem"};
  using events = whence::events<StockAdjusted>;
  std::int64_t quantity = 0;
  void apply(const StockAdjusted& adjusted) { quantity += adjusted.quantity; }
};

/// A newer version than that of the model beside the log.
struct OrderSummary {
  static constexpr whence::projection_info info{"order_summary", 2};
  using events = whence::events<OrderPlaced, OrderShipped>;
  void create(whence::sql::database&) {}
  void on(const OrderPlaced&, const whence::event_context&, whence::sql::database&) {}
  void on(const OrderShipped&, const whence::event_context&, whence::sql::database&) {}
};

inline const whence::cli_types& all() {
  static const whence::cli_types types =
      whence::cli_types("order-service whence").aggregate<Order>().aggregate<StockItem>().projection<OrderSummary>();
  return types;
}

}  // namespace tests::shop_types
