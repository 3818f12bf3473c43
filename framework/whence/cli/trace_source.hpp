/// Where a trace finds its events: by what an id stands for, by their first cause, by their own id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/id_pattern.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/shortened_id.hpp>
#include <whence/store/log.hpp>
#include <whence/store/trace_tree.hpp>

namespace whence::inline v0::cli {

/// What somebody wants to know the causes and effects of.
struct trace_subject {
  enum class kind { event, command, correlation };
  kind what = kind::event;
  uuid id;
  uuid correlation;
  global_position seen_at;  ///< no event of this correlation stands before this
  bool of_several = false;  ///< it was named by the beginning of several ids, all of this correlation
};

/// The events of one first cause, in the log's order.
struct traced_events {
  std::vector<traced_event> events;
  bool more = false;          ///< there are more than were wanted
  std::exception_ptr damage;  ///< what ended the search before the log's end
};

/// Answers from the log, which it looks through, page by page; an index of causes can answer the same questions at once. Events
/// are looked up by their id through the log's index already.
///
/// Threads  one at a time.
class trace_source final : public traced_log {
 public:
  /// `within` limits where the log is looked through: positions and times.
  trace_source(log_reader& log, selection within) : log_(log), within_(std::move(within)) {}

  /// An id that is cut and stands for several is the correlation that all of them have, if they have one and that will do.
  /// Throws   not_in_log (`trace.missing`); id_ambiguous; log_damaged.
  enum class several { are_a_correlation, are_ambiguous };
  trace_subject subject(const id_pattern& id, several allowed);
  trace_subject subject(const recorded_event& event) const;

  /// At most `limit` of them.
  traced_events events_of(const trace_subject& subject, std::size_t limit);

  std::optional<traced_event> event(const uuid& id) override;

  /// Looks at the log's beginning.
  bool is_event_type(std::string_view type) override;

 private:
  trace_subject whole_subject(const uuid& id);
  trace_subject cut_subject(const id_pattern& id, several allowed);
  found_ids::candidate describe(const recorded_event& event, std::size_t place);
  [[noreturn]] void missing(const id_pattern& id) const;

  log_reader& log_;
  selection within_;
  std::vector<std::pair<std::string, bool>> known_types_;
};

}  // namespace whence::inline v0::cli
