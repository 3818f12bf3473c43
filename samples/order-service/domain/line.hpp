/// A line of an order or of a credit note, and what lines come to.
#pragma once

#include <cereal/cereal.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <whence/modelling/rejected.hpp>

#include <domain/money.hpp>

namespace shop {

struct Line {
  std::string item;         ///< the stock code
  std::string description;  ///< may be empty
  std::int64_t quantity = 0;
  Money price;  ///< of one; zero for a gift

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("item", item), cereal::make_nvp("description", description),
       cereal::make_nvp("quantity", quantity), cereal::make_nvp("price", price));
  }
  friend bool operator==(const Line&, const Line&) = default;
};

inline constexpr std::int64_t quantity_max = 999'999'999;

/// What the lines come to, or why they cannot be: no line (`<noun>.empty`), a quantity that is 0 or beyond nine digits
/// (`line.quantity`), no stock code (`line.item`), a negative price (`line.price`), another currency (`amount.currency`), a
/// sum that does not fit (`amount.overflow`).
std::variant<Money, whence::rejected> total_of(const std::vector<Line>& lines, const std::string& noun);

/// How many pieces the lines are together.
std::int64_t units_of(const std::vector<Line>& lines);

}  // namespace shop
