// a projection needs `static constexpr whence::projection_info info{"name", 1}` and `using events = whence::events<…>` with at least one event
#include "tests/compile_errors/application.hpp"

using namespace shop;

struct Summary {
  static constexpr whence::projection_info info{"summary", 1};
  using events = whence::events<>;
};
void wrong(whence::visitor_builder guest) { static_cast<void>(std::move(guest).projection<Summary>()); }
