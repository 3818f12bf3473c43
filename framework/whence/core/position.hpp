/// Where an event stands: its global position in the log, its version in its stream, and the token that carries a position outside.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

/// Position in the log, from 1, dense, never reordered. 0 is "before the first event".
class global_position {
 public:
  constexpr global_position() = default;
  constexpr explicit global_position(std::uint64_t value) : value_(value) {}
  constexpr std::uint64_t value() const noexcept { return value_; }
  constexpr global_position next() const noexcept { return global_position{value_ + 1}; }
  friend constexpr auto operator<=>(global_position, global_position) = default;

 private:
  std::uint64_t value_ = 0;
};

/// Position in a stream, from 1, dense. 0 is "the stream has no events".
class stream_version {
 public:
  constexpr stream_version() = default;
  constexpr explicit stream_version(std::uint64_t value) : value_(value) {}
  constexpr std::uint64_t value() const noexcept { return value_; }
  constexpr stream_version next() const noexcept { return stream_version{value_ + 1}; }
  friend constexpr auto operator<=>(stream_version, stream_version) = default;

 private:
  std::uint64_t value_ = 0;
};

/// Which history a position belongs to: a log has an id for life, and an epoch that begins anew with each restore or accepted loss.
struct log_identity {
  log_id id;
  std::uint64_t epoch = 1;
  friend auto operator<=>(const log_identity&, const log_identity&) = default;
};

/// A position that leaves the process: what an append returns is what a query waits for and what a follower resumes from.
struct token {
  std::uint64_t epoch = 1;
  global_position position;

  /// "<epoch>-<position>"
  std::string to_string() const;
  /// Throws malformed_input (`token.malformed`).
  static token parse(std::string_view text);
  friend auto operator<=>(const token&, const token&) = default;
};

}  // namespace whence::inline v0
