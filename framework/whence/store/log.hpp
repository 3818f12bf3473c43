/// The log: append, read, follow. One contract for every store; `whence/testing/log_contract.hpp` is the same as tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/position.hpp>
#include <whence/core/uuid.hpp>
#include <whence/store/append_batch.hpp>
#include <whence/store/append_outcome.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/event_query.hpp>

namespace whence::inline v0 {

/// Which events a reader wants. An empty list is "all"; lists are joined by "and", entries of one by "or".
struct event_filter {
  std::vector<std::string> aggregate_types;
  std::vector<std::string> event_types;
};

/// What events of several streams have in common: the first cause that they all follow from, the command or event that caused
/// them, or a tag.
struct event_link {
  enum class kind { correlation, causation, tag };
  static event_link correlation(correlation_id id) { return {kind::correlation, id.value(), {}}; }
  static event_link causation(causation_id id) { return {kind::causation, id.value(), {}}; }
  static event_link tag(std::string tag) { return {kind::tag, {}, std::move(tag)}; }

  /// Whether the event has it.
  bool joins(const recorded_event& event) const noexcept;

  kind what = kind::correlation;
  uuid id;           ///< of a correlation or causation
  std::string text;  ///< of a tag
};

enum class read_direction { forward, backward };

/// How much a page may hold: whichever is reached first. A page has at least one event if there is one to return.
struct page_limit {
  std::size_t events = 1'000;
  std::size_t bytes = 4u << 20;
  std::size_t scanned = 65'536;  ///< rows looked at, for filters that let little through
};

/// Whether a log is all there, as far as its witness can tell. Only a visitor ever reads one that is not: a writer refuses it.
struct log_condition {
  enum class kind {
    whole,
    tail_missing,       ///< it ends before `witnessed`, which was acknowledged: what is shown is intact, but not all
    witness_missing,    ///< it has no usable witness beside it, so that a missing tail would not be seen
    import_unfinished,  ///< an import has not come to its end: what is there may not be all, or something else
  };
  kind what = kind::whole;
  global_position found;      ///< where it ends
  global_position witnessed;  ///< where it should end at least
};

/// Keeps a callback registered; destroying it ends the calls (a call that is running is waited for, except from inside it).
class announcement_handle {
 public:
  announcement_handle() = default;
  explicit announcement_handle(std::shared_ptr<void> connection) : connection_(std::move(connection)) {}

 private:
  std::shared_ptr<void> connection_;
};

/// Reads a log. A visitor (a process that doesn't own the log) has this part only, and never changes a byte of its files.
///
/// Order    positions are dense; no reader sees position p before all below it.
/// Threads  any, at once.
/// Throws   log_damaged: an event does not match its checksum; nothing damaged is ever returned as an event. A page ends before
///          a damaged event; the call that would have to begin with it throws.
class log_reader {
 public:
  virtual ~log_reader() = default;

  virtual log_identity identity() const = 0;

  /// The epoch in which the last event was written: the log's, unless that has no event yet; 0 of a log that never had any.
  virtual std::uint64_t epoch_of_last_event();

  /// The log as it is stored, if this one reads it otherwise (through upcasters); else this one.
  virtual log_reader& stored() noexcept { return *this; }

  /// What becomes of stored events on their way to who wants those of these types; empty: they are read as they are stored.
  /// A cache of what was made of them keeps it: where the text is another, they may read otherwise now.
  virtual std::string reading_of(std::span<const std::string> event_types) const;

  /// Looks at the log as it is now. A program that shows a log which is not whole says so (exit code 6).
  virtual log_condition condition() { return {}; }

  /// The position of the last event; 0 for an empty log.
  virtual global_position head() = 0;

  /// The events after `after`, ascending.
  /// Costs    of a type that few events have, with an index: what is found, and the thousand events around each. What is passed
  ///          over is not checked.
  virtual event_page read(global_position after, const event_filter& filter = {}, page_limit limit = {}) = 0;

  /// The events of one stream: forward from `from` upwards, backward from `from` downwards (both included).
  /// `read_stream(s)` is the whole stream from its first event; backward from the end: `stream_version{UINT64_MAX}`.
  virtual event_page read_stream(std::string_view stream, stream_version from = stream_version{1},
                                 read_direction direction = read_direction::forward, page_limit limit = {}) = 0;

  /// The events after `after` that have the link, ascending. A nil id links nothing.
  /// Costs    with an index: what is found. Without, and beyond where the index goes: like `read`, with `limit.scanned`.
  virtual event_page read_linked(const event_link& link, global_position after = {}, page_limit limit = {});

  /// The events after `after` that the query finds, ascending, each once.
  ///
  /// Who reads all pages to `at_end()` has all that the query finds up to `scanned_to()` of the last one: that is the position for
  /// a condition of an append.
  /// Costs    with an index, of items that each name a tag: all events with the first tag of each. Otherwise like `read`, of the
  ///          types that are named if each item names some.
  virtual event_page read_matching(const event_query& query, global_position after = {}, page_limit limit = {});

  /// The version of the stream's last event; 0 if there is none.
  virtual stream_version stream_head(std::string_view stream) = 0;

  /// Where an event stands, if it is in the log.
  virtual std::optional<global_position> find_event(event_id id) = 0;

  /// The chain hash at a position (all zeros at 0): what checkpoints carry to recognise another history. Nothing beyond the head.
  virtual std::optional<chain_hash> chain_at(global_position position) = 0;

  /// How far its index goes: what is beyond is looked for in the log itself. Nothing: it has none, or none that can be read.
  virtual std::optional<global_position> indexed_to() { return std::nullopt; }

  /// Ready, with the head, once the log has an event after `after`. Nobody is woken while nothing is appended.
  /// A stop request ends it with operation_cancelled; closing the log with log_closed.
  virtual async<global_position> wait_beyond(global_position after, std::stop_token stop = {}) = 0;
};

/// A log that this process owns and appends to.
class log : public log_reader {
 public:
  /// Appends the batch: all of its streams, or none.
  ///
  /// Order    events take consecutive positions, as given; appends take theirs in the order of the calls.
  /// Durable  once committed; a crash before that leaves all or nothing.
  /// Again    the same event ids with the same content (stream, type, version, data, metadata) return the first result, whatever
  ///          versions are expected and whatever the conditions say, for as long as the log exists. Known ids with another
  ///          content, or beside ids that are not known, are refused (event_id_reused, with a known one).
  /// Threads  any. A caller that blocks in `.get()` commits by itself, with what others have queued.
  /// Limits   waits (blocking the calling thread) while the queue is full, or is refused, as the store's options say.
  /// Costs    of a condition after one of the last 16,000 positions: a look into memory. After an older one: one into the index,
  ///          for the first tag of each item; for types without a tag also the events of one group.
  virtual async<append_outcome> append(append_batch batch) = 0;

  /// Calls `callback` with the head after each committed group, on the executor, in order, one call at a time.
  virtual announcement_handle on_committed(std::function<void(global_position)> callback) = 0;

  /// Stops intake (later appends: refused, closed), commits what is queued, checkpoints, closes the files. Idempotent.
  virtual void close() = 0;
};

}  // namespace whence::inline v0
