#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <whence/app/visitor.hpp>

namespace whence::inline v0 {

namespace {

struct wanted_projection {
  const detail::projection_definition* definition;
  std::shared_ptr<void> object;
};

}  // namespace

struct visitor_builder::parts {
  explicit parts(log_source source) : log(std::move(source)) {}

  log_source log;
  std::optional<whence::runtime> runtime;
  std::vector<wanted_projection> projections;
};

struct visitor::parts {
  parts(visitor_builder::parts plan, whence::runtime runs_on)
      : runtime(std::move(runs_on)), log(plan.log.visit(runtime)), aggregates(log) {
    for (auto& wanted : plan.projections) {
      projections.push_back(
          projection_runner::make(*wanted.definition, std::move(wanted.object),
                                  {.log = log, .runtime = runtime, .models_directory = plan.log.models_directory()}));
    }
  }

  const whence::runtime runtime;
  const std::shared_ptr<log_reader> log;
  const repository aggregates;
  std::vector<std::shared_ptr<projection_runner>> projections;
};

visitor_builder::visitor_builder(log_source log) : parts_(std::make_unique<parts>(std::move(log))) {}
visitor_builder::visitor_builder(visitor_builder&&) noexcept = default;
visitor_builder& visitor_builder::operator=(visitor_builder&&) noexcept = default;
visitor_builder::~visitor_builder() = default;

visitor_builder visitor_builder::running_on(runtime runtime) && {
  parts_->runtime = std::move(runtime);
  return std::move(*this);
}

void visitor_builder::add_projection(const detail::projection_definition& definition, std::shared_ptr<void> object) {
  const auto same_name = [&](const wanted_projection& each) {
    return each.definition->info.name == definition.info.name;
  };
  if (std::ranges::any_of(parts_->projections, same_name))
    throw duplicate_projection(std::string(definition.info.name));
  parts_->projections.push_back({&definition, std::move(object)});
}

visitor visitor_builder::open() && {
  auto runs_on = parts_->runtime ? *parts_->runtime : runtime::system(1);
  return visitor(std::make_unique<visitor::parts>(std::move(*parts_), std::move(runs_on)));
}

visitor::visitor(std::unique_ptr<parts> opened) : parts_(std::move(opened)) {}
visitor::visitor(visitor&&) noexcept = default;
visitor& visitor::operator=(visitor&&) noexcept = default;
visitor::~visitor() = default;

const repository& visitor::aggregates() const noexcept { return parts_->aggregates; }

std::shared_ptr<projection_runner> visitor::brought_up(std::string_view projection,
                                                       std::chrono::nanoseconds patience) const {
  for (const auto& each : parts_->projections) {
    if (each->name() != projection) continue;
    each->include(head_token(), patience);
    return each;
  }
  throw projection_not_registered(std::string(projection));
}

log_reader& visitor::log() const noexcept { return *parts_->log; }
token visitor::head_token() const { return {parts_->log->identity().epoch, parts_->log->head()}; }

}  // namespace whence::inline v0
