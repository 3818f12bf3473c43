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
  std::uint64_t version = 1;  ///< in the order's stream
  std::size_t type = 0;       ///< in `type_names`
  whence::event_id id;
  whence::timestamp at;
  std::string data;
};

/// Makes events: of a thousand open orders, chosen at random, each takes its next step. The same seed makes the same.
class workload {
 public:
  /// Orders of workloads with different seeds are different.
  explicit workload(std::uint32_t seed);

  std::vector<sale> take(std::size_t count);

 private:
  struct open_order {
    std::uint64_t number = 0;
    std::uint64_t steps = 0;
  };
  std::uint64_t below(std::uint64_t limit);
  std::string data_of(const open_order& order);

  std::uint64_t state_;
  std::uint64_t next_order_;
  std::vector<open_order> open_;
  whence::runtime runtime_;
};

/// An append of one event to its stream, in the version that it expects.
whence::append_batch to_append(const sale& sale);

/// One append of several events, in streams of their own and each in its order.
whence::append_batch to_append(const std::vector<sale>& sales);

}  // namespace bench
