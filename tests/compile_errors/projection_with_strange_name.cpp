// a projection's name is 1 to 63 of a-z, 0-9 and _, begins with no digit, and its version is at least 1
#include "tests/compile_errors/application.hpp"

using namespace shop;

struct Summary {
  static constexpr whence::projection_info info{"Order-Summary", 1};
  using events = whence::events<OrderPlaced>;
  void on(const OrderPlaced&, const whence::event_context&) {}
};
void wrong(whence::application_builder app) { static_cast<void>(std::move(app).projection<Summary>()); }
