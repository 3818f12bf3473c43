#include <whence/cli/style.hpp>

namespace whence::inline v0::cli {
namespace {

std::string_view begin(tint tint) {
  switch (tint) {
    case tint::plain: return "";
    case tint::strong: return "\x1b[1m";
    case tint::faint: return "\x1b[2m";
    case tint::red: return "\x1b[31m";
    case tint::green: return "\x1b[32m";
    case tint::yellow: return "\x1b[33m";
    case tint::cyan: return "\x1b[36m";
  }
  return "";
}

}  // namespace

std::string style::paint(tint tint, std::string_view text) const {
  if (!colour || tint == tint::plain || text.empty()) return std::string(text);
  std::string painted(begin(tint));
  painted += text;
  painted += "\x1b[0m";
  return painted;
}

}  // namespace whence::inline v0::cli
