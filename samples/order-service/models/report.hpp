/// The report: plain queries of the read model sales_by_country. It is the whole report of one moment.
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
  std::int64_t stock_adjustments = 0;
  std::map<std::string, country_figures> by_country;  ///< those with an order or a credit note

  Total net() const;
};

sales_figures read_sales(whence::sql::database& db);

}  // namespace shop
