/// Which types can be archived, and the sentence that a compiler prints for one that cannot.
///
/// bool · integers of 1 to 8 bytes, no characters · float, double · std::string · enumerations with `names_of` · uuid and the ids
/// made of it · whence::id · timestamp and coarser system times · durations in whole ticks · decimal, currency_code, money ·
/// bytes (std::vector and std::array of std::byte) · std::optional, std::variant, std::array, std::pair, std::tuple of these ·
/// lists (std::vector and what has its `clear` and `emplace_back`) · sorted sets and maps · types with `serialize`.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <whence/core/decimal.hpp>
#include <whence/core/id.hpp>
#include <whence/core/money.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

class archive;

template <class Archive>
void serialize(Archive& ar, money& value);

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
inline constexpr bool is_tuple = false;
template <class... Ts>
inline constexpr bool is_tuple<std::tuple<Ts...>> = true;
template <class First, class Second>
inline constexpr bool is_tuple<std::pair<First, Second>> = true;

template <class T>
inline constexpr bool is_aggregate_id = false;
template <class Aggregate>
inline constexpr bool is_aggregate_id<id<Aggregate>> = true;

template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept whole_number = std::integral<T> && !std::same_as<T, bool> && !character<T> && sizeof(T) <= 8;

template <class T>
inline constexpr bool is_duration = false;
/// Whole ticks that fit into a signed number of 64 bits and are a whole number of nanoseconds.
template <class Count, class Period>
inline constexpr bool is_duration<std::chrono::duration<Count, Period>> =
    whole_number<Count> && (std::is_signed_v<Count> || sizeof(Count) < 8) && 1'000'000'000 % Period::den == 0 &&
    Period::num <= 1'000'000'000;

template <class T>
inline constexpr bool is_system_time = false;
template <class Duration>
inline constexpr bool is_system_time<std::chrono::sys_time<Duration>> = true;

/// Whole microseconds or coarser, and as wide as the years 0000 to 9999.
template <class Duration>
inline constexpr bool holds_all_years = [] {
  if constexpr (is_duration<Duration>) {
    constexpr std::chrono::sys_days first = std::chrono::year{0} / 1 / 1;
    constexpr std::chrono::sys_days end = std::chrono::year{10'000} / 1 / 1;
    using wide = std::chrono::duration<long long, typename Duration::period>;
    return 1'000'000 * Duration::period::num % Duration::period::den == 0 &&
           std::in_range<typename Duration::rep>(std::chrono::floor<wide>(first.time_since_epoch()).count()) &&
           std::in_range<typename Duration::rep>(std::chrono::ceil<wide>(end.time_since_epoch()).count());
  }
  return false;
}();

template <class T>
inline constexpr bool is_archivable_time = false;
template <class Duration>
inline constexpr bool is_archivable_time<std::chrono::sys_time<Duration>> = holds_all_years<Duration>;

/// uuid itself, or a strong type around one.
template <class T>
concept uuid_like = std::same_as<T, uuid> || (std::constructible_from<T, const uuid&> && requires(const T& value) {
                      { value.value() } -> std::same_as<const uuid&>;
                    });

/// Sets and maps are known by their shape, so that their headers are paid for only by who uses one. Hashed ones have no order,
/// hence no canonical text.
template <class T>
concept sorted_set = requires(T& set, typename T::key_type key) {
  typename T::key_compare;
  set.clear();
  set.insert(std::move(key)).second;
} && std::same_as<typename T::key_type, typename T::value_type>;

template <class T>
concept sorted_map = requires(T& map, typename T::key_type key) {
  typename T::key_compare;
  typename T::mapped_type;
  map.clear();
  map[key];
};

template <class T>
concept map_by_name = sorted_map<T> && std::same_as<typename T::key_type, std::string>;

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
inline constexpr bool is_bytes = std::same_as<T, std::vector<std::byte>>;
template <std::size_t Size>
inline constexpr bool is_bytes<std::array<std::byte, Size>> = true;

/// One text, number or boolean in JSON.
template <class T>
concept scalar = std::same_as<T, bool> || whole_number<T> || (std::floating_point<T> && sizeof(T) <= 8) ||
                 std::same_as<T, std::string> || named_enumeration<T> || uuid_like<T> || is_aggregate_id<T> ||
                 is_archivable_time<T> || is_duration<T> || std::same_as<T, decimal> ||
                 std::same_as<T, currency_code> || is_bytes<T>;

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
concept archivable = detail::scalar<T> || detail::is_optional<T> || detail::is_variant<T> || detail::is_array<T> ||
                     detail::is_tuple<T> || detail::sorted_set<T> || detail::sorted_map<T> || detail::list<T> ||
                     detail::has_serialize_member<T> || detail::has_serialize_function<T>;

template <class T>
struct must_be_archivable {
  static_assert(
      archivable<T> || detail::is_system_time<T>,
      "this type cannot be archived: it needs `template <class Archive> void serialize(Archive& ar)` or, if it "
      "is an enumeration, `constexpr auto names_of(Enum)` beside it");
  static_assert(archivable<T> || !detail::is_system_time<T>,
                "a time is archived in microseconds or coarser: use `whence::timestamp`");
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
