/// One run of one command: its log, its output, and what there is to say at the end.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/failure.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/pager.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/style.hpp>
#include <whence/cli/surroundings.hpp>
#include <whence/cli/verdict.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// Null: what is printed goes out at once, because nobody sits before it, or does not want one.
std::unique_ptr<pager> pager_for(const request& request, const surroundings& around);

class session {
 public:
  session(const request& request, surroundings& around);
  ~session();

  /// How the program was started: what help and errors call it.
  const std::string& program() const noexcept { return around_.program; }
  output_form form() const noexcept { return cells_.form; }
  bool on_terminal() const noexcept { return around_.out_is_terminal; }
  style out_style() const noexcept { return out_style_; }
  const cell_style& cells() const noexcept { return cells_; }
  timestamp now() const { return around_.runtime.clock->now(); }
  const std::string& store() const noexcept { return store_; }
  const surroundings& around() const noexcept { return around_; }

  /// Where the log is, and what lies beside it.
  const log_source& source();

  /// The log, as a visitor. What is wrong with it as a whole is said at the end, and is the exit code then.
  log_reader& log();
  /// The same, read through the application's upcasters: its events as of today.
  log_reader& log_of_today();
  /// Whether there are any: else both are the same.
  bool reads_as_of_today() const noexcept;
  /// The one of the two that the command is about: with --raw, events are as they are stored.
  log_reader& log_asked_for();

  /// The visible text if it fits on a line of the terminal, else its beginning and "…". In a pipe all of it.
  std::string fitted(const std::string& text) const { return fitted_after(0, text); }
  /// The same on the rest of a line, after so many columns.
  std::string fitted_after(std::size_t columns, const std::string& text) const;
  /// The text on lines of the terminal, broken at spaces, behind so many columns; what is too long for that begins on a line
  /// of its own. In a pipe one line.
  std::string broken_after(std::size_t columns, const std::string& text) const;
  /// A line of facts: the label, and at column `width` what is to be said, broken after it.
  std::string labelled(std::string_view label, std::size_t width, const std::string& text) const;
  void print(std::string_view text);
  /// One JSON document on a line of its own; on a terminal nothing in it can move the cursor.
  void print_json(std::string json);
  /// To standard error, at once, if notes are wanted (--quiet: none).
  void say(std::string_view text);
  /// Throws   output_closed: whoever read the output went away.
  void must_have_reader() const;
  /// To standard error, at the end. `line`: a command to paste, which stays in one piece.
  void note(std::string_view text, std::string_view line = {});
  /// The same, also if no notes are wanted: without it the answer would be taken for another.
  void warn(std::string_view text, std::string_view line = {});

  /// Says that a list was cut, and how it goes on. `total`: how many there are, if that is known; else 0. `next`: what comes
  /// first of the rest, if the list has positions.
  void note_cut(std::size_t shown, std::size_t total, std::optional<global_position> next = std::nullopt);

  /// Starts the list that this command prints: of all columns those that the form shows, or that --columns names.
  item_list& list(const std::vector<column>& columns);
  /// What a command that judges or acts came to: in JSON its one document is the envelope, with the diagnostics. The screen in
  /// a table is the command's own.
  void judged(verdict status, std::string data);
  /// Ends that list: another may follow.
  void end_list();
  /// What `draw` prints, in the place of what it printed the time before; where the cursor cannot be moved, below it.
  void redraw(const std::function<void()>& draw);
  /// Keeps the text as long as the session: for titles that are not known before.
  std::string_view kept(std::string text) { return kept_.emplace_back(std::move(text)); }
  /// How many items a list may have: --limit, else 50 on a terminal, else no limit (0).
  std::size_t limit(const request& request) const;

  void failed(const error& failure);
  /// Ends the output and says what there is to say. Returns the exit code: `result`, or that of what was wrong.
  exit_code finish(exit_code result);

 private:
  struct remark {
    std::string text;
    std::string line;
    bool operator==(const remark&) const = default;
  };
  static std::string lines_of(const remark& note, std::size_t width);
  std::optional<std::size_t> table_width() const;
  void end_list(const std::vector<diagnostic>& wrong);
  void finish_document(exit_code result);

  const request& request_;
  surroundings& around_;
  cell_style cells_;
  style out_style_;
  style err_style_;
  std::unique_ptr<pager> pager_;  // null: none is wanted
  output* out_;                   // not null
  std::string store_;
  std::optional<log_source> source_;
  std::unique_ptr<log_reader> log_;
  std::unique_ptr<item_list> list_;
  std::optional<std::pair<verdict, std::string>> judged_;
  std::deque<std::string> kept_;
  std::vector<diagnostic> wrong_;
  std::vector<remark> notes_;
};

}  // namespace whence::inline v0::cli
