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
  known_as_given_.clear();
  while (!versions_.empty()) known_as_given_.insert(std::move(versions_.extract(versions_.begin()).key()));
  ranked_.clear();
  more_ = false;
  try {
    read_all([this](const recorded_event& event) { meet(event); });
    find_first_events();
  } catch (const log_damaged&) {
    damage_ = std::current_exception();
    more_ = false;
  }
  given_ = ranked_.begin();
}

void largest_streams::read_all(const std::function<void(const recorded_event&)>& use) {
  const event_filter filter{wanted_.aggregates.exact(), {}};
  const global_position head = log_.head();
  for (global_position at; at < head;) {
    const event_page page = log_.read(at, filter);
    for (const recorded_event& event : page) use(event);
    if (page.scanned_to() <= at) break;
    at = page.scanned_to();
  }
}

/// Those of streams that were let in later. Few are looked up when they are asked for: that costs as much as to pass a hundred.
void largest_streams::find_first_events() {
  const auto lacking = std::count_if(ranked_.begin(), ranked_.end(), [](const auto& stream) {
    return stream.second.first_position == global_position{};
  });
  if (static_cast<std::uint64_t>(lacking) < log_.head().value() / 100) return;
  read_all([this](const recorded_event& event) {
    if (event.version != stream_version{1}) return;
    const auto known = versions_.find(event.stream);
    if (known == versions_.end()) return;
    ends& stream = ranked_.at(rank{known->second, known->first});
    stream.first_position = event.position;
    stream.first_recorded = event.recorded_at;
    stream.aggregate_type = event.aggregate_type;
  });
}

void largest_streams::meet(const recorded_event& event) {
  if (!wanted_.aggregates.match(event.aggregate_type)) return;
  rank now{event.version, std::string(event.stream)};
  if (const auto known = versions_.find(event.stream); known != versions_.end()) {
    auto moved = ranked_.extract(rank{known->second, now.name});
    known->second = now.version;
    moved.key() = std::move(now);
    moved.mapped().last_position = event.position;
    moved.mapped().last_recorded = event.recorded_at;
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
  ends met{event.position, event.recorded_at};
  if (event.version == stream_version{1}) {
    met.first_position = event.position;
    met.first_recorded = event.recorded_at;
    met.aggregate_type = event.aggregate_type;
  }
  versions_.emplace(now.name, now.version);
  ranked_.emplace(std::move(now), std::move(met));
}

bool largest_streams::given_before(const std::string& stream) {
  if (known_as_given_.contains(stream)) return true;
  if (*bound_ < rank{log_.stream_head(stream), stream}) return false;
  if (known_as_given_.size() >= 2 * held_size_) known_as_given_.clear();
  known_as_given_.insert(stream);
  return true;
}

std::optional<stream_summary> largest_streams::summary_of(const rank& place, const ends& found) {
  stream_summary stream{.name = place.name,
                        .aggregate_type = found.aggregate_type,
                        .version = place.version,
                        .first_position = found.first_position,
                        .last_position = found.last_position,
                        .first_recorded = found.first_recorded,
                        .last_recorded = found.last_recorded};
  if (found.first_position == global_position{}) {
    const event_page page = log_.read_stream(place.name, stream_version{1}, read_direction::forward, {.events = 1});
    stream.aggregate_type = page.front().aggregate_type;
    stream.first_position = page.front().position;
    stream.first_recorded = page.front().recorded_at;
  }
  const bool chosen = stream.first_position >= wanted_.from && stream.first_position <= wanted_.to &&
                      (!wanted_.until || stream.first_recorded <= *wanted_.until) &&
                      (!since_ || stream.last_recorded >= *since_);
  return chosen ? std::optional(std::move(stream)) : std::nullopt;
}

}  // namespace whence::inline v0::cli
