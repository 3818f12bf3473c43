/// Rows of a read model as a test writes them down: `{{"order-1", 450}, {"order-2", nullptr}}`.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace whence::testing::inline v0 {

class row;

namespace detail {

template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;
template <class T>
inline constexpr bool is_optional_cell = false;

template <class T>
concept cell_value = std::same_as<T, std::nullptr_t> || (std::integral<T> && !character<T>) || std::floating_point<T> ||
                     std::convertible_to<const T&, std::string_view> || std::same_as<T, std::vector<std::uint8_t>> ||
                     is_optional_cell<T>;
template <cell_value T>
inline constexpr bool is_optional_cell<std::optional<T>> = true;

}  // namespace detail

template <class T>
struct must_be_a_cell {
  static_assert(
      detail::cell_value<T>,
      "a cell of a row is a number, a text, bytes (std::vector<std::uint8_t>), an optional of these, or nullptr");
};

/// A value as it stands in the database: an integer, a real number, a text, bytes or null. `true` is 1.
class cell {
 public:
  using content_type = std::variant<std::nullptr_t, std::int64_t, double, std::string, std::vector<std::uint8_t>>;

  /// Throws std::out_of_range: an unsigned integer beyond SQLite's signed 64 bits.
  template <class T>
    requires(!std::same_as<T, cell> && !std::same_as<T, row>)
  cell(const T& value) {
    static_cast<void>(must_be_a_cell<T>{});
    if constexpr (detail::cell_value<T>) put(value);
  }

  const content_type& content() const noexcept { return content_; }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (std::same_as<T, std::nullptr_t>) {
      content_ = nullptr;
    } else if constexpr (detail::is_optional_cell<T>) {
      if (value) put(*value);
    } else if constexpr (std::integral<T>) {
      if constexpr (!std::same_as<T, bool>)
        if (!std::in_range<std::int64_t>(value))
          throw std::out_of_range("a cell holds integers of 64 bits with a sign");
      content_ = static_cast<std::int64_t>(value);
    } else if constexpr (std::floating_point<T>) {
      content_ = static_cast<double>(value);
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
      content_ = std::string(std::string_view(value));
    } else {
      content_ = value;
    }
  }

  content_type content_;
};

class row {
 public:
  row(std::initializer_list<cell> cells) : cells_(cells) {}
  explicit row(std::vector<cell> cells) : cells_(std::move(cells)) {}

  const std::vector<cell>& cells() const noexcept { return cells_; }

 private:
  std::vector<cell> cells_;
};

}  // namespace whence::testing::inline v0
