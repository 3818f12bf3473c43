/// Projections for the tests of the kit.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>

#include <whence/projection/projection.hpp>
#include <whence/sql/database.hpp>

#include "tests/testing/shop.hpp"

namespace shop {

/// What was paid, by stream; a payment back is a fault.
struct Sums {
  static constexpr whence::projection_info info{"sums", 1};
  using events = whence::events<OrderPaid>;
  void create(whence::sql::database& db) {
    db.run("CREATE TABLE sums (stream TEXT PRIMARY KEY, cents INTEGER NOT NULL)");
  }
  void on(const OrderPaid& event, const whence::event_context& context, whence::sql::database& db) {
    if (event.cents < 0) throw std::runtime_error("paid back");
    db.run("INSERT INTO sums VALUES (?1, ?2) ON CONFLICT DO UPDATE SET cents = cents + ?2",
           {context.stream, event.cents});
  }
};

struct SumInMemory {
  static constexpr whence::projection_info info{"sum", 1};
  using events = whence::events<OrderPaid>;
  std::int64_t cents = 0;
  void on(const OrderPaid& event, const whence::event_context&) {
    if (event.cents < 0) throw std::runtime_error("paid back");
    cents += event.cents;
  }
};

/// Keeps in itself what belongs into the database.
struct ForgetfulSum {
  static constexpr whence::projection_info info{"forgetful", 1};
  using events = whence::events<OrderPaid>;
  std::int64_t cents = 0;
  void create(whence::sql::database& db) { db.run("CREATE TABLE total (cents INTEGER NOT NULL)"); }
  void on(const OrderPaid& event, const whence::event_context&, whence::sql::database& db) {
    cents += event.cents;
    db.run("DELETE FROM total");
    db.run("INSERT INTO total VALUES (?)", {cents});
  }
};

/// Everything that a projection is told.
struct Contexts {
  static constexpr whence::projection_info info{"contexts", 1};
  using events = whence::events<OrderPlaced, OrderPaid>;
  void create(whence::sql::database& db) {
    db.run(
        "CREATE TABLE contexts (position INTEGER, version INTEGER, stream TEXT, aggregate_type TEXT, event_type TEXT, "
        "id TEXT, occurred_at TEXT, recorded_at TEXT, correlation TEXT, causation TEXT, causation_type TEXT, source "
        "TEXT, "
        "traceparent TEXT)");
  }
  void on(const OrderPlaced&, const whence::event_context& context, whence::sql::database& db) { keep(context, db); }
  void on(const OrderPaid&, const whence::event_context& context, whence::sql::database& db) { keep(context, db); }

 private:
  static void keep(const whence::event_context& context, whence::sql::database& db) {
    db.run("INSERT INTO contexts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           {context.position.value(), context.version.value(), context.stream, context.aggregate_type,
            context.event_type, context.id.to_string(), whence::to_rfc3339(context.occurred_at),
            whence::to_rfc3339(context.recorded_at), context.correlation.to_string(), context.causation.to_string(),
            context.causation_type, context.source, context.traceparent});
  }
};

/// Its table cannot be made.
struct NoTable {
  static constexpr whence::projection_info info{"no_table", 1};
  using events = whence::events<OrderPaid>;
  void create(whence::sql::database& db) { db.run("CREATE TABEL oops (x)"); }
  void on(const OrderPaid&, const whence::event_context&, whence::sql::database&) {}
};

/// One of each kind of cell.
struct Cells {
  static constexpr whence::projection_info info{"cells", 1};
  using events = whence::events<OrderPaid>;
  void create(whence::sql::database& db) {
    db.run(
        "CREATE TABLE cells (whole, fraction, word, bytes, absent);"
        "INSERT INTO cells VALUES (5, 0.1, 'tea', x'00ff', NULL)");
  }
  void on(const OrderPaid&, const whence::event_context&, whence::sql::database&) {}
};

}  // namespace shop
