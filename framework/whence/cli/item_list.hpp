/// A list in each of the forms: a table, `{"items":[…],"next":…}`, one item a line, CSV, Markdown. Items go out as they come.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/cell_style.hpp>
#include <whence/cli/column.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/output.hpp>
#include <whence/cli/table.hpp>
#include <whence/core/position.hpp>

namespace whence::inline v0::cli {

/// A JSON document as a terminal may see it: what would move the cursor is escaped as JSON allows, the values are the same.
std::string json_for_terminal(std::string json);

/// What --columns calls it: "caused-by" for "CAUSED BY".
std::string word_of(const column& column);

/// Which columns a list shows, by their places: those of its form, or those that were asked for (--columns), in that order.
/// Throws   usage_error: there is no such column.
std::vector<std::size_t> chosen_columns(std::span<const column> all, output_form form,
                                        const std::vector<std::string>& asked_for);

class item_list {
 public:
  struct looks {
    cell_style cells;
    style colours;
    std::optional<std::size_t> width;  ///< of a terminal
  };

  /// `chosen`: the columns that are shown, by their places in `all`.
  item_list(std::span<const column> all, std::vector<std::size_t> chosen, output& out, looks how);

  /// `json` and `cell` (the text of one column, by its place) are asked for only if the form needs them.
  void item(const std::function<std::string()>& json, const std::function<std::string(std::size_t)>& cell);
  /// The same with the cells of all columns.
  void item(const std::function<std::string()>& json, const std::function<std::vector<std::string>()>& cells);

  /// Members that stand before "items" in a JSON document, without braces.
  void with_members(std::string members) { members_ = std::move(members); }
  /// Where a list that was cut goes on: for --from, or --to if it is reversed.
  void cut_before(global_position next) { next_ = next; }
  /// How many items are missing in a list that was cut and has no such place.
  void left_out(std::size_t items) { left_out_ = items; }
  /// A list that was cut and has no such place, of which nobody knows how many items are missing.
  void left_out_some() { left_out_some_ = true; }
  /// What relative times are relative to from here on.
  void at_time(timestamp now) { cells_.now = now; }
  /// What is here goes out, for the next item may take a while.
  void show();
  /// From here on each item goes out when it comes.
  void go_live();
  /// Ends the list, whether all went well or not: what was printed is whole in its form.
  void finish(const std::vector<diagnostic>& wrong);

  const cell_style& cells() const noexcept { return cells_; }
  std::size_t items() const noexcept { return items_; }
  const std::vector<std::string>& columns_left_out() const noexcept { return table_.left_out(); }

 private:
  std::string beginning() const;
  void begin_rows();
  void row(std::vector<std::string> texts);

  std::vector<column> columns_;
  std::vector<std::size_t> chosen_;
  output& out_;
  cell_style cells_;
  table table_;
  bool live_ = false;
  bool begun_ = false;  // the titles of CSV and Markdown are out
  std::size_t items_ = 0;
  std::string members_;
  std::optional<global_position> next_;
  std::size_t left_out_ = 0;
  bool left_out_some_ = false;
};

/// A column and what an item shows in it.
template <class Item>
struct item_column {
  column look;
  std::string (*cell)(const Item&, const cell_style&);
};

template <class Item>
std::vector<column> looks_of(std::span<const item_column<Item>> columns) {
  std::vector<column> looks;
  for (const item_column<Item>& one : columns) looks.push_back(one.look);
  return looks;
}

template <class Item>
void put(item_list& list, std::span<const item_column<Item>> columns, std::string (*json)(const Item&),
         const Item& item) {
  list.item([&] { return json(item); }, [&](std::size_t place) { return columns[place].cell(item, list.cells()); });
}

}  // namespace whence::inline v0::cli
