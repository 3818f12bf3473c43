#include <service/open_shop.hpp>

#include <utility>

#include <whence/core/files.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/upcasting/upcasting_log.hpp>

#include <domain/credit_note.hpp>
#include <domain/history.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
#include <models/order_summary.hpp>
#include <models/sales_by_country.hpp>
#include <models/stock_levels.hpp>

namespace shop {

whence::application_builder shop_on(const whence::log_source& log) {
  return whence::application::on(whence::upcasting(log, shop_upcasters()))
      .named("order-service")
      .aggregate<Order>()
      .aggregate<Payment>()
      .aggregate<StockItem>()
      .aggregate<CreditNote>()
      .projection<OrderSummary>()
      .projection<SalesByCountry>()
      .projection<StockLevels>();
}

whence::application open_shop(const std::string& store, absent_shop absent, background_handler background,
                              whence::sqlite_options options) {
  if (absent == absent_shop::is_an_error && !whence::system_files()->status(store)) throw whence::log_missing(store);
  const auto runtime = whence::runtime::system();
  if (background) runtime.executor->on_report(std::move(background));
  return shop_on(whence::sqlite(store, options)).running_on(runtime).stop_on_signals().start();
}

whence::visitor visit_shop(const std::string& store, loss_handler told) {
  return whence::visitor::to(whence::upcasting(whence::sqlite(store), shop_upcasters()))
      .projection<OrderSummary>()
      .projection<SalesByCountry>()
      .projection<StockLevels>()
      .showing_what_is_intact(std::move(told))
      .open();
}

}  // namespace shop
