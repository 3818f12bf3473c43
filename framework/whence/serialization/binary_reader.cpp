#include <whence/serialization/binary_reader.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include <whence/core/json_text.hpp>
#include <whence/serialization/duration_text.hpp>
#include <whence/serialization/json.hpp>
#include <whence/serialization/json_pointer.hpp>
#include <whence/serialization/time_range.hpp>

namespace whence::inline v0::detail {

using cbor::major;

void binary_reader::finish() const {
  if (!in_.at_end()) throw decode_error({}, "something follows the value");
}

void binary_reader::boolean(bool& value) {
  const unsigned char byte = in_.peek();
  if (byte != cbor::true_byte && byte != cbor::false_byte) fail_expecting("a boolean");
  in_.take_byte();
  value = byte == cbor::true_byte;
}

void binary_reader::integer(std::int64_t& value, std::int64_t least, std::int64_t most) {
  const major kind = in_.kind();
  if (kind != major::natural && kind != major::negative) fail_expecting("a whole number");
  const std::uint64_t number = in_.head();
  const bool negative = kind == major::negative;
  // Of a negative number, the head has what is left below -1.
  const bool fits = number <= 0x7FFF'FFFF'FFFF'FFFF;
  if (fits) value = negative ? -1 - static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
  if (fits && value >= least && value <= most) return;
  std::string found = fits ? std::to_string(value) : std::to_string(number);
  if (!fits && negative) found = "-" + std::to_string(number) + " - 1";
  fail_in_range(std::to_string(least), std::to_string(most), found);
}

void binary_reader::natural(std::uint64_t& value, std::uint64_t most) {
  const major kind = in_.kind();
  if (kind != major::natural && kind != major::negative) fail_expecting("a whole number");
  value = in_.head();
  if (kind == major::negative) fail_in_range("0", std::to_string(most), "a number below zero");
  if (value > most) fail_in_range("0", std::to_string(most), std::to_string(value));
}

void binary_reader::real(double& value, precision how) {
  const unsigned char byte = in_.peek();
  if (byte == cbor::double_byte) {
    in_.take_byte();
    value = std::bit_cast<double>(in_.number(8));
  } else if (byte == cbor::float_byte) {
    in_.take_byte();
    value = std::bit_cast<float>(static_cast<std::uint32_t>(in_.number(4)));
  } else if (in_.kind() == major::natural) {
    value = static_cast<double>(in_.head());
  } else if (in_.kind() == major::negative) {
    value = static_cast<double>(in_.integer());
  } else {
    fail_expecting("a number");
  }
  if (!std::isfinite(value)) fail("a number that is not finite");
  if (how == precision::of_double) return;
  if (std::abs(value) >= float_end) fail("no number that a float can hold");
  value = static_cast<float>(value);
}

void binary_reader::text(std::string& value) { value = expect_text("a string"); }

void binary_reader::bytes(std::vector<std::byte>& value, std::size_t size) {
  if (in_.kind() != major::bytes) fail_expecting("bytes");
  const std::string_view found = in_.content();
  if (size != any_size && found.size() != size)
    fail("expected " + std::to_string(size) + " bytes, found " + std::to_string(found.size()));
  const auto* const first = reinterpret_cast<const std::byte*>(found.data());
  value.assign(first, first + found.size());
}

void binary_reader::identifier(uuid& value) {
  uuid::bytes_type bytes{};
  if (in_.kind() != major::tag) fail_expecting("a UUID");
  if (in_.head() != cbor::uuid_tag || in_.kind() != major::bytes) fail_expecting("a UUID");
  const std::string_view found = in_.content();
  if (found.size() != bytes.size()) fail_expecting("a UUID");
  std::copy(found.begin(), found.end(), bytes.begin());
  value = uuid(bytes);
}

void binary_reader::time(timestamp& value, std::chrono::microseconds step) {
  const auto found = expect_time(cbor::time_tag, cbor::microseconds_key, 1'000'000, "a time");
  // The years 0000 to 9999 are within these; beyond them the microseconds might not fit into 64 bits.
  static constexpr std::int64_t seconds_max = 1'000'000'000'000;
  if (found.seconds < -seconds_max || found.seconds > seconds_max) fail("a time that is not in the years 0000 to 9999");
  value = timestamp{std::chrono::seconds{found.seconds} + std::chrono::microseconds{found.fraction}};
  if (!has_text(value)) fail("a time that is not in the years 0000 to 9999");
  if (value.time_since_epoch() % step != std::chrono::microseconds{0})
    fail("expected a time in steps of " + std::to_string(step.count()) + " µs, found " + to_rfc3339(value));
}

void binary_reader::duration(std::int64_t& ticks, const tick& unit) {
  const auto found = expect_time(cbor::duration_tag, cbor::nanoseconds_key, 1'000'000'000, "a duration");
  const auto parts = split_duration_of(found.seconds, found.fraction);
  const auto whole = parts ? ticks_of(*parts, unit) : std::nullopt;
  if (!whole) fail("expected whole " + describe_ticks(unit) + ", found " + (parts ? to_text(*parts) : "a longer one"));
  ticks = *whole;
}

void binary_reader::exact(decimal& value) {
  if (in_.kind() != major::tag) fail_expecting("a decimal");
  if (in_.head() != cbor::decimal_tag || in_.kind() != major::list || in_.head() != 2) fail_expecting("a decimal");
  const std::int64_t exponent = in_.integer();
  if (exponent > 0 || exponent < -decimal::scale_max) fail("a decimal with an exponent that is not 0 to -18");
  value = decimal(in_.integer(), static_cast<int>(-exponent));
}

void binary_reader::currency(currency_code& value) {
  const auto parsed = currency_code::try_parse(expect_text("a currency like \"GBP\""));
  if (!parsed) fail("expected a currency like \"GBP\"");
  value = *parsed;
}

void binary_reader::enumerator(std::size_t& index, std::span<const std::string_view> names) {
  const std::string_view name = expect_text("a string");
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    std::string problem = '"' + std::string(name.substr(0, 60)) + "\" is none of ";
    for (std::size_t i = 0; i < names.size(); ++i) problem.append(i == 0 ? "" : ", ").append(names[i]);
    fail(std::move(problem));
  }
  index = static_cast<std::size_t>(found - names.begin());
}

bool binary_reader::present(bool) {
  if (in_.peek() != cbor::null_byte) return true;
  in_.take_byte();
  return false;
}

bool binary_reader::begin_object(const void*) {
  open(false, expect_count(major::map, "an object"));
  return true;
}

void binary_reader::tolerate_unknown() { frames_.back().tolerant = true; }

bool binary_reader::member(std::string_view name, need how, const visitable*) {
  frame& object = frames_.back();
  if (!object.next) object.next = in_.at();
  object.name = name;
  for (std::size_t i = object.first_passed; i < passed_.size(); ++i) {
    if (passed_[i].name != name) continue;
    in_.go_to(passed_[i].value);
    passed_.erase(passed_.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  in_.go_to(object.next);
  while (object.left > 0) {
    --object.left;
    const std::string_view found = take_name();
    if (found == name) {
      object.next = nullptr;  // mostly members stand in the order in which they are asked for
      return true;
    }
    passed_.push_back({found, in_.at()});
    skip_value(in_, json_limits::depth_max - frames_.size());
    object.next = in_.at();
  }
  if (how == need::required) fail("is missing");
  return false;
}

void binary_reader::end_object() {
  frame& object = frames_.back();
  if (object.next) in_.go_to(object.next);
  if (object.left > 0 || passed_.size() > object.first_passed) {
    if (!object.tolerant) refuse_leftover(object);
    refuse_names_there_twice(object);
    for (; object.left > 0; --object.left) {
      take_name();
      skip_value(in_, json_limits::depth_max - frames_.size());
    }
    passed_.resize(object.first_passed);
  }
  frames_.pop_back();
}

void binary_reader::begin_list(std::size_t size, elements allowed) {
  const std::uint64_t count = expect_count(major::list, "an array");
  if ((allowed == elements::fixed || allowed == elements::tuple) && count != size)
    fail("expected " + std::to_string(size) + " elements, found " + std::to_string(count));
  open(true, count);
}

bool binary_reader::next_element() {
  if (frames_.back().left == 0) return false;
  --frames_.back().left;
  return true;
}

void binary_reader::end_list() { frames_.pop_back(); }

void binary_reader::found_twice() { fail("is there twice"); }

void binary_reader::begin_map(std::size_t) {
  frame& map = open(false, expect_count(major::map, "an object"));
  refuse_names_there_twice(map);
}

bool binary_reader::next_entry(std::string& key) {
  frame& map = frames_.back();
  if (map.left == 0) return false;
  --map.left;
  map.name = take_name();
  key = map.name;
  return true;
}

void binary_reader::end_map() { frames_.pop_back(); }

void binary_reader::begin_variant(std::size_t& index, std::span<const std::string_view> names) {
  const std::uint64_t count = expect_count(major::map, "an object");
  if (count != 1) fail("expected one member, found " + std::to_string(count));
  const std::string_view name = take_name();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) fail("unknown alternative \"" + std::string(name.substr(0, 60)) + '"');
  index = static_cast<std::size_t>(found - names.begin());
  open(false, 1).name = *found;
}

bool binary_reader::end_variant(std::size_t&) {
  frames_.pop_back();
  return false;
}

binary_reader::frame& binary_reader::open(bool is_list, std::uint64_t count) {
  if (frames_.size() == json_limits::depth_max) fail("nested deeper than " + std::to_string(json_limits::depth_max));
  return frames_.emplace_back(
      frame{.is_list = is_list, .members = in_.at(), .count = count, .left = count, .first_passed = passed_.size()});
}

std::uint64_t binary_reader::expect_count(major kind, std::string_view expected) {
  if (in_.kind() != kind) fail_expecting(expected);
  return in_.count();
}

std::string_view binary_reader::expect_text(std::string_view expected) {
  if (in_.kind() != major::text) fail_expecting(expected);
  const std::string_view found = in_.content();
  if (!is_utf8(found)) fail("no UTF-8");
  return found;
}

cbor::extended_time binary_reader::expect_time(std::uint64_t tag, std::int64_t key, std::int64_t fraction_end,
                                               std::string_view expected) {
  if (in_.kind() != major::tag || in_.head() != tag) fail_expecting(expected);
  return cbor::take_extended_time(in_, key, fraction_end);
}

std::string_view binary_reader::take_name() {
  if (in_.kind() != major::text) fail("has a name that is no text");
  const std::string_view name = in_.content();
  if (!is_utf8(name)) fail("has a name that is no UTF-8");
  return name;
}

void binary_reader::refuse_names_there_twice(const frame& open) {
  if (open.count < 2) return;
  const char* const here = in_.at();
  in_.go_to(open.members);
  std::vector<std::string_view> names;
  for (std::uint64_t i = 0; i < open.count; ++i) {
    names.push_back(take_name());
    skip_value(in_, json_limits::depth_max - frames_.size());
  }
  in_.go_to(here);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return;
  frames_.back().name = *twice;
  fail("is there twice");
}

void binary_reader::refuse_leftover(const frame& open) {
  refuse_names_there_twice(open);
  const std::string_view name = passed_.size() > open.first_passed ? passed_[open.first_passed].name : take_name();
  frames_.back().name = name;
  fail("is unknown");
}

std::string binary_reader::describe() const {
  if (in_.at_end()) return "the end";
  switch (in_.kind()) {
    case major::natural:
    case major::negative: return "number";
    case major::bytes: return "bytes";
    case major::text: return "string";
    case major::list: return "array";
    case major::map: return "object";
    case major::tag: return "a value of another kind";
    case major::simple: break;
  }
  switch (in_.peek()) {
    case cbor::false_byte:
    case cbor::true_byte: return "boolean";
    case cbor::null_byte: return "null";
    default: return "number";
  }
}

void binary_reader::fail(std::string problem) const {
  std::string pointer;
  for (const frame& open : frames_) {
    if (open.is_list)
      append_index(pointer, open.count - open.left - 1);
    else if (open.name.data())
      append_key(pointer, open.name);
  }
  throw decode_error(std::move(pointer), std::move(problem));
}

void binary_reader::fail_expecting(std::string_view expected) const {
  fail("expected " + std::string(expected) + ", found " + describe());
}

void binary_reader::fail_in_range(const std::string& least, const std::string& most, const std::string& found) const {
  fail("out of range " + least + ".." + most + ": " + found);
}

void decode_binary(std::string_view data, visitable target) {
  if (data.size() > json_limits::bytes_max)
    throw decode_error(
        {}, std::to_string(data.size()) + " bytes, at most " + std::to_string(json_limits::bytes_max) + " are read");
  if (!data.starts_with(binary_mark)) throw decode_error({}, "does not begin as binary does");
  binary_reader reader(data.substr(binary_mark.size()));
  try {
    target.visit(reader, target.value);
  } catch (const cbor::malformed& found) {
    reader.fail_malformed(found);
  }
  reader.finish();
}

}  // namespace whence::inline v0::detail
