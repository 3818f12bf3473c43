#include <whence/cli/item_list.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

#include <whence/cli/display_text.hpp>
#include <whence/cli/near_words.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/row_forms.hpp>

namespace whence::inline v0::cli {
namespace {

std::string lower_case(std::string_view text) {
  std::string word(text);
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return word;
}

std::size_t place_of_column(std::span<const column> all, const std::string& name) {
  std::vector<std::string> words;
  std::string list;
  for (std::size_t place = 0; place < all.size(); ++place) {
    if (name == machine_name(all[place]) || lower_case(name) == word_of(all[place])) return place;
    words.push_back(word_of(all[place]));
    list += (list.empty() ? "" : ", ") + words.back();
  }
  const std::string meant = nearest(name, words);
  throw usage_error("value", "--columns: there is no column \"" + name + "\"",
                    meant.empty() ? "there are: " + list : "did you mean " + meant + "? There are: " + list);
}

std::vector<column> columns_at(std::span<const column> all, const std::vector<std::size_t>& places) {
  std::vector<column> columns;
  for (const std::size_t place : places) columns.push_back(all[place]);
  return columns;
}

}  // namespace

std::string json_for_terminal(std::string json) {
  std::replace(json.begin(), json.end(), '\t', ' ');  // a tab can only stand between the tokens
  return visible(json);
}

std::string word_of(const column& column) { return lower_case(column.title); }

std::vector<std::size_t> chosen_columns(std::span<const column> all, output_form form,
                                        const std::vector<std::string>& asked_for) {
  std::vector<std::size_t> chosen;
  if (asked_for.empty()) {
    for (std::size_t place = 0; place < all.size(); ++place) {
      if (form == output_form::csv ? all[place].in_csv : all[place].in_tables) chosen.push_back(place);
    }
    return chosen;
  }
  for (const std::string& name : asked_for) chosen.push_back(place_of_column(all, name));
  return chosen;
}

item_list::item_list(std::span<const column> all, std::vector<std::size_t> chosen, output& out, looks how)
    : columns_(columns_at(all, chosen)),
      chosen_(std::move(chosen)),
      out_(out),
      cells_(std::move(how.cells)),
      table_(columns_, out, how.colours, how.width) {}

void item_list::item(const std::function<std::string()>& json, const std::function<std::string(std::size_t)>& cell) {
  ++items_;
  if (cells_.form == output_form::json || cells_.form == output_form::jsonl) {
    const std::string document = cells_.on_terminal ? json_for_terminal(json()) : json();
    if (cells_.form == output_form::jsonl) {
      out_.write(document + "\n");
    } else {
      out_.write((items_ == 1 ? beginning() + "\n" : ",\n") + document);
    }
  } else {
    std::vector<std::string> texts;
    for (const std::size_t place : chosen_) texts.push_back(cell(place));
    row(std::move(texts));
  }
  if (live_) out_.flush();
}

void item_list::item(const std::function<std::string()>& json, const std::function<std::vector<std::string>()>& cells) {
  std::optional<std::vector<std::string>> all;
  item(json, [&all, &cells](std::size_t place) {
    if (!all) all = cells();
    return (*all)[place];
  });
}

void item_list::row(std::vector<std::string> texts) {
  if (cells_.form == output_form::table) return table_.row(std::move(texts));
  begin_rows();
  // In a pipe CSV is the bytes as they are; people see nothing that moves their cursor.
  if (cells_.on_terminal || cells_.form == output_form::markdown) {
    for (std::string& text : texts) text = visible(text);
  }
  out_.write(cells_.form == output_form::csv ? csv_row(texts) : markdown_row(texts));
}

void item_list::begin_rows() {
  if (std::exchange(begun_, true)) return;
  std::vector<std::string> names;
  std::vector<bool> right;
  for (const column& column : columns_) {
    names.emplace_back(cells_.form == output_form::csv ? machine_name(column) : column.title);
    right.push_back(column.right);
  }
  out_.write(cells_.form == output_form::csv ? csv_row(names) : markdown_row(names) + markdown_rule(right));
}

void item_list::show() {
  if (items_ > 0 && cells_.form == output_form::table) table_.go_live();
  out_.flush();
}

void item_list::go_live() {
  live_ = true;
  if (cells_.form == output_form::table) table_.go_live();
  out_.flush();
}

std::string item_list::beginning() const { return "{" + members_ + (members_.empty() ? "" : ",") + "\"items\":["; }

void item_list::finish(const std::vector<diagnostic>& wrong) {
  if (cells_.form == output_form::table) return table_.finish();
  if (cells_.form == output_form::csv || cells_.form == output_form::markdown) return begin_rows();
  if (cells_.form == output_form::jsonl) return;
  std::string end = items_ == 0 ? beginning() + "]" : "\n]";
  end += next_ ? ",\"next\":\"" + std::to_string(next_->value()) + "\"" : ",\"next\":null";
  if (left_out_ > 0) end += ",\"leftOut\":" + std::to_string(left_out_);
  if (left_out_some_) end += ",\"more\":true";
  if (!wrong.empty()) end += ",\"diagnostics\":" + to_json(wrong);
  out_.write(end + "}\n");
}

}  // namespace whence::inline v0::cli
