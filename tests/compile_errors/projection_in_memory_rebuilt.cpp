// a projection in memory is not rebuilt: it begins anew with each start
#include "tests/compile_errors/application.hpp"

using namespace shop;

struct Summary {
  static constexpr whence::projection_info info{"summary", 1};
  using events = whence::events<OrderPlaced>;
  void on(const OrderPlaced&, const whence::event_context&) {}
};
void wrong(const whence::application& app) { app.rebuild<Summary>().get(); }
