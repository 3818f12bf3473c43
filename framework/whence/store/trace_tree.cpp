#include <whence/store/trace_tree.hpp>

#include <algorithm>
#include <cstdio>
#include <unordered_map>
#include <utility>

namespace whence::inline v0 {
namespace {

using places = std::unordered_map<uuid, std::size_t>;

/// What is known of the nodes before their order is.
struct sketch {
  std::vector<trace_node> nodes;  // `parent` is a place in here
  std::vector<std::vector<std::size_t>> effects;
  std::vector<std::size_t> roots;

  std::size_t add(trace_node node) {
    nodes.push_back(std::move(node));
    effects.emplace_back();
    return nodes.size() - 1;
  }
  void attach(std::size_t effect, std::size_t cause) {
    nodes[effect].parent = cause;
    effects[cause].push_back(effect);
  }
  /// Where it stands among its siblings.
  std::size_t order(std::size_t node) const {
    return nodes[node].what == trace_node::kind::event ? nodes[node].event : nodes[node].first_event;
  }
};

trace_node cause_node(const traced_event& effect, std::size_t its_place, traced_log& log) {
  trace_node node;
  node.id = effect.causation.value();
  node.name = effect.causation_type;
  node.first_event = its_place;
  const bool is_missing = node.name.empty() || log.is_event_type(node.name);
  node.what = is_missing ? trace_node::kind::unknown : trace_node::kind::command;
  return node;
}

/// Lists the node and all below it, each once, without recursion: a chain of causes can be long.
void list_from(std::size_t root, sketch& drawn, std::vector<bool>& listed, std::vector<trace_node>& into) {
  struct step {
    std::size_t node;
    std::size_t parent;  // in `into`
  };
  std::vector<step> to_do{{root, trace_node::none}};
  while (!to_do.empty()) {
    const step now = to_do.back();
    to_do.pop_back();
    if (listed[now.node]) continue;
    listed[now.node] = true;
    trace_node node = drawn.nodes[now.node];
    node.parent = now.parent;
    node.depth = now.parent == trace_node::none ? 0 : into[now.parent].depth + 1;
    into.push_back(std::move(node));
    const std::vector<std::size_t>& effects = drawn.effects[now.node];
    for (auto effect = effects.rbegin(); effect != effects.rend(); ++effect)
      to_do.push_back({*effect, into.size() - 1});
  }
}

/// A node has one cause or none, so that whoever goes up from one that no root leads to comes into a circle. The first event of
/// that is where it is cut open.
std::size_t beginning_of_circle(std::size_t from, const sketch& drawn) {
  std::unordered_map<std::size_t, bool> passed;
  std::size_t at = from;
  while (passed.emplace(at, true).second) at = drawn.nodes[at].parent;
  std::size_t first = at;
  for (std::size_t next = drawn.nodes[at].parent; next != at; next = drawn.nodes[next].parent)
    first = std::min(first, next);
  return first;
}

}  // namespace

traced_event::traced_event(const recorded_event& event)
    : position(event.position),
      version(event.version),
      id(event.id),
      stream(event.stream),
      aggregate_type(event.aggregate_type),
      type(event.type),
      type_version(event.type_version),
      recorded_at(event.recorded_at),
      correlation(event.correlation),
      causation(event.causation),
      causation_type(event.causation_type) {}

trace_tree::trace_tree(std::vector<traced_event> events, traced_log& log) : events_(std::move(events)) {
  climb(log);
  arrange(log);
}

/// Adds the events, of other correlations or beyond the limit, that caused what is there.
void trace_tree::climb(traced_log& log) {
  places known;
  for (std::size_t i = 0; i < events_.size(); ++i) known.emplace(events_[i].id.value(), i);
  std::unordered_map<uuid, bool> asked;
  for (std::size_t i = 0; i < events_.size() && asked.size() < climbs_max; ++i) {
    const uuid cause = events_[i].causation.value();
    if (cause.is_nil() || known.contains(cause) || !asked.emplace(cause, true).second) continue;
    std::optional<traced_event> found = log.event(cause);
    if (!found) continue;
    known.emplace(cause, events_.size());
    events_.push_back(std::move(*found));
  }
  std::sort(events_.begin(), events_.end(),
            [](const traced_event& one, const traced_event& other) { return one.position < other.position; });
}

void trace_tree::arrange(traced_log& log) {
  sketch drawn;
  places known;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    trace_node node;
    node.id = events_[i].id.value();
    node.name = events_[i].type;
    node.event = i;
    known.emplace(node.id, i);
    drawn.add(std::move(node));
  }
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const uuid cause = events_[i].causation.value();
    if (cause.is_nil()) {
      drawn.roots.push_back(i);
      continue;
    }
    const auto [found, is_new] = known.emplace(cause, drawn.nodes.size());
    if (is_new) drawn.roots.push_back(drawn.add(cause_node(events_[i], i, log)));
    drawn.attach(i, found->second);
  }
  std::stable_sort(drawn.roots.begin(), drawn.roots.end(),
                   [&drawn](std::size_t one, std::size_t other) { return drawn.order(one) < drawn.order(other); });

  std::vector<bool> listed(drawn.nodes.size());
  for (const std::size_t root : drawn.roots) list_from(root, drawn, listed, nodes_);
  // What no root leads to stands in a circle, or below one.
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (listed[i]) continue;
    const std::size_t begins = nodes_.size();
    list_from(beginning_of_circle(i, drawn), drawn, listed, nodes_);
    nodes_[begins].in_circle = true;
  }
  mark_last();
}

void trace_tree::mark_last() {
  std::vector<bool> has_later(nodes_.size() + 1);
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const std::size_t parent = nodes_[i].parent == trace_node::none ? nodes_.size() : nodes_[i].parent;
    nodes_[i].last = !has_later[parent];
    has_later[parent] = true;
  }
}

const traced_event& trace_tree::event_of(const trace_node& node) const {
  return events_[node.what == trace_node::kind::event ? node.event : node.first_event];
}

namespace {

/// An id that was made with a command has its time in it. One that was derived may have any: then nothing is said.
std::optional<timestamp> time_of(const trace_node& node, timestamp recorded) {
  if (node.what == trace_node::kind::event) return recorded;
  if (node.id.version() != 7 || node.id.time() > recorded || recorded - node.id.time() > std::chrono::hours(1))
    return std::nullopt;
  return node.id.time();
}

}  // namespace

timestamp trace_tree::begins() const {
  if (nodes_.empty()) return {};
  const timestamp recorded = event_of(nodes_.front()).recorded_at;
  return time_of(nodes_.front(), recorded).value_or(recorded);
}

std::string trace_tree::time_text(const trace_node& node) const {
  const std::optional<timestamp> time = time_of(node, event_of(node).recorded_at);
  if (!time) return {};
  const timestamp began = begins();
  return *time < began ? "-" + span_text(began - *time) : "+" + span_text(*time - began);
}

std::string trace_tree::guides(std::size_t node, bool below, std::size_t levels_max) const {
  std::string text;
  std::size_t levels = 0;
  for (std::size_t at = node; nodes_[at].depth > 0; at = nodes_[at].parent) {
    if (++levels > levels_max) return "⋯  " + text;
    const bool itself = at == node && !below;
    text.insert(0, itself ? (nodes_[at].last ? "└─ " : "├─ ") : (nodes_[at].last ? "   " : "│  "));
  }
  return text;
}

std::size_t trace_tree::find(const uuid& id) const {
  const auto found =
      std::find_if(nodes_.begin(), nodes_.end(), [&id](const trace_node& node) { return node.id == id; });
  return found == nodes_.end() ? trace_node::none : static_cast<std::size_t>(found - nodes_.begin());
}

void trace_tree::keep_only(std::size_t node, bool causes, bool effects) {
  std::vector<bool> kept(nodes_.size());
  kept[node] = true;
  if (causes) {
    for (std::size_t up = nodes_[node].parent; up != trace_node::none; up = nodes_[up].parent) kept[up] = true;
  }
  if (effects) {
    for (std::size_t i = node + 1; i < nodes_.size() && nodes_[i].depth > nodes_[node].depth; ++i) kept[i] = true;
  }
  keep(kept);
}

void trace_tree::cut_below(std::size_t levels) {
  std::vector<bool> kept(nodes_.size());
  std::size_t last_kept = trace_node::none;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    kept[i] = nodes_[i].depth < levels;
    if (kept[i]) last_kept = i;
    // All that is cut before the next node that is kept stands below the last one: that is the order of the list.
    if (!kept[i] && last_kept != trace_node::none) ++nodes_[last_kept].left_out;
  }
  keep(kept);
}

void trace_tree::keep(const std::vector<bool>& kept) {
  std::vector<std::size_t> place(nodes_.size(), trace_node::none);
  std::vector<trace_node> fewer;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!kept[i]) continue;
    trace_node& node = nodes_[i];
    if (node.parent != trace_node::none) node.parent = place[node.parent];
    node.depth = node.parent == trace_node::none ? 0 : fewer[node.parent].depth + 1;
    place[i] = fewer.size();
    fewer.push_back(std::move(node));
  }
  nodes_ = std::move(fewer);
  mark_last();
}

std::string span_text(std::chrono::microseconds span) {
  const auto in = [&span](double unit, const char* format) {
    char text[32];
    std::snprintf(text, sizeof text, format, static_cast<double>(span.count()) / unit);
    return std::string(text);
  };
  if (span < std::chrono::seconds(1)) return std::to_string(span.count() / 1000) + " ms";
  if (span < std::chrono::minutes(1)) return in(1e6, "%.2f s");
  if (span < std::chrono::hours(1)) return in(60e6, "%.1f min");
  if (span < std::chrono::days(1)) return in(3600e6, "%.1f h");
  return in(86400e6, "%.1f d");
}

}  // namespace whence::inline v0
