/// Ids of 16 bytes: UUIDs (RFC 9562), and a type of its own for each kind of id.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <whence/core/timestamp.hpp>

namespace whence::inline v0 {

/// A UUID in network byte order; sorts bytewise, so that UUIDv7 sorts by time. The default is the nil UUID.
class uuid {
 public:
  using bytes_type = std::array<std::uint8_t, 16>;

  constexpr uuid() = default;
  constexpr explicit uuid(const bytes_type& bytes) : bytes_(bytes) {}

  /// Throws malformed_input (`id.malformed`) unless the text is 8-4-4-4-12 hexadecimal digits.
  static uuid parse(std::string_view text);
  static std::optional<uuid> try_parse(std::string_view text) noexcept;

  const bytes_type& bytes() const noexcept { return bytes_; }
  bool is_nil() const noexcept { return *this == uuid{}; }
  int version() const noexcept { return bytes_[6] >> 4; }

  /// The milliseconds that a UUIDv7 (or a derived id) carries.
  timestamp time() const noexcept;

  /// Lower case, with hyphens.
  std::string to_string() const;

  friend constexpr auto operator<=>(const uuid&, const uuid&) = default;

 private:
  bytes_type bytes_{};
};

/// An id derived from its cause: the same cause, name and number give the same id, so that a repeat is recognised.
/// Shaped like a UUIDv7: the time of the cause, the other bits a hash (XXH3-128) of all three.
uuid derive(const uuid& cause, std::string_view name, std::uint64_t number = 0);

/// The same without a cause: the time is the given one, the hash covers name and number. For imports and simulations.
uuid derive(timestamp time, std::string_view name, std::uint64_t number = 0);

/// A UUID that cannot be mistaken for one of another kind.
template <class Kind>
class strong_id {
 public:
  constexpr strong_id() = default;
  constexpr explicit strong_id(const uuid& value) : value_(value) {}
  static strong_id parse(std::string_view text) { return strong_id{uuid::parse(text)}; }

  constexpr const uuid& value() const noexcept { return value_; }
  bool is_nil() const noexcept { return value_.is_nil(); }
  std::string to_string() const { return value_.to_string(); }

  friend constexpr auto operator<=>(const strong_id&, const strong_id&) = default;

 private:
  uuid value_{};
};

using event_id = strong_id<struct event_id_kind>;
using command_id = strong_id<struct command_id_kind>;
using log_id = strong_id<struct log_id_kind>;

/// The id of the first cause: all that follows from it carries the same.
using correlation_id = strong_id<struct correlation_id_kind>;

/// The id of the command or event that caused this one.
class causation_id : public strong_id<struct causation_id_kind> {
 public:
  using strong_id::strong_id;
  causation_id(const event_id& cause) : strong_id(cause.value()) {}
  causation_id(const command_id& cause) : strong_id(cause.value()) {}
};

}  // namespace whence::inline v0

template <>
struct std::hash<whence::uuid> {
  std::size_t operator()(const whence::uuid& id) const noexcept;
};
template <class Kind>
struct std::hash<whence::strong_id<Kind>> {
  std::size_t operator()(const whence::strong_id<Kind>& id) const noexcept {
    return std::hash<whence::uuid>{}(id.value());
  }
};
