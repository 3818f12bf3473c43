#include <whence/cli/session.hpp>

#include <algorithm>
#include <utility>

#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/store_choice.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

bool colour_of(colour_choice choice, bool terminal, const surroundings& around) {
  if (choice != colour_choice::automatic) return choice == colour_choice::always;
  return terminal && around.environment("NO_COLOR").value_or("").empty() &&
         around.environment("TERM").value_or("") != "dumb";
}

std::unique_ptr<pager> pager_for(const request& request, const surroundings& around) {
  if (!around.in_is_terminal || !around.out_is_terminal || request.has("--no-pager")) return nullptr;
  std::string program = around.environment("WHENCE_PAGER").value_or("");
  if (program.empty()) program = around.environment("PAGER").value_or("");
  if (program.empty()) program = "less -FIRX";
  if (program == "cat") return nullptr;
  return std::make_unique<pager>(std::move(program), *around.out, around.size.rows, around.size.columns);
}

}  // namespace

std::string json_for_terminal(std::string json) {
  std::replace(json.begin(), json.end(), '\t', ' ');  // a tab can only stand between the tokens
  return visible(json);
}

item_list::item_list(output_form form, output& out, bool on_terminal, table table)
    : form_(form), out_(out), on_terminal_(on_terminal), table_(std::move(table)) {}

void item_list::item(const std::function<std::string()>& json, const std::function<std::vector<std::string>()>& cells) {
  ++items_;
  if (form_ == output_form::table) return table_.row(cells());
  const std::string document = on_terminal_ ? json_for_terminal(json()) : json();
  if (form_ == output_form::jsonl) return out_.write(document + "\n");
  out_.write((items_ == 1 ? beginning() + "\n" : ",\n") + document);
}

std::string item_list::beginning() const { return "{" + members_ + (members_.empty() ? "" : ",") + "\"items\":["; }

void item_list::finish(const std::vector<diagnostic>& wrong) {
  if (form_ == output_form::table) return table_.finish();
  if (form_ == output_form::jsonl) return;
  std::string end = items_ == 0 ? beginning() + "]" : "\n]";
  end += next_ ? ",\"next\":\"" + std::to_string(next_->value()) + "\"" : ",\"next\":null";
  if (!wrong.empty()) end += ",\"diagnostics\":" + to_json(wrong);
  out_.write(end + "}\n");
}

session::session(const request& request, surroundings& around)
    : request_(request),
      around_(around),
      form_(request.form()),
      out_style_{colour_of(request.colour(), around.out_is_terminal, around)},
      err_style_{colour_of(request.colour(), around.err_is_terminal, around)},
      pager_(pager_for(request, around)),
      out_(pager_ ? *pager_ : *around.out) {}

session::~session() = default;

log_reader& session::log() {
  if (log_) return *log_;
  store_ = chosen_store(request_, around_);
  log_ = around_.store_at(store_).visit(around_.runtime);
  const log_condition condition = log_->condition();
  switch (condition.what) {
    case log_condition::kind::whole: break;
    case log_condition::kind::tail_missing: failed(tail_missing(store_, condition.found, condition.witnessed)); break;
    case log_condition::kind::witness_missing:
      failed(witness_missing(store_, "without it, nobody can tell whether events are missing at the end"));
      break;
  }
  return *log_;
}

void session::print(std::string_view text) { out_.write(text); }

void session::print_json(std::string json) {
  out_.write((on_terminal() ? json_for_terminal(std::move(json)) : std::move(json)) + "\n");
}

item_list& session::list(std::vector<column> columns) {
  table table(std::move(columns), out_, out_style_, table_width());
  list_ = std::make_unique<item_list>(form_, out_, on_terminal(), std::move(table));
  return *list_;
}

std::size_t session::limit(const request& request) const {
  constexpr std::size_t on_a_terminal = 50;
  const std::uint64_t otherwise = on_terminal() ? on_a_terminal : 0;
  return static_cast<std::size_t>(request.number("--limit").value_or(otherwise));
}

void session::note_cut(std::size_t shown, std::size_t total) {
  const std::string of = total > 0 ? " of " + with_groups(total) + " shown" : " shown, and there are more";
  note(with_groups(shown) + of + "; --limit 0 for all");
}

std::optional<std::size_t> session::table_width() const {
  return on_terminal() ? std::optional(around_.size.columns) : std::nullopt;
}

exit_code session::finish(exit_code result) {
  if (list_) {
    list_->finish(wrong_);
    std::string columns;
    for (const std::string& title : list_->columns_left_out()) columns += (columns.empty() ? "" : ", ") + title;
    if (!columns.empty()) note("no room for " + columns);
  } else if (form_ == output_form::json && !wrong_.empty() && result != exit_code::done) {
    out_.write(R"({"version":1,"command":")" + full_name(*request_.what()) +
               R"(","status":"error","data":null,"diagnostics":)" + to_json(wrong_) + "}\n");
  }
  if (pager_) pager_->finish();
  around_.out->flush();

  for (const std::string& note : notes_) around_.err->write(err_style_.paint(tint::faint, note) + "\n");
  for (const diagnostic& found : wrong_) around_.err->write(to_text(around_.program, found, err_style_));
  around_.err->flush();
  for (const diagnostic& found : wrong_) {
    if (result == exit_code::done || found.exit == exit_code::not_readable) result = found.exit;
  }
  return result;
}

}  // namespace whence::inline v0::cli
