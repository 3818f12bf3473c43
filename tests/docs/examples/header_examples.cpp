// What public headers show in their comments, as a program that runs; `documents_test.py` looks for each of their examples in what
// is compiled.
#include <doctest/doctest.h>

#include <cereal/cereal.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <whence.hpp>
#include <whence/app/visitor.hpp>
#include <whence/cli/cli_types.hpp>
#include <whence/cli/run_cli.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/testing/given.hpp>
#include <whence/testing/given_events.hpp>

#include <tests/temporary_folder.hpp>

namespace {

struct Line {
  std::string item;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("item", item));
  }
};

struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced"};
  std::string customer;
  std::vector<Line> lines{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customerId", customer), cereal::make_nvp("items", lines));
  }
};

struct OrderPaid {
  static constexpr whence::event_type type{"OrderPaid"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};

struct LineAdded {
  static constexpr whence::event_type type{"LineAdded"};
  Line line;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("line", line));
  }
};

struct nothing {
  template <class Archive>
  void serialize(Archive&) {}
};
struct OrderShipped : nothing {
  static constexpr whence::event_type type{"OrderShipped"};
};
struct OrderCancelled : nothing {
  static constexpr whence::event_type type{"OrderCancelled"};
};
struct OrderClosed : nothing {
  static constexpr whence::event_type type{"OrderClosed"};
};

struct PlaceOrder {
  std::string customer;
  std::vector<Line> lines{};
};
struct PayOrder {
  std::int64_t cents = 0;
};

// An order that is placed and shipped: modelled, projected, in an application.
namespace shipping {

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderShipped>;
  void apply(const OrderPlaced&);  // total: it never fails, as what it is told has happened
  void apply(const OrderShipped&);
};
void Order::apply(const OrderPlaced&) {}
void Order::apply(const OrderShipped&) {}

whence::outcome<Order> decide(const Order&, const PlaceOrder& c) { return OrderPlaced{c.customer, c.lines}; }

struct OrderSummary {  // a read model in a database
  static constexpr whence::projection_info info{"order_summary", 1};
  using events = whence::events<OrderPlaced, OrderShipped>;
  void create(whence::sql::database& db);  // its tables
  void on(const OrderPlaced&, const whence::event_context&, whence::sql::database& db);
  void on(const OrderShipped&, const whence::event_context&, whence::sql::database& db);
};
void OrderSummary::create(whence::sql::database& db) { db.run("CREATE TABLE orders (cents INTEGER NOT NULL)"); }
void OrderSummary::on(const OrderPlaced&, const whence::event_context&, whence::sql::database& db) {
  db.run("INSERT INTO orders VALUES (450)");
}
void OrderSummary::on(const OrderShipped&, const whence::event_context&, whence::sql::database&) {}

const whence::id<Order> order{"order-1"};
const std::vector<Line> lines{{"tea"}};

whence::async<bool> in_a_coroutine(const whence::application& app) {
  auto refused = co_await app.send<PlaceOrder>(order, "ada", lines);
  co_return refused.accepted();
}

bool by_callback(const whence::application& app) {
  const auto show = [](const whence::command_outcome& outcome) { return outcome.accepted(); };
  auto shown = app.send<PlaceOrder>(order, "ada", lines).then(show);
  return std::move(shown).get();
}

bool blocking(const whence::application& app) {
  auto refused = app.send<PlaceOrder>(order, "ada", lines).get();
  return refused.accepted();
}

int shop_as_usual() { return 0; }

namespace program {

int main(int argc, char** argv) {
  const auto types = whence::cli_types("order-service whence").aggregate<Order>().projection<OrderSummary>();
  if (argc > 1 && std::string_view(argv[1]) == "whence") return whence::run_cli(argc - 1, argv + 1, types);
  return shop_as_usual();
}

}  // namespace program

TEST_CASE("a backup, and a log of it, as the header shows them") {
  const tests::temporary_folder folder;
  std::filesystem::current_path(folder.path());
  const auto runtime = whence::runtime::system();
  whence::sqlite("shop.db").open(runtime)->close();
  whence::back_up(whence::sqlite("shop.db"), "shop.backup", runtime);
  whence::restore_log("shop.backup", "restored.db", runtime);
  CHECK(whence::sqlite("restored.db").open(runtime)->identity().epoch > 1);
}

TEST_CASE("a fork of a log, as the header shows it") {
  const tests::temporary_folder folder;
  std::filesystem::current_path(folder.path());
  const auto runtime = whence::runtime::system();
  {
    const auto log = whence::sqlite("shop.db").open(runtime);
    whence::append_batch batch;
    batch.streams.push_back({.stream = "order-1", .aggregate_type = "Order", .events = {}});
    for (int i = 0; i < 4'712; ++i) {
      batch.streams.front().events.push_back({.id = whence::event_id{runtime.make_uuid()},
                                              .type = "OrderPlaced",
                                              .occurred_at = runtime.clock->now(),
                                              .data = "{}",
                                              .metadata = {},
                                              .tags = {}});
    }
    log->append(batch).get().value();
  }
  whence::fork_log("shop.db", "what-if.db", runtime, {.at = whence::global_position{4711}});
  CHECK(whence::sqlite("what-if.db").open(runtime)->head() == whence::global_position{4711});
}

TEST_CASE("a repair that loses nothing, as the header shows it") {
  const tests::temporary_folder folder;
  std::filesystem::current_path(folder.path());
  const auto runtime = whence::runtime::system();
  whence::sqlite("shop.db").open(runtime)->close();
  whence::back_up(whence::sqlite("shop.db"), "shop.backup", runtime);
  whence::log_repair repair("shop.db", runtime, {.from = {"shop.backup"}});
  if (!repair.plan().loses()) repair.carry_out({});
  CHECK(repair.plan().nothing_to_do());
}

TEST_CASE("a log's file kept in order, as the header shows it") {
  const tests::temporary_folder folder;
  std::filesystem::current_path(folder.path());
  const auto runtime = whence::runtime::system();
  const whence::timestamp a_year_ago = runtime.clock->now() - std::chrono::hours{24 * 365};
  const auto log = whence::sqlite("shop.db").open(runtime);
  whence::log_keeping& house = whence::keeping_of(*log);
  house.archive({.last_before = a_year_ago}, {});
  house.compact({});
  CHECK(whence::archives_of("shop.db", runtime).empty());
}

TEST_CASE("an audit event beside what it is about, as the header shows it") {
  const auto runtime = whence::runtime::system();
  const auto log = whence::memory().open(runtime);
  const whence::stream_append mended{.stream = "order-1",
                                     .aggregate_type = "Order",
                                     .events = {{.id = whence::event_id(runtime.make_uuid()),
                                                 .type = "TotalCorrected",
                                                 .occurred_at = runtime.clock->now(),
                                                 .data = "{}",
                                                 .metadata = {},
                                                 .tags = {}}}};
  whence::append_batch batch{{mended}};
  batch.streams.push_back(whence::audit_of({.name = "log repair",
                                            .arguments = R"({"position":4711})",
                                            .reason = "ticket 17: the total was a text",
                                            .by = whence::this_operator("whence")},
                                           runtime));
  log->append(batch).get().value();  // both, or neither
  CHECK(log->head() == whence::global_position{2});
}

TEST_CASE("an application, its read model and a visitor, as the headers show them") {
  const tests::temporary_folder folder;
  std::filesystem::current_path(folder.path());
  {
    auto app = whence::application::on(whence::sqlite("shop.db"))
                   .aggregate<Order>()
                   .projection<OrderSummary>()
                   .stop_on_signals()
                   .start();
    const auto placed = app.send<PlaceOrder>(order, "ada", lines).get();
    auto model = app.model<OrderSummary>();
    model.include(placed.token());  // read your own write
    CHECK(in_a_coroutine(app).get());
    CHECK(by_callback(app));
    CHECK(blocking(app));
  }
  {
    using whence::application;
    const auto log = whence::memory();
    const auto app = application::on(log).aggregate<Order>().projection<OrderSummary>().start();
    const auto outcome = app.send<PlaceOrder>(order, "ada", lines).get();
    auto model = app.model<OrderSummary>();
    model.include(outcome.token());  // read your own write
    const auto total =
        model.read([](whence::sql::database& db) { return db.integer("SELECT sum(cents) FROM orders"); });
    CHECK(total == 450);
  }
  const auto shop = whence::visitor::to(whence::sqlite("shop.db")).projection<OrderSummary>().aggregate<Order>().open();
  const auto total = shop.model<OrderSummary>().read(
      [](whence::sql::database& db) { return db.integer("SELECT sum(cents) FROM orders"); });
  CHECK(total == 4 * 450);

  std::string name = "order-service";
  char* arguments[] = {name.data(), nullptr};
  CHECK(program::main(1, arguments) == 0);
}

}  // namespace shipping

// An order that is paid: tested.
namespace paying {

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderPaid, OrderCancelled>;
  bool cancelled = false;
  void apply(const OrderPlaced&) {}
  void apply(const OrderPaid&) {}
  void apply(const OrderCancelled&) { cancelled = true; }
};

whence::outcome<Order> decide(const Order&, const PlaceOrder& c) { return OrderPlaced{c.customer, c.lines}; }
whence::outcome<Order> decide(const Order& order, const PayOrder& c) {
  if (order.cancelled) return whence::rejected{"order.cancelled", "it is cancelled"};
  return OrderPaid{c.cents};
}

struct OrderSummary {
  static constexpr whence::projection_info info{"order_summary", 1};
  using events = whence::events<OrderPlaced, OrderPaid>;
  void create(whence::sql::database& db) {
    db.run("CREATE TABLE order_summary (id TEXT PRIMARY KEY, customer TEXT NOT NULL, cents INTEGER NOT NULL)");
  }
  void on(const OrderPlaced& event, const whence::event_context& context, whence::sql::database& db) {
    db.run("INSERT INTO order_summary VALUES (?, ?, 0)", {context.stream, event.customer});
  }
  void on(const OrderPaid& event, const whence::event_context& context, whence::sql::database& db) {
    db.run("UPDATE order_summary SET cents = cents + ? WHERE id = ?", {event.cents, context.stream});
  }
};

TEST_CASE("tests, as the headers show them") {
  using whence::testing::given, whence::testing::given_events, whence::testing::in;
  const whence::id<Order> order{"order-1"};
  const whence::timestamp noon = whence::parse_rfc3339("2026-01-27T12:00:00Z");

  given<Order>(OrderPlaced{"ada"}).when(PayOrder{450}).then(OrderPaid{450});
  given<Order>(OrderPlaced{"ada"}, OrderCancelled{}).when(PayOrder{450}).then_rejected("order.cancelled");
  given<Order>().when(PlaceOrder{"ada"}).then(OrderPlaced{"ada"}).when(PayOrder{450}).then(OrderPaid{450});

  given_events(in(order, OrderPlaced{"ada"}), in(order, OrderPaid{450}, {.occurred_at = noon}))
      .into<OrderSummary>()
      .then_rows("SELECT customer, cents FROM order_summary ORDER BY customer", {{"ada", 450}});
}

}  // namespace paying

// What `decide` may return.
namespace deciding {

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderPaid, OrderClosed, LineAdded>;
  void apply(const OrderPlaced&) {}
  void apply(const OrderPaid&) {}
  void apply(const OrderClosed&) {}
  void apply(const LineAdded&) {}
};

struct CheckOrder {};
struct AddLines {
  std::vector<Line> lines;
};

whence::outcome<Order> decide(const Order&, const PlaceOrder& c) {
  if (c.lines.empty()) return whence::rejected{"order.empty", "an order needs a line"};
  return OrderPlaced{c.customer, c.lines};
}
whence::outcome<Order> decide(const Order&, const PayOrder& c) { return {OrderPaid{c.cents}, OrderClosed{}}; }
whence::outcome<Order> decide(const Order&, const CheckOrder&) { return {}; }
whence::outcome<Order> decide(const Order&, const AddLines& c) {
  whence::outcome<Order> all;
  for (const Line& line : c.lines) all.add(LineAdded{line});
  return all;
}

TEST_CASE("outcomes, as the headers show them") {
  using whence::testing::given;
  given<Order>().when(PlaceOrder{"ada"}).then_rejected("order.empty", "an order needs a line");
  given<Order>().when(PlaceOrder{"ada", {{"tea"}}}).then(OrderPlaced{"ada", {{"tea"}}});
  given<Order>().when(PayOrder{450}).then(OrderPaid{450}, OrderClosed{});
  given<Order>().when(CheckOrder{}).then_nothing();
  given<Order>().when(AddLines{{{"tea"}, {"cup"}}}).then(LineAdded{{"tea"}}, LineAdded{{"cup"}});
}

}  // namespace deciding
}  // namespace
