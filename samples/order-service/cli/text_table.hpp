/// Rows in columns, as wide as what stands in them, two spaces apart.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace shop {

/// Costs    memory: all of its rows.
class text_table {
 public:
  enum side { left, right };
  struct column {
    std::string head;
    side aligned;
  };

  explicit text_table(const std::vector<column>& columns);

  /// A cell for each column; what would move a terminal's cursor is written out.
  void add(const std::vector<std::string>& cells);

  /// The heads and the rows, a line each.
  friend std::ostream& operator<<(std::ostream& out, const text_table& table);

 private:
  std::vector<side> sides_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;  ///< the heads are the first
};

}  // namespace shop
