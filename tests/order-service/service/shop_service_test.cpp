// What takes several commands: what is left when they race, when one is interrupted, and when they are sent again.
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <service/shop_service.hpp>
#include <whence/store/log_source.hpp>

using namespace shop;

namespace {

whence::application open(const whence::log_source& log) {
  return whence::application::on(log)
      .aggregate<Order>()
      .aggregate<Payment>()
      .aggregate<StockItem>()
      .aggregate<CreditNote>()
      .start();
}

const std::vector<Line> lines{{"A", "", 2, Money{10'000}}};

PlaceOrder an_order() { return {"1", "ada", "France", lines}; }

std::string code(const answer& ended) { return ended.refusal ? ended.refusal->code : "done"; }

command_series named(const std::string& name, const std::string& content) {
  const whence::timestamp time{std::chrono::sys_days{std::chrono::year{2010} / 12 / 1}};
  return {time, whence::derive(time, name), whence::correlation_id{whence::derive(time, content)}};
}

/// A log in memory that calls, on its way to the log, the next event of this type: just before it is recorded, or just after.
struct rendezvous {
  enum class moment { before, after };
  std::string event;
  moment when = moment::before;
  std::function<void()> meanwhile;  ///< called once, by a thread of its own, to its end
};

class meeting_log final : public whence::log {
 public:
  meeting_log(std::unique_ptr<whence::log> inner, std::shared_ptr<rendezvous> meeting)
      : inner_(std::move(inner)), meeting_(std::move(meeting)) {}

  whence::async<whence::append_outcome> append(whence::append_batch batch) override {
    std::function<void()> meanwhile;
    if (batch.streams.at(0).events.at(0).type == meeting_->event)
      meanwhile = std::exchange(meeting_->meanwhile, nullptr);
    if (!meanwhile) return inner_->append(std::move(batch));
    if (meeting_->when == rendezvous::moment::before) std::thread(meanwhile).join();
    auto appended = inner_->append(std::move(batch));  // in memory it is done when the call returns
    if (meeting_->when == rendezvous::moment::after) std::thread(meanwhile).join();
    return appended;
  }

  whence::log_identity identity() const override { return inner_->identity(); }
  whence::global_position head() override { return inner_->head(); }
  whence::event_page read(whence::global_position after, const whence::event_filter& filter,
                          whence::page_limit limit) override {
    return inner_->read(after, filter, limit);
  }
  whence::event_page read_stream(std::string_view stream, whence::stream_version from, whence::read_direction direction,
                                 whence::page_limit limit) override {
    return inner_->read_stream(stream, from, direction, limit);
  }
  whence::stream_version stream_head(std::string_view stream) override { return inner_->stream_head(stream); }
  std::optional<whence::global_position> find_event(whence::event_id id) override { return inner_->find_event(id); }
  std::optional<whence::chain_hash> chain_at(whence::global_position position) override {
    return inner_->chain_at(position);
  }
  whence::async<whence::global_position> wait_beyond(whence::global_position after, std::stop_token stop) override {
    return inner_->wait_beyond(after, std::move(stop));
  }
  whence::announcement_handle on_committed(std::function<void(whence::global_position)> callback) override {
    return inner_->on_committed(std::move(callback));
  }
  void close() override { inner_->close(); }

 private:
  std::unique_ptr<whence::log> inner_;
  std::shared_ptr<rendezvous> meeting_;
};

whence::log_source meeting_at(const std::shared_ptr<rendezvous>& meeting) {
  const whence::log_source memory = whence::memory();
  return whence::log_source({.name = "memory",
                             .models_directory = {},
                             .open =
                                 [memory, meeting](const whence::runtime& runtime) {
                                   return std::make_unique<meeting_log>(memory.open(runtime), meeting);
                                 },
                             .visit = [memory](const whence::runtime& runtime) { return memory.visit(runtime); }});
}

/// How an order's payment and cancellation end when one of them happens as a whole at this moment of the other.
struct race {
  std::string paid, cancelled;
  Order::Status order;
  Payment::Status payment;

  race(const std::string& event, rendezvous::moment when) {
    const auto meeting = std::make_shared<rendezvous>();
    const auto app = open(meeting_at(meeting));
    const shop_service shop(app);
    const auto id = order_id("1");
    REQUIRE(code(shop.place(id, an_order(), {}).get()) == "done");
    const auto pay = [&] { paid = code(shop.pay(id, {}).get()); };
    const auto cancel = [&] { cancelled = code(shop.cancel(id, "why", {}).get()); };
    const bool is_payers = event == "PaymentTaken";
    *meeting = {event, when, is_payers ? std::function<void()>(cancel) : std::function<void()>(pay)};
    is_payers ? pay() : cancel();
    REQUIRE_MESSAGE(!meeting->meanwhile, "they did not meet");
    order = app.load<Order>(id).state.status;
    payment = app.load<Payment>(payment_of(id)).state.status;
  }
};

}  // namespace

TEST_CASE("an order that is cancelled between the look at it and its payment is given the payment back") {
  const race ended("PaymentTaken", rendezvous::moment::before);
  CHECK(ended.cancelled == "done");
  CHECK(ended.paid == "order.cancelled");
  CHECK(ended.order == Order::Status::cancelled);
  CHECK(ended.payment == Payment::Status::refunded);
}

TEST_CASE("an order that is cancelled right after its payment is given the payment back, once") {
  const race ended("PaymentTaken", rendezvous::moment::after);
  CHECK(ended.cancelled == "done");
  CHECK(ended.paid == "order.cancelled");
  CHECK(ended.order == Order::Status::cancelled);
  CHECK(ended.payment == Payment::Status::refunded);
}

TEST_CASE("an order that is paid while it is about to be cancelled is given the payment back") {
  const race ended("OrderCancelled", rendezvous::moment::before);
  CHECK(ended.cancelled == "done");
  CHECK(ended.paid == "done");
  CHECK(ended.order == Order::Status::cancelled);
  CHECK(ended.payment == Payment::Status::refunded);
}

TEST_CASE("an order cannot be paid once it is cancelled, though who cancels has not looked at the payment yet") {
  const race ended("OrderCancelled", rendezvous::moment::after);
  CHECK(ended.cancelled == "done");
  CHECK(ended.paid == "order.cancelled");
  CHECK(ended.order == Order::Status::cancelled);
  CHECK(ended.payment == Payment::Status::none);
}

TEST_CASE("of a payment and a cancellation at the same time the second sees the first") {
  const whence::log_source log = whence::memory();
  const auto app = open(log);
  for (int number = 1; number <= 200; ++number) {
    CAPTURE(number);
    const auto order = order_id(std::to_string(number));
    const shop_service shop(app);
    REQUIRE(code(shop.place(order, an_order(), {}).get()) == "done");

    std::string paid, cancelled;
    std::thread payer([&] { paid = code(shop.pay(order, {}).get()); });
    std::thread canceller([&] { cancelled = code(shop.cancel(order, "why", {}).get()); });
    payer.join();
    canceller.join();

    CHECK(cancelled == "done");
    CHECK(app.load<Order>(order).state.status == Order::Status::cancelled);
    CHECK(app.load<Payment>(payment_of(order)).state.status != Payment::Status::taken);
    CHECK((paid == "done" || paid == "order.cancelled"));
    if (paid == "done") CHECK(app.load<Payment>(payment_of(order)).state.status == Payment::Status::refunded);
  }
}

TEST_CASE(
    "of a cancellation and a shipment at the same time one is refused, and no shipped order is given its money back") {
  const auto app = open(whence::memory());
  for (int number = 1; number <= 200; ++number) {
    CAPTURE(number);
    const auto order = order_id(std::to_string(number));
    const shop_service shop(app);
    REQUIRE(code(shop.place(order, an_order(), {}).get()) == "done");
    REQUIRE(code(shop.pay(order, {}).get()) == "done");

    std::string shipped, cancelled;
    std::thread shipper([&] { shipped = code(shop.ship(order, {}).get()); });
    std::thread canceller([&] { cancelled = code(shop.cancel(order, "why", {}).get()); });
    shipper.join();
    canceller.join();

    const bool is_shipped = app.load<Order>(order).state.status == Order::Status::shipped;
    const auto payment = app.load<Payment>(payment_of(order)).state.status;
    CHECK((shipped == "done") == is_shipped);
    CHECK((cancelled == "done") != is_shipped);
    CHECK(payment == (is_shipped ? Payment::Status::taken : Payment::Status::refunded));
  }
}

TEST_CASE("a cancellation that was interrupted before the payment was given back is made up for") {
  const auto app = open(whence::memory());
  const shop_service shop(app);
  const auto order = order_id("1");
  REQUIRE(code(shop.place(order, an_order(), {}).get()) == "done");
  REQUIRE(code(shop.pay(order, {}).get()) == "done");
  REQUIRE(app.send<CancelOrder>(order, "interrupted here").get().accepted());

  const answer made_up = shop.cancel(order, "again", {}).get();
  CHECK(code(made_up) == "done");
  CHECK(made_up.events == 2);
  CHECK(app.load<Payment>(payment_of(order)).state.status == Payment::Status::refunded);
  CHECK(code(shop.cancel(order, "again", {}).get()) == "order.cancelled");
}

TEST_CASE("a named series that is sent again adds nothing, wherever it was interrupted before") {
  const Sale sale{order_id("1"), an_order(), {{"B", -1, "1"}, {"B", -2, "1"}}};
  const whence::log_source log = whence::memory();
  const auto app = open(log);
  const shop_service shop(app);

  // Interrupted after each number of commands: placed, then placed and paid, and so on.
  command_series series = named("sale", "content");
  CHECK(app.with(series.next()).send<PlaceOrder>(sale.order, "1", "ada", "France", lines).get().accepted());
  CHECK(app.with(series.next()).send<TakePayment>(payment_of(sale.order), sale.order, Money{20'000}).get().accepted());
  CHECK(shop.sell(sale, named("sale", "content")).get().events == 3);
  CHECK(shop.sell(sale, named("sale", "content")).get().events == 0);
  CHECK(app.head_token().position == whence::global_position{5});
}

TEST_CASE("a named series with another content is refused at once, and nothing is written") {
  const Sale sale{order_id("1"), an_order(), {{"B", -1, "1"}}};
  const auto app = open(whence::memory());
  const shop_service shop(app);
  REQUIRE(shop.sell(sale, named("sale", "content")).get().events == 4);
  Sale larger = sale;
  larger.adjustments.push_back({"C", -1, "1"});
  const auto refusal = shop.sell(larger, named("sale", "another content")).get().refusal;
  REQUIRE(refusal);
  CHECK(refusal->code + ": " + refusal->message == "series.differs: it was recorded before with another content");
  CHECK(app.head_token().position == whence::global_position{4});
}

TEST_CASE("commands of a person share the first one's correlation id") {
  const whence::log_source log = whence::memory();
  const auto app = open(log);
  const shop_service shop(app);
  REQUIRE(shop.sell({order_id("1"), an_order(), {{"B", -1, "1"}}}, {}).get().events == 4);
  const auto page = app.log().read(whence::global_position{});
  REQUIRE(page.size() == 4);
  for (const auto& event : page) {
    CHECK(event.correlation == page.front().correlation);
    CHECK_FALSE(event.correlation.is_nil());
  }
  CHECK(page[0].causation.value() == page[0].correlation.value());
  CHECK(page[1].causation.value() != page[0].causation.value());
}
