/// Columns for people. On a terminal they fit its width; in a pipe nothing is cut.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/column.hpp>
#include <whence/cli/output.hpp>
#include <whence/cli/style.hpp>

namespace whence::inline v0::cli {

/// Rows go out as they come: the first `page_rows` decide the widths of all.
///
/// Limits   holds `page_rows` rows.
class table {
 public:
  static constexpr std::size_t page_rows = 50;

  /// `width` is that of the terminal; nothing in a pipe.
  table(std::vector<column> columns, output& out, style style, std::optional<std::size_t> width);

  /// A text for each column; what would not show itself is written out.
  void row(std::vector<std::string> cells);
  /// From here on each row goes out when it comes; columns are at least as wide as usual.
  void go_live();
  /// Writes what is still held. The titles stand there also without any row.
  void finish();
  /// The titles of the columns that found no room.
  const std::vector<std::string>& left_out() const noexcept { return left_out_; }

 private:
  void lay_out(bool usual);
  void print(const std::vector<std::string>& cells, bool titles);

  std::vector<column> columns_;
  output& out_;
  style style_;
  std::optional<std::size_t> width_;
  std::vector<std::vector<std::string>> held_;
  std::vector<std::size_t> widths_;  // once laid out
  std::vector<bool> shown_;
  std::vector<std::string> left_out_;
  bool laid_out_ = false;
};

}  // namespace whence::inline v0::cli
