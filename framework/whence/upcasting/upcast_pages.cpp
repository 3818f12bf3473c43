#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include <whence/store/event_page_builder.hpp>
#include <whence/upcasting/upcast_pages.hpp>
#include <whence/upcasting/upcast_table.hpp>

namespace whence::inline v0::detail {
namespace {

std::string where(const recorded_event& event) {
  return std::string(event.stream) + " version " + std::to_string(event.version.value()) + ", position " +
         std::to_string(event.position.value());
}

stored_event stored_form(const recorded_event& event) {
  return {.type = event.type, .version = event.type_version, .data = event.data};
}

/// Finds the event before or behind another in its stream: in the page, or in the log.
class neighbours {
 public:
  neighbours(log_reader& log, const std::vector<recorded_event>& page) : log_(log), page_(page) {}

  /// Valid as long as this. Null: there is none.
  const recorded_event* of(const recorded_event& event, stream_version version) {
    if (version == stream_version{}) return nullptr;
    if (by_version_.empty())
      for (const recorded_event& one : page_) by_version_.emplace(std::pair(one.stream, one.version.value()), &one);
    const auto found = by_version_.find(std::pair(event.stream, version.value()));
    if (found != by_version_.end()) return found->second;
    event_page beside = log_.read_stream(event.stream, version, read_direction::forward, {.events = 1, .scanned = 1});
    if (beside.empty() || beside.front().version != version) return nullptr;
    return &others_.emplace_back(std::move(beside)).front();
  }

 private:
  struct hash {
    std::size_t operator()(const std::pair<std::string_view, std::uint64_t>& place) const noexcept {
      return std::hash<std::string_view>()(place.first) ^ (place.second * 0x9E3779B97F4A7C15u);
    }
  };

  log_reader& log_;
  const std::vector<recorded_event>& page_;
  std::unordered_map<std::pair<std::string_view, std::uint64_t>, const recorded_event*, hash> by_version_;
  std::vector<event_page> others_;
};

class page_upcast {
 public:
  page_upcast(event_page stored, const upcast_table& table, log_reader& log, const std::vector<std::string>& wanted,
              read_direction direction)
      : table_(table),
        wanted_(wanted),
        direction_(direction),
        scanned_to_(stored.scanned_to()),
        at_end_(stored.at_end()),
        events_(today_.take_over(std::move(stored))),
        neighbours_(log, events_) {}

  event_page run() && {
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const std::size_t given = today_.events();
      try {
        add(events_[i]);
        if (direction_ == read_direction::backward) today_.turn_behind(given);
      } catch (...) {
        if (i == 0) throw;
        today_.drop_behind(given);
        return end_behind(events_[i - 1], events_[i - 1].position, false);
      }
    }
    if (events_.empty()) return today_.finish(scanned_to_, at_end_);
    return end_behind(events_.back(), scanned_to_, at_end_);
  }

 private:
  event_page end_behind(const recorded_event& last, global_position scanned_to, bool at_end) {
    today_.looked_at({last.version, last.position, last.chain});
    return today_.finish(scanned_to, at_end);
  }

  void add(const recorded_event& event) {
    const auto* known = table_.find(event.type);
    if (!known) return add_as_stored(event);
    if (upcast_table::begins_merge(*known, event.type_version)) {
      const recorded_event* next = neighbours_.of(event, event.version.next());
      if (next && upcast_table::merging(*known, event.type_version, next->type, next->type_version)) return;
    }
    if (upcast_table::ends_merge(*known, event.type_version)) {
      const recorded_event* before = neighbours_.of(event, stream_version{event.version.value() - 1});
      const auto* known_before = before ? table_.find(before->type) : nullptr;
      if (known_before)
        if (const auto* rule =
                upcast_table::merging(*known_before, before->type_version, event.type, event.type_version))
          return carry_out(*rule, event, before);
    }
    if (const auto* rule = upcast_table::alone(*known, event.type_version)) return carry_out(*rule, event, nullptr);
    add_unchanged(event, *known);
  }

  void carry_out(const upcast_rule& rule, const recorded_event& event, const recorded_event* first) {
    try {
      take_in(event.data, data_, json_);
      if (first) take_in(first->data, data_of_first_, json_of_first_);
      table_.run(rule, data_, first ? &data_of_first_ : nullptr, [&](const event_type& type, const document& data) {
        if (!is_wanted(type.name)) return;
        text_.clear();
        data.append_to(text_);
        recorded_event& added = today_.add_kept(event);
        added.type = type.name;
        added.type_version = type.version;
        added.data = today_.keep(text_);
      });
    } catch (...) {
      throw_upcast_failed(stored_form(event), where(event), event.position);
    }
  }

  void add_as_stored(const recorded_event& event) {
    if (is_wanted(event.type)) today_.add_kept(event);
  }

  /// No upcaster begins at its version, but at others of its name: it is of today, or unknown. Who asked for what it might have
  /// become is not to miss it in silence.
  void add_unchanged(const recorded_event& event, const upcast_table::of_name& known) {
    if (!is_wanted(event.type) && known.today != 0 && event.type_version != known.today &&
        std::ranges::any_of(known.may_become, [&](std::string_view name) { return is_wanted(name); }))
      throw unknown_event_version(std::string(event.type), event.type_version, known.today, where(event),
                                  event.position);
    add_as_stored(event);
  }

  bool is_wanted(std::string_view type) const {
    return wanted_.empty() || std::ranges::find(wanted_, type) != wanted_.end();
  }

  const upcast_table& table_;
  const std::vector<std::string>& wanted_;
  const read_direction direction_;
  event_page_builder today_;
  const global_position scanned_to_;
  const bool at_end_;
  const std::vector<recorded_event> events_;
  neighbours neighbours_;
  document data_;
  document data_of_first_;
  std::string json_;
  std::string json_of_first_;
  std::string text_;
};

}  // namespace

event_page upcast_page(event_page stored, const upcast_table& table, log_reader& log,
                       const std::vector<std::string>& wanted, read_direction direction) {
  const bool reads_as_stored = std::ranges::none_of(stored, [&](const recorded_event& event) {
    return table.changes(event.type, event.type_version) ||
           (!wanted.empty() && std::ranges::find(wanted, event.type) == wanted.end());
  });
  if (reads_as_stored) return stored;
  return page_upcast(std::move(stored), table, log, wanted, direction).run();
}

}  // namespace whence::inline v0::detail
