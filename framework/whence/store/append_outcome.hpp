/// How an append ended: committed, refused or unknown. There is no fourth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>
#include <whence/core/uuid.hpp>
#include <whence/store/append_batch.hpp>

namespace whence::inline v0 {

/// The events are in the log, durably.
struct append_committed {
  whence::token token;  ///< of the last event: what a query waits for and a follower resumes from
  global_position first;
  global_position last;
  bool repeated = false;  ///< these event ids were there already: this is the first append's result
};

/// An event that somebody else appended: of the stream, beyond the version that was expected; or one that a condition rules out.
struct event_between {
  event_id id;
  std::string type;
  stream_version version;
  global_position position;
  std::string stream{};

  friend bool operator==(const event_between&, const event_between&) = default;
};

/// A limit that an append is beyond.
struct broken_limit {
  std::string_view name;    ///< of the option: "event_bytes_max"
  std::uint64_t limit = 0;  ///< what the log was opened with
  std::uint64_t found = 0;  ///< what the append has, or would bring it to
};

/// What kept the storage from writing: what to do about it differs.
enum class storage_fault {
  other,           ///< see the detail
  no_room,         ///< the disk, or what this user may have of it, is full
  files_replaced,  ///< a file of the log was removed or replaced while it was written to
  foreign_writer,  ///< rows are there that this log did not write: another program, or a copy of this one
};

/// Nothing of the batch was written, and nothing of it will appear later.
struct append_refused {
  enum class reason {
    version_conflict,  ///< another writer was first: `stream`, `expected`, `actual`, and the events `between`
    condition_conflict,  ///< another writer was first: events that a `condition` rules out are there, the first in `between`
    event_id_reused,  ///< `event` is in the log with another content
    invalid,          ///< the batch breaks a rule or limit named in `detail`
    too_large,        ///< the batch is beyond a size limit of the log: `limit`
    queue_full,       ///< the limit of queued bytes is reached and the caller asked not to wait: `limit`
    not_written,      ///< the storage failed, and it is certain that nothing was kept; the same batch may be sent again
    closed,           ///< the log is closed or closing
  };
  reason why;
  std::string stream;
  expected_version expected = expected_version::any();
  stream_version actual;
  event_id event;
  std::string detail;
  broken_limit limit{};                        ///< of too_large and queue_full
  storage_fault cause = storage_fault::other;  ///< of not_written, and of a log that is closed since a failure
  append_condition condition{};                ///< of condition_conflict

  static constexpr std::size_t between_max = 8;
  /// Those after the expected version, or those that the condition rules out, in their order: the first `between_max`.
  std::vector<event_between> between;
  std::uint64_t more_between = 0;  ///< how many there are beside these; of a condition they are not counted
};

/// The storage failed in a way that leaves open whether the batch was kept. The log takes no more appends, and the answer stays
/// this one, until it is opened anew, by this process or another; then sending the same batch (same event ids) again turns it
/// into one of the others.
struct append_unknown {
  std::string detail;
  storage_fault cause = storage_fault::other;
};

/// Another writer was first. Nothing was written.
struct version_conflict final : error {
  explicit version_conflict(const append_refused& refused);
  std::string stream;
  expected_version expected;
  stream_version actual;
  std::vector<event_between> between;  ///< as in append_refused
  std::uint64_t more_between;
};

/// Another writer was first: there are events that a condition of the append rules out. Nothing was written.
struct condition_conflict final : error {
  explicit condition_conflict(const append_refused& refused);
  append_condition condition;
  std::vector<event_between> between;  ///< as in append_refused
};

/// The id of an event to append is in the log with another content. Nothing was written.
struct event_id_reused final : error {
  explicit event_id_reused(const append_refused& refused);
  event_id event;
};

/// An append was refused for another reason (`append_refused::why`). Nothing was written.
struct append_not_done final : error {
  explicit append_not_done(const append_refused& refused);
  append_refused::reason reason;
  broken_limit limit{};  ///< of too_large and queue_full
  storage_fault cause = storage_fault::other;
};

/// It is not known whether the events were written.
struct append_result_unknown final : error {
  explicit append_result_unknown(const append_unknown& unknown);
  storage_fault cause;
};

class [[nodiscard]] append_outcome {
 public:
  append_outcome(append_committed committed) : value_(std::move(committed)) {}
  append_outcome(append_refused refused) : value_(std::move(refused)) {}
  append_outcome(append_unknown unknown) : value_(std::move(unknown)) {}

  const append_committed* committed() const noexcept { return std::get_if<append_committed>(&value_); }
  const append_refused* refused() const noexcept { return std::get_if<append_refused>(&value_); }
  const append_unknown* unknown() const noexcept { return std::get_if<append_unknown>(&value_); }

  /// The committed result. Throws version_conflict, condition_conflict, event_id_reused, append_not_done or append_result_unknown
  /// otherwise.
  const append_committed& value() const;

 private:
  std::variant<append_committed, append_refused, append_unknown> value_;
};

}  // namespace whence::inline v0
