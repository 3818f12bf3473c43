/// Signs what a log says, so that it can be shown later that it still says so: the owner's half of a proof against tampering.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/proof/proof_key.hpp>
#include <whence/store/log_source.hpp>

namespace whence::inline v0 {

struct prove_options {
  /// An alteration is found between two digests that are so many events apart: 64 bytes in the file of heads for each.
  std::uint64_t every = 100;
  std::function<void(std::uint64_t done, std::uint64_t of)> on_progress = {};  ///< events; from the calling thread
  std::stop_token stop = {};
};

/// What was signed.
struct proved_log {
  log_identity identity;
  global_position after;     ///< where the heads ended before
  global_position position;  ///< where they end now; the same if the log has no more events
  std::uint64_t heads = 0;   ///< how many there are now
  std::string newest;        ///< the digest of the newest one, which auditors keep; empty if there is none
  std::string key;           ///< the key's id
};

/// Goes on from the newest head in the file to the end of the log: adds a head for each 10,000 digests, and one for the rest.
/// A file that is missing is made. Without a new event, nothing is signed.
///
/// Order    the log may be written meanwhile: what is appended after the call began is left out. One call at a time for a file.
/// Durable  each head, once it is added; an end in the middle leaves those that were. The log's files are only read.
/// Again    goes on where the newest head ends.
/// Throws   operation_cancelled: the heads so far are there. not_continued: the log is not what the newest head says of it, or is
///          not whole; heads_busy, heads_altered, heads_malformed, other_key, heads_of_other_log; file_error, and what reading
///          a log throws.
proved_log prove_log(const log_source& source, const runtime& runtime, const signing_key& key, const std::string& heads,
                     const prove_options& options = {});

}  // namespace whence::inline v0
