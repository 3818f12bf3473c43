// Damages copies of a log, one at a time, and looks at each with every reader, with a verification and with a writer:
//
//     damage_log FLIPS TRUNCATIONS ROWS [SEED]
//
// One bit of the database, its WAL, the witness or the index (with its own WAL) is another, or one of these files is cut, or a
// row of one of the tables is damaged (row_damage.hpp), in a log that is long enough to be read by its index. Then
//   - every event that a reader gives out is what was written there; what it does not give out, it refuses by name;
//   - what the damage cannot have touched is given out, by position, by stream, by id, by type and by what events have in common;
//   - if any of it is missing, or a writer refuses the log, the verification says so; its readable ranges are what can be read;
//   - an end that is missing is told by the visitor, and refused to the writer;
//   - a writer that opens it takes no event for new that was there.
// Prints `figure: value` lines; exits 1 at the first thing that is wrong. As a control it counts what SQLite alone gives out
// changed, without a word.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/store/sqlite/damaged_history.hpp>
#include <tests/store/sqlite/file_damage.hpp>
#include <tests/store/sqlite/log_examination.hpp>
#include <tests/store/sqlite/row_damage.hpp>
#include <tests/store/sqlite/wal_frames.hpp>
#include <tests/temporary_folder.hpp>

namespace {

using namespace whence;
namespace fs = std::filesystem;
using tests::damage;
using tests::damage_files;
using tests::examination;
using tests::history;
using tests::manner;
using tests::positions;
using tests::require;
using tests::wrong;

// --- the logs that are damaged ----------------------------------------------------------------------------------------

struct original {
  enum class kind { killed, closed, long_one };

  original(const fs::path& in, unsigned seed, kind which) : folder(in), what(which) {
    fs::create_directories(folder);
    if (what == kind::long_one) {
      tests::make_long_log(folder / "shop.db", seed);
    } else {
      tests::make_log_with_past(folder / "shop.db", seed, what == kind::killed);
    }
  }

  std::string name() const {
    return what == kind::killed ? "a killed log" : what == kind::closed ? "a closed log" : "a long log";
  }

  /// Reads what it was, from a copy. Starts threads: after all originals are made.
  void look(const fs::path& scratch, const runtime& runtime) {
    tests::copy_log(folder, scratch);
    was = tests::read_history(*sqlite(scratch / "shop.db").visit(runtime));
    pages = std::make_unique<tests::event_pages>(scratch / "shop.db");
    for (std::uint64_t position = 1; position <= was.head(); ++position) {
      const new_event& event = was.as_new[position - 1];
      if (event.type.starts_with("Rare") || event.tags.size() > 1) rare.push_back(position);
    }
  }

  /// Every other time one of those that have something few events have.
  std::uint64_t some_event(std::mt19937& dice) const {
    return rare.empty() || dice() % 2 == 0 ? 1 + dice() % was.head() : rare[dice() % rare.size()];
  }

  fs::path folder;
  kind what;
  history was;
  std::unique_ptr<tests::event_pages> pages;
  std::vector<std::uint64_t> rare;
};

// --- one damaged copy -------------------------------------------------------------------------------------------------

struct figures {
  std::map<std::string, std::uint64_t> damaged;  // by file
  std::uint64_t returned = 0;
  std::uint64_t lost_events = 0;
  std::uint64_t astray = 0;
  std::uint64_t told = 0;
  std::uint64_t without_effect = 0;
  std::uint64_t tails_told = 0;
  std::uint64_t refused_writers = 0;
  std::uint64_t bounded = 0;
  std::uint64_t repeats = 0;
  std::uint64_t changed_for_sqlite = 0;
};

class trial {
 public:
  trial(const original& from, const fs::path& copy, const runtime& runtime, std::mt19937& dice, figures& counted)
      : from_(from),
        was_(from.was),
        path_(copy / "shop.db"),
        copy_(copy),
        runtime_(runtime),
        dice_(dice),
        counted_(counted) {}

  void run(manner how) {
    tests::copy_log(from_.folder, copy_);
    done_ = damage_files(copy_, dice_, how);
    ++counted_.damaged[done_.kind()];
    try {
      look_as_visitor();
      look_at_rows();
      look_at_verification();
      look_as_writer();
    } catch (const wrong& found) {
      throw wrong(done_.text() + " of " + from_.name() + ": " + found.what());
    }
  }

 private:
  void look_as_visitor() {
    readable_.clear();
    astray_.clear();
    told_ = false;
    std::unique_ptr<log_reader> visitor;
    try {
      visitor = sqlite(path_).visit(runtime_);
      told_ = visitor->condition().what != log_condition::kind::whole;
    } catch (const error&) {
      told_ = true;
    }
    if (!visitor) return;
    examination look(*visitor, was_);
    readable_ = look.by_position();
    const positions ways[] = {look.by_stream(read_direction::forward), look.by_stream(read_direction::backward)};
    for (const positions& way : ways) {
      for (const std::uint64_t position : readable_) {
        if (!way.contains(position)) astray_.insert(position);
      }
    }
    for (int i = 0; i < 5; ++i) {
      const std::uint64_t position = 1 + dice_() % was_.head();
      look.by_id(position, readable_.contains(position));
    }
    const correlation_id correlation = was_.correlations[dice_() % was_.head()];
    positions joined;
    for (std::uint64_t position = 1; position <= was_.head(); ++position) {
      if (was_.correlations[position - 1] == correlation) joined.insert(position);
    }
    astray_.merge(look.by_link(event_link::correlation(correlation), readable_, joined));
    look_by_type_and_tag(look);
    counted_.returned += look.returned();
    check_what_is_missing();
  }

  /// As a random event has them. What reading by type does not give, though it can be read by position, is lost: no number inside
  /// the table of events stands in its way.
  void look_by_type_and_tag(examination& look) {
    const std::uint64_t at = from_.some_event(dice_);
    const std::string& type = was_.as_new[at - 1].type;
    const std::string& aggregate_type = was_.aggregate_types[at - 1];
    for (const event_filter& filter :
         {event_filter{{}, {type}}, event_filter{{aggregate_type}, {}}, event_filter{{aggregate_type}, {type, "None"}}})
      astray_.merge(look.by_filter(filter, readable_));
    for (const std::string& tag : was_.as_new[at - 1].tags) {
      positions tagged;
      for (std::uint64_t position = 1; position <= was_.head(); ++position) {
        if (std::ranges::find(was_.as_new[position - 1].tags, tag) != was_.as_new[position - 1].tags.end())
          tagged.insert(position);
      }
      astray_.merge(look.by_link(event_link::tag(tag), readable_, tagged));
    }
  }

  /// Nothing beside the log takes an event away, and a place in the log takes no more than it can have touched.
  void check_what_is_missing() {
    const std::uint64_t missing = was_.head() - readable_.size();
    counted_.lost_events += missing;
    if (missing == 0) return;
    require(done_.file.empty() || done_.file == "-wal", "events are missing though the log is not damaged");
    const std::uint64_t last = readable_.empty() ? 0 : *readable_.rbegin();
    if (last < was_.head() && readable_.size() == last) {
      require(told_ || done_.file.empty(), "the end is missing, and the visitor says nothing");
      ++counted_.tails_told;
    }
    if (done_.file == "-wal")
      require(readable_.size() == last || !done_.cut(), "a WAL that was cut takes events from the middle");
    if (!done_.file.empty() || done_.cut()) return;
    const auto touched = done_.how == manner::row ? touched_by(done_.row) : from_.pages->touched_by(done_.offset, was_);
    if (!touched) return;
    ++counted_.bounded;
    for (std::uint64_t position = 1; position <= was_.head(); ++position) {
      require(readable_.contains(position) || touched->contains(position),
              "event " + std::to_string(position) + " cannot be read, and lies elsewhere");
    }
  }

  /// An event takes nothing else away but the one behind it, whose checksum begins with its own; and the row that says which log
  /// this is, the first one. Nothing: a type's row may be that of any event.
  static std::optional<positions> touched_by(const tests::row_damage& row) {
    positions touched;
    if (row.table == "types") return std::nullopt;
    if (row.table == "log") return positions{1};
    for (const std::int64_t position : {row.row, row.other}) {
      touched.insert(static_cast<std::uint64_t>(position));
      touched.insert(static_cast<std::uint64_t>(position) + 1);
    }
    return touched;
  }

  /// The control: what SQLite alone makes of it.
  void look_at_rows() {
    try {
      sql::database db = sql::database::open(path_, sql::open_mode::read_only);
      sql::statement rows = db.prepare("SELECT position, data FROM entries ORDER BY position");
      bool changed = false;
      while (rows.step()) {
        const auto position = static_cast<std::uint64_t>(rows.integer(0));
        changed = changed || position < 1 || position > was_.head() || rows.text(1) != was_.as_new[position - 1].data;
      }
      counted_.changed_for_sqlite += changed ? 1 : 0;
    } catch (const error&) {
      // It has noticed.
    }
  }

  void look_at_verification() {
    sound_ = false;
    try {
      const log_verification found = verify_log(sqlite(path_), runtime_, {.threads = 2, .listed_max = was_.head() + 1});
      sound_ = found.sound();
      positions said;
      for (const position_range& range : found.readable) {
        for (std::uint64_t at = range.first.value(); at <= range.last.value(); ++at) said.insert(at);
      }
      require(said == readable_, "what the verification calls readable is not what can be read: " +
                                     std::to_string(said.size()) + ", " + std::to_string(readable_.size()));
      require(readable_.size() == was_.head() || found.loses_events(),
              "events are missing, and the verification says nothing");
      const bool unsound = std::ranges::any_of(
          found.findings, [](const log_finding& each) { return each.what == log_finding::kind::structure; });
      require(astray_.empty() || unsound, "event " + (astray_.empty() ? "" : std::to_string(*astray_.begin())) +
                                              " can be read by position and not by stream, and the table is sound");
      counted_.astray += astray_.size();
      require(!told_ || !sound_, "a visitor is told that something is wrong, and the verification says nothing");
    } catch (const error&) {
      // There is no log that could be verified, by name.
    }
    ++(sound_ ? counted_.without_effect : counted_.told);
  }

  void look_as_writer() {
    std::unique_ptr<whence::log> log;
    try {
      log = sqlite(path_).open(runtime_);
    } catch (const error& refused) {
      ++counted_.refused_writers;
      require(!sound_, std::string("a writer refuses a log that is verified: ") + refused.what());
      return;
    }
    require(log->head().value() >= was_.head(), "a writer opens a log whose end is missing, and says nothing");
    for (int i = 0; i < 3; ++i) repeat(*log, 1 + dice_() % was_.head());
    examination look(*log, was_);
    for (const std::uint64_t position : readable_) {
      if (position % 16 == 0) look.by_id(position, true);
    }
    require(look.by_position() == readable_, "a writer reads something else than a visitor");
    counted_.returned += look.returned();
    try {
      log->close();
    } catch (const error&) {
      // By name.
    }
  }

  /// An event that is there is sent again: it must not be written twice.
  void repeat(whence::log& log, std::uint64_t position) {
    append_batch batch;
    batch.streams.push_back({.stream = was_.streams[position - 1],
                             .aggregate_type = was_.aggregate_types[position - 1],
                             .events = {was_.as_new[position - 1]}});
    const append_outcome outcome = log.append(std::move(batch)).get();
    if (outcome.committed() != nullptr) {
      require(outcome.committed()->repeated, "event " + std::to_string(position) + " was written a second time");
      require(outcome.committed()->first.value() == position, "a repeat is answered with another event");
      ++counted_.repeats;
    } else {
      const bool reused =
          outcome.refused() != nullptr && outcome.refused()->why == append_refused::reason::event_id_reused;
      require(!reused, "a repeat is called another content");
      require(!sound_, "a repeat is not recognised in a log that is verified");
    }
  }

  const original& from_;
  const history& was_;
  const std::string path_;
  const fs::path copy_;
  const runtime& runtime_;
  std::mt19937& dice_;
  figures& counted_;
  damage done_;
  positions readable_;
  positions astray_;  // can be read in their order, and not searched: a number in the table's inside is damaged
  bool told_ = false;
  bool sound_ = false;
};

void print(const figures& counted, std::uint64_t events) {
  for (const auto& [file, count] : counted.damaged) std::printf("%s: %ju\n", file.c_str(), std::uintmax_t{count});
  const auto line = [](const char* name, std::uint64_t number) {
    std::printf("%s: %ju\n", name, std::uintmax_t{number});
  };
  line("events in the logs", events);
  line("events given out, each as it was written", counted.returned);
  line("events given out as something else", 0);
  line("events that could not be read, each refused by name", counted.lost_events);
  line("events read in order though no search finds them, each refused there by name", counted.astray);
  line("damaged pages of events, of which no other event was lost", counted.bounded);
  line("missing ends, each told", counted.tails_told);
  line("missing ends in silence", 0);
  line("damage found by log verify", counted.told);
  line("damage without any effect", counted.without_effect);
  line("writers that refused the log", counted.refused_writers);
  line("repeats recognised by writers that opened it", counted.repeats);
  line("control, SQLite alone gave out something else without a word", counted.changed_for_sqlite);
}

int run(int flips, int truncations, int rows, unsigned seed) {
  const tests::temporary_folder folder;
  std::mt19937 dice(seed);
  // Before any thread is started: they are made in processes of their own.
  using kind = original::kind;
  original originals[] = {{folder.path() / "killed", seed, kind::killed},
                          {folder.path() / "closed", seed + 1, kind::closed},
                          {folder.path() / "long", seed + 2, kind::long_one}};
  const runtime runtime = runtime::system();
  const fs::path copy = folder.path() / "copy";
  std::uint64_t events = 0;
  for (original& each : originals) {
    each.look(copy, runtime);
    events += each.was.head();
  }
  figures counted;
  for (int i = 0; i < flips + truncations + rows; ++i) {
    const manner how = i < flips ? manner::bit : i < flips + truncations ? manner::cut : manner::row;
    const original& from = originals[how == manner::row ? 2 : i % 3 == 0 ? 1 : 0];
    try {
      trial(from, copy, runtime, dice, counted).run(how);
    } catch (const wrong& found) {
      std::fprintf(stderr, "seed %u, damage %d: %s\n", seed, i, found.what());
      return 1;
    }
  }
  print(counted, events);
  std::printf("seed: %u\n", seed);
  // What is cut, SQLite does not give out as something else.
  const bool mattered = (flips == 0 || counted.changed_for_sqlite > 0) && counted.tails_told > 0;
  if (flips + truncations > 0 && !mattered) {
    std::fprintf(stderr, "seed %u: nothing was damaged that matters\n", seed);
    return 1;
  }
  return 0;
}

}  // namespace

int main(int count, char** words) try {
  if (count != 4 && count != 5) {
    std::fputs("damage_log FLIPS TRUNCATIONS ROWS [SEED]\n", stderr);
    return 2;
  }
  const unsigned seed = count == 5 ? static_cast<unsigned>(std::stoul(words[4])) : std::random_device{}();
  return run(std::stoi(words[1]), std::stoi(words[2]), std::stoi(words[3]), seed % 1'000);
} catch (const std::exception& failure) {
  std::fprintf(stderr, "damage_log: %s\n", failure.what());
  return 2;
}
