#include <whence/cli/projection_commands.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <utility>

#include <whence/cli/count_condition.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/fail_condition.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/near_words.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/cli/watch.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

using a_model = shown_model;
using shown_in = cell_style;

std::string number(std::uint64_t value, const shown_in& style) {
  return style.rounds() ? with_groups(value) : std::to_string(value);
}

std::string code_of(const std::exception_ptr& problem) {
  if (!problem) return {};
  try {
    std::rethrow_exception(problem);
  } catch (const error& known) {
    return std::string(known.code());
  }
}

std::optional<std::chrono::microseconds> behind_of(const model_standing& model) {
  if (!model.sound() || (model.lag > 0 && !model.behind)) return std::nullopt;
  return model.behind.value_or(std::chrono::microseconds{});
}

std::string nothing(const shown_in& style) { return style.exact() ? "" : "–"; }

std::string name(const a_model& model, const shown_in&) { return model.standing->name; }
std::string version(const a_model& model, const shown_in& style) {
  return model.standing->version == 0 ? nothing(style) : std::to_string(model.standing->version);
}
std::string generation(const a_model& model, const shown_in& style) {
  return model.standing->generation == 0 ? nothing(style) : std::to_string(model.standing->generation);
}
std::string state(const a_model& model, const shown_in&) { return std::string(name_of(model.standing->state)); }
std::string checkpoint_at(const a_model& model, const shown_in& style) {
  return model.standing->checkpoint ? number(model.standing->checkpoint->value(), style) : nothing(style);
}
std::string lag(const a_model& model, const shown_in& style) {
  return model.standing->sound() ? number(model.standing->lag, style) : nothing(style);
}
std::string behind(const a_model& model, const shown_in& style) {
  const std::optional<std::chrono::microseconds> time = behind_of(*model.standing);
  if (!time) return nothing(style);
  return style.rounds() ? age_text(*time) : seconds_text(*time);
}
std::string rate(const a_model& model, const shown_in& style) {
  if (!model.rate) return nothing(style);
  return number(static_cast<std::uint64_t>(std::llround(*model.rate)), style) + (style.rounds() ? "/s" : "");
}
std::string time_left(const a_model& model, const shown_in& style) {
  if (!model.seconds_left) return nothing(style);
  if (!std::isfinite(*model.seconds_left)) return style.exact() ? "" : "∞";
  const std::chrono::microseconds time(std::llround(*model.seconds_left * 1e6));
  return style.rounds() ? age_text(time) : seconds_text(time);
}
std::string size(const a_model& model, const shown_in& style) {
  if (model.standing->path.empty()) return nothing(style);
  return style.rounds() ? size_text(model.standing->bytes) : std::to_string(model.standing->bytes);
}
std::string path(const a_model& model, const shown_in&) { return model.standing->path; }
std::string problem(const a_model& model, const shown_in&) { return code_of(model.standing->problem); }

// The places of those that not every screen shows.
enum place : std::size_t { at_generation = 2, at_behind = 6, at_rate = 7, at_time_left = 8, at_size = 9, at_path = 10 };

constexpr item_column<shown_model> all_columns[] = {
    {{.title = "PROJECTION", .name = "projection", .colour = tint::cyan, .least = 12}, &name},
    {{.title = "VER", .name = "version", .right = true, .spare = 3}, &version},
    {{.title = "GEN", .name = "generation", .right = true, .spare = 4, .in_tables = false}, &generation},
    {{.title = "STATE", .name = "state", .colour = tint::strong}, &state},
    {{.title = "CHECKPOINT", .name = "checkpoint", .right = true, .spare = 2}, &checkpoint_at},
    {{.title = "LAG", .name = "lag", .right = true}, &lag},
    {{.title = "BEHIND", .name = "lagSeconds", .right = true, .spare = 1}, &behind},
    {{.title = "RATE", .name = "ratePerSecond", .right = true, .spare = 5, .in_tables = false, .in_csv = false}, &rate},
    {{.title = "ETA", .name = "etaSeconds", .right = true, .spare = 6, .in_tables = false, .in_csv = false},
     &time_left},
    {{.title = "SIZE", .name = "bytes", .right = true, .spare = 5, .in_tables = false}, &size},
    {{.title = "FILE", .name = "path", .colour = tint::faint, .least = 12, .spare = 6, .in_tables = false}, &path},
    {{.title = "PROBLEM", .name = "problem", .in_tables = false}, &problem},
};

model_standings models_wanted(const request& request, session& session) {
  const surroundings& around = session.around();
  model_standings found = stand_of_models(session.source(), session.log(), around.runtime, around.types);
  if (found.problem) std::rethrow_exception(found.problem);
  const std::string wanted = request.argument();
  if (wanted.empty()) return found;
  if (std::none_of(found.models.begin(), found.models.end(),
                   [&](const model_standing& one) { return one.name == wanted; }))
    throw no_model(wanted, found.models);
  std::erase_if(found.models, [&](const model_standing& one) { return one.name != wanted; });
  return found;
}

/// "head 5 104 220 · last event 3 s ago · process 4182 writes"
std::string head_line(global_position head, std::optional<long> writer, session& session) {
  std::string text = "head " + with_groups(head.value());
  try {
    const std::uint64_t before = head.value() - std::min<std::uint64_t>(head.value(), 1);
    const event_page last = session.log().read(global_position{before}, {}, {.events = 1, .scanned = 1});
    if (!last.empty()) text += " · last event " + relative_to(session.now(), last.front().recorded_at);
  } catch (const log_damaged& damage) {
    session.failed(damage);
  }
  text += writer ? " · process " + std::to_string(*writer) + " writes" : " · no process writes";
  return session.out_style().paint(tint::strong, session.broken_after(0, text)) + "\n\n";
}

/// "stock is 5 events behind"
std::string said(const model_standing& model) {
  if (!model.sound() || model.state == model_state::building)
    return model.name + " is " + std::string(name_of(model.state));
  if (model.lag == 0) return model.name + " has every event";
  return model.name + " is " + with_groups(model.lag) + (model.lag == 1 ? " event" : " events") + " behind";
}

exit_code list_models(const request& request, session& session) {
  const model_standings found = models_wanted(request, session);
  std::vector<column> looks = looks_of(model_columns());
  looks[at_behind].in_tables = false;
  for (const std::size_t place : {at_generation, at_size, at_path}) looks[place].in_tables = true;
  item_list& list = session.list(looks);
  list.with_members("\"head\":" + std::to_string(found.head.value()));
  for (const model_standing& model : found.models)
    put(list, model_columns(), &json_of_model, shown_model{.standing = &model, .rate = {}, .seconds_left = {}});
  report_problems(found, session);
  if (found.models.empty() && session.on_terminal() && session.form() == output_form::table)
    session.note("no read model lies beside the log");
  return exit_code::done;
}

/// How fast models come on, from one look to the next.
class progress {
 public:
  shown_model look_at(const model_standing& model, global_position head, std::chrono::nanoseconds now) {
    shown_model shown{.standing = &model, .rate = {}, .seconds_left = {}};
    if (!model.sound()) return shown;
    const sample fresh{*model.checkpoint, head, now};
    sample& last = samples_.try_emplace({model.name, model.generation}, fresh).first->second;
    const double seconds = std::chrono::duration<double>(now - last.when).count();
    if (seconds > 0) {
      shown.rate =
          static_cast<double>(fresh.checkpoint.value() - std::min(last.checkpoint, fresh.checkpoint).value()) / seconds;
      const double log_rate = static_cast<double>(head.value() - std::min(last.head, head).value()) / seconds;
      const double gain = *shown.rate - log_rate;
      if (model.lag > 0) shown.seconds_left = gain > 0 ? static_cast<double>(model.lag) / gain : INFINITY;
    }
    last = fresh;
    return shown;
  }

 private:
  struct sample {
    global_position checkpoint;
    global_position head;
    std::chrono::nanoseconds when;
  };
  std::map<std::pair<std::string, std::uint64_t>, sample> samples_;
};

exit_code show_status(const request& request, session& session) {
  std::vector<fail_condition> conditions;
  for (const std::string& text : request.values("--fail-if")) conditions.emplace_back(text);
  progress progress;
  model_standings found;
  std::vector<condition_met> met;
  const auto draw = [&]() -> std::optional<exit_code> {
    found = models_wanted(request, session);
    const std::optional<long> writer = writer_of(session.source(), *session.around().runtime.files);
    if (session.form() == output_form::table) session.print(head_line(found.head, writer, session));
    std::vector<column> looks = looks_of(model_columns());
    for (const std::size_t place : {at_rate, at_time_left})
      looks[place].in_tables = looks[place].in_csv = request.has("--watch");
    item_list& list = session.list(looks);
    list.with_members("\"head\":" + std::to_string(found.head.value()) +
                      ",\"writer\":" + (writer ? std::to_string(*writer) : "null"));
    std::optional<exit_code> end;
    for (const model_standing& model : found.models) {
      put(list, model_columns(), &json_of_model,
          progress.look_at(model, found.head, session.around().runtime.clock->elapsed()));
      for (const fail_condition& condition : conditions) {
        if (!condition.holds(model)) continue;
        met.emplace_back(said(model), condition.text());
        end = exit_code::answer_is_no;
      }
    }
    return end;
  };
  const exit_code end = draw_or_watch(request, session, draw);
  for (const condition_met& one : met) session.failed(one);
  report_problems(found, session);
  return end;
}

constexpr const flag* list_flags[] = {&flags::columns};
constexpr const flag* status_flags[] = {&flags::fail_if, &flags::watch, &flags::columns};
constexpr example list_examples[] = {
    {"whence projection list", "the read models beside the log"},
    {"whence projection list -o csv", "for a spreadsheet"},
};
constexpr example status_examples[] = {
    {"whence projection status", "how far behind each is"},
    {"whence projection status order_summary", "one of them"},
    {"whence projection status --fail-if 'lag>1000'", "exit code 1 if one is"},
};
constexpr std::string_view list_text =
    "The read models beside the log, by name: the version of the projection that made each, its generation (how often "
    "it was built anew), and the position in the log up to which it has everything.";
constexpr std::string_view status_text =
    "LAG is how many events a model has not seen yet, BEHIND the age of the first of them: a log at rest makes nobody "
    "late. States: live (has everything), lagging (behind, and a process writes the log), stopped (behind, and none "
    "does: it goes on with the application, or when it is asked for), building (a new generation that does not serve "
    "yet), outdated (this program has a newer version of the projection), damaged (no read model any more), unreadable "
    "(this user may not read it), foreign (of another log, or of another history of this one).";

constexpr command rows[] = {
    {.group = "projection",
     .name = "list",
     .summary = "list read models",
     .text = list_text,
     .examples = list_examples,
     .flags = list_flags,
     .forms = list_forms,
     .schema = "projection",
     .columns = [] { return looks_of(model_columns()); },
     .run = &list_models},
    {.group = "projection",
     .name = "status",
     .argument = "[PROJECTION]",
     .argument_by = completes::model,
     .summary = "show how far read models are behind",
     .text = status_text,
     .examples = status_examples,
     .flags = status_flags,
     .forms = list_forms,
     .schema = "projection",
     .columns = [] { return looks_of(model_columns()); },
     .run = &show_status},
};

}  // namespace

not_in_log no_model(const std::string& wanted, const std::vector<model_standing>& models) {
  std::vector<std::string> names;
  std::string list;
  for (const model_standing& model : models) {
    if (!names.empty() && names.back() == model.name) continue;
    names.push_back(model.name);
    list += (list.empty() ? "" : ", ") + model.name;
  }
  const std::string meant = nearest(wanted, names);
  return {"projection.missing",
          {.what = "there is no read model \"" + wanted + "\" beside the log",
           .where = {},
           .why = names.empty() ? "there is none at all: an application with projections makes them"
                                : (meant.empty() ? "there are: " : "did you mean " + meant + "? There are: ") + list,
           .remedy = "whence projection list"}};
}

void report_unreadable_folder(const model_standings& found, session& session) {
  if (!found.problem) return;
  try {
    std::rethrow_exception(found.problem);
  } catch (const error& known) {
    session.failed(known);
  }
}

void report_problems(const model_standings& found, session& session) {
  report_unreadable_folder(found, session);
  for (const model_standing& model : found.models) {
    if (!model.problem) continue;
    try {
      std::rethrow_exception(model.problem);
    } catch (const error& known) {
      session.failed(known);
    }
  }
}

std::span<const item_column<shown_model>> model_columns() { return all_columns; }

std::string json_of_model(const shown_model& shown) {
  const model_standing& model = *shown.standing;
  const auto or_null = [](bool known, const std::string& text) { return known ? text : std::string("null"); };
  std::string out = "{\"projection\":" + json_string(model.name);
  out += ",\"version\":" + or_null(model.version != 0, std::to_string(model.version));
  out += ",\"generation\":" + or_null(model.generation != 0, std::to_string(model.generation));
  out.append(",\"state\":\"").append(name_of(model.state)).append("\"");
  out += ",\"checkpoint\":" +
         or_null(model.checkpoint.has_value(), model.checkpoint ? std::to_string(model.checkpoint->value()) : "");
  out += ",\"lag\":" + or_null(model.sound(), std::to_string(model.lag));
  const std::optional<std::chrono::microseconds> behind = behind_of(model);
  out += ",\"lagSeconds\":" + or_null(behind.has_value(), behind ? seconds_text(*behind) : "");
  if (shown.rate) out += ",\"ratePerSecond\":" + std::to_string(std::llround(*shown.rate));
  if (shown.seconds_left) {
    const bool ends = std::isfinite(*shown.seconds_left);
    out += ",\"etaSeconds\":" + or_null(ends, ends ? std::to_string(std::llround(*shown.seconds_left)) : "");
  }
  out += ",\"bytes\":" + or_null(!model.path.empty(), std::to_string(model.bytes));
  out += ",\"path\":" + or_null(!model.path.empty(), json_string(visible(model.path)));
  if (model.problem) out += ",\"problem\":" + json_string(code_of(model.problem));
  return out + "}";
}

std::span<const command> projection_commands() { return rows; }

}  // namespace whence::inline v0::cli
