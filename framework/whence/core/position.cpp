#include <whence/core/position.hpp>

#include <charconv>
#include <optional>

#include <whence/core/error.hpp>

namespace whence::inline v0 {
namespace {

/// The one way a number is written: digits, no sign, no leading zero.
std::optional<std::uint64_t> canonical_number(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || rest != end) return std::nullopt;
  return value;
}

}  // namespace

std::string token::to_string() const { return std::to_string(epoch) + "-" + std::to_string(position.value()); }

token token::parse(std::string_view text) {
  const std::size_t hyphen = text.find('-');
  if (hyphen != std::string_view::npos) {
    const auto epoch = canonical_number(text.substr(0, hyphen));
    const auto position = canonical_number(text.substr(hyphen + 1));
    if (epoch && *epoch > 0 && position) return {*epoch, global_position{*position}};
  }
  throw malformed_input("token.malformed", {.what = "this is no token: \"" + std::string(text.substr(0, 64)) + "\"",
                                            .where = {},
                                            .why = "a token is <epoch>-<position>, like 1-4711",
                                            .remedy = {}});
}

}  // namespace whence::inline v0
