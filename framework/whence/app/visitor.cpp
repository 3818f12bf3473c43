#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <whence/app/visitor.hpp>
#include <whence/core/guarded.hpp>
#include <whence/store/log_errors.hpp>

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
  std::function<void(const error&)> told;
};

/// Constant  all but whether the loss was told.
struct visitor::parts {
  /// One projection, over the files of its model and, for a log that is not whole, beside them. The same, if it has none.
  struct runners {
    std::shared_ptr<projection_runner> in_files;
    std::shared_ptr<projection_runner> in_memory;
  };

  parts(visitor_builder::parts plan, whence::runtime runs_on)
      : runtime(std::move(runs_on)),
        name(plan.log.name()),
        log(plan.log.visit(runtime)),
        aggregates(log),
        told(std::move(plan.told)) {
    for (auto& wanted : plan.projections) {
      const auto make = [&](const std::string& directory) {
        return projection_runner::make(
            *wanted.definition, wanted.object,
            {.log = log, .runtime = runtime, .models_directory = directory, .models_like = plan.log.name()});
      };
      const auto in_files = make(plan.log.models_directory());
      const bool has_files = !wanted.object && !plan.log.models_directory().empty();
      projections.push_back({in_files, has_files ? make({}) : in_files});
    }
    static_cast<void>(log_is_whole());
  }

  /// Throws what is missing or damaged at the log's end, unless somebody wants to be told.
  bool log_is_whole() {
    try {
      must_be_whole(log->condition(), name);
      return true;
    } catch (const tail_missing& loss) {
      tell(loss);
    } catch (const witness_missing& loss) {
      tell(loss);
    } catch (const import_unfinished& loss) {
      tell(loss);
    } catch (const log_damaged& loss) {
      tell(loss);
    }
    return false;
  }

  /// Called while `loss` is being handled.
  void tell(const error& loss) {
    if (!told) throw;
    const auto once = was_told.lock();
    if (!std::exchange(*once, true)) told(loss);
  }

  const whence::runtime runtime;
  const std::string name;
  const std::shared_ptr<log_reader> log;
  const repository aggregates;
  std::vector<runners> projections;
  const std::function<void(const error&)> told;
  guarded<bool> was_told;
};

visitor_builder::visitor_builder(log_source log) : parts_(std::make_unique<parts>(std::move(log))) {}
visitor_builder::visitor_builder(visitor_builder&&) noexcept = default;
visitor_builder& visitor_builder::operator=(visitor_builder&&) noexcept = default;
visitor_builder::~visitor_builder() = default;

visitor_builder visitor_builder::running_on(runtime runtime) && {
  parts_->runtime = std::move(runtime);
  return std::move(*this);
}

visitor_builder visitor_builder::showing_what_is_intact(std::function<void(const error&)> told) && {
  parts_->told = std::move(told);
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

const repository& visitor::aggregates() const {
  static_cast<void>(parts_->log_is_whole());
  return parts_->aggregates;
}

std::shared_ptr<projection_runner> visitor::brought_up(std::string_view projection,
                                                       std::chrono::nanoseconds patience) const {
  for (const auto& each : parts_->projections) {
    if (each.in_files->name() != projection) continue;
    // Before the model is asked: it may have seen what the log has lost.
    auto model = parts_->log_is_whole() ? each.in_files : each.in_memory;
    for (token wanted = head_token();;) {
      try {
        model->include(wanted, patience);
        return model;
      } catch (const log_damaged& damage) {
        // What is before it is intact.
        parts_->tell(damage);
        if (damage.position.value() == 0 || damage.position > wanted.position) throw;
        wanted.position = global_position{damage.position.value() - 1};
        model = each.in_memory;
      }
    }
  }
  throw projection_not_registered(std::string(projection));
}

log_reader& visitor::log() const noexcept { return *parts_->log; }
token visitor::head_token() const { return {parts_->log->identity().epoch, parts_->log->head()}; }

}  // namespace whence::inline v0
