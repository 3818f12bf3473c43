// The rules of a record: one table row for each kind of dirt, and for what only looks like it.
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include <import/sale_record.hpp>

using namespace shop;

namespace {

constexpr const char* usual = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

std::optional<sale_columns> columns_of(const std::string& header) {
  std::istringstream input(header);
  csv_reader reader(input);
  csv_record record;
  return reader.next(record) ? sale_columns::from_header(record) : std::nullopt;
}

std::variant<sale_record, reject_reason> judge(const std::string& line, const char* header = usual) {
  std::istringstream input(line);
  csv_reader reader(input);
  csv_record record;
  REQUIRE(reader.next(record));
  return read_sale(record, columns_of(header).value());
}

std::string reason(const std::string& line) {
  const auto judged = judge(line);
  const auto* rejected = std::get_if<reject_reason>(&judged);
  return rejected == nullptr ? "accepted" : std::string{rejected->name};
}

/// A good record but for the given field.
std::string with(sale_columns::column which, const std::string& text) {
  std::string fields[] = {"536365", "85123A",  "HOLDER",        "6", "2010-12-01 08:26:00",
                          "2.55",   "17850.0", "United Kingdom"};
  fields[which] = text;
  std::string line = fields[0];
  for (std::size_t field = 1; field < std::size(fields); ++field) line += "," + fields[field];
  return line;
}

}  // namespace

TEST_CASE("a header names the eight columns, in any order") {
  CHECK(columns_of(usual));
  CHECK(columns_of("Country,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo\r\n"));
  CHECK(
      columns_of("\xEF\xBB\xBF\"InvoiceNo\",StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"));
  const auto judged = judge("France,,2.55,12/1/10 8:26,6,HOLDER,85123A,536365",
                            "Country,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo");
  CHECK(std::get<sale_record>(judged).invoice == "536365");
  CHECK(std::get<sale_record>(judged).country == "France");
}

TEST_CASE("what does not name exactly the eight columns is no header") {
  CHECK_FALSE(columns_of(""));
  CHECK_FALSE(columns_of("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID"));
  CHECK_FALSE(columns_of(std::string(usual) + ",More"));
  CHECK_FALSE(columns_of("InvoiceNo,InvoiceNo,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"));
  CHECK_FALSE(columns_of("invoiceno,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"));
  CHECK_FALSE(columns_of("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"));
  CHECK_FALSE(columns_of("536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"));
  CHECK_FALSE(columns_of(std::string("\"") + usual + "\""));
}

TEST_CASE("a good record is read as it stands") {
  const auto judged = judge("536365,85123A,\"A, \"\"B\"\"\",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\r\n");
  const auto& sale = std::get<sale_record>(judged);
  CHECK(sale.line == 1);
  CHECK(sale.invoice == "536365");
  CHECK(sale.stock_code == "85123A");
  CHECK(sale.description == "A, \"B\"");
  CHECK(sale.quantity == 6);
  CHECK(whence::to_rfc3339(sale.date) == "2010-12-01T08:26:00.000000Z");
  CHECK(sale.price == Money{25'500});
  CHECK(sale.customer == "17850");
  CHECK(sale.country == "United Kingdom");
}

TEST_CASE("customers as spreadsheets write them") {
  const auto customer = [](const std::string& text) {
    return std::get<sale_record>(judge(with(sale_columns::customer, text))).customer;
  };
  CHECK(customer("17850.0") == "17850");
  CHECK(customer("17850") == "17850");
  CHECK(customer("").empty());
  CHECK(customer(".0") == ".0");
  CHECK(customer("VIP.0") == "VIP.0");
  CHECK(customer("17850.5") == "17850.5");
}

TEST_CASE("an invoice is an order, an adjustment or a credit note") {
  const auto sale = [](const std::string& invoice, const std::string& quantity) {
    return std::get<sale_record>(judge(invoice + ",85123A,," + quantity + ",12/1/10 8:26,2.55,,France"));
  };
  CHECK_FALSE(sale("536365", "1").is_credit());
  CHECK_FALSE(sale("536365", "1").is_adjustment());
  CHECK(sale("536365", "-1").is_adjustment());
  CHECK(sale("C536365", "-1").is_credit());
  CHECK_FALSE(sale("C536365", "-1").is_adjustment());
  CHECK(sale("C536365", "1").is_credit());
  CHECK_FALSE(sale("c536365", "1").is_credit());
}

TEST_CASE("a record with other than eight fields is rejected") {
  CHECK(reason("536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0") == "record.fields");
  CHECK(reason(with(sale_columns::country, "France,")) == "record.fields");
  CHECK(reason("\"" + with(sale_columns::country, "France") + "\"") == "record.fields");
  CHECK(reason("\"\"") == "record.fields");
  CHECK(reason(" ") == "record.fields");
}

TEST_CASE("an empty invoice or stock code is rejected, other fields may be empty") {
  CHECK(reason(with(sale_columns::invoice, "")) == "invoice.empty");
  CHECK(reason(with(sale_columns::stock_code, "\"\"")) == "stock_code.empty");
  CHECK(reason(with(sale_columns::description, "")) == "accepted");
  CHECK(reason(with(sale_columns::customer, "")) == "accepted");
  CHECK(reason(with(sale_columns::country, "")) == "accepted");
}

TEST_CASE("a field that is no UTF-8 or too long is rejected, whichever it is") {
  for (const auto column : {sale_columns::invoice, sale_columns::description, sale_columns::country}) {
    CHECK(reason(with(column, "caf\xE9")) == "field.not_utf8");
    CHECK(reason(with(column, "caf\xC3\xA9")) == "accepted");
    CHECK(reason(with(column, std::string(65'537, 'x'))) == "field.too_long");
    CHECK(reason(with(column, std::string(65'536, 'x'))) == "accepted");
  }
}

TEST_CASE("a quantity is an integer of at most nine digits other than 0") {
  for (const char* good : {"1", "-1", "999999999", "-999999999", "007"}) {
    CAPTURE(good);
    CHECK(reason(with(sale_columns::quantity, good)) == "accepted");
  }
  for (const char* zero : {"0", "-0", "000"}) {
    CAPTURE(zero);
    CHECK(reason(with(sale_columns::quantity, zero)) == "quantity.zero");
  }
  for (const char* bad : {"", "-", "+6", "6.0", "1e3", "1234567890", "--1", "six", " 6", "6 ", "\xD9\xA3"}) {
    CAPTURE(bad);
    CHECK(reason(with(sale_columns::quantity, bad)) == "quantity.malformed");
  }
}

TEST_CASE("a price that is no plain decimal, and a date that is none, are rejected") {
  CHECK(reason(with(sale_columns::price, "-2.55")) == "price.malformed");
  CHECK(reason(with(sale_columns::price, "2.55555")) == "price.malformed");
  CHECK(reason(with(sale_columns::price, "0")) == "accepted");
  CHECK(reason(with(sale_columns::date, "2011-02-29 08:26:00")) == "date.malformed");
}

TEST_CASE("an amount that does not fit is rejected, unless goods move without money") {
  const std::string dear = ",12/1/10 8:26,999999999999.9999,,France";
  CHECK(reason("536365,X,,999999999" + dear) == "amount.overflow");
  CHECK(reason("C536365,X,,-999999999" + dear) == "amount.overflow");
  CHECK(reason("536365,X,,-999999999" + dear) == "accepted");
  CHECK(reason("536365,X,,922" + dear) == "accepted");
  CHECK(reason("536365,X,,923" + dear) == "amount.overflow");
}

TEST_CASE(
    "a record in which the file may be cut puts the invoice that it names in doubt, and what may be the same one") {
  const auto in_doubt = [](const std::string& header, const std::string& text, const std::string& before) {
    const auto record = [](const std::string& line) {
      std::istringstream input(line);
      shop::csv_reader reader(input);
      shop::csv_record read;
      REQUIRE(reader.next(read));
      return read;
    };
    return shop::invoices_cut_in(record(text), *sale_columns::from_header(record(header)), before);
  };
  using numbers = std::vector<std::string>;
  const std::string first = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
  CHECK(in_doubt(first, "12,", "12") == numbers{"12"});
  CHECK(in_doubt(first, "12,", "123") == numbers{"12"});
  CHECK(in_doubt(first, "12", "123") == numbers{"12", "123"});
  CHECK(in_doubt(first, "12", "12") == numbers{"12"});
  CHECK(in_doubt(first, "12", "21") == numbers{"12"});
  const std::string last = "StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country,InvoiceNo\n";
  CHECK(in_doubt(last, "TEA,", "123") == numbers{"123"});
  CHECK(in_doubt(last, "TEA,,1,12/1/10 8:26,1,,France,12", "123") == numbers{"12", "123"});
}

TEST_CASE("of several faults the first of the table is told") {
  CHECK(reason("\"caf\xE9") == "record.quote_open");
  CHECK(reason(std::string(65'537, 'x').append("\xE9")) == "record.fields");
  CHECK(reason(with(sale_columns::description, std::string(65'537, '\xE9'))) == "field.too_long");
  CHECK(reason(",,\xE9,,,,,") == "field.not_utf8");
  CHECK(reason(",,,,,,,") == "invoice.empty");
  CHECK(reason("1,,,,,,,") == "stock_code.empty");
  CHECK(reason("1,2,,0,,,,") == "quantity.zero");
  CHECK(reason("1,2,,1,,,,") == "price.malformed");
  CHECK(reason("1,2,,1,,1,,") == "date.malformed");
}
