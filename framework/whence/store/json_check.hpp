/// Whether a text is one JSON document (RFC 8259), without building it.
#pragma once

#include <string_view>

namespace whence::inline v0 {

/// Nothing else before or behind it but white space. Limits: 1,024 levels deep.
bool is_json(std::string_view text) noexcept;

}  // namespace whence::inline v0
