#include <whence/testing/shown_text.hpp>

#include <algorithm>

namespace whence::testing::inline v0 {
namespace {

constexpr std::size_t context_bytes = 24;

/// The greatest place up to `at` at which no UTF-8 sequence is cut.
std::size_t boundary(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return std::min(at, text.size());
}

std::string window(std::string_view text, std::size_t from) {
  std::string part = from == 0 ? "" : "…";
  const std::string_view rest = text.substr(from);
  if (rest.size() <= shown_bytes_max) return part.append(rest);
  return part.append(rest.substr(0, boundary(rest, shown_bytes_max)))
      .append("… (")
      .append(std::to_string(text.size()))
      .append(" bytes)");
}

}  // namespace

std::string shown(std::string_view text) { return window(text, 0); }

shown_pair shown_difference(std::string_view expected, std::string_view found) {
  if (expected.size() <= shown_bytes_max && found.size() <= shown_bytes_max)
    return {std::string(expected), std::string(found)};
  const auto differ = std::ranges::mismatch(expected, found);
  const auto first = static_cast<std::size_t>(differ.in1 - expected.begin());
  const std::size_t from = first <= context_bytes ? 0 : boundary(expected, first - context_bytes);
  return {window(expected, from), window(found, from)};
}

}  // namespace whence::testing::inline v0
