/// In which form an event's data are: told by their first bytes, so that no reader has to know.
#pragma once

#include <string_view>

namespace whence::inline v0 {

/// JSON, or binary: CBOR behind its own mark.
enum class form { json, binary };

/// Tag 55799 of CBOR (RFC 8949, 3.4.6): no JSON text begins so.
inline constexpr std::string_view binary_mark = "\xD9\xD9\xF7";

/// What the first bytes say.
constexpr form form_of(std::string_view data) noexcept {
  return data.starts_with(binary_mark) ? form::binary : form::json;
}

}  // namespace whence::inline v0
