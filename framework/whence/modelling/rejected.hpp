/// The domain's refusal: a value, not an exception. Nothing was written.
#pragma once

#include <string>

namespace whence::inline v0 {

struct rejected {
  std::string code;     ///< stable: "order.empty"
  std::string message;  ///< for people: "an order needs a line"
  friend bool operator==(const rejected&, const rejected&) = default;
};

}  // namespace whence::inline v0
