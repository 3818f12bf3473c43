// How tests of projections fail, and what the given events are like where the test doesn't say.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <whence/app/application.hpp>
#include <whence/testing/application_run.hpp>
#include <whence/testing/given_events.hpp>

#include "tests/testing/failures.hpp"
#include "tests/testing/shop.hpp"
#include "tests/testing/sums.hpp"

using namespace shop;
using failures::text_of;
using whence::testing::application_run, whence::testing::given_events, whence::testing::in;

namespace {

const whence::id<Order> first{"order-1"};
const whence::id<Order> second{"order-2"};
const whence::id<Order> third{"order-3"};

const auto three_sums = given_events(in(first, OrderPaid{1}), in(second, OrderPaid{2}), in(third, OrderPaid{3}));
constexpr auto all_sums = "SELECT stream, cents FROM sums ORDER BY stream";

}  // namespace

TEST_CASE("each cell that differs is named by its row and column") {
  CHECK(text_of(
            [] { three_sums.into<Sums>().then_rows(all_sums, {{"order-1", 1}, {"order-2", 20}, {"order-3", "3"}}); }) ==
        "sums has other rows than expected\n"
        "  row 2, cents: expected 20, found 2\n"
        "  row 3, cents: expected \"3\", found 3\n"
        "  query: SELECT stream, cents FROM sums ORDER BY stream");
  CHECK(text_of([] { three_sums.into<Sums>().then_rows("SELECT count(*) AS streams FROM sums", {{4}}); }) ==
        "sums has other rows than expected\n"
        "  row 1, streams: expected 4, found 3\n"
        "  query: SELECT count(*) AS streams FROM sums");
}

TEST_CASE("rows that are missing and rows too many are shown, and the others are paired") {
  CHECK(
      text_of([] { three_sums.into<Sums>().then_rows(all_sums, {{"order-2", 2}, {"order-3", 3}, {"order-4", 4}}); }) ==
      "sums has other rows than expected\n"
      "  row 1 was not expected: {\"order-1\", 1}\n"
      "  row 3 is missing: {\"order-4\", 4}\n"
      "  query: SELECT stream, cents FROM sums ORDER BY stream");
  CHECK(text_of([] { three_sums.into<Sums>().then_rows("SELECT cents FROM sums WHERE cents > 2", {}); }) ==
        "sums has other rows than expected\n"
        "  row 1 was not expected: {3}\n"
        "  query: SELECT cents FROM sums WHERE cents > 2");
  CHECK(text_of([] { given_events().into<Sums>().then_rows(all_sums, {{"order-1", 1}}); }) ==
        "sums has other rows than expected\n"
        "  row 1 is missing: {\"order-1\", 1}\n"
        "  query: SELECT stream, cents FROM sums ORDER BY stream");
}

TEST_CASE("rows of another width are refused before they are compared") {
  CHECK(text_of([] { three_sums.into<Sums>().then_rows(all_sums, {{"order-1", 1}, {"order-2"}}); }) ==
        "sums has other rows than expected\n"
        "  row 2 as expected has 1 cell, the query has 2 columns: stream, cents\n"
        "  query: SELECT stream, cents FROM sums ORDER BY stream");
}

TEST_CASE("a query may be written over several lines, and find more than a test wants to see") {
  CHECK(text_of([] {
          given_events().into<Sums>().then_rows(
              R"(
                WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000)
                SELECT n FROM numbers)",
              {{1}});
        })
            .ends_with("\n  row 30 was not expected: {30}\n  row 31 was not expected: {31}\n  and 71 more\n"
                       "  query: WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < "
                       "1000000) SELECT n FROM numbers"));
}

TEST_CASE("a query that SQLite refuses fails with what SQLite says") {
  CHECK(text_of([] { three_sums.into<Sums>().then_rows("SELECT cent FROM sums", {{1}}); }) ==
        "sums cannot be asked that\n"
        "  :memory:: no such column: cent (SQLite 1)\n"
        "  query: SELECT cent FROM sums");
  CHECK(text_of([] { three_sums.into<Sums>().then_rows("DELETE FROM sums", {}); }) ==
        "sums cannot be asked that\n"
        "  :memory:: attempt to write a readonly database (SQLite 8)\n"
        "  query: DELETE FROM sums");
}

TEST_CASE("a cell is compared with its type") {
  const auto model = given_events().into<Cells>();
  constexpr auto all = "SELECT * FROM cells";
  const std::vector<std::uint8_t> bytes{0x00, 0xFF};
  CHECK(text_of([&] { model.then_rows(all, {{5, 0.1, "tea", bytes, nullptr}}); }) == "nothing failed");
  CHECK(text_of([&] { model.then_rows(all, {{5u, 0.1, std::string("tea"), bytes, std::optional<int>{}}}); }) ==
        "nothing failed");
  CHECK(text_of([&] { model.then_rows(all, {{5.0, 1, 7, "tea", 0}}); }) ==
        "cells has other rows than expected\n"
        "  row 1, whole: expected 5.0, found 5\n"
        "  row 1, fraction: expected 1, found 0.1\n"
        "  row 1, word: expected 7, found \"tea\"\n"
        "  row 1, bytes: expected \"tea\", found x'00ff'\n"
        "  row 1, absent: expected 0, found null\n"
        "  query: SELECT * FROM cells");
  CHECK_THROWS_AS((void)whence::testing::cell(~std::uint64_t{0}), std::out_of_range);
}

TEST_CASE("an event that a projection cannot handle is named, and so is the reason") {
  CHECK(text_of([] { (void)given_events(in(first, OrderPaid{1}), in(second, OrderPaid{-1})).into<Sums>(); }) ==
        "sums could not handle event 2, OrderPaid in order-2\n"
        "  paid back");
  CHECK(text_of([] { (void)given_events(in(first, OrderPaid{1}), in(second, OrderPaid{-1})).into<SumInMemory>(); }) ==
        "sum could not handle event 2, OrderPaid in order-2\n"
        "  paid back");
  CHECK(text_of([] { (void)given_events(OrderPaid{1}).into<NoTable>(); }) ==
        "no_table could not create its tables; there is no model of it yet\n"
        "  :memory:: near \"TABEL\": syntax error (SQLite 1) (CREATE TABEL oops (x)) [sql.failed]");
}

TEST_CASE("a projection that keeps in itself what belongs into the database is found out") {
  CHECK(text_of([] { three_sums.into<ForgetfulSum>().then_rows("SELECT cents FROM total", {{6}}); }) ==
        "forgetful has other rows than expected\n"
        "  row 1, cents: expected 6, found 3\n"
        "  query: SELECT cents FROM total");
}

TEST_CASE("events that no log would take fail") {
  CHECK(text_of([] {
          (void)given_events(in(first, OrderPaid{1}), OrderPaid{2}, in(whence::id<Order>{"stream-1"}, OrderPaid{3}))
              .into<Sums>();
        }).starts_with("these events cannot be recorded\n"));
  CHECK(text_of([] {
          (void)given_events(in(whence::id<Order>{""}, OrderPaid{1})).as_log();
        }).starts_with("these events cannot be recorded\n"));
}

TEST_CASE("a model in memory is looked at, begun with the object that is given") {
  std::int64_t seen = 0;
  const auto look = [&seen](const SumInMemory& model) { seen = model.cents; };
  three_sums.into<SumInMemory>().then_model(look);
  CHECK(seen == 6);
  const auto begun = std::make_shared<SumInMemory>();
  begun->cents = 100;
  three_sums.into(begun).then_model(look).then_model(look);
  CHECK(seen == 106);
}

TEST_CASE("a model in a database is looked at, and cannot be written") {
  three_sums.into<Sums>().then_model([](whence::sql::database& db) {
    CHECK(db.integer("SELECT sum(cents) FROM sums") == 6);
    CHECK_THROWS(db.run("DELETE FROM sums"));
  });
}

TEST_CASE("what the test does not say about an event is the same in each run") {
  const auto history = given_events(OrderPlaced{"ada", {}}, in(first, OrderPaid{1}), OrderPaid{2});
  const std::vector<whence::testing::row> rows{
      {1, 1, "stream-1", "Aggregate", "OrderPlaced", "019b76da-a800-7414-82e4-4bf179e0462d",
       "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z", "019b76da-a800-724f-a2d0-d0c713f6140f",
       "019b76da-a800-724f-a2d0-d0c713f6140f", "", "test", ""},
      {2, 1, "order-1", "Order", "OrderPaid", "019b76da-abe8-7d77-8789-2a223d664d54", "2026-01-01T00:00:01.000000Z",
       "2026-01-01T00:00:01.000000Z", "019b76da-abe8-7e3a-8d8f-85d7b940501a", "019b76da-abe8-7e3a-8d8f-85d7b940501a",
       "", "test", ""},
      {3, 2, "stream-1", "Aggregate", "OrderPaid", "019b76da-afd0-7b51-aab9-ba3528b01e18",
       "2026-01-01T00:00:02.000000Z", "2026-01-01T00:00:02.000000Z", "019b76da-afd0-76b6-928c-3b2b7719ffc9",
       "019b76da-afd0-76b6-928c-3b2b7719ffc9", "", "test", ""}};
  history.into<Contexts>().then_rows("SELECT * FROM contexts ORDER BY position", rows);
  history.into<Contexts>().then_rows("SELECT * FROM contexts ORDER BY position", rows);
}

TEST_CASE("what the test says about an event is what the projection is told") {
  const whence::correlation_id correlation = whence::correlation_id::parse("019b76da-a800-7000-8000-000000000001");
  const whence::causation_id causation{whence::event_id::parse("019b76da-a800-7000-8000-000000000002")};
  given_events(in(first, OrderPaid{1},
                  {.occurred_at = whence::parse_rfc3339("2010-12-01T08:26:00Z"),
                   .correlation = correlation,
                   .causation = causation,
                   .causation_type = "PayOrder",
                   .source = "till-3",
                   .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}))
      .into<Contexts>()
      .then_rows(
          "SELECT occurred_at, recorded_at, correlation, causation, causation_type, source, traceparent FROM contexts",
          {{"2010-12-01T08:26:00.000000Z", "2026-01-01T00:00:00.000000Z", correlation.to_string(),
            causation.to_string(), "PayOrder", "till-3", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});
}

TEST_CASE("an application goes on where the given events end") {
  const auto app =
      whence::application::on(given_events(in(first, OrderPlaced{"ada", {}})).as_log()).aggregate<Order>().start();
  CHECK(app.send<PayOrder>(first, 5).get().accepted());
  CHECK(app.load<Order>(first).state.paid == 5);
  CHECK(app.head_token().position == whence::global_position{2});
  CHECK_FALSE(app.send<PayOrder>(second, 5).get().accepted());
}

namespace {

struct LastPayment {
  static constexpr whence::projection_info info{"last_payment", 1};
  using events = whence::events<OrderPaid>;
  whence::timestamp when;
  void on(const OrderPaid&, const whence::event_context& context) { when = context.occurred_at; }
};

}  // namespace

TEST_CASE("an application's time is the test's") {
  const auto log = given_events(in(first, OrderPlaced{"ada", {}})).as_log();
  application_run run(whence::application::on(log).aggregate<Order>().projection<LastPayment>());
  run.advance(std::chrono::days{28});  // the run's clock began at 2026-01-01T00:00:00Z
  run.send<PayOrder>(first, 5).then(in(first, OrderPaid{5}));
  run.then_model<LastPayment>(
      [](const LastPayment& last) { CHECK(whence::to_rfc3339(last.when) == "2026-01-29T00:00:00.000000Z"); });
}
