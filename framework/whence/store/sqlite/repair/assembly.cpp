#include <whence/store/sqlite/repair/assembly.hpp>

#include <whence/core/async.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0 {
namespace {

/// Of the row that was looked at last.
assembled_to standing_at(const repair_reader& reader) {
  return {.at = reader.event().position, .chain = reader.row().chain, .recorded_at = reader.event().recorded_at};
}

assembled_to handed_out(const repair_reader& from, event_origin origin, const visit_assembled& visit) {
  visit(from.row(), from.event(), origin);
  return standing_at(from);
}

}  // namespace

assembled_to assembly::go(global_position last, const visit_assembled& visit, const std::stop_token& stop) {
  assembled_to now{.at = {}, .chain = chain_start(readers_.front()->about().identity.id)};
  while (now.at < last) {
    if (stop.stop_requested()) throw operation_cancelled();
    if (log_stands_at(now)) go_on_in_log(now, last, visit, stop);
    if (now.at < last && !step_in_log(now, visit) && !bring(now, last, visit, stop)) break;
  }
  return now;
}

/// Whether the log itself can be read on from there.
bool assembly::log_stands_at(const assembled_to& now) {
  if (now.at == global_position{}) return true;
  repair_reader& log = *readers_.front();
  return log.look_at(now.at) && log.row().chain == now.chain;
}

void assembly::go_on_in_log(assembled_to& now, global_position last, const visit_assembled& visit,
                            const std::stop_token& stop) {
  repair_reader& log = *readers_.front();
  try {
    const log_reader_connection::snapshot snapshot(log.connection());
    log.connection().scan(now.at, [&](const entry_row& row, const recorded_event& event) {
      if (stop.stop_requested()) throw operation_cancelled();
      visit(row, event, event_origin::in_place);
      now = {.at = event.position, .chain = row.chain, .recorded_at = event.recorded_at};
      return now.at < last;
    });
  } catch (const log_damaged&) {
    // What stands there instead is asked for next.
  }
}

/// Whether the log's own row behind `before` fits; then it is the one that was looked at last.
bool assembly::look_at_own(const assembled_to& before, event_origin& origin) {
  repair_reader& log = *readers_.front();
  const global_position next = before.at.next();
  if (!log.look_at(next)) return false;
  const chain_hash chain = log.chain_behind(before.chain);
  origin = event_origin::in_place;
  if (chain == log.row().chain) return true;
  if (!is_proven(next, chain)) return false;
  log.look_at(next);  // proving it has looked at another
  log.correct(chain);
  origin = event_origin::proven;
  return true;
}

bool assembly::step_in_log(assembled_to& now, const visit_assembled& visit) {
  event_origin origin{};
  if (!look_at_own(now, origin)) return false;
  now = handed_out(*readers_.front(), origin, visit);
  return true;
}

/// Takes events of the other files up to the next one that the log vouches for; or none.
bool assembly::bring(assembled_to& now, global_position last, const visit_assembled& visit,
                     const std::stop_token& stop) {
  // Where two of them part, one may be the log's and the other not: so each is followed once.
  for (std::size_t preferred = 1; preferred < readers_.size(); ++preferred) {
    assembled_to ahead = now;
    bool vouched = false;
    while (!vouched && ahead.at < last) {
      if (stop.stop_requested()) throw operation_cancelled();
      const repair_reader* const from = find_in_others(ahead, preferred);
      if (from == nullptr) break;
      ahead = standing_at(*from);
      vouched = log_vouches_for(ahead);
    }
    if (!vouched) continue;
    while (now.at < ahead.at) {
      const repair_reader* const from = find_in_others(now, preferred);
      if (from == nullptr) return false;  // it was changed meanwhile, which is told at the end
      now = handed_out(*from, event_origin::brought, visit);
    }
    return true;
  }
  return false;
}

/// The file whose row behind `before` fits, which is the one that was looked at last there; null: none does.
repair_reader* assembly::find_in_others(const assembled_to& before, std::size_t preferred) {
  const global_position next = before.at.next();
  const auto first_that = [&](const auto& fits) -> repair_reader* {
    if (fits(*readers_[preferred])) return readers_[preferred].get();
    for (std::size_t i = 1; i < readers_.size(); ++i)
      if (i != preferred && fits(*readers_[i])) return readers_[i].get();
    return nullptr;
  };
  repair_reader* const whole = first_that([&](repair_reader& reader) {
    return reader.look_at(next) && reader.chain_behind(before.chain) == reader.row().chain;
  });
  if (whole != nullptr) return whole;
  return first_that([&](repair_reader& reader) {
    if (!reader.look_at(next)) return false;
    const chain_hash chain = reader.chain_behind(before.chain);
    if (!is_proven(next, chain)) return false;
    reader.look_at(next);  // proving it has looked at another
    reader.correct(chain);
    return true;
  });
}

/// Whether all up to there was in this log once.
bool assembly::log_vouches_for(const assembled_to& now) {
  if (witness_ && witness_->position == now.at && witness_->chain == now.chain) return true;
  if (readers_.front()->stored_chain(now.at) == now.chain) return true;
  event_origin origin{};
  return look_at_own(now, origin);
}

/// Whether an event whose row has another chain hash is whole: then that hash was damaged.
bool assembly::is_proven(global_position at, const chain_hash& chain) {
  if (witness_ && witness_->position == at) return witness_->chain == chain;
  for (const auto& reader : readers_) {
    if (reader->stored_chain(at) == chain) return true;
    if (reader->look_at(at.next()) && reader->chain_behind(chain) == reader->row().chain) return true;
  }
  return false;
}

}  // namespace whence::inline v0
