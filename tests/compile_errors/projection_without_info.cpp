// a projection needs `static constexpr whence::projection_info info{"name", 1}` and `using events = whence::events<…>` with at least one event
#include "tests/compile_errors/application.hpp"

using namespace shop;

struct Summary {
  using events = whence::events<OrderPlaced>;
  void on(const OrderPlaced&, const whence::event_context&) {}
};
void wrong(whence::application_builder app) { static_cast<void>(std::move(app).projection<Summary>()); }
