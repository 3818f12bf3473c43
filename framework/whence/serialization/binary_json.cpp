// Binary as JSON, without its type: each value is read as what it says that it is, and handed to the writer of JSON.
#include <algorithm>
#include <bit>
#include <cmath>

#include <whence/core/json_text.hpp>
#include <whence/serialization/binary.hpp>
#include <whence/serialization/binary_reader.hpp>
#include <whence/serialization/duration_text.hpp>
#include <whence/serialization/json_writer.hpp>
#include <whence/serialization/time_range.hpp>

namespace whence::inline v0 {

using detail::cbor::major;
using detail::cbor::malformed;

namespace {

class converter {
 public:
  /// Without `to`, values are only looked at.
  explicit converter(detail::cbor::cursor& in, detail::json_writer* to) : in_(in), to_(to) {}

  /// One value, at most that many levels deep.
  void value(std::size_t levels) {
    switch (in_.kind()) {
      case major::natural: natural(); break;
      case major::negative: negative(); break;
      case major::bytes: bytes(); break;
      case major::text: text(); break;
      case major::list: list(levels); break;
      case major::map: object(levels); break;
      case major::tag: tagged(); break;
      case major::simple: simple(); break;
    }
  }

 private:
  void natural() {
    std::uint64_t number = in_.head();
    if (to_) to_->natural(number, 0);
  }

  void negative() {
    std::int64_t number = in_.integer();
    if (to_) to_->integer(number, 0, 0);
  }

  void bytes() {
    const std::string_view content = in_.content();
    if (!to_) return;
    const auto* const first = reinterpret_cast<const std::byte*>(content.data());
    std::vector<std::byte> copy(first, first + content.size());
    to_->bytes(copy, archive::any_size);
  }

  std::string_view checked_text() {
    if (in_.kind() != major::text) throw malformed{"has a name that is no text"};
    const std::string_view content = in_.content();
    if (!is_utf8(content)) throw malformed{"has a text that is no UTF-8"};
    return content;
  }

  void text() {
    const std::string_view content = checked_text();
    if (!to_) return;
    std::string copy(content);
    to_->text(copy);
  }

  void list(std::size_t levels) {
    const std::uint64_t count = in_.count();
    if (levels == 0) throw malformed{"is nested too deep"};
    if (to_) to_->begin_list(count, archive::elements::any);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (to_) to_->next_element();
      value(levels - 1);
    }
    if (to_) to_->end_list();
  }

  void object(std::size_t levels) {
    const std::uint64_t count = in_.count();
    if (levels == 0) throw malformed{"is nested too deep"};
    if (to_) to_->begin_map(count);
    std::vector<std::string_view> names;
    for (std::uint64_t i = 0; i < count; ++i) {
      names.push_back(checked_text());
      std::string name(names.back());
      if (to_) to_->next_entry(name);
      value(levels - 1);
    }
    if (to_) to_->end_map();
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) throw malformed{"has a name twice"};
  }

  void tagged() {
    switch (in_.head()) {
      case detail::cbor::decimal_tag: return exact();
      case detail::cbor::uuid_tag: return identifier();
      case detail::cbor::time_tag: return time();
      case detail::cbor::duration_tag: return duration();
      default: throw malformed{"has a tag that is not written here"};
    }
  }

  void exact() {
    in_.expect(2, major::list);
    const std::int64_t exponent = in_.integer();
    if (exponent > 0 || exponent < -decimal::scale_max) throw malformed{"has an exponent that is not written here"};
    decimal number(in_.integer(), static_cast<int>(-exponent));
    if (to_) to_->exact(number);
  }

  void identifier() {
    uuid::bytes_type bytes{};
    if (in_.kind() != major::bytes) throw malformed{"has a UUID that is no bytes"};
    const std::string_view content = in_.content();
    if (content.size() != bytes.size()) throw malformed{"has a UUID that is not 16 bytes"};
    std::copy(content.begin(), content.end(), bytes.begin());
    uuid id(bytes);
    if (to_) to_->identifier(id);
  }

  void time() {
    const auto parts = detail::cbor::take_extended_time(in_, detail::cbor::microseconds_key, 1'000'000);
    static constexpr std::int64_t seconds_max = 1'000'000'000'000;
    if (parts.seconds < -seconds_max || parts.seconds > seconds_max)
      throw malformed{"has a time of no year with four digits"};
    timestamp point{std::chrono::seconds{parts.seconds} + std::chrono::microseconds{parts.fraction}};
    if (!detail::has_text(point)) throw malformed{"has a time of no year with four digits"};
    if (to_) to_->time(point, std::chrono::microseconds{1});
  }

  void duration() {
    const auto parts = detail::cbor::take_extended_time(in_, detail::cbor::nanoseconds_key, 1'000'000'000);
    const auto split = detail::split_duration_of(parts.seconds, parts.fraction);
    if (!split) throw malformed{"has a duration of 2^63 seconds or more"};
    std::string written = detail::to_text(*split);
    if (to_) to_->text(written);
  }

  void simple() {
    const unsigned char byte = in_.peek();
    in_.take_byte();
    bool truth = byte == detail::cbor::true_byte;
    switch (byte) {
      case detail::cbor::true_byte:
      case detail::cbor::false_byte:
        if (to_) to_->boolean(truth);
        return;
      case detail::cbor::null_byte:
        if (to_) to_->present(false);
        return;
      case detail::cbor::float_byte:
        return real(std::bit_cast<float>(static_cast<std::uint32_t>(in_.number(4))), archive::precision::of_float);
      case detail::cbor::double_byte: return real(std::bit_cast<double>(in_.number(8)), archive::precision::of_double);
      default: throw malformed{"has a value of a form that is not written here"};
    }
  }

  void real(double number, archive::precision how) {
    if (!std::isfinite(number)) throw malformed{"has a number that is not finite"};
    if (to_) to_->real(number, how);
  }

  detail::cbor::cursor& in_;
  detail::json_writer* to_;
};

void convert(std::string_view data, detail::json_writer* to) {
  if (data.size() > json_limits::bytes_max) throw malformed{"is larger than what is read"};
  if (!data.starts_with(binary_mark)) throw malformed{"does not begin as binary does"};
  detail::cbor::cursor in(data.substr(binary_mark.size()));
  converter(in, to).value(json_limits::depth_max);
  if (!in.at_end()) throw malformed{"has something behind the value"};
}

}  // namespace

void detail::skip_value(cbor::cursor& in, std::size_t levels) { converter(in, nullptr).value(levels); }

std::string binary_to_json(std::string_view data) {
  std::string json;
  detail::json_writer writer(json);
  try {
    convert(data, &writer);
  } catch (const malformed& found) {
    throw decode_error({}, found.problem);
  }
  return json;
}

bool is_binary(std::string_view data) noexcept {
  try {
    convert(data, nullptr);
    return true;
  } catch (const malformed&) {
    return false;
  } catch (const std::exception&) {
    return false;  // no memory to look at it
  }
}

}  // namespace whence::inline v0
