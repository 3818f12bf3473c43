/// An argument of a statement: an integer, a number, a text, a blob or null; made implicitly from each.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace whence::sql {
inline namespace v0 {

/// A view: texts and blobs stay where they are, and must live as long as the value is used.
///
/// Throws   std::out_of_range: an unsigned integer that SQLite's signed 64 bits cannot hold.
class value {
 public:
  enum class kind { null, integer, real, text, blob };

  value(std::nullptr_t) noexcept {}

  template <std::integral Integer>
  value(Integer number) : kind_(kind::integer), integer_(checked(number)) {
    static_assert(!is_character<Integer>, "a character is neither a number nor a text: say which is meant");
  }
  value(double number) noexcept : kind_(kind::real), real_(number) {}

  value(std::string_view text) noexcept : kind_(kind::text), bytes_(text) {}
  value(const std::string& text) noexcept : value(std::string_view(text)) {}
  value(const char* text) noexcept : value(std::string_view(text)) {}

  value(std::span<const std::uint8_t> blob) noexcept
      : kind_(kind::blob), bytes_(reinterpret_cast<const char*>(blob.data()), blob.size()) {}
  value(std::span<const std::byte> blob) noexcept
      : kind_(kind::blob), bytes_(reinterpret_cast<const char*>(blob.data()), blob.size()) {}
  template <std::size_t Size>
  value(const std::array<std::uint8_t, Size>& blob) noexcept : value(std::span<const std::uint8_t>(blob)) {}

  /// The value inside, or null.
  template <class Type>
    requires std::constructible_from<value, const Type&>
  value(const std::optional<Type>& maybe) : value(maybe ? value(*maybe) : value(nullptr)) {}

  kind what() const noexcept { return kind_; }
  std::int64_t integer() const noexcept { return integer_; }
  double real() const noexcept { return real_; }
  /// Of a text or a blob.
  std::string_view bytes() const noexcept { return bytes_; }

 private:
  template <class Integer>
  static constexpr bool is_character =
      std::is_same_v<Integer, char> || std::is_same_v<Integer, wchar_t> || std::is_same_v<Integer, char8_t> ||
      std::is_same_v<Integer, char16_t> || std::is_same_v<Integer, char32_t>;

  template <class Integer>
  static std::int64_t checked(Integer number) {
    if constexpr (std::is_unsigned_v<Integer> && sizeof(Integer) == sizeof(std::int64_t)) {
      if (!std::in_range<std::int64_t>(number)) throw_too_large(number);
    }
    return static_cast<std::int64_t>(number);
  }
  [[noreturn]] static void throw_too_large(std::uint64_t number);

  kind kind_ = kind::null;
  std::int64_t integer_ = 0;
  double real_ = 0;
  std::string_view bytes_;
};

}  // namespace v0
}  // namespace whence::sql
