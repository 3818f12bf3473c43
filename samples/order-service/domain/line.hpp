/// A line of an order or of a credit note, and what lines come to.
#pragma once

#include <cereal/cereal.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <whence/modelling/rejected.hpp>
#include <whence/serialization/json.hpp>

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

/// Lines of one order must fit into one event: this is what they may take there, in bytes. The rest of it fits into 1 MiB.
inline constexpr std::size_t lines_bytes_max = whence::json_limits::bytes_max - (1u << 20);

/// What a line takes in an event, or a little more.
std::size_t bytes_in_event(const Line& line);

/// What the lines come to, or why they cannot be: no line (`<noun>.empty`), too many (`<noun>.too_large`), a quantity
/// that is 0 or beyond nine digits (`line.quantity`), no stock code (`line.item`), a negative price (`line.price`),
/// another currency (`amount.currency`), a sum that does not fit (`amount.overflow`).
std::variant<Money, whence::rejected> total_of(const std::vector<Line>& lines, const std::string& noun);

/// How many pieces the lines are together.
std::int64_t units_of(const std::vector<Line>& lines);

}  // namespace shop
