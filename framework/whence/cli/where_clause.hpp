/// A condition (`condition.hpp`) on one value of an event: `/data/total > 100`.
///
///     what   a JSON pointer (RFC 6901) into the event's JSON form; in double quotes if it has spaces or operators in it
///     value  a number, true, false, null, "text", or the rest of the clause as text
///
/// Numbers are compared as they are written, to the last digit; texts byte by byte. Only values of one kind have an order or are
/// equal: a number never equals a text. An event that has no such value does not fit, whatever the operator.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <whence/cli/condition.hpp>
#include <whence/cli/exact_number.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0::cli {

class where_clause {
 public:
  /// Throws   usage_error (`usage.condition`), which points at the place.
  explicit where_clause(std::string_view text);

  bool fits(const recorded_event& event) const;
  /// The same, of a JSON document into which the whole pointer leads.
  bool fits(std::string_view json) const { return fits(json, 0); }

 private:
  using literal = std::variant<std::nullptr_t, bool, exact_number, std::string>;
  class parser;
  class finder;

  bool fits(std::string_view json, std::size_t tokens_before) const;
  bool holds_for(const literal& found) const;

  std::vector<std::string> tokens_;  // of the pointer
  comparison how_ = comparison::equal;
  literal value_;
};

}  // namespace whence::inline v0::cli
