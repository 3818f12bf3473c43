/// Values made up from a seed, and the check that each comes back from its forms as it was.
///
///     whence::testing::round_trips<Order>();
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>

#include <whence/serialization/binary.hpp>
#include <whence/serialization/json.hpp>
#include <whence/serialization/json_schema.hpp>

namespace whence::testing::inline v0 {

namespace detail {

void generate(std::uint64_t seed, whence::detail::visitable into);

/// What each form says of a value, before and after.
struct seen_forms {
  std::string json;
  std::string json_again;        ///< read from `json`, and written
  std::string json_from_binary;  ///< read from binary, and written
  std::string json_of_binary;    ///< of the binary itself
  bool equal = true;             ///< as far as the type can tell
};

/// A type, for the kit's compiled half.
struct tried_type {
  seen_forms (*see)(std::uint64_t seed);
  std::string (*schema)();
  void (*read)(std::string_view json);
};

void check_round_trips(std::size_t values, std::uint64_t seed, const tried_type& type,
                       const std::source_location& where);

}  // namespace detail

/// A value of a type that can be archived: the same seed gives the same value, on every machine. The edges of each kind are more
/// frequent than chance would have them.
///
/// Limits   lists have up to 20 elements, and none any more six levels deep.
template <class T>
T generated(std::uint64_t seed) {
  T value{};
  detail::generate(seed, whence::detail::erase(value));
  return value;
}

namespace detail {

template <class T>
seen_forms see_forms(std::uint64_t seed) {
  const T value = generated<T>(seed);
  seen_forms seen;
  seen.json = encode(value);
  const T from_json = decode<T>(seen.json);
  seen.json_again = encode(from_json);
  const std::string binary = encode_binary(value);
  seen.json_of_binary = binary_to_json(binary);
  const T from_binary = decode_binary<T>(binary);
  seen.json_from_binary = encode(from_binary);
  if constexpr (std::equality_comparable<T>) seen.equal = from_json == value && from_binary == value;
  return seen;
}

template <class T>
void read_json_as(std::string_view json) {
  static_cast<void>(decode<T>(json));
}

template <class T>
inline constexpr tried_type tried{.see = &see_forms<T>, .schema = &json_schema<T>, .read = &read_json_as<T>};

}  // namespace detail

/// Fails unless that many generated values are the same after JSON and after binary, and the type's JSON Schema allows each of
/// them; and unless the schema says the same as reading does of the value with a member too few, or with one that nobody knows.
/// The values of a seed are the same in each run; the failure says which one it was, and what came back.
template <class T>
void round_trips(std::size_t values = 100, std::uint64_t seed = 1,
                 const std::source_location& where = std::source_location::current()) {
  detail::check_round_trips(values, seed, detail::tried<T>, where);
}

}  // namespace whence::testing::inline v0
