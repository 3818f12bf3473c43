#include <whence/cli/shortened_id.hpp>

#include <algorithm>

#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/wrapped_text.hpp>

namespace whence::inline v0::cli {
namespace {

/// How much of its end tells a candidate from the others: the last group of an id.
constexpr std::size_t end_characters = 12;

std::string end_of(const uuid& id) {
  const std::string all = id.to_string();
  return all.substr(all.size() - end_characters);
}

/// Takes in one event. False if nothing that comes can change what there is to say.
class collector {
 public:
  collector(const id_pattern& pattern, const shortened_id::place& where) : pattern_(pattern), where_(where) {}

  bool look_at(const recorded_event& event) {
    const std::array<uuid, 3> ids = where_.ids(event);
    for (std::size_t place = 0; place < ids.size(); ++place) {
      if (!ids[place].is_nil() && pattern_.matches(ids[place])) take(event, place, ids[place]);
    }
    return !found.more || !found.correlation.is_nil();
  }

  found_ids found;

 private:
  void take(const recorded_event& event, std::size_t place, const uuid& id) {
    const bool is_first = found.candidates.empty();
    if (is_first) found.correlation = event.correlation.value();
    if (found.correlation != event.correlation.value()) found.correlation = {};
    const auto same = [&id](const found_ids::candidate& one) { return one.id == id; };
    if (std::any_of(found.candidates.begin(), found.candidates.end(), same)) return;
    if (found.candidates.size() == found_ids::candidates_max) {
      found.more = true;
    } else {
      found.candidates.push_back(where_.describe(event, place));
    }
  }

  const id_pattern& pattern_;
  const shortened_id::place& where_;
};

}  // namespace

shortened_id::shortened_id(log_reader& log, global_position from, global_position to, std::uint64_t at_most)
    : log_(log), from_(std::max(from, global_position{1})), to_(std::min(to, log.head())) {
  if (to_ < from_ || to_.value() - from_.value() < at_most) return;
  from_ = global_position{to_.value() - at_most + 1};
  begun_late_at_ = from_;
}

found_ids shortened_id::find(const id_pattern& pattern, const place& where) {
  collector all(pattern, where);
  for (global_position at{from_.value() - 1}; at < to_;) {
    const event_page page = log_.read(at);
    for (const recorded_event& event : page) {
      if (event.position > to_) break;
      if (!all.look_at(event)) return std::move(all.found);
    }
    if (page.scanned_to() <= at) break;
    at = page.scanned_to();
  }
  return std::move(all.found);
}

std::optional<uuid> shortened_id::find_one(const id_pattern& pattern, const place& where,
                                           const std::string& command_line) {
  const found_ids found = find(pattern, where);
  if (found.candidates.size() > 1) throw_ambiguous(pattern, found, command_line);
  return found.candidates.empty() ? std::nullopt : std::optional(found.candidates.front().id);
}

std::string shortened_id::why_not_found() const {
  if (!begun_late_at_ && to_ == log_.head()) return {};
  return "an id that is cut was looked for from #" + std::to_string(from_.value()) + " to #" +
         std::to_string(to_.value()) + " only";
}

std::string shortened_id::further_back(const std::string& command_line) const {
  return command_line + " --to " + std::to_string(from_.value() - 1) +
         "\n# that looks further back; or give the whole id";
}

found_ids::candidate event_candidate(const recorded_event& event) {
  return {
      .id = event.id.value(),
      .kind = "event",
      .what = std::string(event.type) + ", " + std::string(event.stream) + "@" + std::to_string(event.version.value())};
}

void throw_ambiguous(const id_pattern& pattern, const found_ids& found, const std::string& command_line) {
  constexpr std::size_t kind_width = 11;  // "correlation"
  const auto begins = [&pattern](const found_ids::candidate& one) { return pattern.begins(one.id); };
  const bool all_begin = std::all_of(found.candidates.begin(), found.candidates.end(), begins);
  const bool none_begins = std::none_of(found.candidates.begin(), found.candidates.end(), begins);
  std::string why = all_begin ? "ids begin with the time: those of one moment begin alike" : "all of these fit";
  for (const found_ids::candidate& one : found.candidates) {
    why += "\n" + padded(one.kind, kind_width) + "  " + one.id.to_string();
    if (!one.what.empty()) why += "  " + visible(one.what);
  }
  if (found.more) why += "\nand more";
  const std::string what = "\"" + pattern.text() + "\" is the " +
                           (all_begin     ? "beginning"
                            : none_begins ? "end"
                                          : "beginning or end") +
                           " of several ids";
  throw id_ambiguous(what, std::move(why),
                     command_line + " " + end_of(found.candidates.front().id) + "\n# so with the end of any of them");
}

}  // namespace whence::inline v0::cli
