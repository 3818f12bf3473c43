/// What a log was before it was damaged, and which of it a damaged place can have touched.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <whence/store/log.hpp>

namespace tests {

/// A log with a past: its index has several runs, its database and its WAL both have events. Killed, or closed in order. The
/// calling process must have no other threads.
void make_log_with_past(const std::string& path, unsigned seed, bool killed);

/// A log that is long enough for its readers to go by the index: types and tags that most of its events have, and others that few
/// have. Closed in order. The calling process must have no other threads.
void make_long_log(const std::string& path, unsigned seed);

/// The files of a folder, into another one that has nothing else then.
void copy_log(const std::filesystem::path& from, const std::filesystem::path& to);

/// Everything of an event, to be compared whole.
std::string bytes_of(const whence::recorded_event& event);

/// A log as it was written, by position (from 1).
struct history {
  std::vector<std::string> events;
  std::vector<std::string> streams;  ///< of each event
  std::vector<whence::event_id> ids;
  std::vector<whence::correlation_id> correlations;
  std::vector<whence::new_event> as_new;
  std::vector<std::string> aggregate_types;
  std::map<std::string, std::vector<std::uint64_t>> positions;  ///< of a stream's events, by version

  std::uint64_t head() const noexcept { return events.size(); }
};

history read_history(whence::log_reader& reader);

/// The pages of the table of events in the database file, as they lie there (its WAL may have newer ones).
class event_pages {
 public:
  explicit event_pages(const std::string& database_path);

  /// What the change of a byte on this offset of the database can take away at most: the events on its page, those behind them
  /// (their checksums begin with these), and those of streams whose name stands there. Nothing if that cannot be told: the page is
  /// no leaf of that table.
  std::optional<std::set<std::uint64_t>> touched_by(std::uint64_t offset, const history& was) const;

 private:
  void walk(std::uint64_t page);

  std::string bytes_;
  std::map<std::uint64_t, std::vector<std::uint64_t>> leaves_;  // page from 0 -> positions
};

}  // namespace tests
