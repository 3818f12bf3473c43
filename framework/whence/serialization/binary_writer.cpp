#include <whence/serialization/binary_writer.hpp>

#include <bit>
#include <cmath>
#include <utility>

#include <whence/core/json_text.hpp>
#include <whence/serialization/cbor.hpp>
#include <whence/serialization/duration_text.hpp>
#include <whence/serialization/json.hpp>
#include <whence/serialization/json_pointer.hpp>
#include <whence/serialization/time_range.hpp>

namespace whence::inline v0::detail {

void binary_writer::boolean(bool& value) {
  lead_in();
  out_ += static_cast<char>(value ? cbor::true_byte : cbor::false_byte);
}

void binary_writer::integer(std::int64_t& value, std::int64_t, std::int64_t) {
  lead_in();
  cbor::put_integer(out_, value);
}

void binary_writer::natural(std::uint64_t& value, std::uint64_t) {
  lead_in();
  cbor::put_head(out_, cbor::major::natural, value);
}

void binary_writer::real(double& value, precision how) {
  if (!std::isfinite(value)) fail("a number that is not finite");
  lead_in();
  if (how == precision::of_float) {
    out_ += static_cast<char>(cbor::float_byte);
    cbor::put_bytes(out_, std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4);
  } else {
    out_ += static_cast<char>(cbor::double_byte);
    cbor::put_bytes(out_, std::bit_cast<std::uint64_t>(value), 8);
  }
}

void binary_writer::text(std::string& value) {
  if (!is_utf8(value)) fail("no UTF-8");
  lead_in();
  cbor::put_text(out_, value);
}

void binary_writer::bytes(std::vector<std::byte>& value, std::size_t) {
  lead_in();
  cbor::put_head(out_, cbor::major::bytes, value.size());
  out_.append(reinterpret_cast<const char*>(value.data()), value.size());
}

void binary_writer::identifier(uuid& value) {
  lead_in();
  cbor::put_head(out_, cbor::major::tag, cbor::uuid_tag);
  cbor::put_head(out_, cbor::major::bytes, value.bytes().size());
  out_.append(reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size());
}

void binary_writer::time(timestamp& value, std::chrono::microseconds) {
  if (!has_text(value)) fail("a time that is not in the years 0000 to 9999");
  lead_in();
  const auto second = std::chrono::floor<std::chrono::seconds>(value);
  cbor::put_extended_time(out_, cbor::time_tag, {second.time_since_epoch().count(), (value - second).count()},
                          cbor::microseconds_key);
}

void binary_writer::duration(std::int64_t& ticks, const tick& unit) {
  const auto parts = split(ticks, unit);
  if (!parts) fail("a duration of 2^63 seconds or more");
  lead_in();
  const auto seconds = static_cast<std::int64_t>(parts->seconds);
  cbor::extended_time value{seconds, parts->nanoseconds};
  if (parts->negative && parts->nanoseconds == 0) value = {-seconds, 0};
  if (parts->negative && parts->nanoseconds != 0) value = {-seconds - 1, 1'000'000'000 - value.fraction};
  cbor::put_extended_time(out_, cbor::duration_tag, value, cbor::nanoseconds_key);
}

void binary_writer::exact(decimal& value) {
  lead_in();
  cbor::put_head(out_, cbor::major::tag, cbor::decimal_tag);
  cbor::put_head(out_, cbor::major::list, 2);
  cbor::put_integer(out_, -value.scale());
  cbor::put_integer(out_, value.unscaled());
}

void binary_writer::currency(currency_code& value) {
  lead_in();
  cbor::put_text(out_, value.value());
}

void binary_writer::enumerator(std::size_t& index, std::span<const std::string_view> names) {
  if (index >= names.size()) fail("enumerator " + std::to_string(index) + " has no name");
  lead_in();
  cbor::put_text(out_, names[index]);
}

bool binary_writer::present(bool has_value) {
  if (has_value) return true;
  if (named_ && may_be_left_out_) {
    named_ = false;
    return false;
  }
  lead_in();
  out_ += static_cast<char>(cbor::null_byte);
  return false;
}

bool binary_writer::begin_object(const void*) {
  open(false);
  frames_.back().head = out_.size();
  cbor::put_head(out_, cbor::major::map, 0);
  return true;
}

void binary_writer::tolerate_unknown() {}

bool binary_writer::member(std::string_view name, need how, const visitable*) {
  for (std::size_t i = frames_.back().first_name; i < names_.size(); ++i)
    if (names_[i] == name) fail("a second member is named \"" + std::string(name) + "\"");
  names_.push_back(name);
  named_ = true;
  may_be_left_out_ = how == need::optional;
  return true;
}

void binary_writer::end_object() {
  // How many members there are is known now: those that were left out are not counted. Mostly it fits into the byte that is there.
  std::string head;
  cbor::put_head(head, cbor::major::map, frames_.back().elements);
  out_[frames_.back().head] = head[0];
  if (head.size() > 1) out_.insert(frames_.back().head + 1, head, 1);
  close();
}

void binary_writer::begin_list(std::size_t size, elements) {
  open(true);
  cbor::put_head(out_, cbor::major::list, size);
}

bool binary_writer::next_element() {
  ++frames_.back().elements;
  return true;
}

void binary_writer::end_list() { close(); }

void binary_writer::found_twice() {}

void binary_writer::begin_map(std::size_t size) {
  open(false);
  cbor::put_head(out_, cbor::major::map, size);
}

bool binary_writer::next_entry(std::string& key) {
  names_.resize(frames_.back().first_name);
  names_.push_back(key);
  named_ = true;
  may_be_left_out_ = false;
  return true;
}

void binary_writer::end_map() { close(); }

void binary_writer::begin_variant(std::size_t& index, std::span<const std::string_view> names) {
  if (index >= names.size()) fail("a variant without a value");
  open(false);
  cbor::put_head(out_, cbor::major::map, 1);
  names_.push_back(names[index]);
  named_ = true;
  may_be_left_out_ = false;
}

bool binary_writer::end_variant(std::size_t&) {
  close();
  return false;
}

void binary_writer::open(bool is_list) {
  if (frames_.size() == json_limits::depth_max) fail("nested deeper than " + std::to_string(json_limits::depth_max));
  lead_in();
  frames_.push_back({.is_list = is_list, .first_name = names_.size()});
}

void binary_writer::close() {
  names_.resize(frames_.back().first_name);
  frames_.pop_back();
}

void binary_writer::lead_in() {
  if (!std::exchange(named_, false)) return;
  ++frames_.back().elements;
  if (!is_utf8(names_.back())) fail("a name that is no UTF-8");
  cbor::put_text(out_, names_.back());
}

void binary_writer::fail(std::string problem) const {
  std::string pointer;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const frame& open = frames_[i];
    const std::size_t names_end = i + 1 < frames_.size() ? frames_[i + 1].first_name : names_.size();
    if (open.is_list)
      append_index(pointer, open.elements - 1);
    else if (names_end > open.first_name)
      append_key(pointer, names_[names_end - 1]);
  }
  throw encode_error(std::move(pointer), std::move(problem));
}

std::string encode_binary(visitable source) {
  std::string data(binary_mark);
  binary_writer writer(data);
  source.visit(writer, source.value);
  if (data.size() > json_limits::bytes_max)
    throw encode_error({}, std::to_string(data.size()) + " bytes, at most " + std::to_string(json_limits::bytes_max) +
                               " can be read back");
  return data;
}

}  // namespace whence::inline v0::detail
