#include <whence/modelling/command_run.hpp>

#include <algorithm>
#include <utility>

#include <whence/modelling/command_outcome_access.hpp>
#include <whence/modelling/repository.hpp>

namespace whence::inline v0 {

namespace detail {
namespace {

constexpr std::string_view event_name = "event";

}  // namespace

bool command_bus_parts::knows(const aggregate_facts& facts) const {
  return std::any_of(aggregates.begin(), aggregates.end(), [&](const auto* known) { return known->key == facts.key; });
}

command_run::command_run(std::shared_ptr<command_bus_parts> parts, request what)
    : parts_(std::move(parts)),
      request_(std::move(what)),
      id_(request_.context.id ? *request_.context.id : command_id{parts_->runtime.make_uuid()}),
      occurred_at_(request_.context.occurred_at ? *request_.context.occurred_at : parts_->runtime.clock->now()),
      model_(nullptr, request_.facts.destroy),
      conflicts_(parts_->options.conflicts, parts_->runtime),
      storage_(parts_->options.storage, parts_->runtime) {}

command_run::step command_run::begin() {
  if (!parts_->knows(request_.facts)) throw aggregate_not_registered(request_.facts.name);
  return decide_and_append();
}

command_run::step command_run::resume() { return decides_again_ ? decide_and_append() : append(); }

command_run::step command_run::decide_and_append() {
  // A fresh id cannot be in the log.
  if (request_.context.id)
    if (auto first = first_effect()) return std::move(*first);

  if (auto without_append = decide()) return std::move(*without_append);
  return append();
}

std::optional<command_outcome> command_run::decide() {
  if (request_.command.query == nullptr) {
    const hot_aggregates::use aggregate = parts_->hot.load(*parts_->log, request_.facts, request_.stream);
    version_ = aggregate.end().version;
    return decide_on(aggregate.state(), aggregate.end().position);
  }
  if (!model_) {
    condition_.query = request_.command.query(request_.command.command.get());
    model_.reset(request_.facts.create());
  }
  // After a conflict, only what came since.
  condition_.after = fold_matching(*parts_->log, condition_.query, request_.facts, model_.get(), condition_.after);
  return decide_on(model_.get(), condition_.after);
}

std::optional<command_outcome> command_run::decide_on(const void* state, global_position position) {
  decision decided = request_.command.decide(state, request_.command.command.get());
  if (decided.refusal) return refused(std::move(*decided.refusal));
  if (decided.events.empty()) return without_events(position);
  events_ = std::move(decided.events);
  return std::nullopt;
}

command_run::step command_run::append() { return parts_->log->append(batch()); }

command_run::step command_run::after(const append_outcome& ended) {
  if (const auto* committed = ended.committed()) return accepted(*committed);

  using reason = append_refused::reason;
  const auto* refused = ended.refused();
  const bool version = refused && refused->why == reason::version_conflict;
  const bool conflict = version || (refused && refused->why == reason::condition_conflict);
  const bool storage = ended.unknown() || (refused && refused->why == reason::not_written);
  // A state that is ahead of the log is of another log than this.
  if (version && refused->actual < version_) parts_->hot.forget(request_.stream);
  // The same command, sent twice at once, may have been decided on another state: its ids are taken, and it has taken effect.
  if (refused && refused->why == reason::event_id_reused)
    if (auto first = first_effect()) return std::move(*first);
  if (const auto time = conflict ? conflicts_.next() : storage ? storage_.next() : std::nullopt) {
    decides_again_ = conflict;
    sent_before_ = storage;
    return pause{*time};
  }
  static_cast<void>(ended.value());  // throws
  std::terminate();
}

append_batch command_run::batch() const {
  const whence::metadata shared = metadata();
  stream_append stream{.stream = request_.stream,
                       .aggregate_type = std::string(request_.facts.name),
                       .expected = model_ ? expected_version::any() : expected_version::exactly(version_),
                       .events = {}};
  stream.events.reserve(events_.size());
  for (const decided_event& event : events_)
    stream.events.push_back({.id = id_of(stream.events.size()),
                             .type = std::string(event.type.name),
                             .version = event.type.version,
                             .occurred_at = occurred_at_,
                             .data = event.data,
                             .metadata = shared,
                             .tags = event.tags});
  append_batch batch;
  batch.streams.push_back(std::move(stream));
  if (model_) batch.conditions.push_back(condition_);
  return batch;
}

whence::metadata command_run::metadata() const {
  const command_context& context = request_.context;
  return {.correlation = context.correlation ? *context.correlation : correlation_id{id_.value()},
          .causation = id_,
          .causation_type = std::string(request_.command.name),
          .source = parts_->options.source,
          .traceparent = context.traceparent};
}

event_id command_run::id_of(std::uint64_t number) const { return event_id{derive(id_.value(), event_name, number)}; }

std::optional<command_outcome> command_run::first_effect() const {
  const auto position = parts_->log->find_event(id_of(0));
  if (!position) return std::nullopt;

  command_outcome_access::facts facts;
  facts.repeated = true;
  global_position read_to{position->value() - 1};
  for (bool more = true; more;) {
    const event_page page = parts_->log->stored().read(read_to, {}, {.events = 64});
    if (page.empty()) break;
    for (const recorded_event& event : page) {
      more = event.id == id_of(facts.events);
      if (!more) break;
      if (event.stream != request_.stream || event.causation_type != request_.command.name)
        throw command_id_reused(id_, request_.command.name, request_.stream, event.causation_type, event.stream);
      if (facts.events == 0)
        facts.recorded = {.correlation = event.correlation,
                          .causation = event.causation,
                          .causation_type = std::string(event.causation_type),
                          .source = std::string(event.source),
                          .traceparent = std::string(event.traceparent)};
      ++facts.events;
      facts.token.position = event.position;
    }
    read_to = page.scanned_to();
  }
  facts.token.epoch = parts_->log->identity().epoch;
  return command_outcome_access::make(std::move(facts));
}

command_outcome command_run::accepted(const append_committed& committed) const {
  command_outcome_access::facts facts;
  facts.token = committed.token;
  facts.events = events_.size();
  facts.repeated = committed.repeated && !sent_before_;
  facts.recorded = metadata();
  return command_outcome_access::make(std::move(facts));
}

command_outcome command_run::without_events(global_position position) const {
  command_outcome_access::facts facts;
  facts.token = {.epoch = parts_->log->identity().epoch, .position = position};
  return command_outcome_access::make(std::move(facts));
}

command_outcome command_run::refused(rejected refusal) const {
  command_outcome_access::facts facts;
  facts.refusal = std::move(refusal);
  facts.command = request_.command.name;
  facts.stream = request_.stream;
  facts.reports_to = parts_->runtime.executor;
  return command_outcome_access::make(std::move(facts));
}

}  // namespace detail
}  // namespace whence::inline v0
