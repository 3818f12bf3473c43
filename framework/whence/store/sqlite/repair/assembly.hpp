/// Puts a log together out of several files, event after event in the order of the chain: what stands in the log itself where that
/// fits, else what stands in another file, if the log vouches for it.
///
/// A copy of a log can go on by itself, and fits all the same up to where the two part. So what another file has is taken only as
/// far as a chain hash of the log itself says that it is the log's: the one stored in its row, that of an event of it behind, or
/// that of the witness. A chain hash covers all events before it.
///
/// A row whose own chain hash is damaged fits if the event behind it does, whose hash begins with what its own has to be; or if the
/// witness has seen it. It ends where nothing fits.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include <whence/store/sqlite/repair/repair_reader.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {

/// The log first.
using repair_readers = std::vector<std::unique_ptr<repair_reader>>;

/// Where an event of the repaired log comes from.
enum class event_origin {
  in_place,  ///< it stands in the log, and fits
  proven,    ///< it stands in the log, and its chain hash was damaged
  brought,   ///< it stands in another file
};

struct assembled_to {
  global_position at;
  chain_hash chain{};
  timestamp recorded_at{};
};

using visit_assembled = std::function<void(const entry_row&, const recorded_event&, event_origin)>;

class assembly {
 public:
  /// `witness`: of this log.
  assembly(repair_readers& readers, const std::optional<testimony>& witness) : readers_(readers), witness_(witness) {}

  /// Hands out the events up to `last`, or to where nothing fits. Throws operation_cancelled, what `visit` throws, sql_error.
  assembled_to go(global_position last, const visit_assembled& visit, const std::stop_token& stop);

 private:
  bool log_stands_at(const assembled_to& now);
  void go_on_in_log(assembled_to& now, global_position last, const visit_assembled& visit, const std::stop_token& stop);
  bool look_at_own(const assembled_to& before, event_origin& origin);
  bool step_in_log(assembled_to& now, const visit_assembled& visit);
  bool bring(assembled_to& now, global_position last, const visit_assembled& visit, const std::stop_token& stop);
  repair_reader* find_in_others(const assembled_to& before, std::size_t preferred);
  bool log_vouches_for(const assembled_to& now);
  bool is_proven(global_position at, const chain_hash& chain);

  repair_readers& readers_;
  const std::optional<testimony>& witness_;
};

}  // namespace whence::inline v0
