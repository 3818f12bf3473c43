/// Brings the records of each invoice together, though they may lie apart in the file, in bounded memory.
///
/// Accepted records go into a private temporary database: SQLite keeps it in memory while it is small, then in a file
/// without a name in the system's temporary folder, which is gone when the process is, however that ends.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/timestamp.hpp>
#include <whence/sql/database.hpp>

#include <import/sale_record.hpp>

namespace shop {

/// An invoice with its records, in the order of the file. Date, customer and country are those of the first.
struct staged_invoice {
  std::string number;
  whence::timestamp date;
  std::string customer;
  std::string country;
  std::vector<sale_record> records;
  bool incomplete = false;  ///< a record of it was rejected

  bool is_credit() const { return records.front().is_credit(); }
};

/// A record that is not taken, as it stood in the file.
struct rejected_record {
  std::uint64_t line = 0;
  std::string_view reason;
  std::string_view text;
};

/// First all `accept`, `reject` and `hold_back`, then `next_invoice` until there is none, then `each_rejected`.
///
/// Threads  one.
/// Limits   memory: an invoice of the size that an order may have, and a cache of 16 MiB.
class staging_area {
 public:
  staging_area();

  void accept(const sale_record& sale, std::string_view text);
  /// `invoice` is what it says of the invoice that it belongs to; empty: it says nothing.
  void reject(std::uint64_t line, reject_reason reason, std::string_view text, std::string_view invoice = {});

  /// Nothing of this invoice is given out: its records are rejected (`invoice.unended`). False: it has none that was accepted.
  bool hold_back(const std::string& invoice);

  /// The next invoice in the order of their first accepted records, without the records whose amounts its total has no room
  /// for: these are rejected (`amount.overflow`). An invoice whose records, as lines of one event, are more than that can hold
  /// is passed over: all of them are rejected (`invoice.too_large`). False: there was none left.
  bool next_invoice(staged_invoice& invoice);

  /// In the order of the file.
  void each_rejected(const std::function<void(const rejected_record&)>& use);

  std::uint64_t invoices() const noexcept { return invoices_; }
  std::uint64_t accepted() const noexcept { return accepted_; }
  std::uint64_t rejected() const noexcept { return rejected_; }

 private:
  std::int64_t number_of(const std::string& invoice);
  bool lacks_a_record(const std::string& invoice);
  bool read_invoice(staged_invoice& invoice);
  bool adds_up(const sale_record& sale, std::string_view text);

  whence::sql::database database_;
  whence::sql::statement insert_record_;
  whence::sql::statement insert_rejected_;
  whence::sql::statement read_records_;

  std::string last_invoice_;  ///< records of an invoice mostly lie together
  std::int64_t last_number_ = 0;
  std::uint64_t invoices_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t rejected_ = 0;
  bool any_incomplete_ = false;
  std::vector<std::int64_t> held_back_;  ///< numbers of invoices: two at most

  std::int64_t reading_ = 0;  ///< the number of the invoice that `read_records_` stands on; 0: not begun
  bool at_row_ = false;
  Money total_;  ///< of the invoice being read
};

}  // namespace shop
