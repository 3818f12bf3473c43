#include <whence/cli/row_forms.hpp>

#include <string_view>

namespace whence::inline v0::cli {
namespace {

void append_csv_field(std::string& row, std::string_view field) {
  const bool spaced = !field.empty() && (field.front() == ' ' || field.back() == ' ');
  if (!spaced && field.find_first_of(",\"\r\n") == std::string_view::npos) {
    row += field;
    return;
  }
  row += '"';
  for (const char c : field) {
    if (c == '"') row += '"';
    row += c;
  }
  row += '"';
}

}  // namespace

std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += ',';
    append_csv_field(row, fields[i]);
  }
  // A record of one empty field would be an empty line, which readers skip.
  if (fields.size() == 1 && fields.front().empty()) row = "\"\"";
  return row + "\r\n";
}

std::string markdown_row(const std::vector<std::string>& fields) {
  constexpr std::string_view markup = "\\|`*_<>[]&~";
  std::string row = "|";
  for (const std::string& field : fields) {
    row += ' ';
    for (const char c : field) {
      if (markup.find(c) != std::string_view::npos) row += '\\';
      row += c;
    }
    row += " |";
  }
  return row + "\n";
}

std::string markdown_rule(const std::vector<bool>& right) {
  std::string row = "|";
  for (const bool at_right : right) row += at_right ? " ---: |" : " --- |";
  return row + "\n";
}

}  // namespace whence::inline v0::cli
