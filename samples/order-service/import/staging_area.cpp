#include <import/staging_area.hpp>

#include <chrono>
#include <span>

#include <domain/line.hpp>

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

void staging_area::reject(std::uint64_t line, reject_reason reason, std::string_view text) {
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

bool staging_area::next_invoice(staged_invoice& invoice) {
  if (reading_ == 0) at_row_ = read_records_.step();
  if (!at_row_) return false;

  invoice.records.clear();
  total_ = Money{};
  bytes_ = 0;
  for (reading_ = read_records_.integer(0); at_row_ && read_records_.integer(0) == reading_;
       at_row_ = read_records_.step()) {
    sale_record sale = sale_of(read_records_);
    if (!fits(sale, text(read_records_, 10))) continue;
    invoice.records.push_back(std::move(sale));
  }
  // The first record of an invoice fits: its own amount was looked at when it was read.
  const sale_record& first = invoice.records.front();
  invoice.number = first.invoice;
  invoice.date = first.date;
  invoice.customer = first.customer;
  invoice.country = first.country;
  return true;
}

bool staging_area::fits(const sale_record& sale, std::string_view text) {
  const std::size_t bytes = bytes_ + bytes_in_event({sale.stock_code, sale.description, sale.quantity, sale.price});
  const auto turn_down = [&](reject_reason reason) {
    reject(sale.line, reason, text);
    --accepted_;
    return false;
  };
  if (bytes > lines_bytes_max) return turn_down(rejects::invoice_too_large);
  if (!sale.is_adjustment()) {
    const auto amount = times(sale.price, sale.quantity);
    const auto sum = amount ? plus(total_, *amount) : std::nullopt;
    if (!sum) return turn_down(rejects::amount_overflow);
    total_ = *sum;
  }
  bytes_ = bytes;
  return true;
}

void staging_area::each_rejected(const std::function<void(const rejected_record&)>& use) {
  auto row = database_.prepare("SELECT line, reason, text FROM rejected ORDER BY line");
  while (row.step())
    use({.line = static_cast<std::uint64_t>(row.integer(0)), .reason = text(row, 1), .text = text(row, 2)});
}

}  // namespace shop
