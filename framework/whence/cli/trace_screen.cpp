#include <whence/cli/trace_screen.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <whence/cli/data_lines.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/event_data.hpp>
#include <whence/cli/id_pattern.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/cli/wrapped_text.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

std::string name_with_version(const traced_event& event) {
  return event.type_version == 1 ? event.type : event.type + " v" + std::to_string(event.type_version);
}

/// The columns of one line. All but `guides` is text that may come from events.
struct line {
  std::string guides;
  std::string hang;  ///< what stands before it where it goes on
  std::string_view tag;
  tint colour = tint::plain;
  std::string name;
  std::string place;
  std::string position;
  std::string time;
  std::string remark;

  std::size_t left_width() const { return display_width(guides) + display_width(tag) + 1 + display_width(name); }
  bool has_more() const { return !place.empty() || !position.empty() || !time.empty() || !remark.empty(); }
};

struct piece {
  tint colour;
  std::string text;
};

class tree_printer {
 public:
  tree_printer(const trace& trace, session& session)
      : trace_(trace), session_(session), style_(session.out_style()), begins_(trace.tree.begins()) {}

  void print(bool with_data) {
    header();
    lay_out();
    for (std::size_t i = 0; i < nodes().size(); ++i) {
      print_line(line_of(i));
      if (with_data && nodes()[i].what == trace_node::kind::event) print_data(i);
      for (line& below : lines_below(i)) print_line(below);
    }
  }

 private:
  const std::vector<trace_node>& nodes() const { return trace_.tree.nodes(); }
  const traced_event& event_of(const trace_node& node) const { return trace_.tree.event_of(node); }

  std::string id_text(const uuid& id) const { return session_.cells().id(id); }

  void header() {
    std::set<std::string_view> streams;
    timestamp last = begins_;
    std::size_t below = 0;
    for (const trace_node& node : nodes()) {
      below += node.left_out;
      if (node.what != trace_node::kind::event) continue;
      const traced_event& event = event_of(node);
      streams.insert(event.stream);
      last = std::max(last, event.recorded_at);
    }
    std::string text = "correlation " +
                       (trace_.subject.correlation.is_nil() ? "none" : trace_.subject.correlation.to_string()) + " · " +
                       counted(nodes().size() + below, "message");
    if (!streams.empty())
      text += " · " + counted(streams.size(), "stream") + " · " + span_text(last - begins_) + " · " +
              session_.cells().time(begins_);
    session_.print(style_.paint(tint::strong, session_.broken_after(0, text)) + "\n\n");
  }

  /// The width of each column.
  void lay_out() {
    constexpr std::size_t left_max = 60;
    constexpr std::size_t place_max = 40;
    for (std::size_t i = 0; i < nodes().size(); ++i) {
      const line line = line_of(i);
      left_ = std::max(left_, std::min(line.left_width(), left_max));
      place_ = std::max(place_, std::min(display_width(line.place), place_max));
      position_ = std::max(position_, line.position.size());
    }
    folds_ = session_.on_terminal() && widest_line() > session_.around().size.columns;
  }

  std::size_t widest_line() const {
    constexpr std::size_t gap = 2;
    std::size_t widest = 0;
    for (std::size_t i = 0; i < nodes().size(); ++i) {
      const line line = line_of(i);
      const std::size_t more = gap + std::max(place_, display_width(line.place)) + gap + position_ + gap +
                               display_width(line.time) + gap + display_width(line.remark);
      widest = std::max(widest, std::max(left_, line.left_width()) + (line.has_more() ? more : 0));
      for (const auto& below : lines_below(i)) widest = std::max(widest, below.left_width());
    }
    return widest;
  }

  /// What stands before the node itself, or (`below`) before what hangs on it.
  std::string guides(std::size_t node, bool below) const {
    // Who is deeper is drawn below "⋯": half of a narrow terminal is for what is to be read.
    const std::size_t levels_max =
        session_.on_terminal() ? std::clamp<std::size_t>(session_.around().size.columns / 6, 2, 60) : 60;
    return trace_.tree.guides(node, below, levels_max);
  }

  line line_of(std::size_t place) const {
    const trace_node& node = nodes()[place];
    const traced_event& event = event_of(node);
    line line;
    line.guides = guides(place, false);
    line.hang = hang_of(place);
    line.time = trace_.tree.time_text(node);
    switch (node.what) {
      case trace_node::kind::command:
        line.tag = "CMD";
        line.colour = tint::yellow;
        line.name = visible(node.name);
        line.place = visible(event.stream);
        break;
      case trace_node::kind::event:
        line.tag = "EVT";
        line.colour = tint::cyan;
        line.name = visible(name_with_version(event));
        line.place = visible(event.stream) + "@" + std::to_string(event.version.value());
        line.position = "#" + std::to_string(event.position.value());
        if (node.in_circle) line.remark = "its cause follows from it";
        if (event.correlation.value() != trace_.subject.correlation) line.remark = "of another correlation";
        break;
      case trace_node::kind::unknown:
        line.tag = "?";
        line.colour = tint::red;
        line.name = node.name.empty() ? id_text(node.id) : visible(node.name) + " " + id_text(node.id);
        line.remark = "not in this log";
        line.time.clear();
        break;
    }
    const bool asked_for = node.id == trace_.subject.id && trace_.subject.what != trace_subject::kind::correlation;
    if (asked_for && nodes().size() > 1) line.remark += line.remark.empty() ? "←" : " ←";
    return line;
  }

  /// The read models of an event, and how much that it led to is left out.
  std::vector<line> lines_below(std::size_t place) const {
    const trace_node& node = nodes()[place];
    std::vector<line> lines;
    const auto add = [&](std::string_view tag, std::string_view relation, const std::string& names) {
      if (names.empty()) return;
      line& line = lines.emplace_back();
      line.tag = tag;
      line.colour = tint::green;
      line.name = std::string(relation) + names;
    };
    if (node.what == trace_node::kind::event) {
      std::map<model_relation, std::string> models;
      for (const model_standing* const model : models_of(trace_, event_of(node))) {
        std::string& names = models[relation_of(*model, event_of(node))];
        names += (names.empty() ? "" : ", ") + model->name;
      }
      add("PRJ", "applied by ", models[model_relation::applied]);
      add("PRJ", "passed by ", models[model_relation::passed]);
      add("PRJ", "not yet in ", models[model_relation::not_yet]);
    }
    if (node.left_out > 0) add("…", "", counted(node.left_out, "message") + " below");
    const bool has_effects = place + 1 < nodes().size() && nodes()[place + 1].depth > node.depth;
    for (line& line : lines) {
      const bool is_last = &line == &lines.back() && !has_effects;
      line.guides = guides(place, true) + (is_last ? "└─ " : "├─ ");
      line.hang = guides(place, true) + (is_last ? "   " : "│  ") + "    ";
    }
    return lines;
  }

  void print_line(const line& line) {
    if (folds_) return print_folded(line);
    const bool more = line.has_more();
    std::vector<piece> pieces{{tint::faint, line.guides}, {line.colour, std::string(line.tag) + " "}};
    const std::size_t taken = display_width(line.guides) + display_width(line.tag) + 1;
    pieces.push_back({tint::plain, more ? padded(line.name, left_ > taken ? left_ - taken : 0) : line.name});
    if (more) {
      pieces.push_back({tint::plain, "  " + padded(line.place, place_)});
      pieces.push_back({tint::faint, "  " + padded(line.position, position_)});
      pieces.push_back({tint::faint, "  " + line.time});
      if (!line.remark.empty()) pieces.push_back({tint::red, (line.time.empty() ? "" : "  ") + line.remark});
    }
    session_.print(painted(std::move(pieces)) + "\n");
  }

  /// On a terminal that is too narrow for the columns: what it is on one line, where and when on the next.
  void print_folded(const line& line) {
    const std::size_t width = session_.around().size.columns;
    const auto room = [width](std::size_t taken) { return width > taken + 1 ? width - taken : 1; };
    const std::size_t tagged = display_width(line.guides) + display_width(line.tag) + 1;
    std::vector<std::string> names = lines_within(line.name, room(std::max(tagged, display_width(line.hang))));
    session_.print(painted({{tint::faint, line.guides},
                            {line.colour, std::string(line.tag) + " "},
                            {tint::plain, names.empty() ? std::string() : names.front()}}) +
                   "\n");
    for (std::size_t i = 1; i < names.size(); ++i)
      session_.print(painted({{tint::faint, line.hang}, {tint::plain, names[i]}}) + "\n");

    std::vector<piece> pieces{{tint::faint, line.hang}};
    std::size_t at = display_width(line.hang);
    const auto add = [&](tint colour, const std::string& text) {
      for (const std::string& part : lines_within(text, room(display_width(line.hang)))) {
        const std::size_t gap = pieces.size() == 1 ? 0 : 2;
        if (pieces.size() > 1 && at + gap + display_width(part) > width) {
          session_.print(painted(std::exchange(pieces, {{tint::faint, line.hang}})) + "\n");
          at = display_width(line.hang);
        }
        const std::string before(pieces.size() == 1 ? 0 : gap, ' ');
        pieces.push_back({colour, before + part});
        at += before.size() + display_width(part);
      }
    };
    add(tint::plain, line.place);
    add(tint::faint, line.position);
    add(tint::faint, line.time);
    add(tint::red, line.remark);
    if (pieces.size() > 1) session_.print(painted(std::move(pieces)) + "\n");
  }

  /// What hangs on a node is drawn beside what it goes on with.
  std::string hang_of(std::size_t place) const {
    const bool has_below =
        !lines_below(place).empty() || (place + 1 < nodes().size() && nodes()[place + 1].depth > nodes()[place].depth);
    return guides(place, true) + (has_below ? "│  " : "   ") + " ";
  }

  void print_data(std::size_t place) {
    const std::string before = hang_of(place);
    const std::size_t taken = display_width(before);
    const std::size_t width = session_.around().size.columns;
    for (const data_line& data : lines_of(event_of(nodes()[place]))) {
      const std::string gap = data.name.empty() ? "" : "  ";
      if (!session_.on_terminal() || taken + display_width(data.name + gap + data.value) <= width) {
        session_.print(painted({{tint::faint, before}, {tint::cyan, data.name}, {tint::plain, gap + data.value}}) +
                       "\n");
        continue;
      }
      for (const std::string& part : lines_within(data.name, width > taken + 1 ? width - taken : 1))
        session_.print(painted({{tint::faint, before}, {tint::cyan, part}}) + "\n");
      for (const std::string& part : lines_within(data.value, width > taken + 3 ? width - taken - 2 : 1))
        session_.print(painted({{tint::faint, before}, {tint::plain, "  " + part}}) + "\n");
    }
  }

  std::vector<data_line> lines_of(const traced_event& event) {
    try {
      const event_page page =
          session_.log().read(global_position{event.position.value() - 1}, {}, {.events = 1, .scanned = 1});
      if (!page.empty()) return data_lines(json_data(page.front().data).text());
    } catch (const log_damaged& failure) {
      session_.failed(failure);
    }
    return {};
  }

  /// The line without spaces at its end; on a terminal cut to its width.
  std::string painted(std::vector<piece> pieces) const {
    while (!pieces.empty() && pieces.back().text.find_first_not_of(' ') == std::string::npos) pieces.pop_back();
    if (!pieces.empty()) pieces.back().text.resize(pieces.back().text.find_last_not_of(' ') + 1);
    std::size_t room = session_.on_terminal() ? session_.around().size.columns : static_cast<std::size_t>(-1);
    std::string out;
    for (const piece& piece : pieces) {
      const std::size_t width = display_width(piece.text);
      if (width > room) return out + style_.paint(piece.colour, room == 0 ? "" : cut_to(piece.text, room));
      out += style_.paint(piece.colour, piece.text);
      room -= width;
    }
    return out;
  }

  const trace& trace_;
  session& session_;
  const style style_;
  const timestamp begins_;
  std::size_t left_ = 0;
  std::size_t place_ = 0;
  std::size_t position_ = 0;
  bool folds_ = false;  // a line is too long for the terminal
};

/// A text between quotes in a diagram: what means something to Mermaid or to HTML becomes an entity.
std::string label(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    switch (c) {
      case '"': out += "#quot;"; break;
      case '#': out += "#35;"; break;
      case '<': out += "#lt;"; break;
      case '>': out += "#gt;"; break;
      case '&': out += "#amp;"; break;
      case '`': out += "#96;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string box(const trace_node& node, const trace_tree& tree) {
  switch (node.what) {
    case trace_node::kind::command: return "[\"" + label(node.name) + "\"]:::command";
    case trace_node::kind::unknown:
      return "[\"? " + label(node.name.empty() ? node.id.to_string() : node.name) + "<br>not in this log\"]:::unknown";
    case trace_node::kind::event: break;
  }
  const traced_event& event = tree.events()[node.event];
  return "(\"" + label(name_with_version(event)) + "<br>" +
         label(event.stream + "@" + std::to_string(event.version.value())) + " #35;" +
         std::to_string(event.position.value()) + "\"):::event";
}

}  // namespace

std::vector<const model_standing*> models_of(const trace& trace, const traced_event& event) {
  std::vector<const model_standing*> found;
  for (const model_standing& model : trace.models) {
    const bool serves = model.sound() && model.state != model_state::building;
    if (serves && model.handles(event.type).value_or(true)) found.push_back(&model);
  }
  return found;
}

model_relation relation_of(const model_standing& model, const traced_event& event) {
  if (*model.checkpoint < event.position) return model_relation::not_yet;
  return model.handles(event.type) ? model_relation::applied : model_relation::passed;
}

void print_tree(const trace& trace, session& session, bool with_data) { tree_printer(trace, session).print(with_data); }

void print_mermaid(const trace& trace, session& session) {
  const std::vector<trace_node>& nodes = trace.tree.nodes();
  session.print("flowchart TD\n");
  std::set<std::string> models;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::string name = "n" + std::to_string(i);
    session.print("  " + name + box(nodes[i], trace.tree) + "\n");
    if (nodes[i].parent != trace_node::none)
      session.print("  n" + std::to_string(nodes[i].parent) + " --> " + name + "\n");
    if (nodes[i].what != trace_node::kind::event) continue;
    const traced_event& event = trace.tree.events()[nodes[i].event];
    for (const model_standing* const model : models_of(trace, event)) {
      if (*model->checkpoint < event.position) continue;
      if (models.insert(model->name).second)
        session.print("  m_" + model->name + "[(\"" + model->name + "\")]:::model\n");
      session.print("  " + name + " -.-> m_" + model->name + "\n");
    }
  }
  session.print(
      "  classDef command fill:#fff3cd,stroke:#b58900\n"
      "  classDef event fill:#d7f0f7,stroke:#2aa198\n"
      "  classDef unknown fill:#f8d7da,stroke:#dc322f\n"
      "  classDef model fill:#e2f0d9,stroke:#859900\n");
}

}  // namespace whence::inline v0::cli
