#include <whence/cli/stream_summaries.hpp>

#include <algorithm>
#include <utility>

#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

selection without_since(selection wanted) {
  wanted.since.reset();
  return wanted;
}

}  // namespace

stream_summary summarize(const recorded_event& first, const recorded_event& last) {
  return {.name = std::string(first.stream),
          .aggregate_type = std::string(first.aggregate_type),
          .version = last.version,
          .first_position = first.position,
          .last_position = last.position,
          .first_recorded = first.recorded_at,
          .last_recorded = last.recorded_at};
}

event_page end_of_stream(log_reader& log, std::string_view stream) {
  return log.read_stream(stream, stream_version{UINT64_MAX}, read_direction::backward, {.events = 1});
}

stream_summaries::stream_summaries(log_reader& log, selection wanted, way how, std::size_t held)
    : log_(log),
      wanted_(without_since(wanted)),
      since_(wanted.since),
      way_(how),
      held_size_(held),
      births_(log, wanted_),
      next_birth_(std::max(wanted_.from, global_position{1})) {}

std::optional<stream_summary> stream_summaries::next() {
  while (true) {
    const std::optional<stream_summary> found = way_ == way::pass ? held_next() : look_up_next();
    if (!found || !since_ || found->last_recorded >= *since_) return found;
  }
}

std::optional<stream_summary> stream_summaries::look_up_next() {
  if (way_ == way::look_up_first && looked_up_ == looked_up_first) {
    way_ = way::pass;
    return held_next();
  }
  const recorded_event* first = births_.next();
  while (first != nullptr && first->version != stream_version{1}) first = births_.next();
  if (first == nullptr) return std::nullopt;
  ++looked_up_;
  next_birth_ = first->position.next();
  try {
    return summarize(*first, end_of_stream(log_, first->stream).front());
  } catch (const log_damaged&) {
    // Looking up needs what is damaged. A pass gets as far as there is anything to be shown.
    way_ = way::pass;
    next_birth_ = first->position;
    return held_next();
  }
}

std::optional<stream_summary> stream_summaries::held_next() {
  if (given_ == held_.size()) {
    if (next_birth_) pass();
    if (held_.empty()) next_birth_.reset();
  }
  if (given_ == held_.size()) {
    if (damage_) std::rethrow_exception(damage_);
    return std::nullopt;
  }
  return held_[given_++];
}

void stream_summaries::pass() {
  held_.clear();
  places_.clear();
  given_ = 0;
  damage_ = nullptr;
  global_position at{next_birth_->value() - 1};
  next_birth_.reset();
  const global_position head = log_.head();
  const event_filter filter = wanted_.filter();
  constexpr std::uint64_t shown_each = 32'768;
  global_position shown;
  try {
    while (at < head) {
      if (show_ && (shown == global_position{} || at.value() - shown.value() >= shown_each)) {
        show_();
        shown = at;
      }
      const event_page page = log_.read(at, filter);
      for (const recorded_event& event : page) meet(event);
      if (page.scanned_to() <= at) break;
      at = page.scanned_to();
    }
  } catch (const log_damaged&) {
    damage_ = std::current_exception();
  }
}

void stream_summaries::meet(const recorded_event& event) {
  if (event.version == stream_version{1}) {
    if (event.position > wanted_.to || !wanted_.wants(event)) return;
    if (held_.size() == held_size_) {
      if (!next_birth_) next_birth_ = event.position;
      return;
    }
    places_.emplace(event.stream, held_.size());
    held_.push_back(summarize(event, event));
    return;
  }
  const auto place = places_.find(event.stream);
  if (place == places_.end()) return;
  stream_summary& stream = held_[place->second];
  stream.version = event.version;
  stream.last_position = event.position;
  stream.last_recorded = event.recorded_at;
}

}  // namespace whence::inline v0::cli
