/// A value as compact binary, and back: CBOR (RFC 8949) of the same description that makes its JSON.
///
/// The bytes begin with D9 D9 F7, as no JSON text does, and say of each value what it is: they can be shown as JSON by a program
/// that does not know the type. Members, strictness, limits and errors are those of JSON (json.hpp).
///
/// | kind | written as |
/// |---|---|
/// | integers | integers, in the fewest bytes |
/// | float, double | 4, 8 bytes |
/// | UUIDs | tag 37 and 16 bytes |
/// | times, durations | tags 1001 and 1002 (RFC 9581): {1: seconds, -6: microseconds}, {1: seconds, -9: nanoseconds} |
/// | decimals | tag 4: [exponent, digits] |
/// | bytes | bytes |
/// | all others | as in JSON: texts, true, false, null, lists, maps with texts as keys |
#pragma once

#include <string>
#include <string_view>

#include <whence/core/payload_form.hpp>
#include <whence/serialization/archive.hpp>
#include <whence/serialization/errors.hpp>

namespace whence::inline v0 {

/// The JSON text of the same value: what `encode` would have written. Knows no type.
/// Throws decode_error: it is not what `encode_binary` writes.
std::string binary_to_json(std::string_view data);

/// Whether the data are what `encode_binary` writes for some type.
bool is_binary(std::string_view data) noexcept;

namespace detail {
std::string encode_binary(visitable source);
void decode_binary(std::string_view data, visitable target);
}  // namespace detail

/// Throws encode_error: as `encode` does.
template <class T>
std::string encode_binary(const T& value) {
  // `serialize` cannot be const, as it reads too; a writing archive changes nothing.
  return detail::encode_binary(detail::erase(const_cast<T&>(value)));
}

/// Reads what `encode_binary` wrote, nothing else. Stricter than JSON in one thing: a UUID, a time, a duration, a decimal and
/// bytes are no texts here.
/// Throws decode_error.
template <class T>
T decode_binary(std::string_view data) {
  T value{};
  detail::decode_binary(data, detail::erase(value));
  return value;
}

}  // namespace whence::inline v0
