/// SHA-256 (FIPS 180-4).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace whence::inline v0::detail {

using sha256_digest = std::array<std::uint8_t, 32>;

/// Digests of one text after another; each costs no more than its bytes.
///
/// Threads  one at a time.
class sha256 {
 public:
  sha256();
  sha256(sha256&&) noexcept;
  sha256& operator=(sha256&&) noexcept;
  ~sha256();

  sha256_digest of(std::string_view bytes);

 private:
  struct context;
  std::unique_ptr<context> context_;
};

}  // namespace whence::inline v0::detail
