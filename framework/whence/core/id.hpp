/// The id of an aggregate, which carries the aggregate's type: an order's id cannot be passed where a payment's is wanted.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace whence::inline v0 {

/// Names one aggregate and its stream; unique in the log ("order-12345"). `Aggregate` may be incomplete.
template <class Aggregate>
class id {
 public:
  id() = default;
  explicit id(std::string value) : value_(std::move(value)) {}

  const std::string& value() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }

  friend auto operator<=>(const id&, const id&) = default;

 private:
  std::string value_;
};

}  // namespace whence::inline v0

template <class Aggregate>
struct std::hash<whence::id<Aggregate>> {
  std::size_t operator()(const whence::id<Aggregate>& id) const noexcept {
    return std::hash<std::string>{}(id.value());
  }
};
