#include <whence/cli/line_members.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <vector>

#include <whence/core/hex.hpp>
#include <whence/core/payload_form.hpp>
#include <whence/serialization/base64.hpp>
#include <whence/store/json_check.hpp>

namespace whence::inline v0::cli {
namespace {

bool is_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

void append_name(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
}

}  // namespace

sixteen_bytes bytes_of_hex(std::string_view hex) {
  sixteen_bytes bytes{};
  if (!from_hex(hex, bytes)) throw line_refused{"32 hexadecimal digits are expected, in lower case"};
  return bytes;
}

std::uint64_t number_of_text(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size() || (text.size() > 1 && text.front() == '0'))
    throw line_refused{"an integer is expected, and not \"" + std::string(text.substr(0, 32)) + "\""};
  return number;
}

std::string base64_of(std::string_view bytes) {
  std::string out;
  detail::append_base64(out, std::as_bytes(std::span(bytes)));
  return out;
}

std::string bytes_of_base64(std::string_view text) {
  std::vector<std::byte> bytes;
  if (!detail::read_base64(text, bytes)) throw line_refused{"base64 is expected, padded and without line breaks"};
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // bytes are bytes
}

bool stands_in_line(std::string_view data) noexcept {
  return !data.empty() && form_of(data) == form::json && !is_white(data.front()) && !is_white(data.back()) &&
         data.find_first_of("\r\n") == std::string_view::npos && is_utf8(data) && is_json(data);
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  append_json_string(out, text);
}

void append_number(std::string& out, std::string_view name, std::uint64_t number) {
  append_name(out, name);
  out += std::to_string(number);
}

void append_value(std::string& out, std::string_view name, std::string_view json) {
  append_name(out, name);
  out += json;
}

std::string json_of_texts(std::span<const std::string_view> texts) {
  std::string out = "[";
  for (const std::string_view text : texts) {
    if (out.size() > 1) out += ',';
    append_json_string(out, text);
  }
  return out + "]";
}

std::size_t members_seen::see(std::string_view name) {
  const auto place = static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin());
  if (place == names_.size()) return place;
  if (has(place)) throw line_refused{"it has \"" + std::string(name) + "\" twice"};
  seen_ |= std::uint64_t{1} << place;
  return place;
}

void members_seen::must_have_first(std::size_t count) const {
  for (std::size_t place = 0; place < count; ++place) {
    if (!has(place)) throw line_refused{"it has no \"" + std::string(names_[place]) + "\""};
  }
}

}  // namespace whence::inline v0::cli
