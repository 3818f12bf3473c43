/// Holds a log against the heads that its owner signed: the auditor's half of a proof against tampering. It needs nothing secret.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/proof/proof_key.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

namespace whence::inline v0 {

/// Events that are not those that were signed.
struct proof_finding {
  enum class kind {
    /// One or more of them say something else, are missing, came in between, or stand in another order; or, of all of them, the
    /// file has not the tables of a log.
    altered,
    unreadable,  ///< they do not fit their own checksums either: `at` is the first one. Behind it, up to the last, nothing is known
    cut,  ///< the log ends before them
  };
  kind what = kind::altered;
  position_range positions;
  global_position at;  ///< the one event, if it can be told; 0: not
  std::string detail;
};

/// "altered", "unreadable", "cut"
std::string_view name_of(proof_finding::kind kind) noexcept;

/// What was found. `findings` is cut at `check_options::listed_max`; the count beside it says how many more there are.
struct proof_check {
  log_identity identity;                ///< of the log
  global_position head;                 ///< where the log ends; 0 also if nothing in it is believed
  global_position position;             ///< where the newest head ends
  std::uint64_t heads = 0;              ///< how many there are, each of them as it was signed
  timestamp signed_at;                  ///< the newest one, by its owner's clock
  std::string newest;                   ///< its digest: keep it, and ask for it the next time
  std::string key;                      ///< the key's id
  bool unfinished = false;              ///< the file of heads ends in the middle of a line, which was not counted
  std::uint64_t unaltered = 0;          ///< events, of those up to `position`
  std::vector<proof_finding> findings;  ///< by position
  std::uint64_t more_findings = 0;

  /// Every event up to `position` is there, and is what it was when it was signed.
  bool holds() const noexcept { return findings.empty(); }
  /// Events that no head covers yet: of them this says nothing.
  std::uint64_t beyond() const noexcept { return head > position ? head.value() - position.value() : 0; }
};

struct check_options {
  std::string known = {};  ///< the digest of a head that was seen before: it has to be there. Empty: none was
  std::size_t listed_max = 1'000;
  std::function<void(std::uint64_t done, std::uint64_t of)> on_progress = {};  ///< events; from the calling thread
  std::stop_token stop = {};
};

/// Reads all events up to the newest head, as they are stored. Each stretch between two signed digests is judged by itself: an
/// alteration is named with the stretch that it is in, and what stands behind it is judged all the same.
///
/// Order    the log may be written meanwhile.
/// Throws   operation_cancelled. no_heads, heads_malformed, heads_newer_format, heads_altered, heads_cut, other_key,
///          heads_of_other_log: the heads cannot be believed, or are not those of this log; file_error, and what opening a log
///          throws. What is wrong with events is no exception here.
proof_check check_proof(const log_source& source, const runtime& runtime, const checking_key& key,
                        const std::string& heads, const check_options& options = {});

}  // namespace whence::inline v0
