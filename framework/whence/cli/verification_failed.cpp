#include <whence/cli/verification_failed.hpp>

#include <whence/cli/advice.hpp>
#include <whence/cli/display_text.hpp>

namespace whence::inline v0::cli {
namespace {

error_text text_of(const std::string& log, const log_verification& found) {
  const log_finding& first = found.findings.front();
  const std::string places = places_of(first.positions);
  error_text text;
  text.what = visible(log) + ": " + counted(found.findings.size() + found.more_findings, "finding") + "; " +
              (found.loses_events() ? counted(found.events, "event") + " of " +
                                          with_groups(found.head.value() - found.from.value() + 1) + " intact"
                                    : "all events are as they were written") +
              (found.lacks_only_archives ? ", the others lie in archives that cannot be read" : "");
  text.where = visible(first.file) + (places.empty() ? "" : ", event " + places);
  text.why = visible(first.detail);
  text.remedy = advice(first, log);
  return text;
}

/// As every other command says it of the first event that is met.
std::string_view code_of(const log_verification& found) {
  if (!found.loses_events()) return "log.differs";
  const log_finding& first = found.findings.front();
  if (first.what == log_finding::kind::tables) return "log.other_tables";
  return found.lacks_only_archives ? std::string_view(first.archive_code) : "log.events_lost";
}

}  // namespace

std::string places_of(const position_range& range) {
  if (range.first == global_position{}) return {};
  const std::string first = "#" + std::to_string(range.first.value());
  return range.first == range.last ? first : first + " to #" + std::to_string(range.last.value());
}

verification_failed::verification_failed(const std::string& log, const log_verification& found)
    : error(code_of(found), next_move::operator_needed, text_of(log, found)) {}

}  // namespace whence::inline v0::cli
