/// Whether a query finds the rows that were expected, in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/testing/row.hpp>

namespace whence::testing::inline v0 {

/// What is different from what was expected of that read model; empty: nothing.
std::string row_failure(std::string_view model, sql::database& database, std::string_view query,
                        const std::vector<row>& expected);

}  // namespace whence::testing::inline v0
