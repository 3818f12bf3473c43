/// Rows in the forms that other programs read: CSV (RFC 4180) and Markdown.
#pragma once

#include <string>
#include <vector>

namespace whence::inline v0::cli {

/// One record with its CRLF. A field is quoted where it has to be: a comma, a quote, a line break in it, a space around it.
std::string csv_row(const std::vector<std::string>& fields);

/// One row of a table. What Markdown would take for its own is escaped; the fields are visible text.
std::string markdown_row(const std::vector<std::string>& fields);

/// The line between the titles and the rows; `right`: for each column, whether it stands at the right.
std::string markdown_rule(const std::vector<bool>& right);

}  // namespace whence::inline v0::cli
