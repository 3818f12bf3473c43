#include <algorithm>
#include <utility>

#include <whence/store/sqlite/verify/findings.hpp>
#include <whence/store/sqlite/verify/plan.hpp>

namespace whence::inline v0 {
namespace {

bool lie_in_archives(const std::vector<unreadable_range>& ranges) {
  return !ranges.empty() &&
         std::ranges::none_of(ranges, [](const unreadable_range& range) { return range.archive_code.empty(); });
}

bool has_other_loss(const std::vector<log_finding>& findings) {
  return std::ranges::any_of(findings, [](const log_finding& finding) {
    return finding.loses_events() && finding.what != log_finding::kind::unreadable;
  });
}

}  // namespace

void verification_findings::add(log_finding finding) {
  auto own = shared_.lock();
  if (own->findings.size() < listed_max_) {
    own->findings.push_back(std::move(finding));
  } else {
    ++own->findings_left_out;
  }
}

void verification_findings::add_unreadable(unreadable_range range) {
  auto own = shared_.lock();
  if (own->ranges.size() == ranges_max) make_room(*own);
  if (!own->known_before || range.positions.first < *own->known_before) {
    own->ranges.push_back(std::move(range));
  } else {
    ++own->ranges_left_out;
  }
}

/// Those that touch are one; if they are still too many, the half with the higher positions goes: threads come in any order.
void verification_findings::make_room(shared& own) {
  join(own.ranges);
  if (own.ranges.size() <= ranges_max / 2) return;
  const auto kept = own.ranges.begin() + ranges_max / 2;
  own.known_before = kept->positions.first;
  own.ranges_left_out += static_cast<std::uint64_t>(own.ranges.end() - kept);
  own.ranges.erase(kept, own.ranges.end());
}

void verification_findings::join(std::vector<unreadable_range>& ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const auto& a, const auto& b) { return a.positions.first < b.positions.first; });
  std::vector<unreadable_range> joined;
  for (unreadable_range& range : ranges) {
    if (!joined.empty() && range.positions.first.value() <= joined.back().positions.last.value() + 1 &&
        range.file == joined.back().file && range.archive_code == joined.back().archive_code) {
      joined.back().positions.last = std::max(joined.back().positions.last, range.positions.last);
    } else {
      joined.push_back(std::move(range));
    }
  }
  ranges = std::move(joined);
}

std::vector<unreadable_range> verification_findings::unreadable() {
  auto own = shared_.lock();
  join(own->ranges);
  return own->ranges;
}

void verification_findings::move_to(log_verification& result, const std::string& path) {
  const std::vector<unreadable_range> ranges = unreadable();
  auto own = shared_.lock();
  const auto room = [&] { return result.findings.size() < listed_max_; };
  std::uint64_t left_out = own->findings_left_out + own->ranges_left_out;
  for (const unreadable_range& range : ranges) {
    if (!room()) {
      ++left_out;
      continue;
    }
    const std::string& file = range.file.empty() ? file_of(result.bases, path, range.positions.first) : range.file;
    const std::string advice =
        !range.archive_code.empty()
            ? "# bring " + file + " back as it was; or log repair --with FILE puts back what a backup has"
            : "# copy " + file + "* to a safe place; a backup has these events";
    result.findings.push_back({.what = log_finding::kind::unreadable,
                               .positions = range.positions,
                               .stream = range.stream,
                               .file = file,
                               .detail = range.detail,
                               .remedy = advice + "; those beyond them:\nwhence event list --from " +
                                         std::to_string(range.positions.last.value() + 1),
                               .archive_code = range.archive_code});
  }
  for (log_finding& finding : own->findings) {
    if (room()) {
      result.findings.push_back(std::move(finding));
    } else {
      ++left_out;
    }
  }
  result.more_findings = left_out;
  const bool has_all = !own->known_before && own->findings_left_out == 0;
  result.lacks_only_archives = has_all && lie_in_archives(ranges) && !has_other_loss(result.findings);
  std::stable_sort(result.findings.begin(), result.findings.end(), [](const auto& a, const auto& b) {
    return std::pair(a.what, a.positions.first) < std::pair(b.what, b.positions.first);
  });

  // What is between what cannot be read, can.
  global_position next = result.from;
  const auto add_readable = [&](global_position last) {
    if (last < next) return;
    if (result.readable.size() < listed_max_) {
      result.readable.push_back({next, last});
    } else {
      ++result.more_readable;
    }
  };
  for (const unreadable_range& range : ranges) {
    add_readable(global_position{range.positions.first.value() - 1});
    next = range.positions.last.next();
  }
  if (own->known_before) {
    add_readable(global_position{own->known_before->value() - 1});
    ++result.more_readable;  // there may be more behind it
  } else {
    add_readable(result.head);
  }
}

}  // namespace whence::inline v0
