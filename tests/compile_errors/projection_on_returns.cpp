// a projection needs `void on(const Event&, const event_context&, sql::database&)`, or the same without a database, for every event in `events`
#include "tests/compile_errors/application.hpp"

using namespace shop;

struct Summary {
  static constexpr whence::projection_info info{"summary", 1};
  using events = whence::events<OrderPlaced, OrderPaid>;
  void create(whence::sql::database&) {}
  void on(const OrderPlaced&, const whence::event_context&, whence::sql::database&) {}
  bool on(const OrderPaid&, const whence::event_context&, whence::sql::database&) { return true; }
};
void wrong(whence::application_builder app) { static_cast<void>(std::move(app).projection<Summary>()); }
