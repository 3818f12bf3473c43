/// What both sides write: the life of orders, which are placed, paid and shipped; 240 bytes of JSON an event in the mean.
#pragma once

#include <algorithm>
#include <array>
#include <cereal/cereal.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/core/uuid.hpp>
#include <whence/serialization/event_type.hpp>
#include <whence/store/append_batch.hpp>

namespace bench {

struct Line {
  std::string item;
  std::int64_t quantity = 0;
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("item", item), cereal::make_nvp("quantity", quantity), cereal::make_nvp("cents", cents));
  }
};

struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced"};
  std::string customer;
  std::string country;
  std::vector<Line> lines;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customerId", customer), cereal::make_nvp("country", country),
       cereal::make_nvp("items", lines));
  }
};

struct OrderPaid {
  static constexpr whence::event_type type{"OrderPaid"};
  std::string method;
  std::string reference;
  std::string note;
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("method", method), cereal::make_nvp("reference", reference), cereal::make_nvp("note", note),
       cereal::make_nvp("cents", cents));
  }
};

struct OrderShipped {
  static constexpr whence::event_type type{"OrderShipped"};
  std::string carrier;
  std::string tracking;
  std::string address;
  std::int64_t grams = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("carrier", carrier), cereal::make_nvp("tracking", tracking),
       cereal::make_nvp("address", address), cereal::make_nvp("grams", grams));
  }
};

inline constexpr std::array<std::string_view, 3> type_names{OrderPlaced::type.name, OrderPaid::type.name,
                                                            OrderShipped::type.name};

/// An event, before either side has made its own form of it.
struct sale {
  std::uint64_t order = 0;
  std::string stream;         ///< the order's name
  std::uint64_t version = 1;  ///< in the order's stream
  std::size_t type = 0;       ///< in `type_names`
  whence::event_id id;
  whence::correlation_id correlation;
  whence::causation_id causation;
  std::string tag;
  whence::timestamp at;
  std::string data;
};

/// To which streams the events go.
enum class spread {
  orders,  ///< a thousand open orders, each takes its next step; after three steps another one is opened in its place
  random,  ///< 100,000 streams in random order, once each has its first event
  local,   ///< the same, but nine in ten events go to a thousand of them
  fresh,   ///< every third event opens a stream with a random name; the others go to one of the 100,000 opened last
};

/// Makes events. The same seed makes the same; workloads with different seeds have no stream in common.
class workload {
 public:
  explicit workload(std::uint32_t seed, spread over = spread::orders);

  std::vector<sale> take(std::size_t count);
  /// An event that belongs to none of its streams: for whoever names another.
  sale stray();

 private:
  struct order {
    std::uint64_t number = 0;
    std::uint64_t steps = 0;
  };
  std::uint64_t below(std::uint64_t limit);
  bool opened() const;
  order& next_order();
  order& fresh_order();
  sale step(order& of);
  std::string name_of(const order& of) const;
  std::string data_of(const order& of);

  const spread spread_;
  std::uint64_t state_;
  std::uint64_t next_number_;
  std::uint64_t made_ = 0;
  std::vector<order> orders_;
  whence::runtime runtime_;
};

/// Events for a log of a known size: 100,000 streams in random order, and spread evenly among them twenty streams of a hundred
/// events each. Ten events of such a stream, spread evenly as well, have one cause.
class planted_workload {
 public:
  static constexpr std::uint64_t streams = 20;
  static constexpr std::uint64_t events_of_stream = 100;
  static constexpr std::uint64_t causes_of_stream = 10;

  planted_workload(std::uint32_t seed, std::uint64_t events) : others_(seed, spread::random), gap_(gap_of(events)) {}

  std::vector<sale> take(std::size_t count);

  static std::uint64_t order_of(std::uint64_t stream) noexcept { return first_order + stream; }
  static std::string name_of(std::uint64_t stream) { return "order-planted-" + std::to_string(stream); }
  static whence::correlation_id cause_of(std::uint64_t stream, std::uint64_t cause);

 private:
  static constexpr std::uint64_t first_order = 9'000'000'000'000;
  static std::uint64_t gap_of(std::uint64_t events) noexcept {
    return std::max<std::uint64_t>(events / (streams * events_of_stream), 1);
  }
  void plant(sale& instead);

  workload others_;
  std::uint64_t gap_;
  std::uint64_t made_ = 0;
  std::uint64_t planted_ = 0;
};

/// An append of one event to its stream, in the version that it expects.
whence::append_batch to_append(const sale& sale);

/// One append of several events, in streams of their own and each in its order.
whence::append_batch to_append(const std::vector<sale>& sales);

}  // namespace bench
