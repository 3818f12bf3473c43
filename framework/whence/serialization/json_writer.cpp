#include <whence/serialization/json_writer.hpp>

#include <charconv>
#include <cmath>
#include <utility>

#include <whence/serialization/base64.hpp>
#include <whence/serialization/duration_text.hpp>
#include <whence/serialization/json_pointer.hpp>
#include <whence/serialization/time_range.hpp>
#include <whence/serialization/utf8.hpp>

namespace whence::inline v0::detail {
namespace {

template <class Number>
void put_number(std::string& out, Number value) {
  char digits[32];
  const auto [end, problem] = std::to_chars(std::begin(digits), std::end(digits), value);
  out.append(digits, end);
}

/// ASCII that needs no escape.
bool stands_for_itself(char character) noexcept {
  const auto byte = static_cast<unsigned char>(character);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

}  // namespace

void json_writer::boolean(bool& value) {
  lead_in();
  out_ += value ? "true" : "false";
}

void json_writer::integer(std::int64_t& value, std::int64_t, std::int64_t) {
  lead_in();
  put_number(out_, value);
}

void json_writer::natural(std::uint64_t& value, std::uint64_t) {
  lead_in();
  put_number(out_, value);
}

void json_writer::real(double& value, precision how) {
  if (!std::isfinite(value)) fail("a number that is not finite");
  lead_in();
  // The shortest text that reads back as the same number; "-0" would read back as the integer 0.
  if (value == 0 && std::signbit(value))
    out_ += "-0.0";
  else if (how == precision::of_float)
    put_number(out_, static_cast<float>(value));
  else
    put_number(out_, value);
}

void json_writer::text(std::string& value) {
  lead_in();
  quote(value);
}

void json_writer::bytes(std::vector<std::byte>& value, std::size_t) {
  lead_in();
  out_ += '"';
  append_base64(out_, value);
  out_ += '"';
}

void json_writer::identifier(uuid& value) {
  lead_in();
  quote(value.to_string());
}

void json_writer::time(timestamp& value, std::chrono::microseconds) {
  if (!has_text(value)) fail("a time that is not in the years 0000 to 9999");
  lead_in();
  quote(to_rfc3339(value));
}

void json_writer::duration(std::int64_t& ticks, const tick& unit) {
  const auto parts = split(ticks, unit);
  if (!parts) fail("a duration of 2^63 seconds or more");
  lead_in();
  quote(to_text(*parts));
}

void json_writer::exact(decimal& value) {
  lead_in();
  quote(value.to_string());
}

void json_writer::currency(currency_code& value) {
  lead_in();
  quote(value.value());
}

void json_writer::enumerator(std::size_t& index, std::span<const std::string_view> names) {
  if (index >= names.size()) fail("enumerator " + std::to_string(index) + " has no name");
  lead_in();
  quote(names[index]);
}

bool json_writer::present(bool has_value) {
  if (has_value) return true;
  if (named_ && may_be_left_out_) {
    named_ = false;
    return false;
  }
  lead_in();
  out_ += "null";
  return false;
}

bool json_writer::begin_object(const void*) {
  open('{', false);
  return true;
}

void json_writer::tolerate_unknown() {}

bool json_writer::member(std::string_view name, need how, const visitable*) {
  for (std::size_t i = frames_.back().first_name; i < names_.size(); ++i)
    if (names_[i] == name) fail("a second member is named \"" + std::string(name) + "\"");
  names_.push_back(name);
  named_ = true;
  may_be_left_out_ = how == need::optional;
  return true;
}

void json_writer::end_object() { close('}'); }

void json_writer::begin_list(std::size_t, elements) { open('[', true); }

bool json_writer::next_element() {
  ++frames_.back().elements;
  return true;
}

void json_writer::end_list() { close(']'); }

void json_writer::found_twice() {}

void json_writer::begin_map(std::size_t) { open('{', false); }

bool json_writer::next_entry(std::string& key) {
  names_.resize(frames_.back().first_name);
  names_.push_back(key);
  named_ = true;
  may_be_left_out_ = false;
  return true;
}

void json_writer::end_map() { close('}'); }

void json_writer::begin_variant(std::size_t& index, std::span<const std::string_view> names) {
  if (index >= names.size()) fail("a variant without a value");
  open('{', false);
  names_.push_back(names[index]);
  named_ = true;
  may_be_left_out_ = false;
}

bool json_writer::end_variant(std::size_t&) {
  close('}');
  return false;
}

void json_writer::open(char bracket, bool is_list) {
  if (frames_.size() == json_limits::depth_max) fail("nested deeper than " + std::to_string(json_limits::depth_max));
  lead_in();
  out_ += bracket;
  frames_.push_back({.is_list = is_list, .first_name = names_.size()});
}

void json_writer::close(char bracket) {
  out_ += bracket;
  names_.resize(frames_.back().first_name);
  frames_.pop_back();
}

void json_writer::lead_in() {
  if (frames_.empty()) return;
  if (!std::exchange(frames_.back().empty, false)) out_ += ',';
  if (!std::exchange(named_, false)) return;
  quote(names_.back());
  out_ += ':';
}

void json_writer::quote(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out_ += '"';
  for (std::size_t at = 0; at < text.size();) {
    // Most texts are one run of characters that stand for themselves: they are copied at once.
    std::size_t run = at;
    while (run < text.size() && stands_for_itself(text[run])) ++run;
    out_.append(text, at, run - at);
    at = run;
    if (at == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x80) {
      const std::size_t bytes = utf8_length(text, at);
      if (bytes == 0) fail("no UTF-8 at byte " + std::to_string(at));
      out_.append(text, at, bytes);
      at += bytes;
      continue;
    }
    out_ += '\\';
    switch (byte) {
      case '"': out_ += '"'; break;
      case '\\': out_ += '\\'; break;
      case '\b': out_ += 'b'; break;
      case '\f': out_ += 'f'; break;
      case '\n': out_ += 'n'; break;
      case '\r': out_ += 'r'; break;
      case '\t': out_ += 't'; break;
      default:
        out_ += "u00";
        out_ += hex[byte >> 4];
        out_ += hex[byte & 0xF];
    }
    ++at;
  }
  out_ += '"';
}

void json_writer::fail(std::string problem) const {
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

std::string encode_json(visitable source, std::size_t bytes_max) {
  std::string json;
  json_writer writer(json);
  source.visit(writer, source.value);
  if (json.size() > bytes_max)
    throw encode_error(
        {}, std::to_string(json.size()) + " bytes of JSON, at most " + std::to_string(bytes_max) + " can be read back");
  return json;
}

}  // namespace whence::inline v0::detail
