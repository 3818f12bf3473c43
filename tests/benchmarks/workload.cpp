#include <unordered_map>
#include <utility>

#include <whence/core/simulation.hpp>
#include <whence/serialization/json.hpp>

#include <tests/benchmarks/workload.hpp>

namespace bench {
namespace {

constexpr std::size_t open_orders = 1'000;
constexpr std::size_t streams = 100'000;
constexpr std::size_t favoured_streams = 1'000;

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
std::uint64_t mix(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return bits ^ (bits >> 31);
}

whence::new_event to_event(const sale& sale) {
  return {.id = sale.id,
          .type = std::string(type_names.at(sale.type)),
          .occurred_at = sale.at,
          .data = sale.data,
          .metadata = {.correlation = sale.correlation,
                       .causation = sale.causation,
                       .causation_type = {},
                       .source = {},
                       .traceparent = {}},
          .tags = {sale.tag}};
}

}  // namespace

workload::workload(std::uint32_t seed, spread over)
    : spread_(over),
      state_(seed),
      next_number_(std::uint64_t{seed} * 100'000'000 + 1),
      runtime_(whence::runtime::system(1)) {
  if (over != spread::fresh) orders_.resize(over == spread::orders ? open_orders : streams);
  for (order& each : orders_) each.number = next_number_++;
}

std::uint64_t workload::below(std::uint64_t limit) { return mix(state_ += 0x9e3779b97f4a7c15u) % limit; }

bool workload::opened() const { return made_ >= orders_.size(); }

workload::order& workload::next_order() {
  switch (spread_) {
    case spread::orders: {
      order& some = orders_[below(orders_.size())];
      if (some.steps == type_names.size()) some = {.number = next_number_++};
      return some;
    }
    case spread::random: return opened() ? orders_[below(orders_.size())] : orders_[made_];
    case spread::local:
      if (!opened()) return orders_[made_];
      return orders_[below(10) < 9 ? below(favoured_streams) : below(orders_.size())];
    case spread::fresh: return made_ % 3 == 0 ? fresh_order() : orders_[below(orders_.size())];
  }
  return orders_.front();
}

workload::order& workload::fresh_order() {
  const order opened{.number = next_number_++};
  if (orders_.size() < streams) return orders_.emplace_back(opened);
  return orders_[below(orders_.size())] = opened;
}

std::string workload::name_of(const order& of) const {
  if (spread_ != spread::fresh) return "order-" + std::to_string(of.number);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name = "order-";
  for (std::uint64_t bits = mix(of.number); name.size() < 22; bits >>= 4) name += digits[bits & 15];
  return name;
}

std::string workload::data_of(const order& of) {
  const std::string number = std::to_string(of.number);
  switch (of.steps % type_names.size()) {
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

sale workload::step(order& of) {
  sale made{.order = of.number,
            .stream = name_of(of),
            .version = of.steps + 1,
            .type = static_cast<std::size_t>(of.steps % type_names.size()),
            .id = whence::event_id(runtime_.make_uuid()),
            .correlation = whence::correlation_id(runtime_.make_uuid()),
            .causation = whence::causation_id(runtime_.make_uuid()),
            .tag = "shop:" + std::to_string(of.number % 1'000),
            .at = runtime_.clock->now(),
            .data = data_of(of)};
  ++of.steps;
  ++made_;
  return made;
}

sale workload::stray() {
  order none{.number = 0};
  const std::uint64_t made = made_;
  sale made_for_none = step(none);
  made_ = made;
  return made_for_none;
}

std::vector<sale> workload::take(std::size_t count) {
  std::vector<sale> sales;
  sales.reserve(count);
  while (sales.size() < count) sales.push_back(step(next_order()));
  return sales;
}

whence::correlation_id planted_workload::cause_of(std::uint64_t stream, std::uint64_t cause) {
  return whence::correlation_id(whence::derive(whence::timestamp{}, "planted " + std::to_string(stream), cause));
}

void planted_workload::plant(sale& instead) {
  const std::uint64_t stream = planted_ % streams;
  const std::uint64_t number = planted_ / streams;
  instead.order = order_of(stream);
  instead.stream = name_of(stream);
  instead.version = number + 1;
  instead.correlation = cause_of(stream, number % causes_of_stream);
  ++planted_;
}

std::vector<sale> planted_workload::take(std::size_t count) {
  std::vector<sale> sales;
  sales.reserve(count);
  while (sales.size() < count) {
    if (made_ % gap_ == 0 && planted_ < streams * events_of_stream) {
      sales.push_back(others_.stray());
      plant(sales.back());
    } else {
      sales.push_back(others_.take(1).front());
    }
    ++made_;
  }
  return sales;
}

whence::append_batch to_append(const sale& sale) {
  return {{{.stream = sale.stream,
            .aggregate_type = "Order",
            .expected = whence::expected_version::exactly(whence::stream_version{sale.version - 1}),
            .events = {to_event(sale)}}}};
}

whence::append_batch to_append(const std::vector<sale>& sales) {
  whence::append_batch batch;
  std::unordered_map<std::uint64_t, std::size_t> places;
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
