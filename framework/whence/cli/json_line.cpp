#include <whence/cli/json_line.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

#include <whence/core/json_text.hpp>
#include <whence/store/json_check.hpp>

namespace whence::inline v0::cli {
namespace {

void append_utf8(std::string& out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | (point >> 6));
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | (point >> 12));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | (point >> 18));
    byte(0x80 | ((point >> 12) & 0x3F));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

}  // namespace

json_line::json_line(std::string_view text) : whole_(text), rest_(text) {
  unsigned controls = 0;  // counted without a branch: each byte of an import comes by here
  for (const char c : text) controls += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? 1 : 0;
  if (controls > 0 && text.find('\r') != std::string_view::npos)
    throw line_refused{"it has a carriage return in it: lines end with a line feed alone"};
  if (controls > 0) throw line_refused{"it has a control character in it"};
  if (text.starts_with("\xEF\xBB\xBF")) throw line_refused{"it begins with a byte order mark"};
  if (!is_utf8(text)) throw line_refused{"it is no UTF-8"};
}

void json_line::refuse(std::string_view what) const {
  throw line_refused{std::string(what) + " is expected at byte " + std::to_string(whole_.size() - rest_.size() + 1)};
}

void json_line::white() noexcept {
  while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
}

bool json_line::take(char expected) noexcept {
  white();
  if (!rest_.starts_with(expected)) return false;
  rest_.remove_prefix(1);
  return true;
}

void json_line::must_take(char expected, std::string_view what) {
  if (!take(expected)) refuse(what);
}

void json_line::open() {
  must_take('{', "an object");
  first_ = true;
}

bool json_line::next_member(std::string& name) {
  if (take('}')) {
    first_ = false;  // the object around it has had this one
    return false;
  }
  if (!first_) must_take(',', "a comma, or the end of the object");
  first_ = false;
  name = text();
  must_take(':', "a colon");
  return true;
}

void json_line::end() {
  white();
  if (!rest_.empty()) refuse("the end of the line");
}

std::uint32_t json_line::four_digits() {
  std::uint32_t number = 0;
  const char* const begin = rest_.data();
  constexpr std::size_t digits = 4;
  if (rest_.size() < digits) refuse("a character's four digits");
  const auto [end, failure] = std::from_chars(begin, begin + digits, number, 16);
  if (failure != std::errc{} || end != begin + digits) refuse("a character's four digits");
  rest_.remove_prefix(digits);
  return number;
}

void json_line::append_escaped(std::string& out) {
  if (rest_.empty()) refuse("an escaped character");
  const char what = rest_.front();
  rest_.remove_prefix(1);
  switch (what) {
    case '"':
    case '\\':
    case '/': out += what; return;
    case 'b': out += '\b'; return;
    case 'f': out += '\f'; return;
    case 'n': out += '\n'; return;
    case 'r': out += '\r'; return;
    case 't': out += '\t'; return;
    case 'u': break;
    default: refuse("an escaped character");
  }
  std::uint32_t point = four_digits();
  if (point >= 0xDC00 && point < 0xE000) refuse("the first half of a character");
  if (point >= 0xD800 && point < 0xDC00) {
    if (!rest_.starts_with("\\u")) refuse("the second half of a character");
    rest_.remove_prefix(2);
    const std::uint32_t low = four_digits();
    if (low < 0xDC00 || low >= 0xE000) refuse("the second half of a character");
    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out, point);
}

std::string json_line::text() {
  must_take('"', "a text");
  std::string out;
  for (;;) {
    const std::size_t plain = rest_.find_first_of("\"\\\t");
    if (plain == std::string_view::npos) refuse("the end of a text");
    out += rest_.substr(0, plain);
    if (rest_[plain] == '\t') {
      rest_.remove_prefix(plain);
      refuse("a text without a tab");
    }
    const bool ends = rest_[plain] == '"';
    rest_.remove_prefix(plain + 1);
    if (ends) return out;
    append_escaped(out);
  }
}

std::uint64_t json_line::number() {
  white();
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
  const auto taken = static_cast<std::size_t>(end - rest_.data());
  const bool goes_on = taken < rest_.size() && (rest_[taken] == '.' || rest_[taken] == 'e' || rest_[taken] == 'E');
  if (failure != std::errc{} || goes_on || (taken > 1 && rest_.front() == '0')) refuse("an integer");
  rest_.remove_prefix(taken);
  return number;
}

void json_line::skip_text() {
  rest_.remove_prefix(1);
  for (;;) {
    const std::size_t plain = rest_.find_first_of("\"\\");
    if (plain == std::string_view::npos) refuse("the end of a text");
    const bool ends = rest_[plain] == '"';
    rest_.remove_prefix(std::min(plain + (ends ? 1 : 2), rest_.size()));
    if (ends) return;
  }
}

std::string_view json_line::value() {
  white();
  const std::string_view from = rest_;
  std::size_t depth = 0;
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '"') {
      skip_text();
    } else if (c == '{' || c == '[') {
      ++depth;
      rest_.remove_prefix(1);
    } else if (depth > 0 && (c == '}' || c == ']')) {
      --depth;
      rest_.remove_prefix(1);
    } else if (depth > 0 && (c == ',' || c == ':' || c == ' ' || c == '\t')) {
      rest_.remove_prefix(1);
      continue;
    } else {
      const std::size_t word = std::min(rest_.find_first_of(",:{}[]\" \t"), rest_.size());
      if (word == 0) break;
      rest_.remove_prefix(word);
    }
    if (depth == 0) break;
  }
  const std::string_view found = from.substr(0, from.size() - rest_.size());
  if (!is_json(found)) {
    rest_ = from;
    refuse("a JSON value");
  }
  return found;
}

}  // namespace whence::inline v0::cli
