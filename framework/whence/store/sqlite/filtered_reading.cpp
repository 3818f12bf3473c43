#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <whence/core/detail/fault_points.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/filtered_reading.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t events_expected_max = 1'024;

/// Of fewer events than this the index is not asked.
constexpr std::uint64_t events_worth_asking = 4'096;

constexpr global_position end_of_all{std::numeric_limits<std::uint64_t>::max()};

bool has(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

/// The groups in which one of some keys occurs.
class groups_of_any {
 public:
  template <class KeyOf>
  groups_of_any(index_reader& index, const std::vector<std::string>& names, KeyOf key_of) : index_(index) {
    for (const std::string& name : names) keys_.push_back({key_of(name), std::nullopt});
  }

  /// The first of them that is not before that one; `beyond` if there is none.
  position_group next(position_group from, position_group beyond) {
    position_group first = beyond;
    for (place& each : keys_) {
      if (!each.next || each.next->first < from.first) each.next = look(each.key, from, beyond);
      if (each.next->first < first.first) first = *each.next;
    }
    return first;
  }

 private:
  struct place {
    index_key key;
    std::optional<position_group> next;  // the first that is not before the one that was asked for last
  };

  position_group look(index_key key, position_group from, position_group beyond) {
    // A group's entry is at its first event of the type, wherever reading goes on in it.
    const std::vector<std::uint64_t> found = index_.ascending(key, from.first - 1, 1);
    return found.empty() ? beyond : position_group::of(found.front());
  }

  index_reader& index_;
  std::vector<place> keys_;
};

}  // namespace

filtered_reading::filtered_reading(log_reader_connection& log, const event_filter& filter, const page_limit& limit,
                                   global_position after)
    : log_(log),
      filter_(filter),
      limit_(limit),
      after_(after),
      page_(std::min<std::size_t>(limit.events, events_expected_max)),
      scanned_to_(after) {}

bool filtered_reading::begin() {
  const bool wants_all = filter_.aggregate_types.empty() && filter_.event_types.empty();
  const global_position head = wants_all ? global_position{} : log_.head();
  if (head.value() < events_worth_asking || after_.value() > head.value() - events_worth_asking) {
    read_to(end_of_all);
    return false;
  }
  return read_to(global_position{after_.value() + position_group::positions});
}

void filtered_reading::go_on(const lookup_sources& sources) {
  forget_types();  // their numbers may mean others in another snapshot
  if (sources.index != nullptr) read_groups(*sources.index, sources.indexed_to);
  read_to(end_of_all);
}

void filtered_reading::read_groups(index_reader& index, global_position to) {
  std::vector<groups_of_any> lists;
  if (!filter_.event_types.empty()) lists.emplace_back(index, filter_.event_types, key_of_event_type);
  if (!filter_.aggregate_types.empty()) lists.emplace_back(index, filter_.aggregate_types, key_of_aggregate_type);
  const position_group beyond = position_group::of(to.value() + position_group::positions);
  while (!full_ && scanned_to_ < to) {
    // The first group that all lists have.
    position_group group = position_group::of(scanned_to_.value() + 1);
    for (position_group before{0}; before != group;) {
      before = group;
      for (groups_of_any& list : lists) group = list.next(group, beyond);
    }
    const std::uint64_t first = group.first + (detail::mutant(72) ? 1 : 0);
    scanned_to_ = std::max(scanned_to_, std::min(to, global_position{first - 1}));
    const global_position last = std::min(to, global_position{group.last()});
    if (!read_to(last) || scanned_to_ < last) return;
  }
}

/// Reads on, up to and with that position. False: the page is done.
bool filtered_reading::read_to(global_position to) {
  if (full_) return false;
  try {
    if (scanned_to_ < to) {
      log_.scan(scanned_to_, [&](const entry_row& row, const recorded_event& event) {
        return take(row, event) && event.position < to;
      });
    }
  } catch (const log_damaged&) {
    // What comes before the damage is intact, and is given out first: whoever reads on from there is told.
    if (detail::mutant(4)) return false;
    if (scanned_to_ == after_) throw;
    full_ = true;
  }
  return !full_;
}

bool filtered_reading::take(const entry_row& row, const recorded_event& event) {
  if (row.numbered_by != numbered_by_) {
    numbered_by_ = row.numbered_by;
    forget_types();
  }
  const bool wanted = wants(row.type, event);
  full_ = scanned_ >= std::max<std::size_t>(limit_.scanned, 1) || (wanted && !page_.has_room_for(event, limit_));
  if (full_) return false;
  ++scanned_;
  scanned_to_ = event.position;
  if (wanted) keep(row.type, event);
  return true;
}

void filtered_reading::keep(std::int64_t type, const recorded_event& event) {
  kept_names rare;
  if (type <= log_reader_connection::types_kept_max && static_cast<std::size_t>(type) >= kept_.size())
    kept_.resize(static_cast<std::size_t>(type) + 1);
  kept_names& names = type <= log_reader_connection::types_kept_max ? kept_[static_cast<std::size_t>(type)] : rare;
  if (names.type.empty()) names = {page_.keep(event.aggregate_type), page_.keep(event.type)};
  recorded_event& kept = page_.add_kept(event);
  kept.aggregate_type = names.aggregate_type;
  kept.type = names.type;
  kept.stream = page_.keep(event.stream);
  kept.causation_type = page_.keep(event.causation_type);
  kept.source = page_.keep(event.source);
  kept.traceparent = page_.keep(event.traceparent);
  kept.data = page_.keep(event.data);
  kept.tags = page_.keep_tags(event.tags);
}

/// A number is judged when it is first met.
bool filtered_reading::wants(std::int64_t type, const recorded_event& event) {
  if (filter_.aggregate_types.empty() && filter_.event_types.empty()) return true;
  if (type > log_reader_connection::types_kept_max) return judge(event);
  const auto index = static_cast<std::size_t>(type);
  if (index >= judged_.size()) judged_.resize(index + 1, 0);
  if (judged_[index] == 0) judged_[index] = judge(event) ? 1 : 2;
  return judged_[index] == 1;
}

bool filtered_reading::judge(const recorded_event& event) const {
  return has(filter_.aggregate_types, event.aggregate_type) && has(filter_.event_types, event.type);
}

void filtered_reading::forget_types() {
  judged_.clear();
  kept_.clear();
}

}  // namespace whence::inline v0
