#include <algorithm>
#include <cerrno>
#include <string>

#include <sqlite3.h>

#include <whence/core/async.hpp>
#include <whence/core/files.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/backup/event_copy.hpp>
#include <whence/store/sqlite/backup/event_insertion.hpp>

namespace whence::inline v0 {
namespace {

/// So that a writer's WAL can be reset.
constexpr std::uint64_t events_of_snapshot = 8'192;

void must_be(const log_identity& expected, log_reader_connection& from) {
  if (from.about().identity != expected) throw log_changed(from.database().path());
}

using visit_event = std::function<bool(const entry_row&, const recorded_event&)>;

/// Part after part, each in a snapshot of its own: `around` calls what it is given. Ends where `visit` says false.
copied go_through(log_reader_connection& from, const copy_order& order, std::string_view doing,
                  const visit_event& visit, const std::function<void(const std::function<void()>&)>& around) {
  copied at;
  at.chain = chain_start(order.log.id);
  bool enough = false;
  while (at.head < order.last && !enough) {
    if (order.stop.stop_requested()) throw operation_cancelled();
    const global_position begun = at.head;
    const global_position until{std::min(order.last.value(), begun.value() + events_of_snapshot)};
    around([&] {
      const log_reader_connection::snapshot snapshot(from);
      must_be(order.log, from);
      from.notice_epoch();
      from.scan(begun, [&](const entry_row& row, const recorded_event& event) {
        enough = !visit(row, event);
        if (enough) return false;
        at = {.head = event.position, .chain = row.chain, .recorded_at = event.recorded_at};
        return at.head < until;
      });
    });
    if (at.head == begun && !enough)
      throw log_damaged(from.database().path(), at.head.next(), "it is missing: the log ends before it");
    if (order.on_progress) order.on_progress({doing, at.head.value(), order.last.value()});
  }
  return at;
}

}  // namespace

copied copy_events(log_reader_connection& from, sql::database& to, const copy_order& order) {
  event_insertion insertion(to);
  const auto take = [&](const entry_row& row, const recorded_event& event) {
    if (order.until && event.recorded_at > *order.until) return false;
    insertion.run(row, event);
    return true;
  };
  return go_through(from, order, "events", take, [&to](const std::function<void()>& part) {
    sql::transaction writing(to);
    part();
    writing.commit();
  });
}

namespace {

void must_be_readable(const std::string& path, const copied& expected, const copy_order& order) {
  log_reader_connection written(path);
  const auto every = [](const entry_row&, const recorded_event&) { return true; };
  copy_order all = order;
  all.last = expected.head;
  const copied found =
      go_through(written, all, "reading back", every, [](const std::function<void()>& part) { part(); });
  const log_reader_connection::snapshot snapshot(written);
  if (found.chain != expected.chain || written.head() != expected.head)
    throw log_damaged(path, expected.head, "what was written is not what can be read");
}

}  // namespace

void read_back(const std::string& draft, const std::string& place, const copied& expected, const copy_order& order) {
  const auto not_kept = [&place] { return file_error("read back what was just written to make", place, EIO); };
  try {
    must_be_readable(draft, expected, order);
  } catch (const log_damaged&) {
    throw not_kept();
  } catch (const sql::sql_error& failure) {
    if (is_damage(failure) || failure.primary() == SQLITE_IOERR) throw not_kept();
    throw;
  }
}

}  // namespace whence::inline v0
