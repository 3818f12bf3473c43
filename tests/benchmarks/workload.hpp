/// What both sides write: the life of orders, which are placed, paid and shipped; 240 bytes of JSON an event in the mean.
#pragma once

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

/// An append of one event to its stream, in the version that it expects.
whence::append_batch to_append(const sale& sale);

/// One append of several events, in streams of their own and each in its order.
whence::append_batch to_append(const std::vector<sale>& sales);

}  // namespace bench
