/// Checks of single values and texts: what a value is written as, what a text is read as, and what is refused, and where.
///
///     writes_json(OrderPaid{450}, R"({"cents":450})");
///     reads_json(R"({"cents":450,"note":null})", OrderPaid{450});
///     refuses_json<OrderPaid>(R"({"cents":"450"})", "/cents");
///
/// A text that other programs read or wrote is pinned so, to the byte. That a type's forms agree with each other is what
/// `round_trips` (generated.hpp) tries with many values.
///
/// Throws   failed_expectation, unless `on_failure` says otherwise.
#pragma once

#include <source_location>
#include <string>
#include <string_view>

#include <whence/serialization/archive.hpp>
#include <whence/serialization/json.hpp>

namespace whence::testing::inline v0 {

template <class T>
struct must_have_a_json_form {
  static_assert(archivable<T>,
                "a value with a JSON form is of a type with `template <class Archive> void serialize(Archive& ar)`, or "
                "of one that needs none: numbers, texts, lists, enumerations with `names_of`");
};

namespace detail {

using write_function = std::string (*)(const void* value);
using read_function = std::string (*)(std::string_view text);  ///< reads it, and writes what was read

void check_writes(write_function write, read_function read, const void* value, std::string_view text,
                  const std::source_location& where);
void check_reads(write_function write, read_function read, const void* value, std::string_view text,
                 const std::source_location& where);
void check_refuses(read_function read, std::string_view text, std::string_view pointer, const std::string_view* problem,
                   const std::source_location& where);

template <class T>
std::string write_json(const void* value) {
  return encode(*static_cast<const T*>(value));
}
template <class T>
std::string read_json(std::string_view text) {
  return encode(decode<T>(text));
}

}  // namespace detail

/// The value's JSON is this text, to the byte, and reads as the same value again.
template <class T>
void writes_json(const T& value, std::string_view text,
                 const std::source_location& where = std::source_location::current()) {
  static_cast<void>(must_have_a_json_form<T>{});
  if constexpr (archivable<T>) detail::check_writes(&detail::write_json<T>, &detail::read_json<T>, &value, text, where);
}

/// The text, which the type may write in another way, reads as this value.
template <class T>
void reads_json(std::string_view text, const T& value,
                const std::source_location& where = std::source_location::current()) {
  static_cast<void>(must_have_a_json_form<T>{});
  if constexpr (archivable<T>) detail::check_reads(&detail::write_json<T>, &detail::read_json<T>, &value, text, where);
}

/// The text is not read as a `T`, and what is wrong stands at this JSON pointer (RFC 6901; empty: the whole text).
template <class T>
void refuses_json(std::string_view text, std::string_view pointer,
                  const std::source_location& where = std::source_location::current()) {
  static_cast<void>(must_have_a_json_form<T>{});
  if constexpr (archivable<T>) detail::check_refuses(&detail::read_json<T>, text, pointer, nullptr, where);
}

/// The same, with what is wrong: "expected a whole number, found "450"".
template <class T>
void refuses_json(std::string_view text, std::string_view pointer, std::string_view problem,
                  const std::source_location& where = std::source_location::current()) {
  static_cast<void>(must_have_a_json_form<T>{});
  if constexpr (archivable<T>) detail::check_refuses(&detail::read_json<T>, text, pointer, &problem, where);
}

}  // namespace whence::testing::inline v0
