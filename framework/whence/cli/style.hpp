/// Colour: sixteen ANSI colours, never the only signal.
#pragma once

#include <string>
#include <string_view>

namespace whence::inline v0::cli {

enum class tint { plain, strong, faint, red, green, yellow, cyan };

/// Whether one output stream is painted.
struct style {
  bool colour = false;

  /// The text, in that colour if this stream has any.
  std::string paint(tint tint, std::string_view text) const;
};

}  // namespace whence::inline v0::cli
