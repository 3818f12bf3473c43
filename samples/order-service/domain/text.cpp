#include <domain/text.hpp>

namespace shop {
namespace {

struct utf8_lead {
  unsigned followers;             ///< bytes after the lead
  unsigned char first, last;      ///< what the first of them may be
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

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t place = 0; place < text.size();) {
    const utf8_lead lead = lead_of(static_cast<unsigned char>(text[place]));
    if (lead.followers > 3 || text.size() - place <= lead.followers) return false;
    for (unsigned follower = 1; follower <= lead.followers; ++follower) {
      const auto byte = static_cast<unsigned char>(text[place + follower]);
      const unsigned char first = follower == 1 ? lead.first : 0x80;
      const unsigned char last = follower == 1 ? lead.last : 0xBF;
      if (byte < first || byte > last) return false;
    }
    place += lead.followers + 1;
  }
  return true;
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
