#include <whence/testing/row_differences.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>
#include <utility>

#include <whence/testing/alignment.hpp>
#include <whence/testing/shown_text.hpp>

namespace whence::testing::inline v0 {
namespace {

cell read_cell(const sql::statement& query, int column) {
  switch (query.kind(column)) {
    case sql::value::kind::null: return nullptr;
    case sql::value::kind::integer: return query.integer(column);
    case sql::value::kind::real: return query.real(column);
    case sql::value::kind::text: return query.text(column);
    case sql::value::kind::blob: break;
  }
  const auto bytes = query.blob(column);
  return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

std::string text_of(std::nullptr_t) { return "null"; }
std::string text_of(std::int64_t number) { return std::to_string(number); }
std::string text_of(double number) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  std::string text(std::begin(digits), end);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}
std::string text_of(const std::string& text) { return std::string("\"").append(text).append("\""); }
std::string text_of(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "x'";
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text + "'";
}

std::string text_of(const cell& value) {
  return std::visit([](const auto& content) { return text_of(content); }, value.content());
}

std::string text_of(const row& cells) {
  std::string text = "{";
  for (const cell& each : cells.cells()) text.append(text.size() == 1 ? "" : ", ").append(shown(text_of(each)));
  return text + "}";
}

int cost_of(const row& expected, const row& found) {
  const std::size_t columns = std::max(expected.cells().size(), found.cells().size());
  if (expected.cells().size() != found.cells().size()) return cost_of_one_alone;
  const auto same = [&](std::size_t column) {
    return expected.cells()[column].content() == found.cells()[column].content();
  };
  std::size_t different = 0;
  for (std::size_t column = 0; column < columns; ++column) different += same(column) ? 0 : 1;
  if (different == 0) return 0;
  // A little dearer than a row that is missing only if nothing is alike: two rows that share nothing are not the same one.
  return different == columns ? cost_of_one_alone + 1
                              : 1 + static_cast<int>(different) * (cost_of_one_alone - 2) / static_cast<int>(columns);
}

std::string names_of(const std::vector<std::string>& columns) {
  std::string names;
  for (const std::string& column : columns) names.append(names.empty() ? "" : ", ").append(column);
  return names;
}

void add_differences(const row& expected, const row& found, const std::vector<std::string>& columns,
                     const std::string& place, difference_list& list) {
  for (std::size_t column = 0; column < columns.size(); ++column) {
    const std::string left = text_of(expected.cells()[column]);
    const std::string right = text_of(found.cells()[column]);
    if (left == right) continue;
    const auto [shown_left, shown_right] = shown_difference(left, right);
    list.add(place + ", " + columns[column] + ": expected " + shown_left + ", found " + shown_right);
  }
}

std::string count_of(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string numbered(std::size_t index) { return "row " + std::to_string(index + 1); }

}  // namespace

found_rows read_rows(sql::statement query, std::size_t rows_max) {
  found_rows found;
  for (int column = 0; column < query.columns(); ++column) found.columns.emplace_back(query.name(column));
  while (query.step()) {
    if (found.rows.size() == rows_max) {
      found.complete = false;
      break;
    }
    std::vector<cell> cells;
    for (int column = 0; column < query.columns(); ++column) cells.push_back(read_cell(query, column));
    found.rows.emplace_back(std::move(cells));
  }
  return found;
}

difference_list row_differences(const std::vector<row>& expected, const found_rows& found) {
  difference_list list;
  for (std::size_t index = 0; index < expected.size(); ++index) {
    const std::size_t cells = expected[index].cells().size();
    if (cells == found.columns.size()) continue;
    list.add(numbered(index) + " as expected has " + count_of(cells, "cell") + ", the query has " +
             count_of(found.columns.size(), "column") + ": " + names_of(found.columns));
    return list;
  }
  const auto cost = [&](std::size_t i, std::size_t j) { return cost_of(expected[i], found.rows[j]); };
  for (const aligned_pair& pair : align(expected.size(), found.rows.size(), cost)) {
    if (!pair.found)
      list.add(numbered(*pair.expected) + " is missing: " + text_of(expected[*pair.expected]));
    else if (!pair.expected)
      list.add(numbered(*pair.found) + " was not expected: " + text_of(found.rows[*pair.found]));
    else
      add_differences(expected[*pair.expected], found.rows[*pair.found], found.columns, numbered(*pair.found), list);
  }
  if (!found.complete) list.add("there are more rows");
  return list;
}

}  // namespace whence::testing::inline v0
