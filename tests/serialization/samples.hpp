/// Types for the tests of the archives: one of each kind.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <whence/serialization/event.hpp>

namespace samples {

using cereal::make_nvp;

struct Stock;

enum class Status { none, placed, paid };
constexpr auto names_of(Status) { return std::array<std::string_view, 3>{"none", "placed", "paid"}; }

struct Cash {
  static constexpr std::string_view name = "cash";
  template <class Archive>
  void serialize(Archive&) {}
  friend bool operator==(const Cash&, const Cash&) = default;
};
struct Card {
  static constexpr std::string_view name = "card";
  std::string number;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("number", number));
  }
  friend bool operator==(const Card&, const Card&) = default;
};
using Means = std::variant<Cash, Card>;

struct Line {
  whence::id<Stock> item;
  int quantity = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("item", item), make_nvp("quantity", quantity));
  }
  friend bool operator==(const Line&, const Line&) = default;
};

struct Order {
  std::string customer;
  std::vector<Line> items;
  std::optional<std::string> note{};
  Status status = Status::none;
  Means paid_by{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("customer", customer), make_nvp("items", items), make_nvp("note", note));
    ar(make_nvp("status", status), make_nvp("paidBy", paid_by));
  }
  friend bool operator==(const Order&, const Order&) = default;
};

/// One member of any type.
template <class T>
struct Holds {
  T value{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("value", value));
  }
  friend bool operator==(const Holds&, const Holds&) = default;
};

/// A type whose `serialize` stands beside it.
struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};
template <class Archive>
void serialize(Archive& ar, Point& point) {
  ar(make_nvp("x", point.x), make_nvp("y", point.y));
}

/// A type that can nest without end.
struct Tree {
  std::vector<Tree> children;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("children", children));
  }
  friend bool operator==(const Tree&, const Tree&) = default;
};

/// A chain of that many trees.
inline Tree chain(int length) {
  Tree tree;
  for (int i = 1; i < length; ++i) {
    Tree parent;
    parent.children.push_back(std::move(tree));
    tree = std::move(parent);
  }
  return tree;
}

}  // namespace samples
