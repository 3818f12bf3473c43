#include <whence/cli/import_batches.hpp>

#include <algorithm>
#include <functional>
#include <utility>

#include <whence/cli/import_errors.hpp>

namespace whence::inline v0::cli {

/// What was handed over is waited for, whatever comes of it: nobody is told of it any more.
import_batches::~import_batches() {
  for (on_its_way& one : sent_) {
    try {
      static_cast<void>(std::move(one.outcome).get());
    } catch (const std::exception&) {
    }
  }
}

/// In a batch a stream stands once, its events in a row.
bool import_batches::has_place_for(const exported_event& event, std::size_t stream) const {
  if (next_.ids.empty()) return true;
  if (next_.ids.size() == batch_events_max || next_.bytes >= batch_bytes_max) return false;
  if (event.recorded_at != next_.recorded_at) return false;
  const stream_append& last = events_.streams.back();
  if (last.stream == event.stream) {
    const std::uint64_t next = last.expected.version().value() + last.events.size() + 1;
    return last.aggregate_type == event.aggregate_type && event.version.value() == next;
  }
  return !streams_.contains(stream);
}

void import_batches::add(exported_event event, std::uint64_t line) {
  const std::size_t stream = std::hash<std::string>{}(event.stream);
  if (!has_place_for(event, stream)) send();
  if (next_.ids.empty()) {
    next_.first_line = line;
    next_.first = event.position;
    next_.recorded_at = event.recorded_at;
  }
  next_.ids.push_back(event.event.id);
  next_.streams.push_back(stream);
  next_.bytes += event.event.data.size() + event.stream.size();
  if (events_.streams.empty() || events_.streams.back().stream != event.stream) {
    streams_.insert(stream);
    events_.streams.push_back({.stream = std::move(event.stream),
                               .aggregate_type = std::move(event.aggregate_type),
                               .expected = expected_version::exactly(stream_version{event.version.value() - 1}),
                               .events = {}});
  }
  events_.streams.back().events.push_back(std::move(event.event));
}

void import_batches::send() {
  if (next_.ids.empty()) return;
  while (!sent_.empty() && (sent_events_ + next_.ids.size() > events_max || sent_bytes_ + next_.bytes > bytes_max))
    settle_first();
  sent_events_ += next_.ids.size();
  sent_bytes_ += next_.bytes;
  async<append_outcome> outcome = into_.append(std::exchange(events_, {}), next_.first, next_.recorded_at);
  sent_.push_back({std::exchange(next_, {}), std::move(outcome)});
  streams_.clear();
}

void import_batches::settle_first() {
  on_its_way first = std::move(sent_.front());
  sent_.pop_front();
  sent_events_ -= first.what.ids.size();
  sent_bytes_ -= first.what.bytes;
  const append_outcome outcome = std::move(first.outcome).get();
  if (const append_unknown* const unknown = outcome.unknown())
    throw import_interrupted("append.unknown", log_, unknown->cause, unknown->detail);
  if (const append_refused* const refused = outcome.refused()) refuse(first.what, *refused);
  if (outcome.value().repeated)
    throw import_malformed(file_, first.what.first_line, "an event before it has the same id");
}

void import_batches::refuse(const batch& what, const append_refused& refused) const {
  using reason = append_refused::reason;
  if (refused.why == reason::not_written)
    throw import_interrupted("append.not_written", log_, refused.cause, refused.detail);
  if (refused.why == reason::closed) throw import_interrupted("append.closed", log_, refused.cause, refused.detail);
  const auto named = std::ranges::find(what.ids, refused.event);
  const auto of_stream = std::ranges::find(what.streams, std::hash<std::string>{}(refused.stream));
  std::ptrdiff_t place = 0;
  if (named != what.ids.end()) {
    place = named - what.ids.begin();
  } else if (of_stream != what.streams.end()) {
    place = of_stream - what.streams.begin();
  }
  std::string why = refused.detail;
  if (refused.why == reason::version_conflict)
    why = "its stream " + refused.stream + " has version " + std::to_string(refused.actual.value()) +
          " before it, and so it cannot have version " + std::to_string(refused.expected.version().value() + 1);
  if (refused.why == reason::event_id_reused) why = "an event before it has the same id";
  throw import_malformed(file_, what.first_line + static_cast<std::uint64_t>(place), std::move(why));
}

void import_batches::finish() {
  send();
  while (!sent_.empty()) settle_first();
}

}  // namespace whence::inline v0::cli
