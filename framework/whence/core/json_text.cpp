#include <whence/core/json_text.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <whence/core/error.hpp>

namespace whence::inline v0 {
namespace {

struct sequence {
  std::size_t size = 0;  // 0: no lead byte
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xbf;
};

/// What may follow a lead byte: Unicode 15, table 3-7 (well-formed byte sequences).
constexpr sequence sequence_after(unsigned char lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xc2) return {0};
  if (lead < 0xe0) return {2};
  if (lead == 0xe0) return {3, 0xa0};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3};
  if (lead == 0xf0) return {4, 0x90};
  if (lead < 0xf4) return {4};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

/// The length of the longest prefix that is whole and right.
std::size_t utf8_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t word = 0;
    if (text.size() - at >= sizeof word) {  // eight bytes of ASCII at once
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080'8080'8080'8080) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(text[at + offset]); };
    const sequence expected = sequence_after(byte(0));
    if (expected.size == 0 || text.size() - at < expected.size) return at;
    if (expected.size > 1 && (byte(1) < expected.second_min || byte(1) > expected.second_max)) return at;
    for (std::size_t i = 2; i < expected.size; ++i) {
      if ((byte(i) & 0xc0) != 0x80) return at;
    }
    at += expected.size;
  }
  return at;
}

void append_escaped(std::string& out, char c) {
  constexpr char digits[] = "0123456789abcdef";
  switch (c) {
    case '"':
    case '\\': out += {'\\', c}; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out += "\\u00"; out += {digits[c >> 4 & 0x0f], digits[c & 0x0f]};
  }
}

}  // namespace

bool is_utf8(std::string_view text) noexcept { return utf8_prefix(text) == text.size(); }

void append_json_string(std::string& out, std::string_view text) {
  const std::size_t right = utf8_prefix(text);
  if (right != text.size()) {
    throw malformed_input("text.not_utf8",
                          {.what = "a text is not UTF-8",
                           .where = "byte " + std::to_string(right + 1) + " of " + std::to_string(text.size()),
                           .why = {},
                           .remedy = {}});
  }
  out.reserve(out.size() + text.size() + 2);
  out += '"';
  std::size_t plain = 0;  // where the stretch begins that goes out as it is
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(plain, at - plain));
    append_escaped(out, c);
    plain = at + 1;
  }
  out.append(text.substr(plain));
  out += '"';
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace whence::inline v0
