// a projection that writes to a database needs a default constructor: each page of events has a new one
#include "tests/compile_errors/application.hpp"

using namespace shop;

struct Summary {
  static constexpr whence::projection_info info{"summary", 1};
  using events = whence::events<OrderPlaced, OrderPaid>;
  explicit Summary(int) {}
  void create(whence::sql::database&) {}
  void on(const OrderPlaced&, const whence::event_context&, whence::sql::database&) {}
  void on(const OrderPaid&, const whence::event_context&, whence::sql::database&) {}
};
void wrong(whence::application_builder app) { static_cast<void>(std::move(app).projection<Summary>()); }
