#include <cstdio>
#include <iterator>
#include <whence/cli/display_text.hpp>

#include <cstdint>

#include <utf8proc.h>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view ellipsis = "…";

struct character {
  utf8proc_int32_t code = -1;  // negative: this byte is no UTF-8
  std::size_t bytes = 1;
};

character first_of(std::string_view text) {
  character first;
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t taken = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &first.code);
  if (taken <= 0) return {};
  first.bytes = static_cast<std::size_t>(taken);
  return first;
}

bool shows_itself(utf8proc_int32_t code) {
  constexpr utf8proc_int32_t non_joiner = 0x200C;
  constexpr utf8proc_int32_t joiner = 0x200D;
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    case UTF8PROC_CATEGORY_CF: return code == joiner || code == non_joiner;
    default: return true;
  }
}

void append_hex(std::string& out, std::uint32_t number, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[number >> shift & 15];
}

void append_escaped(std::string& out, utf8proc_int32_t code) {
  const auto number = static_cast<std::uint32_t>(code);
  const auto unit = [&out](std::uint32_t value) {
    out += "\\u";
    append_hex(out, value, 4);
  };
  switch (number) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (number <= 0xFFFF) return unit(number);
  unit(0xD800 + ((number - 0x10000) >> 10));
  unit(0xDC00 + ((number - 0x10000) & 0x3FF));
}

bool is_plain(std::string_view text) {
  for (const char byte : text) {
    if (byte < ' ' || byte > '~') return false;  // a byte above 127 is a negative char
  }
  return true;
}

std::size_t width_of(utf8proc_int32_t code) {
  const int width = code < 0 ? 1 : utf8proc_charwidth(code);
  return width < 0 ? 0 : static_cast<std::size_t>(width);
}

}  // namespace

std::string visible(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const character next = first_of(text);
    if (next.code < 0) {
      out += "\\x";
      append_hex(out, static_cast<unsigned char>(text.front()), 2);
    } else if (shows_itself(next.code)) {
      out += text.substr(0, next.bytes);
    } else {
      append_escaped(out, next.code);
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  if (is_plain(text)) return text.size();
  std::size_t width = 0;
  while (!text.empty()) {
    const character next = first_of(text);
    width += width_of(next.code);
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t taken_width = 0;
  std::size_t taken_bytes = 0;  // whole characters that fit beside the ellipsis
  std::size_t at = 0;
  utf8proc_int32_t state = 0;
  utf8proc_int32_t before = -1;
  while (at < text.size()) {
    const character next = first_of(text.substr(at));
    if (before < 0 || next.code < 0 || utf8proc_grapheme_break_stateful(before, next.code, &state)) taken_bytes = at;
    taken_width += width_of(next.code);
    if (taken_width > width - 1) break;
    before = next.code;
    at += next.bytes;
  }
  return std::string(text.substr(0, taken_bytes)) + std::string(ellipsis);
}

std::string size_text(std::uint64_t bytes) {
  constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 999.5 && unit + 1 < std::size(units); ++unit) size /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, size < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", size, units[unit]);
  return text;
}

std::string with_groups(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t from_end = 3; from_end < digits.size(); from_end += 4) digits.insert(digits.size() - from_end, " ");
  return digits;
}

std::string counted(std::size_t number, std::string_view one) {
  return with_groups(number) + " " + std::string(one) + (number == 1 ? "" : "s");
}

}  // namespace whence::inline v0::cli
