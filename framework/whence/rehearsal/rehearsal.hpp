/// Tries a program on a log before it is deployed: what would break, and what would be another state than before.
///
///     const whence::rehearsal found = whence::rehearse(source, types, runtime, {.compare_with = states});
///     if (!found.passed()) return complain(found.findings);
///
/// Every stored event is upcast, and read by all that handle it; every aggregate is folded as it is loaded. Nothing is
/// written to the log, nor to what stands beside it: a service may write it meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/rehearsal/errors.hpp>
#include <whence/rehearsal/program_types.hpp>
#include <whence/store/log_source.hpp>

namespace whence::inline v0 {

struct rehearsal_finding {
  enum class kind {
    event,  ///< this program cannot read it
    state,  ///< the events can be read, and the aggregate cannot be folded: `apply` throws, or what it made has no JSON
    difference,  ///< the state is not the one of the saved fingerprints
    aggregate,   ///< this program does not know its type, and lists events that the stream has, or its state was saved
  };
  kind what = kind::event;
  /// Of the event; of `state`, the one that `apply` threw at, or else the first; of a difference, the one up to which the state was
  /// saved; of an aggregate, its first.
  global_position position;
  std::string stream;
  stream_version version;  ///< of the event at `position`; of a difference, of the state
  std::string aggregate_type;
  std::string event_type;  ///< as it is stored; empty of the last two kinds
  std::uint32_t event_version = 0;
  std::string
      code;  ///< of the error: "data.unreadable", "event.unknown_version", …; empty of an exception of the program's own
  std::string detail;  ///< one sentence
};

/// "event", "state", …
std::string_view name_of(rehearsal_finding::kind kind) noexcept;

/// Stored events of one type and version, in streams of one aggregate type.
struct rehearsed_kind {
  std::string aggregate_type;
  std::string event_type;
  std::uint32_t version = 1;
  bool handled = false;  ///< by an aggregate or a projection, in its form of today; or dropped by an upcaster
  std::uint64_t events = 0;
  global_position first;
  std::uint64_t broken = 0;
  global_position first_broken;
  std::uint64_t otherwise = 0;  ///< of the others, that read as something else than is stored, or not at all
  std::uint64_t left_out = 0;   ///< of these, that nobody is told of
};

/// What was counted.
struct rehearsal_counts {
  std::uint64_t events = 0;       ///< stored, up to the head
  std::uint64_t broken = 0;       ///< of these, that this program cannot read
  std::uint64_t not_handled = 0;  ///< of these, that nothing in this program reads
  std::uint64_t aggregates = 0;   ///< folded, or tried
  std::uint64_t not_folded =
      0;  ///< of these, that have no state: for an event that cannot be read, or a finding of kind `state`
  std::uint64_t of_no_type = 0;  ///< streams whose aggregate type this program does not know
  std::uint64_t compared = 0;
  std::uint64_t different = 0;
  std::uint64_t orphaned = 0;         ///< of `of_no_type`, those with events that an aggregate of this program lists
  std::uint64_t no_longer_known = 0;  ///< of `of_no_type`, those whose state was saved
  std::uint64_t saved = 0;            ///< fingerprints that were saved

  rehearsal_counts& operator+=(const rehearsal_counts& more) noexcept;
};

/// What was found. Lists are cut at `rehearsal_options::listed_max`: of the findings those with the lowest positions are listed.
struct rehearsal : rehearsal_counts {
  log_identity identity;
  global_position head;  ///< the last event when it began: later ones are left out

  std::vector<rehearsal_finding> findings;  ///< by position
  std::uint64_t more_findings = 0;
  std::vector<rehearsed_kind> kinds;  ///< by name and version, those with broken events first
  bool more_kinds = false;            ///< there are others, of which only the events are counted

  bool passed() const noexcept { return findings.empty() && more_findings == 0; }
};

struct rehearsal_progress {
  std::uint64_t done = 0;  ///< events
  std::uint64_t of = 0;
};

struct rehearsal_options {
  unsigned threads = 0;  ///< 0: one for each core, four at most
  std::size_t listed_max = 1'000;
  /// Where the fingerprints go that the states have here; empty: nowhere. A new file, or one of fingerprints, which is replaced
  /// whole, and only when all is done.
  std::string save_to{};
  /// Fingerprints that another build saved of this log: each state is compared as of the version that it had then.
  std::string compare_with{};
  std::function<void(const rehearsal_progress&)> on_progress = {};  ///< from the calling thread, ten times a second
  std::stop_token stop = {};
};

/// A fingerprint is 16 bytes of hash (XXH3) over the state's JSON: another member, or another value, is another state. An aggregate
/// without `serialize` is folded, and not compared.
///
/// Order    the findings do not depend on the number of threads.
/// Threads  any; works on threads of its own.
/// Limits   memory for a page and a state a thread, and for the lists; 32 bytes a stream in the file of fingerprints.
/// Throws   operation_cancelled: nothing was saved. fingerprints_not_usable, fingerprints_not_saved, before anything is read.
///          log_missing, not_a_log, newer_format, older_format, log_damaged (verify the log first). sql::sql_error, file_error.
rehearsal rehearse(const log_source& log, const program_types& types, const runtime& runtime,
                   const rehearsal_options& options = {});

}  // namespace whence::inline v0
