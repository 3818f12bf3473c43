/// What lines of exports have in common, whatever their form: numbers and bytes as text, and members that are to be there once.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <whence/cli/json_line.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {

using sixteen_bytes = std::array<std::uint8_t, 16>;

/// Throws line_refused.
sixteen_bytes bytes_of_hex(std::string_view hex);

/// An integer that a text has. Throws line_refused.
std::uint64_t number_of_text(std::string_view text);

std::string base64_of(std::string_view bytes);
/// Throws line_refused.
std::string bytes_of_base64(std::string_view text);

/// True if the data can stand in a line of JSON as they are: one document, in one line, with nothing around it.
bool stands_in_line(std::string_view data) noexcept;

/// Appends `"name":"text"`, behind a comma unless an object has just begun.
void append_text(std::string& out, std::string_view name, std::string_view text);
void append_number(std::string& out, std::string_view name, std::uint64_t number);
/// `json` is a value already.
void append_value(std::string& out, std::string_view name, std::string_view json);
std::string json_of_texts(std::span<const std::string_view> texts);

/// Marks which of up to 64 members were there. Throws line_refused: one that comes twice, or that is missing.
class members_seen {
 public:
  explicit members_seen(std::span<const std::string_view> names) : names_(names) {}

  /// The place of the name; `names.size()` if it is none of them.
  std::size_t see(std::string_view name);
  bool has(std::size_t place) const noexcept { return (seen_ & (std::uint64_t{1} << place)) != 0; }
  /// The first `count` have to be there.
  void must_have_first(std::size_t count) const;

 private:
  const std::span<const std::string_view> names_;
  std::uint64_t seen_ = 0;
};

}  // namespace whence::inline v0::cli
