#include <whence/serialization/json_reader.hpp>

#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <whence/serialization/base64.hpp>
#include <whence/serialization/binary.hpp>
#include <whence/serialization/duration_text.hpp>
#include <whence/serialization/json_pointer.hpp>

namespace whence::inline v0 {
namespace {

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

std::optional<std::size_t> find(std::span<const std::string_view> names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return i;
  return std::nullopt;
}

}  // namespace

void json_decoder::reader::boolean(bool& value) {
  expect(kind::boolean, "a boolean");
  value = here().boolean;
}

void json_decoder::reader::integer(std::int64_t& value, std::int64_t least, std::int64_t most) {
  switch (here().what) {
    case kind::integer:  // below zero, or "-0"
      if (here().integer < least) fail_in_range(std::to_string(least), std::to_string(most));
      value = here().integer;
      break;
    case kind::natural:
      if (here().natural > static_cast<std::uint64_t>(most)) fail_in_range(std::to_string(least), std::to_string(most));
      value = static_cast<std::int64_t>(here().natural);
      break;
    case kind::huge: fail_in_range(std::to_string(least), std::to_string(most));
    default: fail_expecting("a whole number");
  }
}

void json_decoder::reader::natural(std::uint64_t& value, std::uint64_t most) {
  switch (here().what) {
    case kind::natural: value = here().natural; break;
    case kind::integer:
      if (here().integer != 0) fail_in_range("0", std::to_string(most));
      value = 0;  // "-0"
      break;
    case kind::huge: fail_in_range("0", std::to_string(most));
    default: fail_expecting("a whole number");
  }
  if (value > most) fail_in_range("0", std::to_string(most));
}

void json_decoder::reader::real(double& value, precision how) {
  switch (here().what) {
    case kind::integer: value = static_cast<double>(here().integer); break;
    case kind::natural: value = static_cast<double>(here().natural); break;
    case kind::decimal: value = here().decimal; break;
    case kind::huge: {
      const std::string_view digits = document_.text(current_);
      const auto result = std::from_chars(digits.begin(), digits.end(), value);
      if (result.ec != std::errc{}) fail("no number that a double can hold: " + std::string(digits.substr(0, 60)));
      break;
    }
    default: fail_expecting("a number");
  }
  if (how == precision::of_double) return;
  if (std::abs(value) >= detail::float_end) fail("no number that a float can hold");
  value = static_cast<float>(value);
}

void json_decoder::reader::text(std::string& value) {
  expect(kind::text, "a string");
  value = document_.text(current_);
}

void json_decoder::reader::identifier(uuid& value) {
  expect(kind::text, "a UUID");
  const auto parsed = uuid::try_parse(document_.text(current_));
  if (!parsed) fail_expecting("a UUID");
  value = *parsed;
}

void json_decoder::reader::bytes(std::vector<std::byte>& value, std::size_t size) {
  expect(kind::text, "bytes in base64");
  if (!detail::read_base64(document_.text(current_), value)) fail_expecting("bytes in base64");
  if (size != any_size && value.size() != size)
    fail("expected " + std::to_string(size) + " bytes, found " + std::to_string(value.size()));
}

void json_decoder::reader::time(timestamp& value, std::chrono::microseconds step) {
  expect(kind::text, "a time of RFC 3339");
  try {
    value = parse_rfc3339(document_.text(current_));
  } catch (const malformed_input&) {
    fail_expecting("a time of RFC 3339");
  }
  if (value.time_since_epoch() % step != std::chrono::microseconds{0})
    fail("expected a time in steps of " + std::to_string(step.count()) + " µs, found " + document_.describe(current_));
}

void json_decoder::reader::duration(std::int64_t& ticks, const tick& unit) {
  expect(kind::text, "a duration like PT1.5S");
  const auto parsed = detail::parse_duration(document_.text(current_));
  if (!parsed) fail_expecting("a duration like PT1.5S");
  const auto found = detail::ticks_of(*parsed, unit);
  if (!found) fail_expecting("whole " + detail::describe_ticks(unit));
  ticks = *found;
}

void json_decoder::reader::exact(decimal& value) {
  expect(kind::text, "a decimal like \"12.50\"");
  const auto parsed = decimal::try_parse(document_.text(current_));
  if (!parsed) fail_expecting("a decimal like \"12.50\"");
  value = *parsed;
}

void json_decoder::reader::currency(currency_code& value) {
  expect(kind::text, "a currency like \"GBP\"");
  const auto parsed = currency_code::try_parse(document_.text(current_));
  if (!parsed) fail_expecting("a currency like \"GBP\"");
  value = *parsed;
}

void json_decoder::reader::enumerator(std::size_t& index, std::span<const std::string_view> names) {
  expect(kind::text, "a string");
  const auto found = find(names, document_.text(current_));
  if (!found) {
    std::string problem = document_.describe(current_) + " is none of ";
    for (std::size_t i = 0; i < names.size(); ++i) problem.append(i == 0 ? "" : ", ").append(names[i]);
    fail(std::move(problem));
  }
  index = *found;
}

bool json_decoder::reader::present(bool) { return here().what != kind::null; }

bool json_decoder::reader::begin_object(const void*) {
  expect(kind::object, "an object");
  open();
  return true;
}

void json_decoder::reader::tolerate_unknown() { frames_.back().tolerant = true; }

bool json_decoder::reader::member(std::string_view name, need how, const detail::visitable*) {
  frame& open = frames_.back();
  const std::uint32_t first = open.node + 1;
  const std::uint32_t end = document_[open.node].end;
  // Members mostly stand in the order in which they are asked for: the search begins behind the last one found.
  std::uint32_t child = open.next;
  for (std::uint32_t looked = 0; looked < document_[open.node].children; ++looked) {
    if (child == end) child = first;
    if (!document_[child].visited && document_.key(child) == name) {
      document_[child].visited = true;
      ++open.visited;
      open.next = document_[child].end;
      current_ = child;
      return true;
    }
    child = document_[child].end;
  }
  if (how != need::required) return false;
  std::string pointer = document_.pointer(open.node);
  detail::append_key(pointer, name);
  throw decode_error(std::move(pointer), "is missing");
}

void json_decoder::reader::end_object() {
  const frame closed = frames_.back();
  frames_.pop_back();
  document::node& object = document_[closed.node];
  if (closed.visited == object.children || closed.tolerant) return;
  std::uint32_t child = closed.node + 1;
  while (document_[child].visited) child = document_[child].end;
  throw decode_error(document_.pointer(child), "is unknown");
}

void json_decoder::reader::begin_list(std::size_t size, elements allowed) {
  expect(kind::array, "an array");
  if ((allowed == elements::fixed || allowed == elements::tuple) && here().children != size)
    fail("expected " + std::to_string(size) + " elements, found " + std::to_string(here().children));
  open();
}

bool json_decoder::reader::next_element() { return next_child(); }

void json_decoder::reader::end_list() { frames_.pop_back(); }

void json_decoder::reader::found_twice() {
  current_ = frames_.back().last;
  fail("is there twice");
}

void json_decoder::reader::begin_map(std::size_t) {
  expect(kind::object, "an object");
  open();
}

bool json_decoder::reader::next_entry(std::string& key) {
  if (!next_child()) return false;
  key = document_.key(current_);
  return true;
}

void json_decoder::reader::end_map() { frames_.pop_back(); }

void json_decoder::reader::begin_variant(std::size_t& index, std::span<const std::string_view> names) {
  expect(kind::object, "an object");
  if (here().children != 1) fail("expected one member, found " + std::to_string(here().children));
  const std::string_view name = document_.key(current_ + 1);
  const auto found = find(names, name);
  if (!found) fail("unknown alternative " + quoted(name));
  index = *found;
  ++current_;
}

bool json_decoder::reader::end_variant(std::size_t&) { return false; }

void json_decoder::reader::expect(kind what, std::string_view expected) {
  if (here().what != what) fail_expecting(expected);
}

void json_decoder::reader::open() { frames_.push_back({.node = current_, .next = current_ + 1}); }

bool json_decoder::reader::next_child() {
  frame& open = frames_.back();
  if (open.next == document_[open.node].end) return false;
  current_ = open.next;
  open.last = current_;
  open.next = document_[current_].end;
  return true;
}

void json_decoder::reader::fail(std::string problem) const {
  throw decode_error(document_.pointer(current_), std::move(problem));
}

void json_decoder::reader::fail_expecting(std::string_view expected) const {
  fail("expected " + std::string(expected) + ", found " + document_.describe(current_));
}

void json_decoder::reader::fail_in_range(std::string least, std::string most) {
  std::string found;
  switch (here().what) {
    case kind::integer: found = std::to_string(here().integer); break;
    case kind::natural: found = std::to_string(here().natural); break;
    default: found = document_.text(current_).substr(0, 60);
  }
  fail("out of range " + least + ".." + most + ": " + found);
}

json_decoder::json_decoder() : document_(std::make_unique<document>()) {}
json_decoder::json_decoder(std::size_t bytes_max) : json_decoder() { bytes_max_ = bytes_max; }
json_decoder::json_decoder(json_decoder&&) noexcept = default;
json_decoder& json_decoder::operator=(json_decoder&&) noexcept = default;
json_decoder::~json_decoder() = default;

void json_decoder::read(std::string_view json, detail::visitable target) {
  if (form_of(json) == form::binary) return detail::decode_binary(json, target);
  document_->parse(json, bytes_max_);
  reader archive(*document_);
  target.visit(archive, target.value);
}

}  // namespace whence::inline v0
