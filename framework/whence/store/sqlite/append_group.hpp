/// A group: appends that share a commit. Each is judged against the log and against those before it in the group, before
/// anything is written: so a refused append costs its neighbours nothing. The conditions of an append are judged with it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/store/append_batch.hpp>
#include <whence/store/append_outcome.hpp>
#include <whence/store/event_id_places.hpp>
#include <whence/store/place_table.hpp>
#include <whence/store/sqlite/known_events.hpp>
#include <whence/store/sqlite/writer.hpp>

namespace whence::inline v0 {

/// What an import says of an append: where another log had it, and when that recorded it.
struct recorded_before {
  global_position first;
  timestamp at;
};

/// An append on its way.
struct queued_append {
  queued_append(append_batch what, completion<append_outcome> whom, std::size_t size,
                std::optional<recorded_before> before = std::nullopt)
      : batch(std::move(what)), recorded(before), done(std::move(whom)), bytes(size) {}

  append_batch batch;
  std::optional<recorded_before> recorded;  // nothing: now, and next
  completion<append_outcome> done;
  std::size_t bytes;
};

using queued_appends = std::vector<std::unique_ptr<queued_append>>;

/// The end of the log.
struct log_tip {
  global_position head;
  chain_hash chain{};
  timestamp recorded_at;
};

/// Threads  one at a time: whoever holds the commit token.
class append_group {
 public:
  append_group(known_events& known, const log_tip& tip, std::uint64_t epoch);

  /// `now`: what recordedAt should be, unless an append says it; it never decreases. `about`: how many appends may come, of an
  /// event each.
  void begin(timestamp now, std::size_t about);

  /// These are to be judged next: what that takes comes from memory meanwhile. Mostly another processor has written it last.
  void expect(std::span<const std::unique_ptr<queued_append>> appends);

  /// Judges an append, after all that were taken before, and takes it. Throws sql_error, log_damaged: it is not taken.
  void take(std::unique_ptr<queued_append>& append);
  /// One whose judgement failed: it is decided.
  void take_decided(std::unique_ptr<queued_append> append, append_outcome outcome);

  bool writes() const noexcept { return !placed_.empty(); }

  /// The ids of what it writes; the group has them no more.
  event_id_places take_ids() noexcept { return std::move(placed_ids_); }

  /// Inserts what is to be written, within the writer's transaction.
  void insert(log_writer& writer);

  /// Where the log ends once this is committed.
  const log_tip& tip() const noexcept { return tip_; }
  const index_batch& indexed() const noexcept { return indexed_; }

  /// It is committed: the heads that it moved are so from now on, and its events are among the recent ones, if these are asked for.
  void become_known();

  /// Tells everyone the outcome: their own where it was decided, else committed.
  void complete_committed();
  /// Tells those whose outcome hung on the commit this one, and all others their own.
  void complete_failed(const append_outcome& outcome);

 private:
  struct judged {
    std::unique_ptr<queued_append> append;
    std::optional<append_outcome> outcome;  // as it is once the group is committed
    bool hangs_on_commit = false;           // written by this group, or judged by what it writes
  };
  struct placed_event {
    const stream_append* part;
    const new_event* event;
    std::uint64_t number;
    std::uint64_t version;
    global_position position;
    timestamp recorded_at;
    chain_hash chain{};
  };

  class placed_entries;

  /// A stream that this group writes to, or may.
  struct stream_in_group {
    stream_hash name;
    stream_head_entry head;              // as it is after what was placed
    std::optional<std::uint32_t> moved;  // its place in moved_
  };

  judged judge(const queued_append& append);
  judged place_all(const append_batch& batch);
  /// Why an import's append cannot be recorded as it was.
  std::optional<append_refused> unlike(const recorded_before& recorded, const append_batch& batch) const;
  std::optional<judged> answer_known(const append_batch& batch);
  /// Looks where the streams of the batch stand.
  std::optional<judged> unmet(const append_batch& batch);
  std::optional<judged> unmet(const stream_append& part, stream_in_group& stream);
  std::optional<judged> unmet(const append_condition& condition);
  /// The events of this group that the condition rules out, behind those that are named.
  void name_placed(const append_condition& condition, std::vector<event_between>& between);
  /// Makes keys of what was placed since the last time.
  void enter_keys();
  /// `number`: of the stream.
  void name_between(append_refused& conflict, std::uint64_t number) const;
  void place(const stream_append& part, stream_in_group stream);
  static event_between between_of(const placed_event& placed);
  recorded_event view(const placed_event& placed);
  std::size_t where_to_tear();

  known_events& known_;
  const global_position committed_;  // where the log ended before this group
  log_tip tip_;
  timestamp now_;
  const std::uint64_t epoch_;
  std::vector<judged> appends_;
  bool imports_ = false;
  bool completed_ = false;  // each append is completed once
  std::vector<placed_event> placed_;
  std::vector<std::int64_t> types_;  // of what is placed, once it is to be inserted
  index_batch indexed_;
  std::vector<stream_in_group> moved_;  // the streams that this group writes to
  place_table moved_places_;
  event_id_places placed_ids_;  // as in placed_
  event_keys placed_keys_;      // of the first ones in placed_, once a condition asks for them

  // Of the append that is judged; members, so that their memory is used again.
  std::vector<stream_in_group> judged_streams_;
  std::vector<stream_hash> expected_;
  std::vector<std::string_view> tags_;
  item_keys item_keys_;
  std::vector<std::uint64_t> found_;
};

}  // namespace whence::inline v0
