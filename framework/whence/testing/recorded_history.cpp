#include <whence/testing/recorded_history.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <whence/core/simulation.hpp>
#include <whence/testing/report_failure.hpp>
#include <whence/upcasting/upcasting_log.hpp>

namespace whence::testing::inline v0 {
namespace {

runtime runtime_by(const std::shared_ptr<manual_clock>& clock) {
  return {clock, std::make_shared<seeded_entropy>(1), system_files(), std::make_shared<manual_executor>(),
          std::make_shared<manual_timer>(clock)};
}

append_batch batch_of(const given_event& given, std::uint64_t number, timestamp now) {
  const correlation_id correlation = given.details.correlation.value_or(correlation_id{derive(now, "given", number)});
  new_event event{.id = event_id{derive(now, "event", number)},
                  .type = given.type,
                  .version = given.version,
                  .occurred_at = given.details.occurred_at.value_or(now),
                  .data = given.data,
                  .metadata = {.correlation = correlation,
                               .causation = given.details.causation.value_or(causation_id{correlation.value()}),
                               .causation_type = given.details.causation_type,
                               .source = given.details.source,
                               .traceparent = given.details.traceparent},
                  .tags = {}};
  stream_append append{.stream = given.stream_name(), .aggregate_type = given.aggregate_type, .events = {}};
  append.events.push_back(std::move(event));
  append_batch batch;
  batch.streams.push_back(std::move(append));
  return batch;
}

log_source record(const std::vector<given_event>& events) {
  const auto clock = std::make_shared<manual_clock>();
  const log_source source = memory();
  const auto log = source.open(runtime_by(clock));
  std::uint64_t number = 0;
  for (const given_event& event : events) {
    static_cast<void>(log->append(batch_of(event, ++number, clock->now())).get().value());
    clock->advance(std::chrono::seconds{1});
  }
  return source;
}

}  // namespace

runtime stopped_runtime() { return runtime_by(std::make_shared<manual_clock>()); }

std::optional<log_source> record_or_report(const detail::history& past, const std::source_location& where) {
  try {
    const log_source recorded = record(past.events);
    return past.through ? upcasting(recorded, *past.through) : recorded;
  } catch (const append_not_done& refused) {
    report_failure(with_reason(std::string("these events cannot be recorded\n  ") + refused.what(), refused), where);
    return std::nullopt;
  }
}

std::string with_reason(std::string sentence, const error& failure) {
  if (!failure.text().why.empty()) sentence.append("\n  ").append(failure.text().why);
  return sentence;
}

}  // namespace whence::testing::inline v0
