#include <whence/cli/selected_events.hpp>

#include <algorithm>
#include <utility>

#include <whence/serialization/errors.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/upcasting/errors.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t window_min = 1024;
constexpr std::size_t scanned_window_max = 1024;
constexpr std::size_t selected_window_max = std::size_t{1}
                                            << 62;  // what the index knows is found by it, however far it is
constexpr std::size_t windows_not_widened = 8;

/// How many positions are passed, at most, before what was found is shown.
constexpr std::uint64_t shown_each = 32'768;

// The first rows come at once, and a page is small beside the buffers around it.
constexpr page_limit page_size{.events = 1'000, .bytes = 1u << 20, .scanned = 16'384};

}  // namespace

bool ends_before(const recorded_event& next, std::size_t limit, std::size_t shown, global_position shown_to) {
  return limit != 0 && shown >= limit && next.position != shown_to;
}

std::optional<global_position> unreadable_at(const error& failure) {
  if (const auto* damaged = dynamic_cast<const log_damaged*>(&failure)) return damaged->position;
  if (const auto* upcast = dynamic_cast<const upcast_failed*>(&failure)) return upcast->position;
  if (const auto* version = dynamic_cast<const unknown_event_version*>(&failure)) return version->position;
  return std::nullopt;
}

selected_events::selected_events(log_reader& log, selection wanted)
    : log_(log), wanted_(std::move(wanted)), filter_(wanted_.filter()), link_(wanted_.link()), window_(window_min) {
  const global_position first{std::max<std::uint64_t>(wanted_.from.value(), 1)};
  wanted_.from = first;
  wanted_.to = std::min(wanted_.to, log_.head());
  at_end_ = wanted_.to < wanted_.from;
  at_ = wanted_.reverse ? wanted_.to : global_position{first.value() - 1};
  upto_ = at_;
  shown_at_ = at_.value();
  version_ = wanted_.reverse ? stream_version{UINT64_MAX} : stream_version{1};
}

const recorded_event* selected_events::next() {
  while (true) {
    while (const recorded_event* const event = take()) {
      if (event->position < wanted_.from || event->position > wanted_.to) continue;
      if (wanted_.wants(*event)) return event;
    }
    if (at_end_) return nullptr;
    looked_on();
    page_ = fetch();
    taken_ = 0;
  }
}

void selected_events::looked_on() {
  const std::uint64_t passed = wanted_.reverse ? shown_at_ - at_.value() : at_.value() - shown_at_;
  if (!show_ || passed < shown_each) return;
  shown_at_ = at_.value();
  show_();
}

const recorded_event* selected_events::take() {
  while (backward_page_ && taken_ < page_.size() && page_[page_.size() - 1 - taken_].position > upto_) ++taken_;
  if (taken_ >= page_.size()) return nullptr;
  const std::size_t index = backward_page_ ? page_.size() - 1 - taken_ : taken_;
  ++taken_;
  return &page_[index];
}

event_page selected_events::fetch() {
  if (wanted_.streams.size() == 1) return fetch_stream();
  return wanted_.reverse ? fetch_backward() : fetch_forward();
}

/// Whether the event that cannot be read is behind all that is wanted, and nobody's concern.
bool selected_events::is_behind(const error& failure, global_position last) {
  const std::optional<global_position> position = unreadable_at(failure);
  return position && *position > last;
}

event_page selected_events::fetch_forward() {
  event_page page;
  try {
    page = link_ ? log_.read_linked(*link_, at_, page_size) : log_.read(at_, filter_, page_size);
  } catch (const error& failure) {
    if (!is_behind(failure, wanted_.to)) throw;
    at_end_ = true;
    return {};
  }
  at_end_ = page.scanned_to() <= at_ || page.scanned_to() >= wanted_.to;
  at_ = page.scanned_to();
  return page;
}

// A log is read upwards. Downwards it is read window by window; a window whose events are too many for a page, or that has a
// damaged event in it, is halved.
event_page selected_events::fetch_backward() {
  backward_page_ = true;
  while (true) {
    const std::uint64_t room = at_.value() - wanted_.from.value() + 1;
    const std::size_t window = static_cast<std::size_t>(std::min<std::uint64_t>(window_, room));
    const global_position below{at_.value() - window};
    std::optional<event_page> page = read_window(below, window);
    if (!page) {
      window_ = window / 2;
      steady_ = windows_not_widened;
      continue;
    }
    if (steady_ > 0) {
      --steady_;
    } else {
      window_ = std::min(window * 2, is_looked_up() ? selected_window_max : scanned_window_max);
    }
    upto_ = at_;
    at_ = below;
    at_end_ = below < wanted_.from;
    return std::move(*page);
  }
}

/// Nothing if the window is too wide. A page of what is looked up may go on beyond it.
std::optional<event_page> selected_events::read_window(global_position below, std::size_t window) {
  try {
    // Of a wide window the index leaves few events to be looked at, or it is too wide.
    const page_limit of_window{.events = std::min(window, scanned_window_max),
                               .bytes = page_size.bytes,
                               .scanned = std::min(window, page_size.scanned)};
    event_page page = link_ ? log_.read_linked(*link_, below, page_size) : log_.read(below, filter_, of_window);
    if (page.scanned_to() < at_ && window > 1) return std::nullopt;
    return page;
  } catch (const error& failure) {
    if (!unreadable_at(failure)) throw;
    if (is_behind(failure, at_)) return event_page{};
    if (window == 1) throw;
    return std::nullopt;
  }
}

event_page selected_events::fetch_stream() {
  const read_direction direction = wanted_.reverse ? read_direction::backward : read_direction::forward;
  event_page page;
  try {
    page = log_.read_stream(wanted_.streams.front(), version_, direction, page_size);
  } catch (const error& failure) {
    if (!is_behind(failure, wanted_.to)) throw;
    // The page would have begun with it.
    const stream_version unreadable = std::min(version_, log_.stream_head(wanted_.streams.front()));
    at_end_ = !wanted_.reverse || unreadable <= stream_version{1};
    if (!at_end_) version_ = stream_version{unreadable.value() - 1};
    return {};
  }
  const stream_place last = page.last_looked_at();
  if (last.position == global_position{}) {
    at_end_ = true;
    return page;
  }
  if (wanted_.reverse) {
    at_end_ = last.version <= stream_version{1} || last.position < wanted_.from;
    if (!at_end_) version_ = stream_version{last.version.value() - 1};
  } else {
    at_end_ = page.at_end() || last.position > wanted_.to;
    version_ = last.version.next();
  }
  return page;
}

}  // namespace whence::inline v0::cli
