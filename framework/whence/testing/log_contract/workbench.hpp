/// What the clauses share: a log to work on, events to append, readers that page, and words for what went wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/store/log_source.hpp>
#include <whence/testing/log_contract.hpp>

namespace whence::testing::inline v0 {

// --- expectations -----------------------------------------------------------------------------------------------------

inline std::string shown(const std::string& value) { return '"' + value + '"'; }
inline std::string shown(const char* value) { return shown(std::string{value}); }
inline std::string shown(std::string_view value) { return shown(std::string{value}); }
inline std::string shown(bool value) { return value ? "true" : "false"; }
inline std::string shown(global_position value) { return "position " + std::to_string(value.value()); }
inline std::string shown(stream_version value) { return "version " + std::to_string(value.value()); }
inline std::string shown(expected_version value) { return "expected version " + value.to_string(); }
inline std::string shown(const token& value) { return "token " + value.to_string(); }
inline std::string shown(timestamp value) { return to_rfc3339(value); }
inline std::string shown(const uuid& value) { return value.to_string(); }
template <class Kind>
std::string shown(const strong_id<Kind>& value) {
  return value.to_string();
}
std::string shown(const chain_hash& value);
std::string shown(const append_outcome& value);
template <std::integral Number>
std::string shown(Number value) {
  return std::to_string(value);
}
template <class Value>
std::string shown(const std::vector<Value>& values) {
  std::string text = "[";
  for (const auto& value : values) text += (text.size() > 1 ? ", " : "") + shown(value);
  return text + "]";
}

/// Throws contract_broken with the sentence unless the condition holds.
void require(bool condition, std::string_view sentence);

template <class Found, class Wanted>
void require_equal(const Found& found, const Wanted& wanted, std::string_view what) {
  if (found == wanted) return;
  throw contract_broken(std::string{what} + ": wanted " + shown(wanted) + ", found " + shown(found));
}

// --- events and batches -----------------------------------------------------------------------------------------------

/// An event with an id of its own and small, plain content.
new_event make_event(std::string type = "ThingHappened", std::string data = R"({"n":1})");
std::vector<new_event> make_events(std::size_t count);

/// The batch for one stream of the aggregate type "Thing".
append_batch to_stream(std::string stream, expected_version expected, std::vector<new_event> events);
append_batch one_event(std::string stream, expected_version expected = expected_version::any());

new_event tagged(std::vector<std::string> tags, std::string type = "ThingHappened");
/// Finds events that have all of these tags.
event_query tagged_with(std::vector<std::string> tags);

// --- a log to work on -------------------------------------------------------------------------------------------------

/// A new log, opened, with the runtime it stands on.
class workbench {
 public:
  explicit workbench(const log_fixture& fixture);
  workbench(const log_fixture& fixture, std::shared_ptr<clock> clock);

  log& writer() { return *log_; }
  const log_source& source() const { return source_; }
  const whence::runtime& runtime() const { return runtime_; }
  std::unique_ptr<log_reader> visitor() const { return source_.visit(runtime_); }

  /// Closes the log and opens it again.
  void reopen();
  void close_and_destroy() { log_.reset(); }

  /// Appends, and requires that it is committed; returns the result.
  append_committed commit(append_batch batch);
  /// The same, and that it is no repeat.
  append_committed commit_new(append_batch batch);
  /// Appends, and requires that it is refused for this reason and that the log is as long as before.
  append_refused refuse(append_batch batch, append_refused::reason why);

 private:
  whence::runtime runtime_;
  log_source source_;
  std::unique_ptr<log> log_;
};

// --- readers ----------------------------------------------------------------------------------------------------------

/// A copy of a recorded event.
struct stored_event {
  envelope event;
  chain_hash chain{};
  global_position position() const { return event.position.value(); }
  stream_version version() const { return event.version.value(); }
};
stored_event to_stored(const recorded_event& event);

/// Pages from `after` to the end and returns all events; requires what a page promises: events ascend, lie in
/// (after, scanned_to], fit the limit, and a page that is not at the end moves on.
std::vector<stored_event> read_all(log_reader& reader, const event_filter& filter = {}, page_limit limit = {},
                                   global_position after = {});

/// The last event of a log that has one.
stored_event last_event(log_reader& reader);

std::vector<stored_event> read_whole_stream(log_reader& reader, std::string_view stream, page_limit limit = {});

std::vector<std::uint64_t> positions_of(const std::vector<stored_event>& events);
std::vector<std::uint64_t> versions_of(const std::vector<stored_event>& events);
std::vector<std::string> ids_of(const std::vector<stored_event>& events);
std::vector<std::string> ids_of(const append_batch& batch);
std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last);  ///< [first, …, last]

/// Requires positions 1, 2, 3, … and in each stream versions 1, 2, 3, …, and one aggregate type a stream.
void require_dense(const std::vector<stored_event>& whole_log);

// --- waiting ----------------------------------------------------------------------------------------------------------

inline constexpr std::chrono::seconds must_happen_within{20};
inline constexpr std::chrono::milliseconds must_not_happen_within{50};

/// An asynchronous result, watched: it can be seen whether it is there. The thread that waits for it is let go with the
/// watch, so that a broken store fails the clause instead of hanging it.
template <class T>
class watch {
 public:
  explicit watch(async<T> result) {
    std::packaged_task<T()> task([waited = std::move(result)]() mutable { return std::move(waited).get(); });
    result_ = task.get_future();
    std::thread(std::move(task)).detach();
  }

  bool is_there_within(std::chrono::milliseconds time) { return result_.wait_for(time) == std::future_status::ready; }

  T get(std::string_view what) {
    require(is_there_within(must_happen_within), std::string{what} + " did not end within 20 s");
    return result_.get();
  }

 private:
  std::future<T> result_;
};

/// Waits until the condition holds; throws contract_broken with the sentence if it doesn't come true.
template <class Condition>
void require_soon(Condition condition, std::string_view sentence) {
  const auto deadline = std::chrono::steady_clock::now() + must_happen_within;
  while (!condition()) {
    require(std::chrono::steady_clock::now() < deadline, sentence);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

/// Runs `work(0)` … `work(count - 1)` on threads that start together; what one of them throws is thrown here.
template <class Work>
void at_once(unsigned count, Work work) {
  std::promise<void> go;
  std::shared_future<void> started = go.get_future().share();
  std::vector<std::future<void>> all;
  for (unsigned number = 0; number < count; ++number) {
    all.push_back(std::async(std::launch::async, [&work, started, number] {
      started.wait();
      work(number);
    }));
  }
  go.set_value();
  for (auto& one : all) one.wait();
  for (auto& one : all) one.get();
}

// --- the chapters of the contract -------------------------------------------------------------------------------------

std::vector<clause> append_clauses();
std::vector<clause> expectation_clauses();
std::vector<clause> condition_clauses();
std::vector<clause> query_clauses();
std::vector<clause> repetition_clauses();
std::vector<clause> limit_clauses();
std::vector<clause> reading_clauses();
std::vector<clause> lookup_clauses();
std::vector<clause> following_clauses();
std::vector<clause> lifecycle_clauses();
std::vector<clause> concurrency_clauses();

}  // namespace whence::testing::inline v0
