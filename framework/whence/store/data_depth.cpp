#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <whence/core/payload_form.hpp>
#include <whence/store/append_batch.hpp>
#include <whence/store/binary_check.hpp>
#include <whence/store/data_depth.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::uint64_t each_byte = 0x0101010101010101u;

/// Of how many bytes `[` or `{` stands there: they differ in one bit.
std::size_t brackets_in(std::string_view text) noexcept {
  constexpr std::uint64_t low = 0x7Fu * each_byte;
  std::size_t count = 0;
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t other = (word & 0xDFu * each_byte) ^ 0x5Bu * each_byte;
    count += static_cast<std::size_t>(std::popcount(~(((other & low) + low) | other | low)));
  }
  for (; at < text.size(); ++at) count += text[at] == '[' || text[at] == '{' ? 1u : 0u;
  return count;
}

/// Brackets in texts are none; beyond that it need not be JSON.
bool is_json_deeper_than(std::size_t levels, std::string_view text) noexcept {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_text) {
      if (c == '\\') ++at;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > levels) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

/// The first byte of a list, a map or a tag.
std::size_t openings_in(std::string_view binary) noexcept {
  std::size_t count = 0;
  for (const char c : binary) {
    const unsigned kind = static_cast<unsigned char>(c) >> 5;
    count += kind >= 4 && kind <= 6 ? 1u : 0u;
  }
  return count;
}

}  // namespace

bool goes_too_deep(std::string_view data) noexcept {
  constexpr std::size_t levels = append_limits::data_levels;
  if (data.size() <= levels) return false;
  if (form_of(data) == form::json) return brackets_in(data) > levels && is_json_deeper_than(levels, data);
  return openings_in(data) > levels && !is_binary_document(data);
}

}  // namespace whence::inline v0
