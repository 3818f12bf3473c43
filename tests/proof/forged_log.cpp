#include <tests/proof/forged_log.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include <whence/core/runtime.hpp>
#include <whence/sql/database.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/row.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace tests {

using namespace whence;
namespace fs = std::filesystem;

namespace {

constexpr std::array<std::uint8_t, 16> none{};

timestamp time_of(std::int64_t microseconds) { return timestamp(std::chrono::microseconds(microseconds)); }

/// The numbers of the names, in the order in which they are first used.
class type_numbers {
 public:
  explicit type_numbers(sql::database& db) : db_(db) { db_.run("DELETE FROM types"); }
  std::int64_t of(const forged_event& event) {
    const auto [known, fresh] = numbers_.try_emplace({event.aggregate_type, event.type, event.type_version},
                                                     static_cast<std::int64_t>(numbers_.size()) + 1);
    if (fresh)
      db_.run("INSERT INTO types VALUES(?, ?, ?, ?)",
              {known->second, event.aggregate_type, event.type, std::int64_t{event.type_version}});
    return known->second;
  }

 private:
  sql::database& db_;
  std::map<std::tuple<std::string, std::string, std::uint32_t>, std::int64_t> numbers_;
};

/// Where a stream began, and how far it is.
struct stream_state {
  std::uint64_t number = 0;
  std::uint64_t version = 0;
};

class forger {
 public:
  forger(sql::database& db, const log_identity& log) : db_(db), types_(db), chain_(chain_start(log.id)) {
    db_.run("DELETE FROM entries");
  }

  void append(const forged_event& event) {
    ++position_;
    stream_state& stream = streams_[event.stream];
    if (stream.number == 0) stream.number = position_;
    ++stream.version;
    std::vector<std::string_view> tags(event.tags.begin(), event.tags.end());
    chain_ = chain_next(chain_, stream.number, recorded(event, stream.version, tags));
    const auto optional_text = [](const std::string& text) {
      return text.empty() ? sql::value(nullptr) : sql::value(text);
    };
    const auto optional_id = [](const std::array<std::uint8_t, 16>& id) {
      return id == none ? sql::value(nullptr) : sql::value(id);
    };
    const std::string tag_lines = join_tags(event.tags);
    const bool binary = log_format::encoding_of(event.data) == log_format::encoding_binary;
    const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(event.data.data()),
                                              event.data.size());
    const sql::value row[] = {position_,
                              stream.number,
                              stream.version,
                              types_.of(event),
                              event.occurred_at,
                              event.recorded_at,
                              event.id,
                              optional_id(event.correlation),
                              optional_id(event.causation),
                              chain_,
                              event.stream,
                              optional_text(event.causation_type),
                              optional_text(event.source),
                              optional_text(event.traceparent),
                              optional_text(tag_lines),
                              log_format::encoding_of(event.data),
                              binary ? sql::value(bytes) : sql::value(event.data)};
    db_.run("INSERT INTO entries VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row);
  }

  global_position position() const { return global_position{position_}; }
  const chain_hash& chain() const { return chain_; }

 private:
  recorded_event recorded(const forged_event& event, std::uint64_t version,
                          std::span<const std::string_view> tags) const {
    recorded_event made;
    made.position = global_position{position_};
    made.version = stream_version{version};
    made.id = event_id(uuid(event.id));
    made.stream = event.stream;
    made.aggregate_type = event.aggregate_type;
    made.type = event.type;
    made.type_version = event.type_version;
    made.occurred_at = time_of(event.occurred_at);
    made.recorded_at = time_of(event.recorded_at);
    made.correlation = correlation_id(uuid(event.correlation));
    made.causation = causation_id(uuid(event.causation));
    made.causation_type = event.causation_type;
    made.source = event.source;
    made.traceparent = event.traceparent;
    made.data = event.data;
    made.tags = tags;
    return made;
  }

  sql::database& db_;
  type_numbers types_;
  chain_hash chain_;
  std::uint64_t position_ = 0;
  std::map<std::string, stream_state> streams_;
};

}  // namespace

std::vector<forged_event> read_events(const fs::path& log) {
  std::vector<forged_event> all;
  const auto reader = sqlite(log.string()).visit(runtime::system(1));
  for (global_position at; at < reader->head();) {
    const event_page page = reader->read(at);
    for (const recorded_event& event : page)
      all.push_back({.stream = std::string(event.stream),
                     .aggregate_type = std::string(event.aggregate_type),
                     .type = std::string(event.type),
                     .type_version = event.type_version,
                     .occurred_at = event.occurred_at.time_since_epoch().count(),
                     .recorded_at = event.recorded_at.time_since_epoch().count(),
                     .id = event.id.value().bytes(),
                     .correlation = event.correlation.value().bytes(),
                     .causation = event.causation.value().bytes(),
                     .causation_type = std::string(event.causation_type),
                     .source = std::string(event.source),
                     .traceparent = std::string(event.traceparent),
                     .tags = {event.tags.begin(), event.tags.end()},
                     .data = std::string(event.data)});
    at = page.scanned_to();
  }
  return all;
}

void forge_log(const fs::path& log, const std::vector<forged_event>& events) {
  const log_identity identity = sqlite(log.string()).visit(runtime::system(1))->identity();
  testimony last{.log = identity, .position = {}};
  {
    sql::database db = sql::database::open(log.string(), sql::open_mode::read_write);
    sql::transaction forging(db);
    forger forged(db, identity);
    for (const forged_event& event : events) forged.append(event);
    forging.commit();
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    last.position = forged.position();
    last.chain = forged.chain();
  }
  const log_paths paths(log.string());
  for (const char* const end : {"", "-wal", "-shm"}) fs::remove(paths.index + end);
  fs::remove(paths.witness);
  witness::create(*system_files(), paths.witness, last);
}

}  // namespace tests
