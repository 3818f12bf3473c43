#include <whence/store/sqlite/repair/assembly.hpp>

#include <whence/core/async.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0 {

assembled_to assembly::go(global_position last, const visit_assembled& visit, const std::stop_token& stop) {
  assembled_to now{.at = {}, .chain = chain_start(readers_.front()->about().identity.id)};
  while (now.at < last) {
    if (stop.stop_requested()) throw operation_cancelled();
    if (log_stands_at(now)) go_on_in_log(now, last, visit, stop);
    if (now.at < last && !step(now, visit)) break;
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
      visit(row, event, event_origin::in_place, log);
      now = {.at = event.position, .chain = row.chain, .recorded_at = event.recorded_at};
      return now.at < last;
    });
  } catch (const log_damaged&) {
    // What stands there instead is asked for next.
  }
}

bool assembly::step(assembled_to& now, const visit_assembled& visit) {
  const global_position next = now.at.next();
  const auto take = [&](const repair_reader& from, event_origin origin) {
    visit(from.row(), from.event(), origin, from);
    now = {.at = next, .chain = from.row().chain, .recorded_at = from.event().recorded_at};
    return true;
  };
  for (const auto& reader : readers_) {
    if (reader->look_at(next) && reader->chain_behind(now.chain) == reader->row().chain)
      return take(*reader, reader == readers_.front() ? event_origin::in_place : event_origin::brought);
  }
  for (const auto& reader : readers_) {
    if (!reader->look_at(next)) continue;
    const chain_hash chain = reader->chain_behind(now.chain);
    if (!is_proven(next, chain)) continue;
    reader->look_at(next);  // proving it has looked at another
    reader->correct(chain);
    return take(*reader, reader == readers_.front() ? event_origin::proven : event_origin::brought);
  }
  return false;
}

bool assembly::is_proven(global_position at, const chain_hash& chain) {
  if (witness_ && witness_->position == at) return witness_->chain == chain;
  const log_identity log = readers_.front()->about().identity;
  for (const auto& reader : readers_) {
    // Within an epoch there is one history; of another one, an event behind this one may be one that this log never had.
    if (reader->about().identity != log) continue;
    if (reader->look_at(at.next()) && reader->chain_behind(chain) == reader->row().chain) return true;
  }
  return false;
}

}  // namespace whence::inline v0
