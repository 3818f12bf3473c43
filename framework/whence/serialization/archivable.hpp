/// Which types can be archived, and the sentence that a compiler prints for one that cannot.
///
/// bool · integers of 1 to 8 bytes, no characters · double · std::string · enumerations with `names_of` · uuid and the ids
/// made of it · whence::id · timestamp · std::optional, std::variant, std::array of these · lists (std::vector and what
/// has its `clear` and `emplace_back`) · sorted maps from std::string · types with `serialize`.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include <whence/core/id.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

class archive;

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;

template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t Size>
inline constexpr bool is_array<std::array<T, Size>> = true;

template <class T>
inline constexpr bool is_aggregate_id = false;
template <class Aggregate>
inline constexpr bool is_aggregate_id<id<Aggregate>> = true;

template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept whole_number = std::integral<T> && !std::same_as<T, bool> && !character<T> && sizeof(T) <= 8;

/// uuid itself, or a strong type around one.
template <class T>
concept uuid_like = std::same_as<T, uuid> || (std::constructible_from<T, const uuid&> && requires(const T& value) {
                      { value.value() } -> std::same_as<const uuid&>;
                    });

/// Known by its shape, so that <map> is paid for only by who uses one. Hash maps have no order, hence no canonical text.
template <class T>
concept sorted_map = std::same_as<typename T::key_type, std::string> && requires(T& map, typename T::key_type key) {
  typename T::key_compare;
  typename T::mapped_type;
  map.clear();
  map[key];
};

template <class T>
concept list = !std::same_as<T, std::string> && requires(T& values) {
  typename T::value_type;
  values.clear();
  values.emplace_back();
  values.size();
  values.begin();
};

template <class T>
concept has_serialize_member = requires(T& value, archive& ar) { value.serialize(ar); };
template <class T>
concept has_serialize_function = requires(T& value, archive& ar) { serialize(ar, value); };

/// The wire names of an enumeration: `constexpr auto names_of(Status) { return std::array<std::string_view, 2>{"a", "b"}; }`
/// beside it; the n-th name is that of the enumerator with value n.
template <class T>
  requires std::is_enum_v<T>
inline constexpr auto names = names_of(T{});

template <class T>
concept named_enumeration = std::is_enum_v<T> && requires {
  { names_of(T{}).size() } -> std::convertible_to<std::size_t>;
  { names_of(T{})[0] } -> std::convertible_to<std::string_view>;
};

template <class Names>
constexpr bool all_different(const Names& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (names[i] == names[j]) return false;
  }
  return true;
}

template <class T>
concept named_alternative = requires {
  { T::name } -> std::convertible_to<std::string_view>;
};

template <class Variant>
struct alternatives;
template <class... Ts>
struct alternatives<std::variant<Ts...>> {
  static constexpr bool all_named = (named_alternative<Ts> && ...);
  static constexpr bool all_default = (std::default_initializable<Ts> && ...);
  static constexpr auto names() { return std::array<std::string_view, sizeof...(Ts)>{std::string_view{Ts::name}...}; }
};

}  // namespace detail

template <class T>
concept archivable =
    std::same_as<T, bool> || detail::whole_number<T> || std::same_as<T, double> || std::same_as<T, std::string> ||
    detail::named_enumeration<T> || detail::uuid_like<T> || detail::is_aggregate_id<T> || std::same_as<T, timestamp> ||
    detail::is_optional<T> || detail::is_variant<T> || detail::is_array<T> || detail::sorted_map<T> ||
    detail::list<T> || detail::has_serialize_member<T> || detail::has_serialize_function<T>;

template <class T>
struct must_be_archivable {
  static_assert(
      archivable<T>,
      "this type cannot be archived: it needs `template <class Archive> void serialize(Archive& ar)` or, if it "
      "is an enumeration, `constexpr auto names_of(Enum)` beside it");
};

template <class Enum>
struct must_have_different_names {
  static_assert(detail::all_different(detail::names<Enum>),
                "the names that `names_of` returns must differ from each other and must not be empty");
};

template <class Variant>
struct must_have_named_alternatives {
  static_assert(
      detail::alternatives<Variant>::all_named && detail::alternatives<Variant>::all_default,
      "each alternative of a variant needs `static constexpr std::string_view name` and a default constructor");
};

template <class Optional>
struct must_not_be_optional_twice {
  static_assert(!detail::is_optional<typename Optional::value_type>,
                "an optional of an optional cannot be archived: JSON has one null");
};

}  // namespace whence::inline v0
