/// Whether data are one binary document (CBOR, RFC 8949), without knowing what its values mean.
#pragma once

#include <string_view>

namespace whence::inline v0 {

/// The mark, one value, and nothing behind it: definite lengths, texts in UTF-8. Limits: 1,024 levels deep.
bool is_binary_document(std::string_view data) noexcept;

/// What is wrong with an event's data; empty: nothing.
std::string_view fault_in_data(std::string_view data) noexcept;

}  // namespace whence::inline v0
