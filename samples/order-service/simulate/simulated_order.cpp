#include <simulate/simulated_order.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include <simulate/dice.hpp>

namespace shop {
namespace {

struct article {
  std::string_view code;
  std::string_view description;
  std::int64_t price;  ///< ten-thousandths
};

constexpr std::array<article, 24> catalogue{{
    {"T1001", "TEA POT BLUE GLAZE", 249'500},      {"T1002", "TEA CUP AND SAUCER", 84'500},
    {"T1003", "TEA TOWEL IRISH LINEN", 59'500},    {"T1004", "TEA COSY KNITTED", 127'500},
    {"K2001", "CAKE STAND TWO TIERS", 184'900},    {"K2002", "CAKE TIN RETROSPOT", 49'500},
    {"K2003", "CAKE FORKS SET OF SIX", 112'500},   {"K2004", "PAPER CASES PACK 72", 5'500},
    {"L3001", "LANTERN WHITE METAL", 33'900},      {"L3002", "TEALIGHT HOLDER GLASS", 12'500},
    {"L3003", "CANDLE BEESWAX TALL", 29'500},      {"L3004", "FAIRY LIGHTS 20 WARM", 79'500},
    {"B4001", "BUNTING SPOTTY 3 METRES", 49'500},  {"B4002", "GIFT WRAP RED STARS", 4'200},
    {"B4003", "RIBBON REEL SATIN", 16'500},        {"B4004", "BIRTHDAY CARD, OWL", 4'200},
    {"G5001", "WATERING CAN ENAMEL", 154'500},     {"G5002", "SEED TIN BEE MIX", 38'250},
    {"G5003", "HERB MARKERS SET OF 8", 65'125},    {"G5004", "BIRD BOX CEDAR", 99'500},
    {"H6001", "HOT WATER BOTTLE CREAM", 42'500},   {"H6002", "DOORMAT UNION FLAG", 79'500},
    {"H6003", "WALL CLOCK STATION 12\"", 315'000}, {"POST", "POSTAGE", 180'000},
}};

struct market {
  std::string_view country;
  unsigned weight;
};
constexpr std::array<market, 9> markets{{{"United Kingdom", 62},
                                         {"Germany", 9},
                                         {"France", 8},
                                         {"EIRE", 7},
                                         {"Spain", 4},
                                         {"Netherlands", 4},
                                         {"Norway", 3},
                                         {"Switzerland", 2},
                                         {"Australia", 1}}};

std::string_view country_by(dice& chance) {
  std::size_t thrown = chance.below(100);
  for (const market& where : markets) {
    if (thrown < where.weight) return where.country;
    thrown -= where.weight;
  }
  return markets.front().country;
}

/// A few articles are bought much more often than most.
const article& article_by(dice& chance) {
  const std::size_t first = chance.below(catalogue.size());
  const std::size_t second = chance.below(catalogue.size());
  return catalogue[std::min(first, second)];
}

Line line_by(dice& chance) {
  constexpr std::array<std::int64_t, 8> quantities{1, 1, 2, 3, 4, 6, 12, 24};
  const article& bought = article_by(chance);
  const bool gift = chance.happens(2);
  return {std::string{bought.code}, std::string{bought.description}, quantities[chance.below(quantities.size())],
          Money{gift ? 0 : bought.price}};
}

simulated_order::fate fate_by(dice& chance) {
  const std::size_t thrown = chance.below(100);
  if (thrown < 90) return simulated_order::fate::shipped;
  if (thrown < 94) return simulated_order::fate::paid_cancelled;
  if (thrown < 97) return simulated_order::fate::unpaid_cancelled;
  return simulated_order::fate::left_open;
}

/// Now and then a delivery fills the shelves; between them, something breaks.
std::vector<AdjustStock> adjustments_by(dice& chance, std::uint64_t number) {
  std::vector<AdjustStock> adjustments;
  if (number % 40 == 1) {
    for (std::size_t box = 0; box < 6; ++box)
      adjustments.push_back({std::string{catalogue[chance.below(catalogue.size() - 1)].code}, 144, "delivery"});
  } else if (chance.happens(1)) {
    adjustments.push_back({std::string{article_by(chance).code}, -1, "broken"});
  }
  return adjustments;
}

/// The first line comes back, or a part of it.
IssueCreditNote credit_for(const PlaceOrder& order, dice& chance) {
  Line back = order.lines.front();
  back.quantity = 1 + static_cast<std::int64_t>(chance.below(static_cast<std::size_t>(back.quantity)));
  return {"C" + order.number, order.customer, order.country, {std::move(back)}};
}

}  // namespace

simulated_order simulate_order(std::uint64_t seed, std::uint64_t number) {
  constexpr whence::timestamp opening{std::chrono::sys_days{std::chrono::year{2025} / 1 / 6} + std::chrono::hours{8}};
  constexpr std::chrono::seconds interval{420};

  dice chance(seed, number);
  simulated_order made;
  made.time = opening + interval * static_cast<std::int64_t>(number - 1) +
              std::chrono::seconds{chance.below(static_cast<std::size_t>(interval.count()))};
  made.cause = whence::derive(made.time, "simulate " + std::to_string(seed), number);

  PlaceOrder& place = made.sale.place;
  place.number = "S" + std::to_string(seed) + "-" + std::to_string(number);
  if (!chance.happens(20)) place.customer = std::to_string(12'000 + chance.below(6'000));
  place.country = country_by(chance);
  for (std::size_t lines = 1 + chance.below(7); lines > 0; --lines) place.lines.push_back(line_by(chance));
  made.sale.order = order_id(place.number);
  made.sale.adjustments = adjustments_by(chance, number);
  made.ends = fate_by(chance);
  if (made.ends == simulated_order::fate::shipped && chance.happens(4)) made.credit = credit_for(place, chance);
  return made;
}

command_series simulated_order::series(const std::string& step) const {
  // What follows a sale happens later on the same day.
  const auto later = step == "credit"   ? std::chrono::hours{6}
                     : step == "cancel" ? std::chrono::hours{2}
                                        : std::chrono::hours{0};
  return {time + later, whence::derive(cause, step), whence::correlation_id{cause}};
}

}  // namespace shop
