#include <whence/testing/given_events.hpp>

#include <functional>

#include <whence/core/error.hpp>
#include <whence/projection/errors.hpp>
#include <whence/projection/runner.hpp>
#include <whence/sql/database.hpp>
#include <whence/testing/recorded_history.hpp>
#include <whence/testing/report_failure.hpp>
#include <whence/testing/row_check.hpp>

namespace whence::testing::inline v0 {
namespace {

std::shared_ptr<projection_runner> project(const whence::detail::projection_definition& definition,
                                           std::shared_ptr<void> object, const log_source& recorded) {
  const runtime stopped = stopped_runtime();
  projection_ground ground{.log = recorded.visit(stopped), .runtime = stopped, .models_directory = {}};
  ground.page.events = 1;
  const token end{.position = ground.log->head()};
  auto runner = projection_runner::make(definition, std::move(object), std::move(ground));
  runner->include(end, {});
  return runner;
}

}  // namespace

struct detail::projected::parts {
  std::string name;
  std::shared_ptr<projection_runner> runner;  // null: the projection failed, which is reported
};

detail::projected::projected(const whence::detail::projection_definition& definition, std::shared_ptr<void> object,
                             const history& past, const std::source_location& where)
    : parts_(std::make_shared<parts>()) {
  parts_->name = definition.info.name;
  const std::optional<log_source> recorded = record_or_report(past, where);
  if (!recorded) return;
  try {
    parts_->runner = project(definition, std::move(object), *recorded);
  } catch (const projection_failed& failure) {
    const given_event& event = past.events.at(failure.position.value() - 1);
    report_failure(with_reason(parts_->name + " could not handle event " + std::to_string(failure.position.value()) +
                                   ", " + failure.event_type + " in " + event.stream_name(),
                               failure),
                   where);
  } catch (const error& failure) {
    report_failure(with_reason(failure.what(), failure), where);
  }
}

void detail::projected::then_rows(std::string_view query, const std::vector<row>& expected,
                                  const std::source_location& where) const {
  if (!parts_->runner) return;
  const auto snapshot = parts_->runner->snapshot();
  std::string failure = row_failure(parts_->name, snapshot->database(), query, expected);
  failure.empty() ? report_met() : report_failure(std::move(failure), where);
}

void detail::projected::then_model(look_at_database call, void* look) const {
  if (!parts_->runner) return;
  const auto snapshot = parts_->runner->snapshot();
  call(look, snapshot->database());
}

void detail::projected::then_model(look_at_object call, void* look) const {
  if (!parts_->runner) return;
  parts_->runner->look([call, look](const void* object) { call(look, object); });
}

log_source given_history::as_log(std::source_location where) const {
  return record_or_report(past_, where).value_or(memory());
}

}  // namespace whence::testing::inline v0
