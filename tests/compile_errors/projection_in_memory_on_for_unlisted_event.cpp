// a projection has an `on` for an event that is not in its `events`
#include "tests/compile_errors/application.hpp"

using namespace shop;

struct Summary {
  static constexpr whence::projection_info info{"summary", 1};
  using events = whence::events<OrderPlaced, OrderPaid>;
  void on(const OrderPlaced&, const whence::event_context&) {}
  void on(const OrderPaid&, const whence::event_context&) {}
  void on(const StockReserved&, const whence::event_context&) {}
};
void wrong(whence::application_builder app) { static_cast<void>(std::move(app).projection<Summary>()); }
