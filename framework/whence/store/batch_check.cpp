#include <whence/store/batch_check.hpp>

#include <limits>

#include <whence/store/append_outcome.hpp>
#include <whence/store/batch_rules.hpp>

namespace whence::inline v0 {

void must_keep_rules(const append_batch& batch) {
  constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
  constexpr size_limits of_no_log{
      .event_bytes_max = any, .metadata_bytes_max = any, .batch_bytes_max = any, .batch_events_max = any};
  if (const auto broken = broken_rule(batch, of_no_log)) throw append_not_done(*broken);
}

}  // namespace whence::inline v0
