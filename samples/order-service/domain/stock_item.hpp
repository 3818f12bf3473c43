/// The stock of one item as far as it is counted by hand: deliveries, losses, corrections.
/// What is sold and credited stands in orders and credit notes; the read model stock_levels brings them together.
#pragma once

#include <cereal/cereal.hpp>
#include <cstdint>
#include <string>

#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/outcome.hpp>
#include <whence/serialization/event_type.hpp>

#include <domain/names.hpp>

namespace shop {

struct StockAdjusted {
  static constexpr whence::event_type type{"StockAdjusted", 2};
  std::string item;           ///< the stock code
  std::int64_t quantity = 0;  ///< negative: fewer than thought
  std::string origin;         ///< the invoice, a delivery, what happened

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("item", item), cereal::make_nvp("quantity", quantity), cereal::make_nvp("origin", origin));
  }
};

struct AdjustStock {
  std::string item;
  std::int64_t quantity = 0;
  std::string origin;
};

struct StockItem {
  static constexpr whence::aggregate_type type{"StockItem"};
  using events = whence::events<StockAdjusted>;

  std::int64_t adjusted = 0;  ///< the sum of all adjustments

  void apply(const StockAdjusted& adjustment);

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("adjusted", adjusted));
  }
};

whence::outcome<StockItem> decide(const StockItem& item, const AdjustStock& command);

}  // namespace shop
