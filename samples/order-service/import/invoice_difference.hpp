/// How an invoice of a file differs from what the log has of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <whence/core/uuid.hpp>
#include <whence/store/log.hpp>

#include <import/staging_area.hpp>

namespace shop {

/// For people, in lines: which lines only the file has, and which only the log; what else is not the same. None: the order or
/// credit note is the same; what differs stands elsewhere, such as an adjustment of the stock.
///
/// Limits   five lines of each kind, then how many more.
struct invoice_difference {
  std::string stream;  ///< of the order or credit note
  /// If there is no such stream: of what was recorded instead, adjustments of the stock.
  std::optional<whence::correlation_id> correlation;
  std::vector<std::string> lines;
};
invoice_difference difference_of(const staged_invoice& invoice, whence::log_reader& log);

}  // namespace shop
