/// The layout of a UUIDv7 (RFC 9562 §5.7), and the sequence that makes them.
#pragma once

#include <cstdint>

#include <whence/core/guarded.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

class entropy;

namespace detail {

/// 48 bits of milliseconds, version 7, 12 bits of `rand_a`, variant 10, 62 bits of `rand_b`; further bits are dropped.
uuid compose_v7(std::uint64_t milliseconds, std::uint16_t rand_a, std::uint64_t rand_b) noexcept;

/// As a UUIDv7 counts them: from 1970, 48 bits; earlier times are 0.
std::uint64_t unix_milliseconds(timestamp time) noexcept;

}  // namespace detail

/// Makes UUIDv7 in ascending order: RFC 9562 §6.2 method 1, a counter in `rand_a`. A new millisecond seeds it at random,
/// with its highest bit 0. In the same millisecond, or after the clock has stepped back, it counts; when it is full the
/// time of the ids moves on a millisecond ahead of the clock.
///
/// Threads  any.
class uuid_sequence {
 public:
  uuid next(timestamp now, entropy& random);

 private:
  struct last {
    std::uint64_t milliseconds = 0;
    std::uint16_t counter = 0;
    bool any = false;
  };
  guarded<last> last_;
};

}  // namespace whence::inline v0
