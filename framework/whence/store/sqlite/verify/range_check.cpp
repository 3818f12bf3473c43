#include <algorithm>
#include <utility>

#include <whence/store/batch_rules.hpp>
#include <whence/store/binary_check.hpp>
#include <whence/store/sqlite/verify/range_check.hpp>

namespace whence::inline v0 {
namespace {

/// A read transaction ends after so many events, so that the writer's WAL can be reset.
constexpr std::uint64_t events_of_snapshot = 8'192;

/// After so many events in a row that cannot be read, it is not each of them that is looked at any more.
constexpr std::uint64_t failures_before_jumps = 4'096;
constexpr std::uint64_t jump_events = 1'024;

}  // namespace

range_results::range_results(const verification_plan& plan, verification_findings& to, const std::string& scratch)
    : findings(to),
      recorded(static_cast<std::size_t>(plan.chunks())),
      sums(static_cast<std::size_t>(plan.sums())),
      versions(*plan.running.files, scratch, "whence-verify-" + plan.running.make_uuid().to_string()),
      ids(*plan.running.files, scratch, "whence-verify-" + plan.running.make_uuid().to_string()) {}

range_check::range_check(const verification_plan& plan, range_results& results)
    : plan_(plan), results_(results), reader_(plan.paths.log, plan.log_mode.mode()) {}

void range_check::work() {
  for (;;) {
    const std::uint64_t chunk = results_.next_chunk++;
    if (chunk >= plan_.chunks() || plan_.options.stop.stop_requested()) break;
    check(chunk);
  }
  results_.versions.add(versions_);
  results_.ids.add(ids_);
}

void range_check::check(std::uint64_t number) {
  const position_range chunk = plan_.chunk(number);
  chunk_ = number;
  recorded_at_ = timestamp::min();
  failures_ = 0;
  run_ = 0;
  group_ = {0};
  unreadable_to_ = 0;
  global_position at{chunk.first.value() - 1};
  while (at < chunk.last && !plan_.options.stop.stop_requested()) at = read_on(at, chunk.last);
  end_group();
  results_.recorded[static_cast<std::size_t>(number)].last = recorded_at_;
}

/// Reads on behind `at`. Returns up to where all is looked at.
global_position range_check::read_on(global_position at, global_position last) {
  const global_position begun = at;
  const global_position until{std::min(last.value(), begun.value() + events_of_snapshot)};
  try {
    const log_reader_connection::snapshot snapshot(reader_);
    reader_.notice_epoch();
    reader_.scan(begun, [&](const entry_row& row, const recorded_event& event) {
      visit(row, event);
      at = event.position;
      failures_ = 0;
      return at < until;
    });
  } catch (const log_damaged& damage) {
    results_.findings.events_done += at.value() - begun.value();
    return pass(at, last, damage);
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    results_.findings.events_done += at.value() - begun.value();
    return pass(at, last, log_damaged(plan_.paths.log, at.next(), failure.what()));
  }
  results_.findings.events_done += at.value() - begun.value();
  if (at == begun) {
    file_.clear();
    archive_code_.clear();
    unreadable(at.next(), last, "it is missing: the log ends before it");
    return last;
  }
  return at;
}

/// The event behind `at` cannot be read. Notes it, and with it those of which the same can be said at once.
global_position range_check::pass(global_position at, global_position last, const log_damaged& damage) {
  const global_position lost = at.next();
  std::string detail = damage.text().why;
  if (damage.position != global_position{} && damage.position != lost) {
    detail = "event " + std::to_string(damage.position.value()) +
             ", with whose checksum its own begins, cannot be trusted: " + detail;
  }
  file_ = damage.path == plan_.paths.log ? std::string() : damage.path;
  const bool is_archived =
      damage.is_refused || damage.code() == "log.archive_missing" || damage.code() == "log.archive_damaged";
  archive_code_ = is_archived ? damage.code() : std::string_view();
  unreadable(lost, lost, detail);
  ++failures_;
  return failures_ < failures_before_jumps ? lost : jump(lost, last);
}

/// Whole pages are lost. Looks whether anything of the next events can be read, and if not, passes them over.
global_position range_check::jump(global_position at, global_position last) {
  const global_position to{std::min(last.value(), at.value() + jump_events)};
  if (to == at || is_readable(to)) return at;
  unreadable(at.next(), to, "nothing around it can be read");
  return to;
}

bool range_check::is_readable(global_position position) {
  try {
    const log_reader_connection::snapshot snapshot(reader_);
    return reader_.event_at(position) != nullptr;
  } catch (const log_damaged&) {
    return false;
  }
}

void range_check::unreadable(global_position first, global_position last, const std::string& detail) {
  results_.findings.events_done += last.value() - first.value() + 1;
  unreadable_to_ = last.value();
  if (position_group::of(first.value()) == group_) occurring_.clear();
  // Of many in a row only the first is described: they are shown as one.
  const bool follows = failures_ > 0;
  results_.findings.add_unreadable(
      {{first, last}, follows ? std::string() : stream_in_row(first), detail, file_, archive_code_});
}

/// What the row says, though nothing vouches for it.
std::string range_check::stream_in_row(global_position position) {
  try {
    const log_reader_connection::snapshot now(reader_);
    sql::statement row = reader_.holder_of(position).database().prepare(
        "SELECT coalesce(s.name, e.name) FROM entries e LEFT JOIN entries s ON s.position = e.stream"
        " WHERE e.position = ?");
    row.bind(1, position.value());
    if (!row.step()) return {};
    const std::string_view name = row.text(0);
    return name.size() <= append_limits::name_bytes && is_plain_utf8(name) ? std::string(name) : std::string();
  } catch (const sql::sql_error&) {
    return {};
  }
}

void range_check::visit(const entry_row& row, const recorded_event& event) {
  check_rules(row, event);
  check_content(event);
  add_keys(event);
  versions_.push_back({row.stream, row.version, row.position});
  if (versions_.size() == sorted_records<3>::part_records) results_.versions.add(versions_);
  ids_.push_back({key_of_event(event.id), row.position});
  if (ids_.size() == sorted_records<2>::part_records) results_.ids.add(ids_);
}

void range_check::found(log_finding::kind what, const recorded_event& event, std::string detail) {
  results_.findings.add({.what = what,
                         .positions = {event.position, event.position},
                         .stream = std::string(event.stream),
                         .file = file_of(plan_.bases, plan_.paths.log, event.position),
                         .detail = std::move(detail),
                         .remedy = what == log_finding::kind::index
                                       ? "with no process writing the log, delete " + plan_.paths.index +
                                             "*: the next writer makes it anew"
                                       : "whence event show @" + std::to_string(event.position.value()) +
                                             "\n# it is as it was written; its source says by what"});
}

void range_check::check_rules(const entry_row& row, const recorded_event& event) {
  if ((row.version == 1) != (row.stream == row.position) || row.stream > row.position) {
    found(log_finding::kind::order, event,
          "it is version " + std::to_string(row.version) + " of a stream that begins at event " +
              std::to_string(row.stream));
  }
  if (row.version == 1) ++results_.first_events;
  range_results::times& times = results_.recorded[static_cast<std::size_t>(chunk_)];
  if (times.first == timestamp::min()) times.first = event.recorded_at;
  if (event.recorded_at < recorded_at_) {
    found(log_finding::kind::order, event, "it is recorded at an earlier time than the event before it");
  }
  recorded_at_ = event.recorded_at;
}

void range_check::check_content(const recorded_event& event) {
  if (const auto fault = fault_in_data(event.data); !fault.empty())
    found(log_finding::kind::content, event, std::string(fault));
  const auto must_be_plain = [&](std::string_view what, std::string_view name, bool may_be_empty) {
    if ((name.empty() && !may_be_empty) || !is_plain_utf8(name))
      found(log_finding::kind::content, event, std::string(what) + " is no UTF-8 without control characters, or empty");
  };
  must_be_plain("its stream's name", event.stream, false);
  must_be_plain("its aggregate type", event.aggregate_type, false);
  must_be_plain("its type", event.type, false);
  must_be_plain("its causation type", event.causation_type, true);
  must_be_plain("its source", event.source, true);
  must_be_plain("its traceparent", event.traceparent, true);
  for (const std::string_view tag : event.tags) must_be_plain("a tag", tag, false);
  if (event.id.is_nil()) found(log_finding::kind::content, event, "its id is nil");
}

void range_check::end_group() {
  if (plan_.is_compared(group_)) {
    for (const index_entry& entry : occurring_.all())
      results_.sums[plan_.sum_of(group_.first)].add(index_entry{entry.key, group_.first});
  }
  occurring_.clear();
}

void range_check::add_keys(const recorded_event& event) {
  const std::uint64_t position = event.position.value();
  if (!plan_.is_compared(position)) return;
  keys_.entries.clear();
  keys_.sparse.clear();
  keys_.add(event, event.chain);
  if (const position_group group = position_group::of(position); group != group_) {
    end_group();
    group_ = group;
  }
  // What occurs among unreadable events is not known: of such a group nothing is compared.
  const bool all_readable = unreadable_to_ == 0 || position_group::of(unreadable_to_) != group_;
  if (all_readable) occurring_.add(keys_.sparse);
  entry_sum& sum = results_.sums[plan_.sum_of(position)];
  for (const index_entry& entry : keys_.entries) sum.add(entry);
  while (run_ < plan_.runs.size() && plan_.runs[run_].last < position) ++run_;
  if (run_ < plan_.runs.size() && !plan_.runs[run_].ids.may_have(event.id.value())) {
    found(log_finding::kind::index, event, "the index passes over its id: it takes it for one of another time");
  }
}

}  // namespace whence::inline v0
