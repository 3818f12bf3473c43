/// A type's description as JSON Schema (draft 2020-12).
///
/// The schema stands alone (what is recursive is in its `$defs`) and is as strict as reading: it lists the members that are
/// required, allows no others, gives the range of each integer type, and patterns for texts that have a form. It uses no
/// `format`, as validators differ in what they make of one. README.md says where a validator that counts in doubles differs from
/// reading.
#pragma once

#include <string>

#include <whence/serialization/archive.hpp>
#include <whence/serialization/event.hpp>

namespace whence::inline v0 {

namespace detail {
std::string json_schema(visitable described, const event_type* event);
}

/// Compact JSON, the same text in each run. An event's name and version are its `title`.
/// Throws encode_error: a member is named twice, or a value given by `or_default` cannot be written.
template <class T>
std::string json_schema() {
  T value{};
  if constexpr (has_event_type<T>) {
    static constexpr event_type type = T::type;
    return detail::json_schema(detail::erase(value), &type);
  } else {
    return detail::json_schema(detail::erase(value), nullptr);
  }
}

}  // namespace whence::inline v0
