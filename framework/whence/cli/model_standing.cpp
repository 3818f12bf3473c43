#include <whence/cli/model_standing.hpp>

#include <algorithm>
#include <utility>

#include <whence/projection/errors.hpp>
#include <whence/projection/stored_models.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/subscription/checkpoint.hpp>

namespace whence::inline v0::cli {
namespace {

model_state state_of_problem(const std::exception_ptr& problem) {
  try {
    std::rethrow_exception(problem);
  } catch (const read_model_damaged&) {
    return model_state::damaged;
  } catch (const error&) {
    return model_state::unreadable;
  }
}

model_standing standing_of(const std::string& name, const stored_generation& generation) {
  model_standing found;
  found.name = name;
  found.version = generation.version;
  found.generation = generation.number;
  found.path = generation.path;
  found.bytes = generation.bytes;
  found.mode = generation.mode;
  found.problem = generation.problem;
  if (!generation.problem) found.checkpoint = generation.at.position;
  if (generation.problem) found.state = state_of_problem(generation.problem);
  return found;
}

/// Whether it is a model of this log's history.
void compare(model_standing& found, const checkpoint& at, log_reader& log) {
  if (found.problem) return;
  try {
    verify(at, log, found.name);
  } catch (const checkpoint_mismatch&) {
    found.problem = std::current_exception();
    found.state = model_state::foreign;
  } catch (const log_damaged&) {
    // Of the event at its checkpoint nobody can say any more whether it is the one that the model has seen.
    found.problem = std::current_exception();
    found.state = model_state::foreign;
  }
}

std::optional<std::chrono::microseconds> age_of_next(global_position at, log_reader& log, timestamp now) {
  try {
    const event_page page = log.read(at, {}, {.events = 1, .scanned = 1});
    if (page.empty()) return std::nullopt;
    return std::max(now - page.front().recorded_at, timestamp::duration{});
  } catch (const log_damaged&) {
    return std::nullopt;
  }
}

model_state state_of(const model_standing& model, bool builds, bool written) {
  if (builds) return model_state::building;
  if (model.code != nullptr && model.code->info.version > model.version) return model_state::outdated;
  if (model.lag == 0) return model_state::live;
  return written ? model_state::lagging : model_state::stopped;
}

}  // namespace

std::string_view name_of(model_state state) {
  switch (state) {
    case model_state::live: return "live";
    case model_state::lagging: return "lagging";
    case model_state::stopped: return "stopped";
    case model_state::building: return "building";
    case model_state::outdated: return "outdated";
    case model_state::damaged: return "damaged";
    case model_state::unreadable: return "unreadable";
    case model_state::foreign: return "foreign";
  }
  return "";
}

std::optional<bool> model_standing::handles(std::string_view event_type) const {
  if (code == nullptr) return std::nullopt;
  return std::any_of(code->events.begin(), code->events.end(),
                     [event_type](const whence::event_type& one) { return one.name == event_type; });
}

std::optional<long> writer_of(const log_source& source, files& files) {
  if (source.models_directory().empty()) return std::nullopt;
  return files.lock_holder(source.name() + ".lock");
}

model_standings stand_of_models(const log_source& source, log_reader& log, const runtime& runtime,
                                const cli_types* types) {
  model_standings all;
  std::vector<bool> builds;
  std::vector<stored_model> there;
  try {
    there = stored_models(runtime.files, source.models_directory());
  } catch (const file_error&) {
    all.problem = std::current_exception();
  }
  for (const stored_model& stored : there) {
    const auto add = [&](const stored_generation& generation, bool building) {
      all.models.push_back(standing_of(stored.name, generation));
      compare(all.models.back(), generation.at, log);
      builds.push_back(building);
    };
    if (stored.serving) add(*stored.serving, false);
    if (stored.problem) {
      all.models.emplace_back().name = stored.name;
      all.models.back().problem = stored.problem;
      all.models.back().state = state_of_problem(stored.problem);
      builds.push_back(false);
    }
    if (stored.building) add(*stored.building, true);
  }

  all.head = log.head();  // looked at last: what the models have was in the log before
  const bool written = !all.models.empty() && writer_of(source, *runtime.files).has_value();
  for (std::size_t i = 0; i < all.models.size(); ++i) {
    model_standing& model = all.models[i];
    if (types != nullptr) model.code = types->known().projection_named(model.name);
    if (!model.sound()) continue;
    model.lag = all.head.value() - std::min(model.checkpoint->value(), all.head.value());
    if (model.lag > 0) model.behind = age_of_next(*model.checkpoint, log, runtime.clock->now());
    model.state = state_of(model, builds[i], written);
  }
  return all;
}

}  // namespace whence::inline v0::cli
