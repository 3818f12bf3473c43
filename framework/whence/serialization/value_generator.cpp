#include <whence/serialization/detail/value_generator.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace whence::inline v0::detail {
namespace {

constexpr std::size_t depth_max = 6;

constexpr std::int64_t edges[] = {0,
                                  1,
                                  -1,
                                  23,
                                  24,
                                  255,
                                  256,
                                  -24,
                                  -25,
                                  65'535,
                                  65'536,
                                  (std::int64_t{1} << 32) - 1,
                                  std::int64_t{1} << 32,
                                  (std::int64_t{1} << 53) - 1,
                                  std::int64_t{1} << 53,
                                  (std::int64_t{1} << 53) + 1,
                                  -(std::int64_t{1} << 53) - 1};

/// Of each length in UTF-8 the first and the last, what JSON escapes, and a few letters.
constexpr std::uint32_t points[] = {0,      1,    0x1F,    ' ',   '"',    '\\',   '/',    'a',    'Z',     '~',
                                    0x7F,   0x80, 0x7FF,   0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF,
                                    0x2028, 0xE4, 0x1F600, '\n',  '\t',   '0',    '.',    '-'};

void append_utf8(std::string& text, std::uint32_t point) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | point >> 6);
    add(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    add(0xE0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  } else {
    add(0xF0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3F));
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  }
}

}  // namespace

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere, which the standard's distributions do not promise.
std::uint64_t value_generator::next() {
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
  return mixed ^ mixed >> 31;
}

std::uint64_t value_generator::below(std::uint64_t end) { return next() % end; }

std::int64_t value_generator::between(std::int64_t least, std::int64_t most) {
  switch (below(8)) {
    case 0: return least;
    case 1: return most;
    case 2:
    case 3:
      if (const std::int64_t edge = edges[below(std::size(edges))]; edge >= least && edge <= most) return edge;
      break;
    case 4:
    case 5:
      if (const auto small = static_cast<std::int64_t>(below(2'000)) - 1'000; small >= least && small <= most)
        return small;
      break;
    default: break;
  }
  const std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
  const std::uint64_t offset = span == std::numeric_limits<std::uint64_t>::max() ? next() : below(span + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + offset);
}

void value_generator::boolean(bool& value) { value = one_in(2); }

void value_generator::integer(std::int64_t& value, std::int64_t least, std::int64_t most) {
  value = between(least, most);
}

void value_generator::natural(std::uint64_t& value, std::uint64_t most) {
  constexpr auto signed_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  value = static_cast<std::uint64_t>(between(0, static_cast<std::int64_t>(std::min(most, signed_max))));
  if (most > signed_max && one_in(3)) value = most - below(one_in(2) ? 2 : signed_max);
}

void value_generator::real(double& value, precision how) {
  const double known[] = {0.0,
                          -0.0,
                          1.0,
                          -1.5,
                          0.1,
                          1e21,
                          1e-7,
                          0x1p53,
                          0x1p63,
                          0x1p64,
                          std::numeric_limits<float>::max(),
                          std::numeric_limits<float>::denorm_min(),
                          std::numeric_limits<double>::max(),
                          std::numeric_limits<double>::denorm_min(),
                          std::numeric_limits<double>::epsilon()};
  if (one_in(3))
    value = known[below(std::size(known))];
  else if (one_in(2))
    value = static_cast<double>(between(-1'000'000, 1'000'000)) / 100;
  else
    value = how == precision::of_float ? std::bit_cast<float>(static_cast<std::uint32_t>(next()))
                                       : std::bit_cast<double>(next());
  if (!std::isfinite(value)) value = 0.5;
  if (how == precision::of_double) return;
  value = std::abs(value) >= float_end ? 0.25 : static_cast<float>(value);
}

void value_generator::text(std::string& value) {
  value.clear();
  const std::size_t size = one_in(20) ? 100 : below(12);
  const bool plain = one_in(2);
  for (std::size_t i = 0; i < size; ++i) {
    std::uint32_t point =
        plain || one_in(2) ? static_cast<std::uint32_t>('a' + below(26)) : points[below(std::size(points))];
    if (!plain && one_in(4)) point = static_cast<std::uint32_t>(below(0x11'0000));
    if (point >= 0xD800 && point < 0xE000) point = '?';  // no characters
    append_utf8(value, point);
  }
}

void value_generator::bytes(std::vector<std::byte>& value, std::size_t size) {
  value.resize(size == any_size ? below(one_in(10) ? 300 : 10) : size);
  for (std::byte& one : value) one = static_cast<std::byte>(next());
}

void value_generator::identifier(uuid& value) {
  uuid::bytes_type bytes{};
  if (!one_in(10))
    for (std::uint8_t& one : bytes) one = static_cast<std::uint8_t>(next());
  value = uuid(bytes);
}

void value_generator::time(timestamp& value, std::chrono::microseconds step) {
  static constexpr timestamp first = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
  static constexpr timestamp last =
      std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - std::chrono::microseconds{1};
  std::int64_t since = between(first.time_since_epoch().count(), last.time_since_epoch().count());
  if (since % step.count() != 0) since -= since % step.count();  // towards 1970
  value = timestamp{std::chrono::microseconds{since}};
}

void value_generator::duration(std::int64_t& ticks, const tick& unit) {
  // What is 2^63 seconds or more has no form.
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / unit.numerator;
  ticks = between(std::max(unit.least, unit.numerator == 1 ? unit.least + 1 : -most), std::min(unit.most, most));
}

void value_generator::exact(decimal& value) {
  value = decimal(between(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()),
                  static_cast<int>(one_in(2) ? 2 : below(decimal::scale_max + 1)));
}

void value_generator::currency(currency_code& value) {
  std::string letters;
  for (int i = 0; i < 3; ++i) letters += static_cast<char>('A' + below(26));
  value = currency_code(letters);
}

void value_generator::enumerator(std::size_t& index, std::span<const std::string_view> names) {
  index = below(names.size());
}

bool value_generator::present(bool) { return left_.size() < depth_max && !one_in(3); }

bool value_generator::begin_object(const void*) {
  left_.push_back(0);
  return true;
}

void value_generator::tolerate_unknown() {}
bool value_generator::member(std::string_view, need, const visitable*) { return true; }
void value_generator::end_object() { left_.pop_back(); }

std::size_t value_generator::length() {
  if (left_.size() >= depth_max) return 0;
  return left_.size() < 2 && one_in(10) ? below(21) : below(4);
}

void value_generator::begin_list(std::size_t size, elements kind) {
  left_.push_back(kind == elements::fixed || kind == elements::tuple ? size : length());
}

bool value_generator::next_element() {
  if (left_.back() == 0) return false;
  --left_.back();
  return true;
}

void value_generator::end_list() { left_.pop_back(); }
void value_generator::found_twice() {}
void value_generator::begin_map(std::size_t) { left_.push_back(length()); }

bool value_generator::next_entry(std::string& key) {
  if (left_.back() == 0) return false;
  --left_.back();
  text(key);
  return true;
}

void value_generator::end_map() { left_.pop_back(); }

void value_generator::begin_variant(std::size_t& index, std::span<const std::string_view> names) {
  index = below(names.size());
  left_.push_back(0);
}

bool value_generator::end_variant(std::size_t&) {
  left_.pop_back();
  return false;
}

}  // namespace whence::inline v0::detail
