#include <whence/testing/row_check.hpp>

#include <cstddef>

#include <whence/sql/error.hpp>
#include <whence/testing/row_differences.hpp>
#include <whence/testing/shown_text.hpp>

namespace whence::testing::inline v0 {
namespace {

/// Beyond those that are expected.
constexpr std::size_t more_rows_max = 100;

/// The query on one line.
std::string shown_query(std::string_view query) {
  std::string line;
  for (const char c : query) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return "\n  query: " + shown(line);
}

}  // namespace

std::string row_failure(std::string_view model, sql::database& database, std::string_view query,
                        const std::vector<row>& expected) {
  try {
    const difference_list differences =
        row_differences(expected, read_rows(database.prepare(query), expected.size() + more_rows_max));
    if (differences.empty()) return {};
    return std::string(model) + " has other rows than expected" + differences.text() + shown_query(query);
  } catch (const sql::sql_error& failure) {
    return std::string(model) + " cannot be asked that\n  " + failure.what() + shown_query(query);
  }
}

}  // namespace whence::testing::inline v0
