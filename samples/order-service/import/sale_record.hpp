/// One record of the Online Retail form: its columns, its rules, and why one is rejected.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <whence/core/timestamp.hpp>

#include <domain/money.hpp>
#include <import/csv_reader.hpp>
#include <import/invoice_date.hpp>

namespace shop {

/// Which field of a record is which column; read from the header, which names all eight in any order.
class sale_columns {
 public:
  static constexpr std::array<std::string_view, 8> names{"InvoiceNo",   "StockCode", "Description", "Quantity",
                                                         "InvoiceDate", "UnitPrice", "CustomerID",  "Country"};
  enum column { invoice, stock_code, description, quantity, date, price, customer, country };

  /// Nothing unless the record is exactly the eight names.
  static std::optional<sale_columns> from_header(const csv_record& header);

  const std::string& of(const csv_record& record, column which) const { return record.fields[places_[which]]; }
  std::size_t place(column which) const { return places_[which]; }

 private:
  std::array<std::size_t, names.size()> places_{};
};

/// A record that keeps every rule.
struct sale_record {
  std::uint64_t line = 0;
  std::string invoice;
  std::string stock_code;
  std::string description;
  std::int64_t quantity = 0;  ///< never 0; nine digits at most
  whence::timestamp date;
  Money price;
  std::string customer;  ///< empty: a guest
  std::string country;

  /// An invoice is a credit note or, if not, an order with stock adjustments.
  bool is_credit() const { return invoice.front() == 'C'; }
  bool is_adjustment() const { return !is_credit() && quantity < 0; }
};

/// Why a record is rejected. The name is what stands in the file of rejects.
struct reject_reason {
  std::string_view name;
  friend bool operator==(const reject_reason&, const reject_reason&) = default;
};

/// In the order in which they are looked for: a record with several faults is rejected for the first.
namespace rejects {
inline constexpr reject_reason quote_open{"record.quote_open"};    ///< the file ends inside quotes
inline constexpr reject_reason not_eight_fields{"record.fields"};  ///< other than eight fields
inline constexpr reject_reason field_too_long{"field.too_long"};   ///< more than 65,536 bytes
inline constexpr reject_reason not_utf8{"field.not_utf8"};
inline constexpr reject_reason invoice_empty{"invoice.empty"};
inline constexpr reject_reason stock_code_empty{"stock_code.empty"};
inline constexpr reject_reason quantity_malformed{"quantity.malformed"};  ///< no integer of at most nine digits
inline constexpr reject_reason quantity_zero{"quantity.zero"};
inline constexpr reject_reason price_malformed{"price.malformed"};  ///< no plain decimal, or too many digits
inline constexpr reject_reason date_malformed{"date.malformed"};
inline constexpr reject_reason amount_overflow{
    "amount.overflow"};  ///< quantity × price does not fit, or the invoice's total
inline constexpr reject_reason invoice_too_large{"invoice.too_large"};  ///< more than one event can hold
inline constexpr reject_reason invoice_unended{"invoice.unended"};      ///< the file may have been cut in it

/// Behind the reason of a record of which not all is kept (`csv_limits::text_bytes`).
inline constexpr std::string_view cut = " (cut after 2 MiB)";
}  // namespace rejects

/// Applies the rules that a record can be judged by alone.
std::variant<sale_record, reject_reason> read_sale(const csv_record& record, const sale_columns& columns);

/// The invoices that may lack something if the file was cut in this record: the one that it names; and where that number may be
/// cut itself, or is not reached, the one of the record before, if its number begins so.
std::vector<std::string> invoices_cut_in(const csv_record& last, const sale_columns& columns,
                                         const std::string& invoice_before);

}  // namespace shop
