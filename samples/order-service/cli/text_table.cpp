#include <cli/text_table.hpp>

#include <algorithm>
#include <cstddef>

#include <domain/text.hpp>

namespace shop {

text_table::text_table(const std::vector<column>& columns) : widths_(columns.size()) {
  std::vector<std::string> heads;
  for (const column& each : columns) {
    sides_.push_back(each.aligned);
    heads.push_back(each.head);
  }
  add(heads);
}

void text_table::add(const std::vector<std::string>& cells) {
  std::vector<std::string>& row = rows_.emplace_back();
  for (std::size_t at = 0; at < widths_.size(); ++at) {
    row.push_back(shown(cells.at(at)));
    widths_[at] = std::max(widths_[at], shown_width(row.back()));
  }
}

std::ostream& operator<<(std::ostream& out, const text_table& table) {
  for (const auto& row : table.rows_) {
    std::string line;
    for (std::size_t at = 0; at < row.size(); ++at) {
      const std::string rest(table.widths_[at] - shown_width(row[at]), ' ');
      if (at > 0) line += "  ";
      line += table.sides_[at] == text_table::right ? rest + row[at] : row[at] + rest;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
  return out;
}

}  // namespace shop
