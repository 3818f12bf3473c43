#include <tests/cli/shop_log.hpp>

#include <chrono>
#include <memory>
#include <utility>

#include <whence/core/simulation.hpp>

namespace tests {

using namespace whence;

namespace {

const timestamp opening = parse_rfc3339("2026-01-27T10:30:00Z");

}  // namespace

runtime shop_runtime() {
  const runtime system = runtime::system(1);
  return {std::make_shared<manual_clock>(opening), std::make_shared<seeded_entropy>(7), system.files, system.executor};
}

new_event event_of(std::string type, std::string data, std::uint64_t number) {
  new_event event;
  event.id = event_id(derive(opening, "event", number));
  event.type = std::move(type);
  event.occurred_at = opening + std::chrono::seconds(number);
  event.data = std::move(data);
  event.metadata.correlation = correlation_id(derive(opening, "sale", number));
  event.metadata.causation = command_id(derive(opening, "command", number));
  event.metadata.source = "order-service";
  return event;
}

void append_event(whence::log& log, std::string stream, std::string aggregate, new_event event) {
  append_batch batch;
  batch.streams.push_back({std::move(stream), std::move(aggregate), expected_version::any(), {std::move(event)}});
  (void)log.append(std::move(batch)).get().value();
}

void fill_shop(whence::log& log, const runtime& runtime) {
  const auto tick = [&runtime] { static_cast<manual_clock&>(*runtime.clock).advance(std::chrono::seconds(1)); };
  const auto put = [&](std::string stream, std::string aggregate, new_event event, std::string cause) {
    tick();
    event.metadata.causation_type = std::move(cause);
    append_event(log, std::move(stream), std::move(aggregate), std::move(event));
  };
  new_event placed =
      event_of("OrderPlaced",
               R"({"customerId":"42","items":[{"sku":"A1","qty":2,"price":"19.90 EUR"},{"sku":"B7","qty":1}],)"
               R"("note":{"gift":true,"tags":[]},"total":12345678901234567890.10,"empty":[]})",
               1);
  placed.version = 2;
  placed.tags = {"customer:42", "channel:web"};
  placed.metadata.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const correlation_id sale = placed.metadata.correlation;
  put("order-12345", "Order", placed, "PlaceOrder");

  const auto of_the_sale = [&sale](new_event event) {
    event.metadata.correlation = sale;
    return event;
  };
  put("payment-12345", "Payment", of_the_sale(event_of("PaymentTaken", R"({"amount":"39.80","currency":"EUR"})", 2)),
      "TakePayment");
  put("order-12345", "Order", of_the_sale(event_of("OrderShipped", R"({})", 3)), "ShipOrder");
  put("stock-A1", "StockItem", event_of("StockAdjusted", R"({"quantity":-2,"reason":"counted"})", 4), "AdjustStock");
  put("order-99", "Order", event_of("OrderPlaced", R"({"customerId":"7","items":[]})", 5), "PlaceOrder");
  put("order-99", "Order", event_of("OrderCancelled", R"({"why":"changed my mind"})", 6), "CancelOrder");
  new_event refund = event_of("PaymentRefunded", R"("39.80 EUR")", 7);
  refund.metadata.causation = event_id(derive(opening, "event", 2));
  refund.metadata.correlation = sale;
  put("payment-12345", "Payment", refund, "PaymentTaken");
  new_event hostile = event_of("OrderPlaced",
                               "{\"customerId\":\"\\u001b[31mred\\u0007\",\"name\":\"\xE2\x80\xAE"
                               "abc\xC2\x9B"
                               "2J\"}",
                               8);
  hostile.tags = {"caf\xC3\xA9:\xE6\x97\xA5\xE6\x9C\xAC", "rtl:\xE2\x80\xAE"};
  put("order-\xE2\x80\xAE"
      "666",
      "Order", hostile, "PlaceOrder");
  put("order-12345", "Order", event_of("OrderNoted", R"({"note":"left at the door"})", 9), "NoteOrder");
}

void fill(whence::log& log, std::uint64_t count, std::uint64_t streams, std::size_t step) {
  append_batch batch;
  for (std::uint64_t number = 1; number <= count; ++number) {
    new_event event = event_of("Counted", "\"" + std::string(number * step % 1'000'000, 'x') + "\"", number);
    batch.streams.push_back({"stream-" + std::to_string(number % streams), "Counter", expected_version::any(), {}});
    batch.streams.back().events.push_back(std::move(event));
    (void)log.append(std::exchange(batch, {})).get().value();
  }
}

}  // namespace tests
