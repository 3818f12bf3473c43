// Tampers with copies of a log, one at a time, as somebody does who may write every file but the signed heads:
//
//     tamper_log EDITS SEED [READER…]
//
// Events are altered, taken out, put in, moved; the end is cut off; a run of events gives way to another; a table gives way to
// a view that says the same, or says it by the clock, or an index stands beside it, which may say something else. Half of the
// time the rest of the file is left as it is; half of the time everything that Whence keeps beside the events (positions,
// versions, checksums, witness) is made anew, so that `log verify` finds nothing. Each edit has to be found by `check_proof`,
// at its place and at no place before it; and by READER, a command to which the log, the heads and the public key are given.
// Prints `figure: value` lines; exits 1 at the first edit that is not found.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/wait.h>

#include <whence/proof/check_proof.hpp>
#include <whence/proof/prove_log.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/proof/forged_log.hpp>
#include <tests/temporary_folder.hpp>

namespace {

using namespace whence;
namespace fs = std::filesystem;
using tests::forged_event;

constexpr std::uint64_t signed_events = 2'000;
constexpr std::uint64_t events_beyond = 30;
constexpr std::uint64_t every = 25;

[[noreturn]] void wrong(const std::string& what) { throw std::runtime_error(what); }

// --- the log ----------------------------------------------------------------------------------------------------------

new_event some_event(const runtime& runtime, std::mt19937& dice) {
  new_event event;
  event.id = event_id(runtime.make_uuid());
  event.type = "Counted" + std::to_string(dice() % 3);
  event.version = 1 + dice() % 2;
  event.occurred_at = runtime.clock->now();
  event.data = "{\"value\":" + std::to_string(dice()) + ",\"note\":\"" + std::string(dice() % 60, 'x') + "\"}";
  event.metadata.correlation = correlation_id(runtime.make_uuid());
  if (dice() % 2 == 0) event.metadata.causation = causation_id(event_id(runtime.make_uuid()));
  if (dice() % 2 == 0) event.metadata.causation_type = "Count";
  if (dice() % 2 == 0) event.metadata.source = "counter";
  for (std::size_t tag = dice() % 3; tag > 0; --tag)
    event.tags.push_back("shelf:" + std::to_string(10 * tag + dice() % 10));
  return event;
}

void append(whence::log& to, const runtime& runtime, std::uint64_t events, std::mt19937& dice) {
  while (events > 0) {
    append_batch batch;
    for (auto stream = dice() % 40; events > 0 && stream < 40; stream += 1 + dice() % 4, --events)
      batch.streams.push_back({.stream = "counter-" + std::to_string(stream),
                               .aggregate_type = "Counter",
                               .events = {some_event(runtime, dice)}});
    (void)to.append(std::move(batch)).get().value();
  }
}

/// A log, three heads for most of it, and some events that no head covers yet.
struct original {
  explicit original(std::mt19937& dice) : key(signing_key::make(file("shop.key"))) {
    const log_source source = sqlite(file("log/shop.db"));
    fs::create_directory(folder.path() / "log");
    const std::unique_ptr<whence::log> writer = source.open(runtime_);
    for (const std::uint64_t part : {signed_events / 2, signed_events / 4 + 1, signed_events / 4 - 1}) {
      append(*writer, runtime_, part, dice);
      prove_log(source, runtime_, signing_key::read(file("shop.key")), file("heads"), {.every = every});
    }
    append(*writer, runtime_, events_beyond, dice);
    writer->close();
    events = tests::read_events(file("log/shop.db"));
  }

  std::string file(const std::string& name) const { return folder.file(name); }
  proof_check check(const fs::path& log) const {
    return check_proof(sqlite(log.string()), runtime_, key, file("heads"));
  }

  runtime runtime_ = runtime::system(2);
  tests::temporary_folder folder;
  checking_key key;
  std::vector<forged_event> events;
};

// --- the edits --------------------------------------------------------------------------------------------------------

struct edit {
  std::string name;
  std::uint64_t place = 0;  ///< the first position at which the log is another one
};

/// A part of an event, and how it becomes another. Of the two parts that are about the same thing, one at a time.
std::string alter(forged_event& event, std::mt19937& dice) {
  switch (dice() % 13) {
    case 0: event.data.insert(event.data.size() - 1, ",\"paid\":true"); return "data";
    case 1: event.data.back() = ' ', event.data += '}'; return "a space in the data";
    case 2: event.occurred_at -= 1; return "when it happened";
    case 3: event.recorded_at += 1; return "when it was recorded";
    case 4: event.id[15] ^= 1; return "id";
    case 5: event.correlation[3] ^= 128; return "correlation";
    case 6: event.causation[0] ^= 1; return "causation";
    case 7: event.causation_type += "ed"; return "causation type";
    case 8: event.source = event.source.empty() ? "elsewhere" : ""; return "source";
    case 9: event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"; return "traceparent";
    case 10: event.tags.push_back("shelf:99"); return "tags";
    case 11: event.type = "Recounted"; return "type";
    default: event.type_version += 1; return "version of the type";
  }
}

std::uint64_t first_difference(const std::vector<forged_event>& was, const std::vector<forged_event>& is) {
  const auto at = std::mismatch(was.begin(), was.end(), is.begin(), is.end());
  return static_cast<std::uint64_t>(at.first - was.begin()) + 1;
}

/// Everything beside the events is made anew.
edit forge(const original& first, const fs::path& log, std::mt19937& dice) {
  std::vector<forged_event> events = first.events;
  const auto some = [&](std::uint64_t below) { return static_cast<std::ptrdiff_t>(dice() % below); };
  const auto at = events.begin() + some(signed_events);
  std::string name;
  switch (dice() % 6) {
    case 0: name = "alter: " + alter(*at, dice); break;
    case 1: name = "delete", events.erase(at); break;
    case 2: {
      name = "insert";
      forged_event more = first.events[dice() % signed_events];
      more.id[15] ^= 255;
      events.insert(at, more);
      break;
    }
    case 3:
      name = "reorder",
      std::iter_swap(events.begin() + some(signed_events - 1), events.end() - 1 - some(events_beyond + 1));
      break;
    case 4: name = "cut the tail", events.erase(at, events.end()); break;
    default: {
      name = "swap a run";
      const std::ptrdiff_t size = 1 + some(50);
      const auto from = events.begin() + some(signed_events / 2 - 50);
      std::swap_ranges(from, from + size, events.begin() + signed_events / 2 + some(signed_events / 2 - 50));
    }
  }
  // A log whose clock steps back would be noticed.
  for (std::size_t i = 1; i < events.size(); ++i)
    events[i].recorded_at = std::max(events[i].recorded_at, events[i - 1].recorded_at);
  if (events == first.events) return {};
  tests::forge_log(log, events);
  return {name, first_difference(first.events, events)};
}

/// What is read is no row of a table any more, though it may still say what was signed. All of it is in question.
edit exchange(const fs::path& log, std::mt19937& dice) {
  static const std::pair<const char*, const char*> exchanges[] = {
      {"entries", "CREATE VIEW entries AS SELECT * FROM kept"},
      {"entries",
       "CREATE VIEW entries AS SELECT * FROM kept WHERE strftime('%s', 'now') % 86400 < 86400 OR position > 7"},
      {"entries",
       "CREATE TABLE entries(position, stream, version, type, occurred_at, recorded_at, id, correlation, "
       "causation, chain, name, causation_type, source, traceparent, tags, encoding, data); "
       "INSERT INTO entries SELECT * FROM kept"},
      {"types", "CREATE VIEW types AS SELECT * FROM kept"},
      {"log", "CREATE VIEW log AS SELECT * FROM kept"},
  };
  sql::database db = sql::database::open(log.string(), sql::open_mode::read_write);
  if (dice() % 6 == 0) {
    db.run("CREATE INDEX kept ON entries(position, stream, version, type, data)");
    return {"an index beside a table", 0};
  }
  if (dice() % 6 == 0) {
    db.run("CREATE TRIGGER kept AFTER INSERT ON entries BEGIN DELETE FROM entries WHERE position = 7; END");
    return {"a trigger on a table", 0};
  }
  const auto& [table, other] = exchanges[dice() % std::size(exchanges)];
  db.run("DROP VIEW events; ALTER TABLE " + std::string(table) + " RENAME TO kept; " + other);
  return {"exchange a table: " + std::string(table), 0};
}

/// One statement, and nothing else.
edit scribble(const fs::path& log, std::mt19937& dice) {
  const std::uint64_t place = 1 + dice() % signed_events;
  const std::string at = " WHERE position = " + std::to_string(place);
  const std::string beyond = std::to_string(signed_events + events_beyond + 1);
  static const std::pair<const char*, const char*> alterations[] = {
      {"data", "data = replace(data, '{', '{ ')"},
      {"version", "version = version + 1"},
      {"stream number", "stream = stream + 1"},
      {"when it happened", "occurred_at = occurred_at - 1000000"},
      {"when it was recorded", "recorded_at = recorded_at + 1"},
      {"id", "id = randomblob(16)"},
      {"correlation", "correlation = randomblob(16)"},
      {"causation", "causation = randomblob(16)"},
      {"name of the stream", "name = name || '0'"},
      {"source", "source = ifnull(source, '') || 'x'"},
      {"tags", "tags = ifnull(tags || char(10), '') || 'shelf:99'"},
      {"number of the type", "type = 1 + type % (SELECT count(*) FROM types)"},
      {"encoding", "encoding = 1 - encoding"},
      {"data as a blob", "data = CAST(data AS BLOB), encoding = 1"},
      {"data as a blob that is said to be text", "data = CAST(CAST(data AS BLOB) AS BLOB), encoding = 0"},
  };
  sql::database db = sql::database::open(log.string(), sql::open_mode::read_write);
  switch (dice() % 8) {
    case 0:
    case 1: {
      const auto& [part, assignment] = alterations[dice() % std::size(alterations)];
      db.run("UPDATE entries SET " + std::string(assignment) + at);
      return {"alter: " + std::string(part), place};
    }
    case 2: db.run("DELETE FROM entries" + at); return {"delete", place};
    case 3: {  // the position is free because the event there is gone, or moved behind all others
      db.run("UPDATE entries SET position = " + beyond + at);
      if (dice() % 2 == 0) return {"move", place};
      db.run("INSERT INTO entries SELECT " + std::to_string(place) +
             ", stream, version, type, occurred_at, recorded_at, randomblob(16), correlation, causation, chain, name, "
             "causation_type,"
             " source, traceparent, tags, encoding, data FROM entries WHERE position = " +
             beyond);
      return {"insert in its place", place};
    }
    case 4: {
      const std::uint64_t other = place == signed_events ? 1 : place + 1 + dice() % (signed_events - place);
      db.run("UPDATE entries SET position = " + beyond + at);
      db.run("UPDATE entries SET position = " + std::to_string(place) + " WHERE position = " + std::to_string(other));
      db.run("UPDATE entries SET position = " + std::to_string(other) + " WHERE position = " + beyond);
      return {"reorder", std::min(place, other)};
    }
    case 5:
      db.run(
          "INSERT INTO entries SELECT -position, stream, version, type, occurred_at, recorded_at, randomblob(16), "
          "correlation,"
          " causation, chain, name, causation_type, source, traceparent, tags, encoding, data FROM entries" +
          at);
      return {"insert before the first", 1};
    case 6: {  // all events of a type; the number is the same once it is cut to 32 bits
      const std::int64_t type = db.integer("SELECT type FROM entries" + at).value();
      db.run("UPDATE types SET version = version + 4294967296 WHERE number = " + std::to_string(type));
      return {"alter: version of a type",
              static_cast<std::uint64_t>(
                  db.integer("SELECT min(position) FROM entries WHERE type = " + std::to_string(type)).value())};
    }
    default: db.run("DELETE FROM entries WHERE position >= " + std::to_string(place)); return {"cut the tail", place};
  }
}

// --- what has to be found ---------------------------------------------------------------------------------------------

bool has(std::uint64_t first, std::uint64_t last, std::uint64_t place) { return first <= place && place <= last; }

/// The stretch between two signed digests that has the place; of a cut, the stretch of the first event that is missing.
void must_name(const proof_check& found, const edit& made) {
  if (found.holds()) wrong("check_proof says that all is as it was signed");
  const proof_finding& first = found.findings.front();
  if (made.place == 0) {
    if (first.what != proof_finding::kind::altered || found.unaltered != 0 || found.findings.size() != 1 ||
        first.positions != position_range{global_position{1}, global_position{signed_events}})
      wrong("check_proof does not say that all is in question");
    return;
  }
  const std::uint64_t from = first.positions.first.value();
  if (first.what == proof_finding::kind::cut ? from != made.place
                                             : !has(from, first.positions.last.value(), made.place))
    wrong("check_proof names events " + std::to_string(from) + " to " + std::to_string(first.positions.last.value()));
  if (first.what != proof_finding::kind::cut && first.positions.events() > every)
    wrong("check_proof names too many events");
}

struct reader_said {
  int exit = 0;
  std::string text;
};

reader_said run(const std::string& command) {
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  if (!pipe) wrong("cannot run " + command);
  reader_said said;
  char piece[4096];
  while (const std::size_t got = std::fread(piece, 1, sizeof piece, pipe.get())) said.text.append(piece, got);
  const int status = ::pclose(pipe.release());
  said.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

void reader_must_name(const reader_said& said, std::uint64_t place) {
  unsigned long first = 0;
  unsigned long last = 0;
  if (place == 0 && said.exit == 6 && said.text.starts_with("altered: all; ")) return;
  if (said.exit != 6 || std::sscanf(said.text.c_str(), "altered: %lu to %lu", &first, &last) != 2 ||
      !has(first, last, place))
    wrong("the reader ends with " + std::to_string(said.exit) + " and says: " + said.text);
}

class trial {
 public:
  trial(std::uint32_t seed, std::string reader) : dice_(seed), first_(dice_), reader_(std::move(reader)) {}

  void look_at_the_original() {
    if (!first_.check(first_.file("log/shop.db")).holds()) wrong("the original is not what was signed");
    if (!reader_.empty() && read(first_.file("log/shop.db")).exit != 0)
      wrong("the reader does not believe the original");
  }

  void tamper(std::uint64_t edits) {
    for (std::uint64_t done = 0; done < edits;) {
      const fs::path copy = first_.folder.path() / "copy";
      fs::remove_all(copy);
      fs::copy(first_.folder.path() / "log", copy);
      const bool exchanged = dice_() % 10 == 0;
      const bool whole = !exchanged && dice_() % 2 == 0;
      const edit made = exchanged ? exchange(copy / "shop.db", dice_)
                        : whole   ? forge(first_, copy / "shop.db", dice_)
                                  : scribble(copy / "shop.db", dice_);
      if (made.name.empty()) continue;
      ++done;
      try {
        judge(copy / "shop.db", made, whole);
      } catch (const std::exception& failure) {
        wrong("edit " + std::to_string(done) + " (" + made.name + ", event " + std::to_string(made.place) +
              "): " + failure.what());
      }
    }
  }

  void print() const {
    for (const auto& [name, count] : edits_) std::printf("%s: %lu\n", name.c_str(), count);
    std::printf("edits that were not found, or named elsewhere: 0\n");
    std::printf("edits where events behind them were proven unaltered all the same: %lu\n", judged_behind_);
    std::printf("edits that log verify does not see: %lu of %lu with checksums made anew\n", unseen_, forged_);
  }

 private:
  reader_said read(const fs::path& log) const {
    return run(reader_ + " " + log.string() + " " + first_.file("heads") + " " + first_.file("shop.key.pub"));
  }

  void judge(const fs::path& log, const edit& made, bool whole) {
    const proof_check found = first_.check(log);
    must_name(found, made);
    if (made.place != 0 && found.unaltered > found.findings.front().positions.first.value() - 1) ++judged_behind_;
    if (!reader_.empty()) reader_must_name(read(log), made.place);
    if (whole) {
      ++forged_;
      unseen_ += verify_log(sqlite(log.string()), first_.runtime_).sound() ? 1 : 0;
    }
    ++edits_[made.name.substr(0, made.name.find(':')) + (whole ? ", checksums made anew" : ", and nothing else")];
  }

  std::mt19937 dice_;
  original first_;
  std::string reader_;
  std::map<std::string, unsigned long> edits_;
  unsigned long judged_behind_ = 0;
  unsigned long forged_ = 0;
  unsigned long unseen_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) wrong("tamper_log EDITS SEED [READER…]");
  std::string reader;
  for (int i = 3; i < argc; ++i) reader += (i > 3 ? " " : "") + std::string(argv[i]);
  const auto seed = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  trial all(seed, reader);
  all.look_at_the_original();
  all.tamper(std::strtoul(argv[1], nullptr, 10));
  all.print();
  std::printf("seed: %u\n", seed);
} catch (const std::exception& failure) {
  std::fprintf(stderr, "tamper_log: %s\n", failure.what());
  return 1;
}
