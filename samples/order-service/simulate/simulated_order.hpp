/// A plausible order, made of a seed and its number: the same on every machine and in every run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

#include <domain/credit_note.hpp>
#include <service/shop_service.hpp>

namespace shop {

struct simulated_order {
  enum class fate {
    shipped,    ///< nine in ten
    left_open,  ///< placed, never paid
    unpaid_cancelled,
    paid_cancelled,  ///< and the payment given back
  };

  Sale sale;  ///< with deliveries to the shelves, now and then
  fate ends = fate::shipped;
  std::optional<IssueCreditNote> credit;  ///< some of the goods come back
  whence::timestamp time;

  /// The commands of one step: placing and selling, "pay", "cancel", "credit". They all have the order's correlation
  /// id.
  command_series series(const std::string& step) const;

  whence::uuid cause;  ///< what their ids derive from
};

/// Numbers count from 1; later ones are later in time.
simulated_order simulate_order(std::uint64_t seed, std::uint64_t number);

/// Brings an order to its end.
///
/// Again    what took effect is not repeated; the rest follows.
whence::async<answer> trade(shop_service shop, simulated_order order);

}  // namespace shop
