/// Where the rows that a query found differ from those that were expected.
#pragma once

#include <string>
#include <vector>

#include <whence/sql/statement.hpp>
#include <whence/testing/difference_list.hpp>
#include <whence/testing/row.hpp>

namespace whence::testing::inline v0 {

/// What a query found.
struct found_rows {
  std::vector<std::string> columns;
  std::vector<row> rows;
  bool complete = true;  ///< false: there are more
};

/// At most so many rows.
found_rows read_rows(sql::statement query, std::size_t rows_max);

/// A line for each cell that differs, each row that is missing, and each that was not expected.
difference_list row_differences(const std::vector<row>& expected, const found_rows& found);

}  // namespace whence::testing::inline v0
