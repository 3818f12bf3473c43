#include <map>
#include <utility>

#include <whence/core/simulation.hpp>
#include <whence/serialization/json.hpp>

#include <tests/benchmarks/workload.hpp>

namespace bench {
namespace {

constexpr std::size_t open_orders = 1'000;

whence::new_event to_event(const sale& sale) {
  return {.id = sale.id,
          .type = std::string(type_names.at(sale.type)),
          .occurred_at = sale.at,
          .data = sale.data,
          .metadata = {},
          .tags = {}};
}

std::string stream_of(const sale& sale) { return "order-" + std::to_string(sale.order); }

}  // namespace

workload::workload(std::uint32_t seed)
    : state_(seed),
      next_order_(std::uint64_t{seed} * 100'000'000 + 1),
      open_(open_orders),
      runtime_(whence::runtime::system(1)) {
  for (open_order& order : open_) order.number = next_order_++;
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
std::uint64_t workload::below(std::uint64_t limit) {
  std::uint64_t bits = state_ += 0x9e3779b97f4a7c15u;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return (bits ^ (bits >> 31)) % limit;
}

std::string workload::data_of(const open_order& order) {
  const std::string number = std::to_string(order.number);
  switch (order.steps) {
    case 0: {
      OrderPlaced placed{
          .customer = "customer-" + std::to_string(below(100'000)), .country = "United Kingdom", .lines = {}};
      for (std::uint64_t left = 5 + below(5); left > 0; --left) {
        placed.lines.push_back({.item = "item-" + std::to_string(10'000 + below(4'000)),
                                .quantity = static_cast<std::int64_t>(1 + below(24)),
                                .cents = static_cast<std::int64_t>(100 + below(5'000))});
      }
      return whence::encode(placed);
    }
    case 1:
      return whence::encode(OrderPaid{.method = "card",
                                      .reference = "payment-" + number,
                                      .note = "paid at once, as agreed with the customer \xe2\x80\x93 thank you",
                                      .cents = static_cast<std::int64_t>(1'000 + below(50'000))});
    default:
      return whence::encode(OrderShipped{.carrier = "parcel service",
                                         .tracking = "track-" + number + "-" + std::to_string(below(1'000'000)),
                                         .address = "12 Station Road, London",
                                         .grams = static_cast<std::int64_t>(200 + below(9'000))});
  }
}

std::vector<sale> workload::take(std::size_t count) {
  std::vector<sale> sales;
  sales.reserve(count);
  while (sales.size() < count) {
    open_order& order = open_[below(open_.size())];
    sales.push_back({.order = order.number,
                     .version = order.steps + 1,
                     .type = static_cast<std::size_t>(order.steps),
                     .id = whence::event_id(runtime_.make_uuid()),
                     .at = runtime_.clock->now(),
                     .data = data_of(order)});
    if (++order.steps == type_names.size()) order = {.number = next_order_++};
  }
  return sales;
}

whence::append_batch to_append(const sale& sale) {
  return {{{.stream = stream_of(sale),
            .aggregate_type = "Order",
            .expected = whence::expected_version::exactly(whence::stream_version{sale.version - 1}),
            .events = {to_event(sale)}}}};
}

whence::append_batch to_append(const std::vector<sale>& sales) {
  whence::append_batch batch;
  std::map<std::uint64_t, std::size_t> places;
  for (const sale& each : sales) {
    const auto [place, added] = places.try_emplace(each.order, batch.streams.size());
    if (added)
      batch.streams.push_back(std::move(to_append(each).streams.front()));
    else
      batch.streams[place->second].events.push_back(to_event(each));
  }
  return batch;
}

}  // namespace bench
