#include <whence/rehearsal/rehearsal_findings.hpp>

#include <algorithm>
#include <utility>

namespace whence::inline v0::detail {

void rehearsal_findings::add(rehearsal_finding finding) {
  auto own = shared_.lock();
  ++own->found;
  own->findings.push_back(std::move(finding));
  // Threads come in any order: those with the lowest positions stay.
  if (own->findings.size() >= 2 * std::max<std::size_t>(listed_max_, 1)) keep_lowest(*own);
}

void rehearsal_findings::keep_lowest(shared& own) const {
  std::sort(own.findings.begin(), own.findings.end(), [](const auto& one, const auto& other) {
    return std::tie(one.position, one.what, one.stream) < std::tie(other.position, other.what, other.stream);
  });
  if (own.findings.size() > listed_max_) own.findings.resize(listed_max_);
}

void rehearsal_findings::add(const rehearsal_counts& counts, const kinds_of_events& kinds) {
  auto own = shared_.lock();
  own->counts += counts;
  for (const auto& [key, more] : kinds) {
    auto known = own->kinds.find(key);
    if (known == own->kinds.end()) {
      if (own->kinds.size() == kinds_max) {
        own->more_kinds = true;
        continue;
      }
      known = own->kinds.emplace(key, kind_counts{}).first;
    }
    kind_counts& of = known->second;
    of.handled = of.handled || more.handled;
    of.events += more.events;
    of.broken += more.broken;
    of.otherwise += more.otherwise;
    of.left_out += more.left_out;
    if (of.first == 0 || more.first < of.first) of.first = more.first;
    if (more.first_broken != 0 && (of.first_broken == 0 || more.first_broken < of.first_broken))
      of.first_broken = more.first_broken;
  }
}

void rehearsal_findings::move_to(rehearsal& result) {
  auto own = shared_.lock();
  keep_lowest(*own);
  result.more_findings = own->found - own->findings.size();
  result.findings = std::move(own->findings);
  static_cast<rehearsal_counts&>(result) = own->counts;
  for (const auto& [key, of] : own->kinds)
    result.kinds.push_back({.aggregate_type = std::get<0>(key),
                            .event_type = std::get<1>(key),
                            .version = std::get<2>(key),
                            .handled = of.handled,
                            .events = of.events,
                            .first = global_position{of.first},
                            .broken = of.broken,
                            .first_broken = global_position{of.first_broken},
                            .otherwise = of.otherwise,
                            .left_out = of.left_out});
  std::stable_partition(result.kinds.begin(), result.kinds.end(),
                        [](const rehearsed_kind& kind) { return kind.broken > 0; });
  result.more_kinds = own->more_kinds;
}

}  // namespace whence::inline v0::detail
