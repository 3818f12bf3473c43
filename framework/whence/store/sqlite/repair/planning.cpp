#include <whence/store/sqlite/repair/planning.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/repair/look_through.hpp>
#include <whence/store/sqlite/verify/verifier.hpp>

namespace whence::inline v0 {
namespace {

using kind = log_finding::kind;

constexpr std::size_t listed_max = 1'000;
constexpr std::size_t ranges_max = 65'536;
constexpr std::size_t streams_counted_max = 100'000;
constexpr std::uint64_t events_between_reports = 8'192;
constexpr global_position unlimited{std::numeric_limits<std::int64_t>::max()};

/// What the witness says, held against what the log says of itself.
struct witness_standing {
  std::optional<testimony> usable;
  std::string fault;         // why there is none; empty: one is not needed, or it is there
  bool later_epoch = false;  // than the log's
  bool half = false;         // one of its slots cannot be read
};

witness_standing stand_of_witness(const witness_reading& read, const log_row& log, global_position head,
                                  const std::optional<repair_note>& note) {
  witness_standing stand;
  stand.half = read.latest && read.readable_slots == 1;
  if (!read.present) {
    stand.fault = "there is none";
  } else if (!read.latest) {
    stand.fault = "it cannot be read";
  } else if (read.latest->log.id != log.identity.id) {
    stand.fault = "it is the witness of another log, " + read.latest->log.id.to_string();
  } else if (read.latest->log.epoch < log.identity.epoch) {
    // Who began the epoch has died over the witness; before it has an event, none is missing.
    if (head != log.began_after) stand.fault = "it is of an earlier epoch, and this one has events";
  } else {
    stand.usable = read.latest;
    stand.later_epoch = read.latest->log.epoch > log.identity.epoch;
  }
  if (!stand.usable && note) {
    // The earlier repair has ended over the witness.
    stand.fault.clear();
    stand.usable = note->repaired;
    stand.half = true;
  }
  return stand;
}

/// What is put together, as it is watched.
class watched_assembly {
 public:
  watched_assembly(repair_readers& readers, const std::optional<testimony>& witness, const repair_options& options,
                   global_position expected)
      : readers_(readers), witness_(witness), options_(options), expected_(expected) {}

  assembled_to go() {
    const auto visit = [this](const entry_row& row, const recorded_event& event, event_origin origin) {
      if (readers_.front()->was_unlisted(event.position)) origin = event_origin::brought;
      add({.at = event.position, .chain = row.chain, .recorded_at = event.recorded_at}, origin);
    };
    return assembly(readers_, witness_).go(unlimited, visit, options_.stop);
  }

  bool witness_fits() const { return at_witness_ && at_witness_->chain == witness_->chain; }
  bool witness_contradicted() const { return at_witness_ && at_witness_->chain != witness_->chain; }
  const std::vector<position_range>& healed() const noexcept { return healed_; }

 private:
  void add(const assembled_to& now, event_origin origin) {
    if (witness_ && witness_->position == now.at) at_witness_ = now;
    if (origin != event_origin::in_place) note_healed(now.at);
    if (options_.on_progress && now.at.value() % events_between_reports == 0)
      options_.on_progress({"looking for what is missing", now.at.value(), std::max(now.at, expected_).value()});
  }

  void note_healed(global_position at) {
    if (!healed_.empty() && healed_.back().last.next() == at) {
      healed_.back().last = at;
    } else {
      healed_.push_back({at, at});
    }
  }

  repair_readers& readers_;
  const std::optional<testimony>& witness_;
  const repair_options& options_;
  const global_position expected_;
  std::optional<assembled_to> at_witness_;
  std::vector<position_range> healed_;
};

/// What stands in other files behind the end, and could be the log's or not: nothing of the log says so.
void list_unproven(repair_findings& found, repair_readers& readers) {
  const global_position next = found.end.at.next();
  for (std::size_t i = 1; i < readers.size(); ++i) {
    repair_reader& other = *readers[i];
    if (!other.look_at(next) || other.chain_behind(found.end.chain) != other.row().chain) continue;
    found.plan.unproven.push_back({.from = other.path(), .positions = {next, std::max(next, other.head())}});
  }
}

void list_healed(const std::vector<position_range>& ranges, repair_plan& plan) {
  for (const position_range& range : ranges) {
    plan.healed_events += range.events();
    if (plan.healed.size() < listed_max) {
      plan.healed.push_back(range);
    } else {
      ++plan.more_healed;
    }
  }
}

bool has(const log_verification& verified, kind what) {
  return std::ranges::any_of(verified.findings, [what](const log_finding& each) { return each.what == what; });
}

std::string why_unreadable(const log_verification& verified, global_position position) {
  for (const log_finding& each : verified.findings) {
    if (each.what == kind::unreadable && each.positions.first <= position && each.positions.last >= position)
      return each.detail;
  }
  return "it cannot be trusted";
}

void add_losses(const witness_standing& stand, bool in_later_epoch, repair_reader& log, repair_findings& found) {
  repair_plan& plan = found.plan;
  const auto lose = [&plan](log_loss what, position_range positions, std::string detail) {
    if (positions.first != global_position{}) plan.lost_events += positions.events();
    plan.losses.push_back({.what = what, .positions = positions, .detail = std::move(detail)});
  };
  if (plan.end < plan.head)
    lose(log_loss::damage, {plan.end.next(), plan.head},
         "event " + std::to_string(plan.end.next().value()) +
             " cannot be brought back: " + why_unreadable(found.verified, plan.end.next()));
  // Only a witness that has seen more than can be found tells how far such a log went.
  const bool told_by_witness = stand.usable && stand.usable->position > log.head();
  if (plan.end >= plan.head && !told_by_witness && !log.knows_its_end())
    lose(log_loss::damage, {},
         "the end of the log cannot be read: behind event " + std::to_string(plan.end.value()) +
             " there may have been more");
  const global_position behind = std::max(plan.end, plan.head);
  if (stand.usable && stand.usable->position > behind) {
    lose(log_loss::missing_tail, {behind.next(), stand.usable->position},
         "the log ends at event " + std::to_string(behind.value()) + ", and event " +
             std::to_string(stand.usable->position.value()) + " was acknowledged");
  } else if (stand.later_epoch && !in_later_epoch) {
    lose(log_loss::missing_tail, {},
         "its witness is of epoch " + std::to_string(stand.usable->log.epoch) + ", and the log of epoch " +
             std::to_string(plan.log.epoch));
  }
  if (!stand.fault.empty()) lose(log_loss::missing_witness, {}, "the witness: " + stand.fault);
}

void count_lost(repair_findings& found, repair_readers& readers, const std::stop_token& stop) {
  repair_plan& plan = found.plan;
  std::map<std::string, std::uint64_t, std::less<>> streams;
  visit_lost_events(found, readers, stop, [&](const recorded_event& event) {
    ++plan.lost_readable;
    const auto known = streams.find(event.stream);
    if (known != streams.end()) {
      ++known->second;
    } else if (streams.size() < streams_counted_max) {
      streams.emplace(event.stream, 1);
    } else {
      plan.more_streams = 1;
    }
  });
  for (auto& [stream, events] : streams) {
    if (plan.streams.size() < listed_max) {
      plan.streams.push_back({stream, events});
    } else {
      ++plan.more_streams;
    }
  }
}

}  // namespace

repair_findings plan_repair(repair_readers& readers, const log_paths& paths, const runtime& runtime,
                            const repair_options& options, const std::optional<repair_note>& note) {
  repair_findings found;
  verify_options thorough;
  thorough.listed_max = ranges_max;
  thorough.stop = options.stop;
  if (options.on_progress)
    thorough.on_progress = [&](const verify_progress& now) { options.on_progress({now.doing, now.done, now.of}); };
  const bool is_verified = readers.front()->connection().lost().empty();
  found.verified = is_verified ? verify_sqlite_log(paths, runtime, thorough) : look_through(*readers.front(), options);

  repair_plan& plan = found.plan;
  const log_row& log = readers.front()->about();
  plan.path = paths.log;
  plan.log = log.identity;
  plan.head = found.verified.head;
  witness_standing stand = stand_of_witness(read_witness(*runtime.files, paths.witness), log, plan.head, note);
  if (stand.usable) plan.witnessed = stand.usable->position;

  watched_assembly together(readers, stand.usable, options, plan.head);
  found.end = together.go();
  plan.end = found.end.at;
  plan.end_recorded_at = found.end.recorded_at;
  list_healed(together.healed(), plan);
  list_unproven(found, readers);
  if (together.witness_contradicted()) {
    stand.fault =
        "what it has seen of event " + std::to_string(stand.usable->position.value()) + " is not what stands there";
    stand.usable.reset();
    stand.later_epoch = false;
  }
  found.becomes = log;
  bool in_later_epoch = false;
  if (stand.later_epoch && together.witness_fits() && plan.head <= plan.witnessed && plan.witnessed <= plan.end) {
    for (const auto& reader : readers) {
      if (reader->about().identity != stand.usable->log) continue;
      found.becomes = reader->about();
      in_later_epoch = true;
    }
  }
  found.witness = stand.usable;
  add_losses(stand, in_later_epoch, *readers.front(), found);
  if (plan.lost_events > 0) count_lost(found, readers, options.stop);

  plan.makes_log_anew = plan.loses() || plan.healed_events > 0 || in_later_epoch ||
                        found.verified.identity != log.identity || has(found.verified, kind::structure) ||
                        has(found.verified, kind::unreadable);  // of no event: a row where none can be
  plan.removes_index = plan.makes_log_anew || has(found.verified, kind::index);
  plan.rewrites_witness = plan.makes_log_anew || stand.half;
  plan.ends_earlier = note && !plan.makes_log_anew;
  return found;
}

namespace {

/// What another file has of the events from `first` to `last`, none of which can be read in the log: the runs of intact ones of
/// which the last is vouched for by the log. Descending.
std::vector<position_range> vouched_runs(const repair_findings& found, repair_reader& log, repair_reader& other,
                                         const position_range& within, const std::stop_token& stop) {
  std::vector<position_range> runs;
  bool follows = false;  // the one behind it is vouched for, and its chain hash covers this one
  for (global_position at = std::min(within.last, other.head()); at >= within.first;
       at = global_position{at.value() - 1}) {
    if (stop.stop_requested()) throw operation_cancelled();
    const recorded_event* const event = other.intact_at(at);
    if (event == nullptr) {
      follows = false;
      continue;
    }
    const chain_hash chain = event->chain;
    if (follows) {
      runs.back().first = at;
    } else if ((found.witness && found.witness->position == at && found.witness->chain == chain) ||
               log.stored_chain(at) == chain ||
               (log.look_at(at.next()) && log.chain_behind(chain) == log.row().chain)) {
      runs.push_back({at, at});
      follows = true;
    }
  }
  return runs;
}

}  // namespace

void visit_lost_events(const repair_findings& found, repair_readers& readers, const std::stop_token& stop,
                       const std::function<void(const recorded_event&)>& visit) {
  const global_position end = found.plan.end;
  global_position at = end;
  const auto from_others = [&](global_position last) {
    if (last <= at) return;
    std::vector<std::vector<position_range>> runs(readers.size());
    for (std::size_t i = 1; i < readers.size(); ++i)
      runs[i] = vouched_runs(found, *readers.front(), *readers[i], {at.next(), last}, stop);
    for (at = at.next(); at <= last; at = at.next()) {
      if (stop.stop_requested()) throw operation_cancelled();
      for (std::size_t i = 1; i < readers.size(); ++i) {
        while (!runs[i].empty() && runs[i].back().last < at) runs[i].pop_back();
        if (runs[i].empty() || runs[i].back().first > at) continue;
        if (const recorded_event* const event = readers[i]->intact_at(at)) {
          visit(*event);
          break;
        }
      }
    }
    at = last;
  };
  log_reader_connection& log = readers.front()->connection();
  for (const position_range& range : found.verified.readable) {
    if (range.last <= end) continue;
    from_others(global_position{std::max(range.first.value() - 1, end.value())});
    const log_reader_connection::snapshot snapshot(log);
    try {
      log.scan(at, [&](const entry_row&, const recorded_event& event) {
        if (stop.stop_requested()) throw operation_cancelled();
        visit(event);
        at = event.position;
        return at < range.last;
      });
    } catch (const log_damaged&) {
      // What the verification has read, and this reading not, is for the other files to give.
    }
  }
  from_others(std::max(found.plan.head, found.plan.witnessed));
}

}  // namespace whence::inline v0
