#include <domain/text.hpp>

#include <algorithm>

namespace shop {
namespace {

struct utf8_lead {
  unsigned followers;         ///< bytes after the lead
  unsigned char first, last;  ///< what the first of them may be
};

/// Table 3-7 of the Unicode standard.
constexpr utf8_lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {0, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {4, 0, 0};  // begins nothing
}

/// The bytes of the character that the text begins with; 0 if it begins with none.
std::size_t character_bytes(std::string_view text) noexcept {
  const utf8_lead lead = lead_of(static_cast<unsigned char>(text.front()));
  if (lead.followers > 3 || text.size() <= lead.followers) return 0;
  for (unsigned follower = 1; follower <= lead.followers; ++follower) {
    const auto byte = static_cast<unsigned char>(text[follower]);
    const unsigned char first = follower == 1 ? lead.first : 0x80;
    const unsigned char last = follower == 1 ? lead.last : 0xBF;
    if (byte < first || byte > last) return 0;
  }
  return lead.followers + 1;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

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

std::string json_string(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string json = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20) {
      json.append("\\u00").append({digits[byte >> 4], digits[byte & 0xF]});
      continue;
    }
    if (character == '"' || character == '\\') json += '\\';
    json += character;
  }
  return json += '"';
}

std::size_t json_bytes(std::string_view text) noexcept {
  std::size_t bytes = 2;  // the quotes
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    bytes += byte < 0x20 ? 6 : byte == '"' || byte == '\\' ? 2 : 1;
  }
  return bytes;
}

}  // namespace shop
