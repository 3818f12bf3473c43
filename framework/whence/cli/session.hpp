/// One run of one command: its log, its output, and what there is to say at the end.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/failure.hpp>
#include <whence/cli/pager.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/style.hpp>
#include <whence/cli/surroundings.hpp>
#include <whence/cli/table.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// A JSON document as a terminal may see it: what would move the cursor is escaped as JSON allows, the values are the same.
std::string json_for_terminal(std::string json);

/// A list in each of the forms: a table, `{"items":[…],"next":…}`, or one item a line. Items go out as they come.
class item_list {
 public:
  item_list(output_form form, output& out, bool on_terminal, table table);

  /// `json` and `cells` are asked for only if the form needs them.
  void item(const std::function<std::string()>& json, const std::function<std::vector<std::string>()>& cells);
  /// Members that stand before "items" in a JSON document, without braces.
  void with_members(std::string members) { members_ = std::move(members); }
  /// Where a list that was cut goes on: for --from, or --to if it is reversed.
  void cut_before(global_position next) { next_ = next; }
  /// Ends the list, whether all went well or not: what was printed is whole in its form.
  void finish(const std::vector<diagnostic>& wrong);

  std::size_t items() const noexcept { return items_; }
  const std::vector<std::string>& columns_left_out() const noexcept { return table_.left_out(); }

 private:
  std::string beginning() const;

  output_form form_;
  output& out_;
  bool on_terminal_;
  table table_;
  std::size_t items_ = 0;
  std::string members_;
  std::optional<global_position> next_;
};

class session {
 public:
  session(const request& request, surroundings& around);
  ~session();

  output_form form() const noexcept { return form_; }
  bool on_terminal() const noexcept { return around_.out_is_terminal; }
  style out_style() const noexcept { return out_style_; }
  timestamp now() const { return around_.runtime.clock->now(); }
  const std::string& store() const noexcept { return store_; }

  /// The log, as a visitor. What is wrong with it as a whole is said at the end, and is the exit code then.
  log_reader& log();

  void print(std::string_view text);
  /// One JSON document on a line of its own; on a terminal nothing in it can move the cursor.
  void print_json(std::string json);
  /// To standard error, at the end.
  void note(std::string text) { notes_.push_back(std::move(text)); }

  /// Says that a list was cut to what fits a terminal. `total`: how many there are, if that is known; else 0.
  void note_cut(std::size_t shown, std::size_t total);

  /// Starts the list that this command prints.
  item_list& list(std::vector<column> columns);
  /// How many items a list may have: --limit, else 50 on a terminal, else no limit (0).
  std::size_t limit(const request& request) const;

  void failed(const error& failure) { wrong_.emplace_back(failure); }
  /// Ends the output and says what there is to say. Returns the exit code: `result`, or that of what was wrong.
  exit_code finish(exit_code result);

 private:
  std::optional<std::size_t> table_width() const;

  const request& request_;
  surroundings& around_;
  output_form form_;
  style out_style_;
  style err_style_;
  std::unique_ptr<pager> pager_;  // null: none is wanted
  output& out_;
  std::string store_;
  std::unique_ptr<log_reader> log_;
  std::unique_ptr<item_list> list_;
  std::vector<diagnostic> wrong_;
  std::vector<std::string> notes_;
};

}  // namespace whence::inline v0::cli
