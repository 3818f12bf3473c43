/// What a `serialize` says of its members besides their names: which may be missing, and that others may be there.
///
///     ar(cereal::make_nvp("order", order), whence::or_default(cereal::make_nvp("priority", priority), 3), whence::tolerant);
#pragma once

#include <cereal/cereal.hpp>
#include <type_traits>
#include <utility>

namespace whence::inline v0 {

namespace detail {

template <class T>
struct defaulted_member {
  const char* name;
  T& value;
  T standard;

  /// For cereal's own archives, which miss nothing.
  template <class Archive>
  friend void serialize(Archive& ar, defaulted_member& member) {
    ar(cereal::make_nvp(member.name, member.value));
  }
};

struct tolerance {};

}  // namespace detail

/// A member that may be missing where it is read: it is `standard` then. It is always written. Null is no missing member.
template <class T>
detail::defaulted_member<T> or_default(cereal::NameValuePair<T&> member, std::type_identity_t<T> standard = {}) {
  return {member.name, member.value, std::move(standard)};
}

/// Said to an archive, `ar(whence::tolerant)`: members that this type does not name are passed over when it is read, and are
/// gone when it is written again. It counts for this type's own members, not for those of types inside.
inline constexpr detail::tolerance tolerant{};

}  // namespace whence::inline v0
