#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include <whence/core/async.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/backup/event_copy.hpp>
#include <whence/store/sqlite/format.hpp>

namespace whence::inline v0 {
namespace {

/// So that a writer's WAL can be reset.
constexpr std::uint64_t events_of_snapshot = 8'192;

sql::value text_or_null(std::string_view text) { return text.empty() ? sql::value(nullptr) : sql::value(text); }

/// What puts one event after the other into the copy.
class event_insertion {
 public:
  explicit event_insertion(sql::database& to)
      : to_(to), insert_(to.prepare("INSERT INTO entries VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")) {}

  void run(const entry_row& row, const recorded_event& event) {
    const std::int64_t type = type_in_copy(row, event);
    const std::int64_t encoding = log_format::encoding_of(event.data);
    using column = entry_row::column;
    bind(column::position_column, row.position);
    bind(column::stream_column, row.stream);
    bind(column::version_column, row.version);
    bind(column::type_column, type);
    bind(column::occurred_at_column, event.occurred_at.time_since_epoch().count());
    bind(column::recorded_at_column, event.recorded_at.time_since_epoch().count());
    bind(column::id_column, event.id.value().bytes());
    bind_id(column::correlation_column, event.correlation.value());
    bind_id(column::causation_column, event.causation.value());
    bind(column::chain_column, row.chain);
    bind(column::name_column, row.name);
    bind(column::causation_type_column, text_or_null(event.causation_type));
    bind(column::source_column, text_or_null(event.source));
    bind(column::traceparent_column, text_or_null(event.traceparent));
    bind(column::tags_column, text_or_null(row.tags));
    bind(column::encoding_column, encoding);
    const std::span<const std::byte> bytes = std::as_bytes(std::span(event.data));
    bind(column::data_column, encoding == log_format::encoding_json ? sql::value(event.data) : sql::value(bytes));
    insert_.run();
  }

 private:
  void bind(entry_row::column column, const sql::value& what) { insert_.bind_view(column + 1, what); }
  void bind_id(entry_row::column column, const uuid& id) {
    if (id.is_nil()) return bind(column, nullptr);
    bind(column, id.bytes());
  }

  /// Its number in the source, unless another file that a log has events in has given that to another type.
  std::int64_t type_in_copy(const entry_row& row, const recorded_event& event) {
    if (row.numbered_by != numbered_by_) {
      numbered_by_ = row.numbered_by;
      numbers_.clear();
    }
    const auto [known, is_new] = numbers_.try_emplace(row.type, row.type);
    if (!is_new) return known->second;
    auto names = std::tuple(std::string(event.aggregate_type), std::string(event.type), event.type_version);
    if (const auto copied = types_.find(names); copied != types_.end()) return known->second = copied->second;
    if (numbers_in_copy_.contains(row.type)) known->second = *numbers_in_copy_.rbegin() + 1;
    to_.run("INSERT INTO types VALUES(?,?,?,?)", {known->second, event.aggregate_type, event.type, event.type_version});
    numbers_in_copy_.insert(known->second);
    types_.emplace(std::move(names), known->second);
    return known->second;
  }

  sql::database& to_;
  sql::statement insert_;
  const void* numbered_by_ = nullptr;
  std::unordered_map<std::int64_t, std::int64_t> numbers_;  // in the file that rows come from now -> in the copy
  std::map<std::tuple<std::string, std::string, std::uint32_t>, std::int64_t> types_;  // that the copy has
  std::set<std::int64_t> numbers_in_copy_;
};

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

void read_back(const std::string& path, const copied& expected, const copy_order& order) {
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

}  // namespace whence::inline v0
