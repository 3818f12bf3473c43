/// The parts of CBOR (RFC 8949) that are written and read here: definite lengths, shortest heads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace whence::inline v0::detail::cbor {

enum class major : std::uint8_t { natural, negative, bytes, text, list, map, tag, simple };

inline constexpr std::uint64_t decimal_tag = 4;
inline constexpr std::uint64_t uuid_tag = 37;
inline constexpr std::uint64_t time_tag = 1001;
inline constexpr std::uint64_t duration_tag = 1002;

inline constexpr unsigned char false_byte = 0xF4;
inline constexpr unsigned char true_byte = 0xF5;
inline constexpr unsigned char null_byte = 0xF6;
inline constexpr unsigned char float_byte = 0xFA;
inline constexpr unsigned char double_byte = 0xFB;

/// The keys of times and durations.
inline constexpr std::int64_t seconds_key = 1;
inline constexpr std::int64_t microseconds_key = -6;
inline constexpr std::int64_t nanoseconds_key = -9;

inline void put_bytes(std::string& out, std::uint64_t value, int bytes) {
  char buffer[8];
  for (int i = bytes - 1; i >= 0; --i, value >>= 8) buffer[i] = static_cast<char>(value & 0xFF);
  out.append(buffer, static_cast<std::size_t>(bytes));
}

inline void put_head(std::string& out, major kind, std::uint64_t value) {
  const auto top = static_cast<unsigned>(kind) << 5;
  const auto lead = [&](unsigned low) { out += static_cast<char>(top | low); };
  if (value < 24) return lead(static_cast<unsigned>(value));
  const int log = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFF'FFFF ? 2 : 3;
  lead(24u + static_cast<unsigned>(log));
  put_bytes(out, value, 1 << log);
}

inline void put_integer(std::string& out, std::int64_t value) {
  if (value >= 0)
    put_head(out, major::natural, static_cast<std::uint64_t>(value));
  else
    put_head(out, major::negative, static_cast<std::uint64_t>(-(value + 1)));
}

inline void put_text(std::string& out, std::string_view text) {
  put_head(out, major::text, text.size());
  out += text;
}

/// The bytes are not of the form that is written here.
struct malformed {
  const char* problem;
};

/// Reads from left to right. Throws malformed.
class cursor {
 public:
  explicit cursor(std::string_view data) : at_(data.data()), end_(data.data() + data.size()) {}

  const char* at() const { return at_; }
  void go_to(const char* place) { at_ = place; }
  bool at_end() const { return at_ == end_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  unsigned char peek() const {
    if (at_ == end_) throw malformed{"ends too early"};
    return static_cast<unsigned char>(*at_);
  }
  major kind() const { return static_cast<major>(peek() >> 5); }
  void take_byte() { ++at_; }

  /// The number in the head of the next item, which is behind it then.
  std::uint64_t head() {
    const unsigned low = peek() & 31u;
    ++at_;
    if (low < 24) return low;
    if (low > 27) throw malformed{"has a length that is not written here"};
    const std::uint64_t value = number(std::size_t{1} << (low - 24));
    static constexpr std::uint64_t least[] = {24, 0x100, 0x1'0000, 0x1'0000'0000};
    if (value < least[low - 24]) throw malformed{"has a number in more bytes than it needs"};
    return value;
  }

  /// The same of a list or map: what is claimed must have a byte each.
  std::uint64_t count() {
    const std::uint64_t value = head();
    if (value > left()) throw malformed{"ends too early"};
    return value;
  }

  /// The content of a text or of bytes.
  std::string_view content() {
    const std::uint64_t size = count();
    const std::string_view found(at_, static_cast<std::size_t>(size));
    at_ += size;
    return found;
  }

  std::uint64_t number(std::size_t bytes) {
    if (left() < bytes) throw malformed{"ends too early"};
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(at_[i]);
    at_ += bytes;
    return value;
  }

  /// A signed integer of 64 bits.
  std::int64_t integer() {
    const major sign = kind();
    if (sign != major::natural && sign != major::negative) throw malformed{"has no number where one belongs"};
    const std::uint64_t value = head();
    if (value > 0x7FFF'FFFF'FFFF'FFFF) throw malformed{"has a number that is too large"};
    return sign == major::natural ? static_cast<std::int64_t>(value) : -1 - static_cast<std::int64_t>(value);
  }

  void expect(std::uint64_t value, major wanted) {
    if (kind() != wanted || head() != value) throw malformed{"has a value of a form that is not written here"};
  }

 private:
  const char* at_;
  const char* end_;
};

/// A time or duration: seconds, rounded down, and what is above them.
struct extended_time {
  std::int64_t seconds = 0;
  std::int64_t fraction = 0;
};

inline void put_extended_time(std::string& out, std::uint64_t tag, const extended_time& value, std::int64_t key) {
  put_head(out, major::tag, tag);
  put_head(out, major::map, value.fraction == 0 ? 1 : 2);
  put_integer(out, seconds_key);
  put_integer(out, value.seconds);
  if (value.fraction == 0) return;
  put_integer(out, key);
  put_integer(out, value.fraction);
}

/// What follows the tag.
inline extended_time take_extended_time(cursor& in, std::int64_t key, std::int64_t fraction_end) {
  if (in.kind() != major::map) throw malformed{"has a time of a form that is not written here"};
  const std::uint64_t parts = in.head();
  extended_time value;
  if (parts < 1 || parts > 2 || in.integer() != seconds_key)
    throw malformed{"has a time of a form that is not written here"};
  value.seconds = in.integer();
  if (parts == 1) return value;
  if (in.integer() != key) throw malformed{"has a time of a form that is not written here"};
  value.fraction = in.integer();
  if (value.fraction < 1 || value.fraction >= fraction_end)
    throw malformed{"has a time of a form that is not written here"};
  return value;
}

}  // namespace whence::inline v0::detail::cbor
