/// A head: what the owner of a log has signed of it, up to one of its events. A line of JSON, its members always in this order:
///
///   {"format":1,"log":"<id>","epoch":1,"after":0,"position":250,"every":100,
///    "digests":["<of event 100>","<of event 200>","<of event 250>"],"chain":"<the stored chain hash of event 250>",
///    "time":"2026-01-27T10:30:00.000000Z","key":"<the key's id>","previous":"<SHA-256 of the line before>",
///    "signature":"<128 digits>"}
///
/// (on one line, without spaces). The signature is that of all bytes of the line before `,"signature":`. `digests` has those of
/// every so-many events behind `after`, where the head before ended, and that of the event at `position`. `previous` is 64 zeros in
/// the first line. Bytes are hexadecimal digits in lower case.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/proof/proof_key.hpp>
#include <whence/proof/sha256.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0::detail {

struct signed_head {
  static constexpr std::uint64_t format = 1;

  log_identity log;
  global_position after;
  global_position position;
  std::uint64_t every = 0;
  std::vector<sha256_digest> digests;
  chain_hash chain{};
  timestamp time;
  std::string key;  ///< its id
  sha256_digest previous{};
  whence::signature signature{};

  /// The position of a digest.
  global_position position_of(std::size_t digest) const noexcept;
  /// What is signed.
  std::string text() const;
  /// The line, without its end.
  std::string line() const;
};

/// The line is no head. `what()` says why.
struct no_head final : std::runtime_error {
  using std::runtime_error::runtime_error;
  std::uint64_t newer_format = 0;  ///< 0: it is not that
};

/// Reads a line, without its end: exactly what `line()` makes. The signature is not checked.
/// Throws   no_head.
signed_head read_head(std::string_view line);

}  // namespace whence::inline v0::detail
