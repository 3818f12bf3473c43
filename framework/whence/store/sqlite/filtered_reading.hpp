/// Fills a page with the events that a filter lets through, in one or several scans; and reads only where the index says that
/// there are events of their types.
///
/// The index names groups of positions; every event of such a group is read and judged by itself. What is read first, before the
/// index is asked, are as many events as a group has: who asks for what most events are is content with them.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/store/event_page_builder.hpp>
#include <whence/store/log.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/stream_lookup.hpp>

namespace whence::inline v0 {

/// Order    positions ascend: what is passed over, or read, is behind what was before.
/// Throws   log_damaged, if the page would begin with an event that is damaged. It ends before one otherwise.
class filtered_reading {
 public:
  filtered_reading(log_reader_connection& log, const event_filter& filter, const page_limit& limit,
                   global_position after);

  // These want a snapshot of the log around them.
  /// Reads all, or, if that may be much and little is let through, what comes first. False: the page is done.
  bool begin();
  /// Reads the rest: by the index where that goes, and beyond it one event after the other. Has a snapshot that may be another than
  /// that of `begin`.
  void go_on(const lookup_sources& sources);

  event_page finish() { return page_.finish(scanned_to_, !full_); }

 private:
  bool wants(std::int64_t type, const recorded_event& event);
  bool judge(const recorded_event& event) const;
  void forget_types();
  bool take(const entry_row& row, const recorded_event& event);
  void keep(std::int64_t type, const recorded_event& event);
  bool read_to(global_position to);
  void read_groups(index_reader& index, global_position to);

  struct kept_names {
    std::string_view aggregate_type;
    std::string_view type;
  };

  log_reader_connection& log_;
  const event_filter& filter_;
  const page_limit& limit_;
  const global_position after_;
  event_page_builder page_;
  const void* numbered_by_ = nullptr;  // the file whose numbers of types these are
  std::vector<char> judged_;           // by type number
  std::vector<kept_names> kept_;       // by type number, once it was met
  std::size_t scanned_ = 0;
  bool full_ = false;
  global_position scanned_to_;
};

}  // namespace whence::inline v0
