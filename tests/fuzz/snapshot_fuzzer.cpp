// Snapshots: one whose checksum holds is believed only if all that says of which history it is holds too, and if its state can be
// read. A load never fails for a snapshot, and comes to the fold of the stream, or to the state that was kept and what followed.
//
// An input is a byte of flags, the version at which the snapshot was made, eight bytes for a column that is to be wrong, a state.
#include <cstring>
#include <exception>
#include <map>
#include <optional>

#include <tests/temporary_folder.hpp>
#include <whence/modelling/fold_fingerprint.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/modelling/snapshot_file.hpp>
#include <whence/modelling/snapshots.hpp>
#include <whence/serialization/binary.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_source.hpp>

#include "tests/fuzz/property.hpp"

namespace {

using cereal::make_nvp;
using fuzzing::holds;

constexpr std::uint64_t events = 12;
constexpr std::size_t header = 10;
constexpr std::uint8_t wrong_column = 0x0F;        // which; 0: none
constexpr std::uint8_t changed_afterwards = 0x10;  // its state, behind the checksum
constexpr std::uint8_t no_types =
    0x20;  // the table is not the one that is made, and a column has a value of another type
constexpr std::uint8_t has_mark = 0x40;  // what stands in the input is behind the mark of binary

struct Noted {
  static constexpr whence::event_type type{"Noted"};
  std::string word;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("word", word));
  }
};

/// Its `apply` bears every state.
struct Notes {
  static constexpr whence::aggregate_type type{"Notes"};
  static constexpr whence::snapshot_policy snapshots{.every = 1'000};
  using events = whence::events<Noted>;

  std::map<std::string, std::uint64_t> words;
  std::vector<std::optional<std::string>> last;
  std::uint64_t count = 0;
  double share = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("words", words), make_nvp("last", last), make_nvp("count", count), make_nvp("share", share));
  }

  void apply(const Noted& event) {
    ++words[event.word];
    ++count;
    last.assign(1, event.word);
  }
};

const whence::id<Notes> notes{"notes-1"};
Noted noted(std::uint64_t version) { return {version % 3 == 0 ? "tea" : "milk"}; }

class world {
 public:
  world() : log_(whence::memory().open(runtime_)) {
    runtime_.executor->on_report([](std::exception_ptr) {});  // that a made-up state is not the fold
    for (std::uint64_t version = 1; version <= events; ++version) append(version);
    fingerprint_ =
        whence::detail::fingerprint_of(whence::detail::facts_of<Notes>, whence::detail::snapshot_facts_of<Notes>, {});
  }

  whence::detail::kept_snapshot snapshot(std::uint64_t version, std::string state) const {
    const auto page = log_->read_stream(notes.value(), whence::stream_version{version}, whence::read_direction::forward,
                                        {.events = 1});
    whence::detail::kept_snapshot kept;
    kept.stream = notes.value();
    kept.aggregate_type = "Notes";
    kept.version = page.front().version;
    kept.position = page.front().position;
    kept.chain = page.front().chain;
    kept.log = log_->identity();
    kept.fingerprint = fingerprint_;
    kept.state = std::move(state);
    return kept;
  }

  void put(const whence::detail::kept_snapshot& kept) { writer_.put({&kept, 1}); }

  void run(const std::string& statement) {
    whence::sql::database::open(path_, whence::sql::open_mode::read_write).run(statement);
  }

  void remove_file() {
    for (const char* const part : {"", "-wal", "-shm"}) std::remove((path_ + part).c_str());
  }

  std::string loaded(whence::snapshots::tally& counts) const {
    const auto kept = std::make_shared<whence::snapshots>(path_, log_, runtime_);
    const auto found = whence::repository(log_, kept).load(notes);
    holds(found.version == whence::stream_version{events}, "a load comes to the last event");
    counts = kept->counts();
    return whence::encode_binary(found.state);
  }

 private:
  void append(std::uint64_t version) {
    whence::append_batch batch;
    batch.streams.push_back({.stream = notes.value(),
                             .aggregate_type = "Notes",
                             .expected = whence::expected_version::any(),
                             .events = {{.id = whence::event_id{runtime_.make_uuid()},
                                         .type = "Noted",
                                         .version = 1,
                                         .occurred_at = runtime_.clock->now(),
                                         .data = whence::encode(noted(version)),
                                         .metadata = {.correlation = whence::correlation_id{runtime_.make_uuid()},
                                                      .causation = whence::command_id{runtime_.make_uuid()},
                                                      .causation_type = "Elsewhere",
                                                      .source = "another",
                                                      .traceparent = {}},
                                         .tags = {}}}});
    static_cast<void>(log_->append(std::move(batch)).get().value());
  }

  tests::temporary_folder folder_;
  const std::string path_ = folder_.file("notes.db.snapshots");
  whence::runtime runtime_ = whence::runtime::system(1);
  const std::shared_ptr<whence::log> log_;
  whence::uuid::bytes_type fingerprint_{};
  whence::detail::snapshot_writer writer_{runtime_.files, path_, {}};
};

/// What follows a state that was kept; nothing if it cannot be read.
std::optional<std::string> goes_on_from(const std::string& kept, std::uint64_t version) {
  try {
    Notes state = whence::decode_binary<Notes>(kept);
    for (std::uint64_t next = version + 1; next <= events; ++next) state.apply(noted(next));
    return whence::encode_binary(state);
  } catch (const whence::decode_error&) {
    return std::nullopt;
  }
}

/// Makes the chosen column another one than the log, or the program, would have. False: it is as it was.
bool make_wrong(whence::detail::kept_snapshot& kept, unsigned column, std::uint64_t by) {
  by &= INT64_MAX;  // what SQLite can keep
  if (by == 0) return false;
  std::uint8_t bytes[8];
  std::memcpy(bytes, &by, sizeof by);
  const auto change = [&](auto& hash) {
    for (std::size_t i = 0; i < sizeof bytes; ++i) hash[i] = static_cast<std::uint8_t>(hash[i] ^ bytes[i]);
  };
  switch (column) {
    case 1: kept.aggregate_type.append(reinterpret_cast<const char*>(bytes), sizeof bytes); return true;
    case 2: kept.version = whence::stream_version{kept.version.value() ^ by}; return true;
    case 3: kept.position = whence::global_position{kept.position.value() ^ by}; return true;
    case 4: change(kept.chain); return true;
    case 5: {
      whence::uuid::bytes_type id = kept.log.id.value().bytes();
      change(id);
      kept.log.id = whence::log_id(whence::uuid(id));
      return true;
    }
    case 6: kept.log.epoch ^= by; return true;
    case 7: change(kept.fingerprint); return true;
    default: return false;
  }
}

/// The same row in a table that somebody else has made, with a value of another type in one column.
void put_in_another_table(world& here, unsigned column, std::uint64_t by) {
  static constexpr const char* columns[] = {"aggregate_type", "version",     "position", "chain",   "log",
                                            "epoch",          "fingerprint", "state",    "checksum"};
  static constexpr const char* values[] = {"NULL", "''", "x''", "0.5", "-1", "CAST(%s AS TEXT)", "CAST(%s AS BLOB)",
                                           "1e300"};
  const std::string name = columns[column % std::size(columns)];
  std::string value = values[by % std::size(values)];
  if (const auto place = value.find("%s"); place != std::string::npos) value.replace(place, 2, name);
  here.run(
      "ALTER TABLE snapshots RENAME TO typed; CREATE TABLE snapshots AS SELECT * FROM typed; UPDATE snapshots SET " +
      name + " = " + value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static world here;
  static const std::string folded = *goes_on_from(whence::encode_binary(Notes{}), 0);
  if (size < header) return -1;
  const std::uint8_t flags = data[0];
  const std::uint64_t version = 1 + data[1] % events;
  std::uint64_t by = 0;
  std::memcpy(&by, data + 2, sizeof by);
  std::string state(fuzzing::text_of(data + header, size - header));
  if ((flags & has_mark) != 0) state.insert(0, whence::binary_mark);
  const std::optional<std::string> kept_state = goes_on_from(state, version);

  auto kept = here.snapshot(version, std::move(state));
  const bool is_wrong = make_wrong(kept, flags & wrong_column, by);
  here.put(kept);
  if ((flags & changed_afterwards) != 0) here.run("UPDATE snapshots SET state = CAST(state || x'00' AS BLOB)");
  if ((flags & no_types) != 0) put_in_another_table(here, flags & wrong_column, by);

  whence::snapshots::tally counts;
  const std::string loaded = here.loaded(counts);
  const bool may_be_believed = !is_wrong && (flags & changed_afterwards) == 0 && kept_state.has_value();
  holds(loaded == folded || (may_be_believed && loaded == *kept_state),
        "a load comes to the fold, or to what was kept and what followed", {loaded, folded});
  holds(counts.used == 0 || may_be_believed, "only what belongs to this history is used");
  if (may_be_believed && (flags & no_types) == 0)
    holds(counts.used == 1 && loaded == *kept_state, "what belongs to this history, and can be read, is used",
          {loaded});
  if ((flags & no_types) != 0) here.remove_file();
  return 0;
}
