#include <whence/cli/table.hpp>

#include <algorithm>
#include <utility>

#include <whence/cli/display_text.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t gap = 2;

std::size_t least_width(const column& column, std::size_t natural) {
  return column.least == 0 ? natural : std::min(natural, std::max(column.least, display_width(column.title)));
}

}  // namespace

table::table(std::vector<column> columns, output& out, style style, std::optional<std::size_t> width)
    : columns_(std::move(columns)), out_(out), style_(style), width_(width) {}

void table::row(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = visible(cell);
  if (laid_out_) return print(cells, false);
  held_.push_back(std::move(cells));
  if (held_.size() == page_rows) {
    lay_out(false);
    out_.flush();
  }
}

void table::go_live() {
  if (!laid_out_) lay_out(true);
}

void table::finish() {
  if (!laid_out_) lay_out(false);
}

void table::lay_out(bool usual) {
  laid_out_ = true;
  std::vector<std::size_t> least;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t natural = std::max(display_width(columns_[i].title), usual ? columns_[i].usual : 0);
    for (const auto& cells : held_) natural = std::max(natural, display_width(cells[i]));
    widths_.push_back(natural);
    least.push_back(least_width(columns_[i], natural));
  }
  shown_.assign(columns_.size(), true);
  const auto total = [this](const std::vector<std::size_t>& widths) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) sum += shown_[i] ? widths[i] + (sum == 0 ? 0 : gap) : 0;
    return sum;
  };
  if (width_) {
    while (total(least) > *width_) {
      std::optional<std::size_t> goes;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (shown_[i] && columns_[i].spare > (goes ? columns_[*goes].spare : 0)) goes = i;
      }
      if (!goes) break;
      shown_[*goes] = false;
      left_out_.emplace_back(columns_[*goes].title);
    }
    while (total(widths_) > *width_) {
      std::optional<std::size_t> widest;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (shown_[i] && widths_[i] > least[i] && (!widest || widths_[i] > widths_[*widest])) widest = i;
      }
      if (!widest) break;
      --widths_[*widest];
    }
  }
  std::vector<std::string> titles;
  for (const column& column : columns_) titles.emplace_back(column.title);
  print(titles, true);
  for (const auto& cells : std::exchange(held_, {})) print(cells, false);
}

void table::print(const std::vector<std::string>& cells, bool titles) {
  std::string line;
  std::size_t owed = 0;  // spaces, written only if something follows
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!shown_[i]) continue;
    const std::string cell = width_ ? cut_to(cells[i], widths_[i]) : cells[i];
    const std::size_t taken = display_width(cell);
    const std::size_t fill = widths_[i] > taken ? widths_[i] - taken : 0;
    if (columns_[i].right) owed += fill;
    if (!cell.empty()) {
      line.append(owed, ' ');
      line += style_.paint(titles ? tint::faint : columns_[i].colour, cell);
      owed = 0;
    }
    owed += (columns_[i].right ? 0 : fill) + gap;
  }
  out_.write(line + "\n");
}

}  // namespace whence::inline v0::cli
