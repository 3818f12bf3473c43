/// The report: plain queries of the read models sales_by_country and stock_levels.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <whence/sql/database.hpp>

#include <domain/money.hpp>

namespace shop {

struct country_figures {
  std::int64_t orders = 0;
  Total gross;
  Total credited;
};

struct sales_figures {
  std::int64_t orders = 0;
  std::int64_t order_lines = 0;
  std::int64_t units = 0;
  Total gross;
  std::int64_t credit_notes = 0;
  Total credited;
  std::map<std::string, country_figures> by_country;  ///< those with an order or a credit note

  Total net() const;
};

/// Of sales_by_country.
sales_figures read_sales(whence::sql::database& db);

/// Of stock_levels: how many adjustments there were.
std::int64_t read_adjustments(whence::sql::database& db);

}  // namespace shop
