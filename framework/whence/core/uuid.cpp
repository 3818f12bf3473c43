#include <whence/core/uuid.hpp>

#include <xxhash.h>

#include <cstring>

#include <whence/core/detail/uuid_v7.hpp>
#include <whence/core/error.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t text_size = 36;

constexpr bool hyphen_at(std::size_t index) { return index == 8 || index == 13 || index == 18 || index == 23; }

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_number(std::string& text, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> shift & 0xff));
}

std::uint64_t big_endian(const uuid::bytes_type& bytes, std::size_t from, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = from; i < from + count; ++i) value = value << 8 | bytes[i];
  return value;
}

/// Of the hash: what begins with a cause, and what does not, must never be the same.
enum class seed : XXH64_hash_t { caused = 0, timed = 1 };

/// The shape of a UUIDv7 around 128 bits of hash.
uuid shaped(std::uint64_t milliseconds, std::string_view hashed, seed kind) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(hashed.data(), hashed.size(), static_cast<XXH64_hash_t>(kind));
  return detail::compose_v7(milliseconds, static_cast<std::uint16_t>(hash.high64 & 0xfff), hash.low64);
}

}  // namespace

uuid detail::compose_v7(std::uint64_t milliseconds, std::uint16_t rand_a, std::uint64_t rand_b) noexcept {
  uuid::bytes_type bytes;
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i) & 0xff);
  bytes[6] = static_cast<std::uint8_t>(0x70 | (rand_a >> 8 & 0x0f));
  bytes[7] = static_cast<std::uint8_t>(rand_a & 0xff);
  bytes[8] = static_cast<std::uint8_t>(0x80 | (rand_b >> 56 & 0x3f));
  for (std::size_t i = 9; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(rand_b >> (8 * (15 - i)) & 0xff);
  return uuid(bytes);
}

std::uint64_t detail::unix_milliseconds(timestamp time) noexcept {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  return since < 0 ? 0 : static_cast<std::uint64_t>(since) & 0xffff'ffff'ffff;
}

std::optional<uuid> uuid::try_parse(std::string_view text) noexcept {
  if (text.size() != text_size) return std::nullopt;
  bytes_type bytes{};
  std::size_t digit = 0;
  for (std::size_t i = 0; i < text_size; ++i) {
    if (hyphen_at(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hexadecimal(text[i]);
    if (value < 0) return std::nullopt;
    bytes[digit / 2] = static_cast<std::uint8_t>(bytes[digit / 2] << 4 | value);
    ++digit;
  }
  return uuid(bytes);
}

uuid uuid::parse(std::string_view text) {
  if (const auto id = try_parse(text)) return *id;
  throw malformed_input("id.malformed", {.what = "this is no id: \"" + std::string(text.substr(0, 64)) + "\"",
                                         .where = {},
                                         .why = "an id is a UUID: 8-4-4-4-12 hexadecimal digits",
                                         .remedy = {}});
}

timestamp uuid::time() const noexcept {
  return timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(big_endian(bytes_, 0, 6))));
}

std::string uuid::to_string() const {
  constexpr char digits[] = "0123456789abcdef";
  std::string text(text_size, '-');
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes_) {
    if (hyphen_at(at)) ++at;
    text[at++] = digits[byte >> 4];
    text[at++] = digits[byte & 0x0f];
  }
  return text;
}

uuid derive(const uuid& cause, std::string_view name, std::uint64_t number) {
  std::string hashed(reinterpret_cast<const char*>(cause.bytes().data()), cause.bytes().size());
  append_number(hashed, number);
  hashed.append(name);
  return shaped(big_endian(cause.bytes(), 0, 6), hashed, seed::caused);
}

uuid derive(timestamp time, std::string_view name, std::uint64_t number) {
  std::string hashed;
  append_number(hashed, number);
  hashed.append(name);
  return shaped(detail::unix_milliseconds(time), hashed, seed::timed);
}

}  // namespace whence::inline v0

std::size_t std::hash<whence::uuid>::operator()(const whence::uuid& id) const noexcept {
  // Bits that anyone may have chosen: the standard containers mix nothing themselves.
  return static_cast<std::size_t>(XXH3_64bits(id.bytes().data(), id.bytes().size()));
}
