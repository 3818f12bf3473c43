#include <whence/cli/session.hpp>

#include <algorithm>
#include <utility>

#include <whence/cli/advice.hpp>
#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/repeated_line.hpp>
#include <whence/cli/store_choice.hpp>
#include <whence/cli/wrapped_text.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/upcasting/upcasting_log.hpp>

namespace whence::inline v0::cli {
namespace {

bool colour_of(colour_choice choice, bool terminal, const surroundings& around) {
  if (choice != colour_choice::automatic) return choice == colour_choice::always;
  return terminal && around.environment("NO_COLOR").value_or("").empty() &&
         around.environment("TERM").value_or("") != "dumb";
}

/// Whether the log has to do with it: what is wrong with a command line is wrong on every log.
bool concerns_log(const diagnostic& found) { return !found.code.starts_with("usage."); }

/// --data: the data of each item, besides what is shown anyway.
void add_data(const std::vector<column>& columns, std::vector<std::size_t>& chosen) {
  for (std::size_t place = 0; place < columns.size(); ++place) {
    const bool shown = std::find(chosen.begin(), chosen.end(), place) != chosen.end();
    if (machine_name(columns[place]) == "data" && !shown) chosen.push_back(place);
  }
}

/// The text from the terminal's corner on, as far as there are rows. Each line and then the screen is cleared behind what is new,
/// which flickers less than clearing it first.
std::string in_place(std::string_view text, std::size_t rows) {
  std::string out = "\x1b[H";
  std::size_t lines = 1;
  for (const char c : text) {
    if (c == '\n' && ++lines > rows) break;
    out += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
  }
  return out + "\x1b[J";
}

}  // namespace

std::unique_ptr<pager> pager_for(const request& request, const surroundings& around) {
  if (!around.in_is_terminal || !around.out_is_terminal || request.has("--no-pager") || request.has("--watch"))
    return nullptr;
  std::string program = around.environment("WHENCE_PAGER").value_or("");
  if (program.empty()) program = around.environment("PAGER").value_or("");
  if (program.empty()) program = "less -FIRX";
  if (program == "cat") return nullptr;
  return std::make_unique<pager>(std::move(program), *around.out, around.size.rows, around.size.columns);
}

session::session(const request& request, surroundings& around)
    : request_(request),
      around_(around),
      cells_{.form = request.form(),
             .on_terminal = around.out_is_terminal,
             .times = request.times(),
             .now = around.runtime.clock->now(),
             .offset = around.offset_of_local_time},
      out_style_{colour_of(request.colour(), around.out_is_terminal, around)},
      err_style_{colour_of(request.colour(), around.err_is_terminal, around)},
      pager_(pager_for(request, around)),
      out_(pager_ ? pager_.get() : around.out) {}

session::~session() = default;

const log_source& session::source() {
  if (!source_) {
    const auto with_store = [this](const std::string& path) {
      return repeated_line(request_, "whence", "--store", path);
    };
    const bool writes = request_.what()->log == access::writes;
    store_ = writes ? chosen_store(request_.value("--store"), around_, with_store, unnamed_store::none)
                    : chosen_store(request_, around_);
    source_.emplace(around_.store_at(store_));
  }
  return *source_;
}

log_reader& session::log() { return log_of_today().stored(); }

bool session::reads_as_of_today() const noexcept {
  return around_.types != nullptr && !around_.types->known().upcasters().empty();
}

log_reader& session::log_asked_for() { return request_.has(flags::raw.name) ? log() : log_of_today(); }

log_reader& session::log_of_today() {
  if (log_) return *log_;
  log_ = (around_.types ? upcasting(source(), around_.types->known().upcasters()) : source()).visit(around_.runtime);
  try {
    must_be_whole(log_->condition(), store_);
  } catch (const tail_missing& loss) {
    failed(loss);
  } catch (const witness_missing& loss) {
    failed(loss);
  } catch (const import_unfinished& unfinished) {
    failed(unfinished);
  } catch (const log_damaged& damage) {
    // The last event that the witness has seen is damaged. What is before it is shown first.
    failed(damage);
  } catch (const file_error& unreadable) {
    // The witness cannot be read: whether events are missing at the end nobody can say, and they are shown all the same.
    failed(unreadable);
  }
  return *log_;
}

std::string session::fitted_after(std::size_t columns, const std::string& text) const {
  if (!on_terminal()) return text;
  return columns < around_.size.columns ? cut_to(text, around_.size.columns - columns) : std::string();
}

std::string session::broken_after(std::size_t columns, const std::string& text) const {
  constexpr std::size_t indent_of_long = 2;
  if (!on_terminal()) return text;
  const std::size_t width = around_.size.columns;
  const std::size_t first_word = display_width(text.substr(0, text.find(' ')));
  if (columns + first_word > width && columns > indent_of_long)
    return "\n" + std::string(indent_of_long, ' ') + broken_at_spaces(text, indent_of_long, indent_of_long, width);
  return broken_at_spaces(text, columns, std::min(columns, width / 2), width);
}

std::string session::labelled(std::string_view label, std::size_t width, const std::string& text) const {
  const std::string shown = broken_after(width, text);
  const std::string gap(shown.starts_with('\n') ? 0 : width - label.size(), ' ');
  return out_style_.paint(tint::faint, label) + gap + shown + "\n";
}

void session::print(std::string_view text) { out_->write(text); }

void session::print_json(std::string json) {
  out_->write((on_terminal() ? json_for_terminal(std::move(json)) : std::move(json)) + "\n");
}

item_list& session::list(const std::vector<column>& columns) {
  std::vector<std::string> names = request_.listed("--columns");
  std::vector<std::size_t> chosen = chosen_columns(columns, form(), names);
  if (request_.has("--data")) add_data(columns, chosen);
  list_ = std::make_unique<item_list>(columns, std::move(chosen), *out_,
                                      item_list::looks{cells_, out_style_, table_width()});
  return *list_;
}

void session::end_list() { end_list(wrong_); }

void session::end_list(const std::vector<diagnostic>& wrong) {
  if (!list_) return;
  list_->finish(wrong);
  std::string columns;
  for (const std::string& title : list_->columns_left_out()) columns += (columns.empty() ? "" : ", ") + title;
  if (!columns.empty()) note("no room for " + columns);
  list_.reset();
}

void session::redraw(const std::function<void()>& draw) {
  cells_.now = now();
  kept_output screen;
  output* const direct = std::exchange(out_, &screen);
  try {
    draw();
    end_list();
  } catch (...) {
    list_.reset();  // it prints into what ends here
    out_ = direct;
    throw;
  }
  out_ = direct;
  const bool moves = on_terminal() && around_.environment("TERM").value_or("") != "dumb";
  out_->write(moves ? in_place(screen.text, around_.size.rows) : screen.text);
  out_->flush();
}

void session::say(std::string_view text) {
  if (request_.has("--quiet")) return;
  const std::string shown = visible(text);
  around_.err->write(err_style_.paint(tint::faint, around_.err_is_terminal
                                                       ? broken_at_spaces(shown, 0, 0, around_.size.columns)
                                                       : shown) +
                     "\n");
  around_.err->flush();
}

void session::note(std::string_view text, std::string_view line) {
  if (!request_.has("--quiet")) warn(text, line);
}

void session::warn(std::string_view text, std::string_view line) {
  const remark made{as_started(program(), visible(text)), visible(line)};
  if (notes_.empty() || notes_.back() != made) notes_.push_back(made);
}

void session::must_have_reader() const {
  if (around_.out->closed()) throw output_closed{};
}

void session::judged(verdict status, std::string data) { judged_.emplace(status, std::move(data)); }

void session::failed(const error& failure) {
  diagnostic found(failure);
  // SQLite's own words name the statement: of one of ours that helps nobody. Of a database without a path they name the folder.
  const auto* in_database = dynamic_cast<const sql::sql_error*>(&failure);
  if (in_database != nullptr && !in_database->path.empty() && request_.what()->name != "sql")
    found.text.where = in_database->path;
  if (found.text.where.empty() && concerns_log(found)) found.text.where = store_;
  found.text.remedy = advice(failure, store_);
  if (const auto named = request_.value("--store")) found.text.remedy = with_store(found.text.remedy, *named);
  found.text.remedy = as_started(program(), found.text.remedy);
  const auto is_same = [&found](const diagnostic& said) {
    return said.code == found.code && said.text.what == found.text.what && said.text.why == found.text.why;
  };
  if (std::none_of(wrong_.begin(), wrong_.end(), is_same)) wrong_.push_back(std::move(found));
}

std::size_t session::limit(const request& request) const {
  constexpr std::size_t on_a_terminal = 50;
  const std::uint64_t otherwise = on_terminal() ? on_a_terminal : 0;
  return static_cast<std::size_t>(request.number("--limit").value_or(otherwise));
}

void session::note_cut(std::size_t shown, std::size_t total, std::optional<global_position> next) {
  const bool asked_for = request_.has("--limit");
  if (asked_for && next && form() == output_form::json) return;  // the document says so itself
  std::string text = with_groups(shown);
  text += total > 0 ? " of " + with_groups(total) + " shown" : " shown, and there are more";
  if (!asked_for || !next) text += "; --limit 0 for all";
  if (next) {
    const std::string_view bound = request_.has("--reverse") ? "--to" : "--from";
    note(text + "; the next", repeated_line(request_, program(), bound, std::to_string(next->value())));
  } else {
    note(text);
  }
}

std::optional<std::size_t> session::table_width() const {
  return on_terminal() ? std::optional(around_.size.columns) : std::nullopt;
}

void session::finish_document(exit_code result) {
  const bool json = form() == output_form::json || form() == output_form::jsonl;
  if (list_) {
    end_list(wrong_);
  } else if (json && judged_) {
    print_json(verdict_document(full_name(*request_.what()), judged_->first, judged_->second, wrong_));
  } else if (form() == output_form::json && !wrong_.empty() && result != exit_code::done) {
    print_json(verdict_document(full_name(*request_.what()), verdict::error, "null", wrong_));
  }
}

std::string session::lines_of(const remark& note, std::size_t width) {
  if (note.line.empty()) return width == 0 ? note.text : broken_at_spaces(note.text, 0, 0, width);
  std::string together = note.text + ": " + note.line;
  if (width == 0 || display_width(together) <= width) return together;
  return broken_at_spaces(note.text + ":", 0, 0, width) + "\n" + broken_command(note.line, 2, width);
}

exit_code session::finish(exit_code result) {
  // What is wrong with a command line is wrong on every log: of this one nothing was to be seen.
  const auto misused = [](const diagnostic& found) { return !concerns_log(found); };
  if (std::any_of(wrong_.begin(), wrong_.end(), misused))
    std::erase_if(wrong_, [&](const diagnostic& found) { return !misused(found); });
  for (const diagnostic& found : wrong_) {
    if (result == exit_code::done || found.exit == exit_code::not_readable) result = found.exit;
  }
  const bool lost = std::any_of(wrong_.begin(), wrong_.end(), [](const diagnostic& one) {
    return one.code.starts_with("log.") && one.code != "log.missing";
  });
  for (diagnostic& found : wrong_) {
    if (lost && found.exit == exit_code::not_there && found.text.why.empty())
      found.text.why = "whether it was in what is lost, nobody can tell";
    if (found.exit != result) found.exit = exit_code::done;  // none is said that is not the program's
  }
  finish_document(result);
  if (pager_) pager_->finish();
  around_.out->flush();

  const std::size_t width = around_.err_is_terminal ? around_.size.columns : 0;
  for (const remark& note : notes_) around_.err->write(err_style_.paint(tint::faint, lines_of(note, width)) + "\n");
  for (const diagnostic& found : wrong_) around_.err->write(to_text(around_.program, found, err_style_, width));
  around_.err->flush();
  return result;
}

}  // namespace whence::inline v0::cli
