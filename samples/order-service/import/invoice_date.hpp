/// The date of an invoice, as copies of the data set write it.
#pragma once

#include <optional>
#include <string_view>

#include <whence/core/timestamp.hpp>

namespace shop {

/// Reads, as UTC: month/day/year with two or four digits of the year ("12/1/10 8:26", "12/1/2010 8:26:30"), or ISO 8601
/// ("2010-12-01 08:26:00", "2010-12-01T08:26:00.5Z", "2010-12-01T09:26+01:00"); without a time it is midnight.
/// Two-digit years are 1969 to 2068, as in POSIX. Nothing for what is no day of the calendar, or no time of the day.
std::optional<whence::timestamp> parse_invoice_date(std::string_view text);

}  // namespace shop
