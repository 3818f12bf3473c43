#include <domain/text.hpp>

#include <algorithm>

#include <whence/core/json_text.hpp>

namespace shop {
namespace {

/// The bytes of the character that the text begins with; 0 if it begins with none.
std::size_t character_bytes(std::string_view text) noexcept {
  for (std::size_t bytes = 1; bytes <= std::min<std::size_t>(4, text.size()); ++bytes)
    if (whence::is_utf8(text.substr(0, bytes))) return bytes;
  return 0;
}

/// Of the bytes of one character.
std::uint32_t code_point(std::string_view character) noexcept {
  const auto lead = static_cast<unsigned char>(character.front());
  std::uint32_t point = character.size() == 1 ? lead : lead & (0xFFU >> (character.size() + 1));
  for (const char follower : character.substr(1)) point = point << 6 | (static_cast<unsigned char>(follower) & 0x3FU);
  return point;
}

/// What moves the cursor, begins a command to the terminal, or turns the direction of reading.
bool moves(std::uint32_t point) noexcept {
  struct range {
    std::uint32_t first, last;
  };
  constexpr range ranges[] = {{0, 0x1F},        {0x7F, 0x9F},     {0x61C, 0x61C},  {0x200E, 0x200F},
                              {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}};
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const range& each) { return point >= each.first && point <= each.last; });
}

void append_written_out(std::string& text, std::uint32_t point) {
  constexpr std::string_view digits = "0123456789abcdef";
  text += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) text += digits[point >> shift & 0xFU];
}

}  // namespace

bool are_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char each) { return each >= '0' && each <= '9'; });
}

std::optional<std::int64_t> parse_count(std::string_view text) noexcept {
  constexpr std::size_t digits_max = 9;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (!are_digits(text) || text.size() > digits_max) return std::nullopt;
  std::int64_t number = 0;
  for (const char digit : text) number = number * 10 + (digit - '0');
  return negative ? -number : number;
}

std::optional<std::string> unless_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::string counted(std::uint64_t number, std::string_view one) {
  return std::to_string(number).append(" ").append(one) + (number == 1 ? "" : "s");
}

std::string readable(std::string_view text) {
  std::string characters;
  characters.reserve(text.size());
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    characters.append(bytes == 0 ? "\uFFFD" : text.substr(0, bytes));
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return characters;
}

std::string shown(std::string_view text) {
  std::string visible;
  visible.reserve(text.size());
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, character_bytes(text)));
    text.remove_prefix(character.size());
    if (!whence::is_utf8(character))
      visible += "\uFFFD";
    else if (const std::uint32_t point = code_point(character); moves(point))
      append_written_out(visible, point);
    else
      visible += character;
  }
  return visible;
}

std::size_t shown_width(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char each) { return (static_cast<unsigned char>(each) & 0xC0U) != 0x80U; }));
}

std::size_t json_bytes(std::string_view text) noexcept {
  constexpr std::string_view with_a_name = "\"\\\b\f\n\r\t";
  std::size_t bytes = 2;  // the quotes
  for (const char character : text) {
    const bool named = with_a_name.find(character) != std::string_view::npos;
    bytes += named ? 2 : static_cast<unsigned char>(character) < 0x20 ? 6 : 1;
  }
  return bytes;
}

}  // namespace shop
