#include <whence/cli/trace_command.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <whence/cli/display_text.hpp>
#include <whence/cli/event_commands.hpp>
#include <whence/cli/event_data.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/named_event.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/projection_commands.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/trace_screen.hpp>
#include <whence/cli/trace_source.hpp>
#include <whence/core/error.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/trace_tree.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t events_usual = 1'000;
constexpr std::size_t events_max = 100'000;  // what a tree in memory may take

std::size_t limit_of(const request& request) {
  const std::uint64_t limit = request.number("--at-most").value_or(events_usual);
  if (limit == 0 || limit > events_max) {
    throw usage_error("value", "--at-most cannot be " + std::to_string(limit),
                      "give 1 to " + std::to_string(events_max) + ": a trace is held in memory");
  }
  return static_cast<std::size_t>(limit);
}

trace_subject subject_of(const request& request, log_reader& log, trace_source& source) {
  const std::string name = request.argument();
  if (names_a_place(name)) {
    const event_page page = event_named(log, name);
    return source.subject(page.front());
  }
  const bool one_node = request.has("--up") || request.has("--down");
  try {
    return source.subject(id_pattern("the id", name),
                          one_node ? trace_source::several::are_ambiguous : trace_source::several::are_a_correlation);
  } catch (const usage_error&) {
    // The likeliest slip: the name of a stream alone.
    if (log.read_stream(name, stream_version{1}, read_direction::forward, {.events = 1}).empty()) throw;
    throw usage_error("value", "\"" + name + "\" is a stream: a trace begins with one event, command or correlation",
                      "whence trace " + shell_word(name + "@1"));
  }
}

/// The causes of an event are found by their ids: what says where to look has nothing to say, but where that one is by its cut id.
void must_look_for_nothing(const request& request) {
  const std::string& name = request.argument();
  const bool looked_for = !names_a_place(name) && !id_pattern("the id", name).whole();
  for (const std::string_view option : {"--at-most", "--from", "--to", "--since", "--until"}) {
    if (!request.has(option) || (looked_for && option != "--at-most")) continue;
    throw usage_error("option", std::string(option) + " has no meaning with --up of an event",
                      "leave it out: causes are found by their ids, wherever they are; or leave out --up");
  }
}

/// The events to draw. Causes are found by their ids: for them alone nothing has to be looked through.
traced_events events_for(const request& request, const trace_subject& subject, trace_source& source) {
  if (subject.what == trace_subject::kind::event && request.has("--up") && !request.has("--down")) {
    must_look_for_nothing(request);
    traced_events only;
    if (std::optional<traced_event> event = source.event(subject.id)) only.events.push_back(std::move(*event));
    return only;
  }
  traced_events found = source.events_of(subject, limit_of(request));
  const auto is_subject = [&](const traced_event& event) { return event.id.value() == subject.id; };
  if (subject.what == trace_subject::kind::event &&
      std::none_of(found.events.begin(), found.events.end(), is_subject)) {
    if (std::optional<traced_event> event = source.event(subject.id)) found.events.push_back(std::move(*event));
  }
  return found;
}

void narrow(trace_tree& tree, const request& request, const trace_subject& subject) {
  if (request.has("--up") || request.has("--down")) {
    const std::size_t node = tree.find(subject.id);
    if (node == trace_node::none) {
      throw usage_error(
          "option", "--up and --down are for an event or a command; " + subject.id.to_string() + " is a correlation",
          "whence trace " + subject.id.to_string());
    }
    tree.keep_only(node, request.has("--up"), request.has("--down"));
  }
  if (const std::optional<std::uint64_t> levels = request.number("--depth")) {
    if (*levels == 0) throw usage_error("value", "--depth cannot be 0", "give 1 or more: how many levels are shown");
    tree.cut_below(static_cast<std::size_t>(*levels));
  }
}

/// A node of the tree, and its event if it is one.
struct trace_item {
  const trace_node* node;
  const traced_event* event;
  const trace* whole;
  log_reader* log;
};

std::string kind_of(const trace_item& item) {
  switch (item.node->what) {
    case trace_node::kind::command: return "command";
    case trace_node::kind::event: return "event";
    case trace_node::kind::unknown: return "unknown";
  }
  return {};
}
bool is_event(const trace_item& item) { return item.node->what == trace_node::kind::event; }

/// Names of the models of which this is known.
std::vector<std::string> models_that(const trace_item& item, model_relation relation) {
  std::vector<std::string> names;
  if (!is_event(item)) return names;
  for (const model_standing* const model : models_of(*item.whole, *item.event)) {
    if (relation_of(*model, *item.event) == relation) names.push_back(model->name);
  }
  return names;
}

/// With the event and its data.
event_page page_of(const trace_item& item) {
  return item.log->read(global_position{item.event->position.value() - 1}, {}, {.events = 1, .scanned = 1});
}

std::string json_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ",") + json_string(name);
  return "[" + list + "]";
}

std::string json_of_item(const trace_item& item) {
  const trace_node& node = *item.node;
  std::string out = "{\"kind\":\"" + kind_of(item) + "\",\"depth\":" + std::to_string(node.depth);
  if (node.left_out > 0) out += ",\"leftOut\":" + std::to_string(node.left_out);
  if (!is_event(item)) {
    out += ",\"id\":\"" + node.id.to_string() + "\",\"name\":" + json_string(node.name);
    if (node.what == trace_node::kind::command) out += ",\"aggregateId\":" + json_string(item.event->stream);
    return out + "}";
  }
  const event_page page = page_of(item);
  out += ",\"applied\":" + json_list(models_that(item, model_relation::applied));
  out += ",\"passed\":" + json_list(models_that(item, model_relation::passed));
  out += ",\"notYet\":" + json_list(models_that(item, model_relation::not_yet));
  return out + "," + json_of(page.front()).substr(1);
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ",") + name;
  return all;
}

using an_item = trace_item;
using shown_in = cell_style;

std::string depth(const an_item& item, const shown_in&) { return std::to_string(item.node->depth); }
std::string kind(const an_item& item, const shown_in&) { return kind_of(item); }
std::string name(const an_item& item, const shown_in& style) {
  const bool old = !is_event(item) || item.event->type_version == 1 || style.exact();
  return item.node->name + (old ? "" : " v" + std::to_string(item.event->type_version));
}
std::string stream(const an_item& item, const shown_in& style) {
  if (item.node->what == trace_node::kind::unknown) return {};
  if (!is_event(item) || style.exact()) return item.event->stream;
  return item.event->stream + "@" + std::to_string(item.event->version.value());
}
std::string version(const an_item& item, const shown_in&) {
  return is_event(item) ? std::to_string(item.event->version.value()) : std::string();
}
std::string position(const an_item& item, const shown_in&) {
  return is_event(item) ? std::to_string(item.event->position.value()) : std::string();
}
std::string time(const an_item& item, const shown_in& style) {
  return is_event(item) ? style.time(item.event->recorded_at) : std::string();
}
std::string cause(const an_item& item, const shown_in&) {
  return is_event(item) ? item.event->causation_type : std::string();
}
std::string applied(const an_item& item, const shown_in&) { return joined(models_that(item, model_relation::applied)); }
std::string passed(const an_item& item, const shown_in&) { return joined(models_that(item, model_relation::passed)); }
std::string data(const an_item& item, const shown_in&) {
  return is_event(item) ? std::string(json_data(page_of(item).front().data).text()) : std::string();
}
std::string id(const an_item& item, const shown_in& style) { return style.id(item.node->id); }

constexpr item_column<trace_item> columns[] = {
    {{.title = "DEPTH", .name = "depth", .right = true, .in_tables = false}, &depth},
    {{.title = "POSITION", .name = "globalPosition", .right = true}, &position},
    {{.title = "TIME", .name = "recordedAt", .colour = tint::faint, .spare = 2}, &time},
    {{.title = "KIND", .name = "kind", .spare = 1}, &kind},
    {{.title = "TYPE", .name = "name", .colour = tint::cyan, .least = 12}, &name},
    {{.title = "STREAM", .name = "aggregateId", .least = 12}, &stream},
    {{.title = "VERSION", .name = "streamVersion", .right = true, .in_tables = false}, &version},
    {{.title = "CAUSED BY", .name = "causationType", .least = 9, .spare = 4}, &cause},
    {{.title = "APPLIED BY", .name = "applied", .least = 10, .spare = 5}, &applied},
    {{.title = "PASSED BY", .name = "passed", .least = 9, .spare = 5}, &passed},
    {{.title = "ID", .name = "id", .colour = tint::faint, .spare = 3}, &id},
    {{.title = "DATA", .name = "data", .least = 12, .in_tables = false}, &data},
};

std::string members_of(const trace& trace) {
  return "\"correlationId\":" +
         (trace.subject.correlation.is_nil() ? "null" : "\"" + trace.subject.correlation.to_string() + "\"");
}

/// In the order of the tree; flat: commands before their events, these in the order of the log. `more`: there are events that
/// the tree does not have.
void print_items(const trace& trace, bool more, const request& request, session& session) {
  std::vector<trace_item> items;
  for (const trace_node& node : trace.tree.nodes()) {
    const std::size_t event = node.what == trace_node::kind::event ? node.event : node.first_event;
    items.push_back({&node, &trace.tree.events()[event], &trace, &session.log()});
  }
  if (request.has("--flat")) {
    std::stable_sort(items.begin(), items.end(), [](const trace_item& one, const trace_item& other) {
      if (one.event->position != other.event->position) return one.event->position < other.event->position;
      return !is_event(one) && is_event(other);
    });
  }
  const std::span<const item_column<trace_item>> all = columns;
  std::vector<column> looks = looks_of(all);
  // Tables show what can be known: with the application's code who has applied an event, without it who has passed it.
  const bool has_code = session.around().types != nullptr;
  const bool some_unknown = std::any_of(trace.models.begin(), trace.models.end(),
                                        [](const model_standing& model) { return model.code == nullptr; });
  for (column& look : looks) {
    if (look.name == "applied") look.in_tables = has_code;
    if (look.name == "passed") look.in_tables = !has_code || some_unknown;
  }
  item_list& list = session.list(looks);
  list.with_members(members_of(trace));
  std::size_t below = 0;
  for (const trace_item& item : items) {
    put(list, all, &json_of_item, item);
    below += item.node->left_out;
  }
  if (more) {
    list.left_out_some();
  } else if (below > 0) {
    list.left_out(below);
    session.note(with_groups(below) + " more below these; a greater --depth shows them");
  }
}

/// What a model applied is not in the tree, and that does not mean that it has not applied it.
void report_unreadable_models(const model_standings& models, session& session) {
  report_unreadable_folder(models, session);
  for (const model_standing& model : models.models) {
    if (model.problem)
      session.warn("read model " + model.name + " cannot be read: whence projection status " + model.name);
  }
}

exit_code show_trace(const request& request, session& session) {
  log_reader& log = session.log();
  trace_source source(log, selection_from(request, log, session.now()));
  const trace_subject subject = subject_of(request, log, source);
  traced_events found = events_for(request, subject, source);
  if (subject.of_several) {
    session.note("several ids begin or end with " + request.argument() + ", all of this correlation");
  }
  if (found.more) {
    session.note("the first " + with_groups(found.events.size()) +
                 " events of this correlation, and there are more; --at-most N shows up to " + with_groups(events_max));
  }
  trace_tree tree(std::move(found.events), source);
  narrow(tree, request, subject);

  const model_standings models =
      stand_of_models(session.source(), log, session.around().runtime, session.around().types);
  report_unreadable_models(models, session);
  const trace whole{tree, subject, models.models};
  if (session.form() == output_form::mermaid) {
    print_mermaid(whole, session);
  } else if (session.form() == output_form::table && !request.has("--flat") && !request.has("--columns")) {
    print_tree(whole, session, request.has("--data"));
  } else {
    print_items(whole, found.more, request, session);
  }
  if (found.damage) std::rethrow_exception(found.damage);
  return exit_code::done;
}

constexpr flag flat{.name = "--flat", .text = "in the order of the log, as a list"};
constexpr flag up{.name = "--up", .text = "only what led to it"};
constexpr flag down{.name = "--down", .text = "only what follows from it"};
constexpr flag levels{.name = "--depth", .value = "N", .text = "at most N levels of the tree"};
constexpr flag at_most{.name = "--at-most", .value = "N", .text = "at most N events; 1000 unless told otherwise"};

constexpr const flag* trace_flags[] = {&flat,         &up,          &down,           &levels,
                                       &flags::data,  &flags::from, &flags::to,      &flags::since,
                                       &flags::until, &at_most,     &flags::columns, &flags::times};
constexpr output_form trace_forms[] = {output_form::table, output_form::json,     output_form::jsonl,
                                       output_form::csv,   output_form::markdown, output_form::mermaid};
constexpr example trace_examples[] = {
    {"whence trace @1", "all that belongs together with this event"},
    {"whence trace order-12345@3 --up", "only what led to it"},
    {"whence trace order-12345@1 --data", "with the data of the events"},
    {"whence trace @1 --flat -o jsonl", "one item a line, in the log's order"},
    {"whence trace @1 -o mermaid", "as a diagram"},
};
constexpr std::string_view trace_text =
    "The tree of causes and effects of an event (@4711, order-12345@3, or its id), of a command or of a correlation, "
    "by their ids, which may be cut to at least 8 characters of their beginning or end: then they are looked for in "
    "the last million events, up to --to. A beginning that several ids have is enough if all of them are of one "
    "correlation. Shown is all that has the same correlation: commands (CMD), which stand in no log and are known by "
    "their events; events (EVT); read models (PRJ) that have applied an event, as far as this program has their code, "
    "or else have passed it, which says how far they have come and not whether they care. A command that was rejected "
    "leaves no trace.\n"
    "The log is looked through for it: --from, --to, --since and --until say where. The causes of an event (--up) are "
    "found without that. --up and --down together show what led to it and what follows from it, and nothing beside.";

constexpr command rows[] = {
    {.name = "trace",
     .argument = "ID|@POSITION",
     .summary = "show what caused what",
     .text = trace_text,
     .examples = trace_examples,
     .flags = trace_flags,
     .forms = trace_forms,
     .schema = "traced",
     .columns = [] { return looks_of(std::span<const item_column<trace_item>>(columns)); },
     .run = &show_trace},
};

}  // namespace

std::span<const command> trace_commands() { return rows; }

}  // namespace whence::inline v0::cli
