#include <algorithm>

#include <whence/cli/shortened_id.hpp>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {

shortened_id::shortened_id(log_reader& log, global_position from, global_position to, std::uint64_t at_most)
    : log_(log), from_(std::max(from, global_position{1})), to_(std::min(to, log.head())) {
  if (to_ < from_ || to_.value() - from_.value() < at_most) return;
  from_ = global_position{to_.value() - at_most + 1};
  begun_late_at_ = from_;
}

std::optional<uuid> shortened_id::find(const id_pattern& pattern, const ids_of& ids) {
  constexpr std::size_t candidates_max = 5;
  std::vector<uuid> found;
  const auto look_at = [&](const recorded_event& event) {
    for (const uuid& id : ids(event)) {
      if (!id.is_nil() && pattern.matches(id) && std::find(found.begin(), found.end(), id) == found.end())
        found.push_back(id);
    }
    return found.size() <= candidates_max;
  };
  for (global_position at{from_.value() - 1}; at < to_;) {
    const event_page page = log_.read(at);
    for (const recorded_event& event : page) {
      if (event.position > to_) break;
      if (!look_at(event)) break;
    }
    if (page.scanned_to() <= at || found.size() > candidates_max) break;
    at = page.scanned_to();
  }
  if (found.size() < 2) return found.empty() ? std::nullopt : std::optional(found.front());
  std::string list;
  for (std::size_t i = 0; i < std::min(found.size(), candidates_max); ++i)
    list += (list.empty() ? "" : ", ") + found[i].to_string();
  throw id_ambiguous(pattern.text(), found.size() > candidates_max ? list + " and more" : list);
}

std::string shortened_id::why_not_found() const {
  if (!begun_late_at_ && to_ == log_.head()) return {};
  return "an id that is cut was looked for from #" + std::to_string(from_.value()) + " to #" +
         std::to_string(to_.value()) + " only";
}

std::string shortened_id::further_back(const std::string& command_line) const {
  return "give the whole id, or look further back: " + command_line + " --to " + std::to_string(from_.value() - 1);
}

}  // namespace whence::inline v0::cli
