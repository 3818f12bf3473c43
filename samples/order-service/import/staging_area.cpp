#include <import/staging_area.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>

#include <domain/event_size.hpp>
#include <domain/text.hpp>

namespace shop {
namespace {

/// Texts go in as blobs: they may hold any character.
std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string_view text(const whence::sql::statement& row, int column) {
  const auto blob = row.blob(column);
  return {reinterpret_cast<const char*>(blob.data()), blob.size()};
}

/// Of an empty path SQLite makes a database of its own that nobody else sees.
whence::sql::database private_database() {
  auto database = whence::sql::database::open("", whence::sql::open_mode::create);
  database.run(R"(
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -16384;
    CREATE TABLE invoice (number INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
    CREATE TABLE record (
      invoice INTEGER NOT NULL, line INTEGER NOT NULL, stock_code BLOB NOT NULL, description BLOB NOT NULL,
      quantity INTEGER NOT NULL, date INTEGER NOT NULL, price INTEGER NOT NULL, customer BLOB NOT NULL,
      country BLOB NOT NULL, text BLOB NOT NULL
    );
    CREATE TABLE rejected (line INTEGER PRIMARY KEY, reason BLOB NOT NULL, text BLOB NOT NULL);
    CREATE TABLE incomplete (name BLOB PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE turned_down (invoice INTEGER PRIMARY KEY, reason BLOB NOT NULL);
    BEGIN;
  )");
  return database;
}

sale_record sale_of(const whence::sql::statement& row) {
  return {.line = static_cast<std::uint64_t>(row.integer(1)),
          .invoice = std::string{text(row, 2)},
          .stock_code = std::string{text(row, 3)},
          .description = std::string{text(row, 4)},
          .quantity = row.integer(5),
          .date = whence::timestamp{std::chrono::microseconds{row.integer(6)}},
          .price = Money{row.integer(7)},
          .customer = std::string{text(row, 8)},
          .country = std::string{text(row, 9)}};
}

/// As it stands in the event: a credit note has what is taken back.
Line line_of(const sale_record& sale) {
  return {sale.stock_code, sale.description, sale.is_credit() ? -sale.quantity : sale.quantity, sale.price};
}

}  // namespace

staging_area::staging_area()
    : database_(private_database()),
      insert_record_(database_.prepare("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      insert_rejected_(database_.prepare("INSERT INTO rejected VALUES (?, ?, ?)")),
      read_records_(database_.prepare(
          "SELECT invoice, line, name, stock_code, description, quantity, date, price, customer,"
          " country, text FROM record CROSS JOIN invoice ON number = invoice ORDER BY invoice, line")) {}

void staging_area::accept(const sale_record& sale, std::string_view text) {
  insert_record_.bind_view(1, number_of(sale.invoice))
      .bind_view(2, sale.line)
      .bind_view(3, bytes(sale.stock_code))
      .bind_view(4, bytes(sale.description))
      .bind_view(5, sale.quantity)
      .bind_view(6, sale.date.time_since_epoch().count())
      .bind_view(7, sale.price.ten_thousandths)
      .bind_view(8, bytes(sale.customer))
      .bind_view(9, bytes(sale.country))
      .bind_view(10, bytes(text))
      .run();
  ++accepted_;
}

void staging_area::reject(std::uint64_t line, reject_reason reason, std::string_view text, std::string_view invoice) {
  if (!invoice.empty()) {
    database_.run("INSERT OR IGNORE INTO incomplete VALUES (?)", {bytes(invoice)});
    any_incomplete_ = true;
  }
  insert_rejected_.bind_view(1, line).bind_view(2, bytes(reason.name)).bind_view(3, bytes(text)).run();
  ++rejected_;
}

std::int64_t staging_area::number_of(const std::string& invoice) {
  if (invoice == last_invoice_) return last_number_;
  last_invoice_ = invoice;
  const auto known = database_.integer("SELECT number FROM invoice WHERE name = ?", {bytes(invoice)});
  if (known) return last_number_ = *known;
  last_number_ = static_cast<std::int64_t>(++invoices_);
  database_.run("INSERT INTO invoice VALUES (?, ?)", {last_number_, bytes(invoice)});
  return last_number_;
}

bool staging_area::lacks_a_record(const std::string& invoice) {
  return any_incomplete_ && database_.integer("SELECT 1 FROM incomplete WHERE name = ?", {bytes(invoice)}).has_value();
}

bool staging_area::hold_back(const std::string& invoice) {
  const auto known = database_.integer("SELECT number FROM invoice WHERE name = ?", {bytes(invoice)});
  if (known) held_back_.push_back(*known);
  return known.has_value();
}

bool staging_area::next_invoice(staged_invoice& invoice) {
  if (reading_ == 0) at_row_ = read_records_.step();
  while (at_row_)
    if (read_invoice(invoice)) return true;
  return false;
}

bool staging_area::read_invoice(staged_invoice& invoice) {
  invoice.records.clear();
  total_ = Money{};
  std::optional<event_size> size;
  reading_ = read_records_.integer(0);
  std::optional<reject_reason> against;
  if (std::find(held_back_.begin(), held_back_.end(), reading_) != held_back_.end()) against = rejects::invoice_unended;
  std::uint64_t turned_down = 0;
  for (; at_row_ && read_records_.integer(0) == reading_; at_row_ = read_records_.step()) {
    if (against) {
      ++turned_down;
      continue;
    }
    sale_record sale = sale_of(read_records_);
    if (!adds_up(sale, text(read_records_, 10))) continue;
    if (!size) size.emplace(sale.invoice, unless_empty(sale.customer), sale.country);
    size->add(line_of(sale));
    invoice.records.push_back(std::move(sale));
    if (size->fits()) continue;
    against = rejects::invoice_too_large;
    turned_down = invoice.records.size();
    invoice.records.clear();
  }
  if (against) {
    database_.run("INSERT INTO turned_down VALUES (?, ?)", {reading_, bytes(against->name)});
    accepted_ -= turned_down;
    rejected_ += turned_down;
    return false;
  }
  // The first record of an invoice adds up: its own amount was looked at when it was read.
  const sale_record& first = invoice.records.front();
  invoice.number = first.invoice;
  invoice.date = first.date;
  invoice.customer = first.customer;
  invoice.country = first.country;
  invoice.incomplete = lacks_a_record(first.invoice);
  return true;
}

bool staging_area::adds_up(const sale_record& sale, std::string_view text) {
  if (sale.is_adjustment()) return true;
  const auto amount = times(sale.price, sale.quantity);
  const auto sum = amount ? plus(total_, *amount) : std::nullopt;
  if (sum) {
    total_ = *sum;
    return true;
  }
  reject(sale.line, rejects::amount_overflow, text, sale.invoice);
  --accepted_;
  return false;
}

void staging_area::each_rejected(const std::function<void(const rejected_record&)>& use) {
  auto row = database_.prepare(
      "SELECT line, reason, text FROM rejected UNION ALL "
      "SELECT line, reason, text FROM record JOIN turned_down USING (invoice)"
      " WHERE line NOT IN (SELECT line FROM rejected) ORDER BY line");
  while (row.step())
    use({.line = static_cast<std::uint64_t>(row.integer(0)), .reason = text(row, 1), .text = text(row, 2)});
}

}  // namespace shop
