/// Bytes as text: base64 of RFC 4648, padded, one text for the same bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace whence::inline v0::detail {

void append_base64(std::string& out, std::span<const std::byte> bytes);

/// Replaces `bytes`. False: the text is not what `append_base64` writes; `bytes` are anything then.
bool read_base64(std::string_view text, std::vector<std::byte>& bytes);

/// What such a text is like, as a regular expression of ECMA-262.
inline constexpr std::string_view base64_pattern =
    "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

}  // namespace whence::inline v0::detail
