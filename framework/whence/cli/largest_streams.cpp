#include <whence/cli/largest_streams.hpp>

#include <algorithm>
#include <iterator>

#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {

largest_streams::largest_streams(log_reader& log, selection wanted, std::size_t held)
    : log_(log), wanted_(std::move(wanted)), since_(wanted_.since), held_size_(held), given_(ranked_.end()) {
  wanted_.since.reset();
}

std::optional<stream_summary> largest_streams::next() {
  while (true) {
    if (given_ == ranked_.end()) {
      if (damage_) std::rethrow_exception(damage_);
      if (!more_) return std::nullopt;
      pass();
      if (ranked_.empty()) continue;
    }
    const auto& [place, last] = *given_;
    ++given_;
    if (std::optional<stream_summary> found = summary_of(place, last)) return found;
  }
}

void largest_streams::pass() {
  if (!ranked_.empty()) bound_ = std::prev(ranked_.end())->first;
  ranked_.clear();
  versions_.clear();
  more_ = false;
  const event_filter filter{wanted_.aggregates.exact(), {}};
  const global_position head = log_.head();
  try {
    for (global_position at; at < head;) {
      const event_page page = log_.read(at, filter);
      for (const recorded_event& event : page) meet(event);
      if (page.scanned_to() <= at) break;
      at = page.scanned_to();
    }
  } catch (const log_damaged&) {
    damage_ = std::current_exception();
    more_ = false;
  }
  given_ = ranked_.begin();
}

void largest_streams::meet(const recorded_event& event) {
  if (!wanted_.aggregates.match(event.aggregate_type)) return;
  rank now{event.version, std::string(event.stream)};
  const last_event last{event.position, event.recorded_at};
  if (const auto known = versions_.find(event.stream); known != versions_.end()) {
    auto moved = ranked_.extract(rank{known->second, now.name});
    known->second = now.version;
    moved.key() = std::move(now);
    moved.mapped() = last;
    ranked_.insert(std::move(moved));
    return;
  }
  const bool full = ranked_.size() == held_size_;
  if (full && !(now < std::prev(ranked_.end())->first)) {
    more_ = true;
    return;
  }
  if (bound_ && given_before(now.name)) return;
  if (full) {
    more_ = true;
    const auto least = std::prev(ranked_.end());
    versions_.erase(least->first.name);
    ranked_.erase(least);
  }
  versions_.emplace(now.name, now.version);
  ranked_.emplace(std::move(now), last);
}

bool largest_streams::given_before(const std::string& stream) {
  if (known_as_given_.contains(stream)) return true;
  if (*bound_ < rank{log_.stream_head(stream), stream}) return false;
  if (known_as_given_.size() == held_size_) known_as_given_.clear();
  known_as_given_.insert(stream);
  return true;
}

std::optional<stream_summary> largest_streams::summary_of(const rank& place, const last_event& last) {
  const event_page page = log_.read_stream(place.name, stream_version{1}, read_direction::forward, {.events = 1});
  const recorded_event& first = page.front();
  const bool chosen = first.position >= wanted_.from && first.position <= wanted_.to &&
                      (!wanted_.until || first.recorded_at <= *wanted_.until) && (!since_ || last.recorded >= *since_);
  if (!chosen) return std::nullopt;
  return stream_summary{.name = place.name,
                        .aggregate_type = std::string(first.aggregate_type),
                        .version = place.version,
                        .first_position = first.position,
                        .last_position = last.position,
                        .first_recorded = first.recorded_at,
                        .last_recorded = last.recorded};
}

}  // namespace whence::inline v0::cli
