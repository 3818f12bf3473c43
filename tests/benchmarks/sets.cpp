#include <array>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>

#include <tests/benchmarks/contenders.hpp>
#include <tests/benchmarks/sets.hpp>

namespace bench {
namespace {

/// The reference is the best of these.
constexpr std::array references{bare_options{4096, 64u << 20}, bare_options{8192, 64u << 20},
                                bare_options{16384, 64u << 20}, bare_options{4096, 16u << 20}};

/// SQLite alone, in each of its forms, at the same work.
class bare_players {
 public:
  bare_players(const settings& how, spread over) {
    for (const bare_options& options : references) {
      const std::string name = "bare-" + std::to_string(players_.size()) + ".db";
      players_.push_back(std::make_unique<bare_appends>(how.folder / name, how, options, over));
      names_.push_back(options.name());
    }
  }

  template <class Play>
  std::vector<contender> playing(Play play) const {
    std::vector<contender> all;
    for (std::size_t i = 0; i < players_.size(); ++i) {
      all.push_back({names_[i], [&one = *players_[i], play] { return play(one); }});
    }
    return all;
  }

 private:
  std::vector<std::unique_ptr<bare_appends>> players_;
  std::vector<std::string> names_;
};

void measure_append(const settings& how, const report& to) {
  whence_appends ours(how.folder / "ours.db", how, spread::random);
  const bare_players bare(how, spread::random);
  const auto together = [&](std::size_t rows) {
    return bare.playing([&how, rows](bare_appends& one) {
      return one.together(rows, rows == 1 ? how.single_appends : how.flying_appends);
    });
  };
  const auto rate = [&](const char* name, double goal) {
    return comparison{.name = name, .unit = "events/s", .goal = goal, .rounds = how.rounds};
  };
  to.compare(rate("append/1", 0.9), {"", [&] { return ours.blocking(how.single_appends); }}, together(1));
  to.compare(rate("append/64", 0.5), {"", [&] { return ours.flying(64, how.flying_appends); }}, together(64));
  to.compare(rate("append/256", 0.6), {"", [&] { return ours.flying(256, how.flying_appends); }}, together(256));
  to.compare(rate("append/64-vs-single", 6), {"", [&] { return ours.flying(64, how.flying_appends); }}, together(1));
  to.compare(rate("append/64-threads", 6), {"", [&] { return ours.threads(64, how.flying_appends); }}, together(1));
  to.compare({.name = "append/64-p99", .unit = "ms", .direction = better::lower, .goal = 4, .rounds = how.rounds},
             {"", [&] { return ours.flying_p99(64, how.flying_appends); }},
             bare.playing([&how](bare_appends& one) { return one.together_p99(64, how.flying_appends); }));
}

void measure_query(const settings& how, const report& to) {
  conditional_appends by_query(how.folder / "query.db", conditional_appends::condition::query);
  conditional_appends by_version(how.folder / "version.db", conditional_appends::condition::version);
  to.compare({.name = "append/query", .unit = "events/s", .goal = 0.7, .rounds = how.rounds},
             {"", [&] { return by_query.flying(64, how.flying_appends); }},
             {{"the same events, on expected versions", [&] { return by_version.flying(64, how.flying_appends); }}});
}

void measure_bulk(const settings& how, const report& to, const char* name, spread over, double goal) {
  if (!to.wants(name)) return;
  whence_appends ours(how.folder / "ours.db", how, over);
  const bare_players bare(how, over);
  to.compare({.name = name, .unit = "events/s", .goal = goal, .rounds = how.rounds},
             {"", [&] { return ours.batches(how.batches); }},
             bare.playing([&how](bare_appends& one) { return one.together(1'000, 1'000 * how.batches); }));
}

void measure_bulk_random(const settings& how, const report& to) {
  measure_bulk(how, to, "bulk/random", spread::random, 0.6);
}
void measure_bulk_local(const settings& how, const report& to) {
  measure_bulk(how, to, "bulk/local", spread::local, 0.65);
}
void measure_bulk_new(const settings& how, const report& to) { measure_bulk(how, to, "bulk/new", spread::fresh, 0.5); }

using reader = std::function<tally(const std::filesystem::path&)>;

/// Reads a log both ways, and makes sure that both have seen the same.
void compare_readers(const comparison& what, std::size_t events, const std::filesystem::path& path, const reader& ours,
                     const reader& bare, const std::string& against, const report& to) {
  tally seen;
  tally seen_bare;
  const auto rate = [&](const reader& read, tally& into) {
    const double time = seconds([&] { into = read(path); });
    return static_cast<double>(events) / time;
  };
  to.compare(what, {"", [&] { return rate(ours, seen); }}, {{against, [&] { return rate(bare, seen_bare); }}});
  if (seen != seen_bare) throw std::logic_error(what.name + ": the two have not seen the same");
}

void measure_project(const settings& how, const report& to) {
  const std::filesystem::path path = how.folder / "project.db";
  make_log(path, how.log_events);
  compare_readers({.name = "project/count", .unit = "events/s", .goal = 0.3, .rounds = how.rounds}, how.log_events,
                  path, whence_count_by_type, bare_count_by_type, "SQLite, type and payload of all rows", to);
  compare_readers({.name = "project/decode", .unit = "events/s", .goal = 0.7, .rounds = how.rounds}, how.log_events,
                  path, whence_decode, bare_decode, "the same, decoded by hand with nlohmann/json", to);
}

void measure_upcast(const settings& how, const report& to) {
  if (!to.wants("project/upcast")) return;
  const std::filesystem::path old = how.folder / "old.db";
  const std::filesystem::path of_today = how.folder / "today.db";
  make_old_log(old, how.log_events);
  make_log_of_today(of_today, how.log_events);
  compare_readers(
      {.name = "project/upcast", .unit = "events/s", .goal = 0.7, .rounds = how.rounds}, how.log_events, old,
      whence_decode_old, [&of_today](const std::filesystem::path&) { return whence_decode_of_today(of_today); },
      "the same events, stored as of today", to);
}

void measure_index(const settings& how, const report& to) {
  const std::filesystem::path path = how.folder / "index.db";
  make_log(path, how.log_events);
  const auto events = static_cast<double>(how.log_events);
  to.compare({.name = "index", .unit = "events/s", .rounds = how.rounds},
             {"", [&] { return events / whence_index_seconds(path); }},
             {{"SQLite, two keys of each row, sorted into a table",
               [&] { return events / bare_index_seconds(path, how.folder / "bare-index.db"); }}});
}

/// What is measured once, because it cannot be done twice.
void compare_once(const comparison& what, double ours, double reference, const std::string& against, const report& to) {
  comparison once = what;
  once.rounds = 1;
  to.compare(once, {"", [ours] { return ours; }}, {{against, [reference] { return reference; }}});
}

void measure_grown(const settings& how, const report& to) {
  const std::filesystem::path path = how.folder / "grown.db";
  whence_grown ours(path, how.grown_events);
  bare_grown bare(how.folder / "bare.db", how.grown_events);
  const auto milliseconds = [&](const char* name, std::optional<double> goal) {
    return comparison{.name = name, .unit = "ms", .direction = better::lower, .goal = goal, .rounds = how.rounds};
  };
  compare_once({.name = "grow", .unit = "events/s", .goal = 0.85}, ours.last_rate(), ours.first_rate(),
               "the first twentieth of the same events", to);
  compare_once({.name = "bytes", .unit = "bytes/event", .direction = better::lower, .goal = 1.6}, ours.bytes_of_event(),
               bare.bytes_of_event(), "SQLite, the same columns without a checksum, no index", to);
  compare_readers(
      {.name = "scan", .unit = "events/s", .goal = 0.7, .rounds = how.rounds}, how.grown_events, path,
      [&ours](const std::filesystem::path&) { return ours.scan(); }, bare_scan, "SQLite, all columns of all rows", to);
  to.compare(milliseconds("open/clean", std::nullopt), {"", [&] { return ours.open_milliseconds(); }},
             {{"SQLite, opened, last row read", [&] { return bare.open_milliseconds(); }}});
  to.compare(milliseconds("load/100", 3), {"", [&] { return ours.load_milliseconds(); }},
             {{"SQLite, one query on an index by stream and version", [&] { return bare.load_milliseconds(); }}});
  to.compare(milliseconds("trace", std::nullopt), {"", [&] { return ours.trace_milliseconds(); }},
             {{"SQLite, opened, one query on an index by correlation", [&] { return bare.trace_milliseconds(); }}});
  // The last: it adds to the log.
  to.compare(milliseconds("open/killed", std::nullopt), {"", [&] { return ours.open_killed_milliseconds(); }},
             {{"SQLite, opened after the same", [&] { return bare.open_killed_milliseconds(); }}});
}

void measure_snapshots(const settings& how, const report& to) {
  snapshot_loads all(how.folder / "snapshots.db", how.snapshot_events);
  to.compare({.name = "snapshot/load", .unit = "ms", .direction = better::lower, .goal = 2, .rounds = how.rounds},
             {"", [&] { return all.with_snapshot(how.loads); }},
             {{"an aggregate of a hundred events, without a snapshot", [&] { return all.short_stream(how.loads); }}});
}

const std::vector<std::string> append_figures{"append/1",          "append/64",    "append/256", "append/64-vs-single",
                                              "append/64-threads", "append/64-p99"};
const std::vector<std::string> bulk_figures{"bulk/random", "bulk/local", "bulk/new"};
const std::vector<std::string> grown_figures{"grow", "bytes", "scan", "open/clean", "load/100", "trace", "open/killed"};

std::vector<std::string> all_of(std::initializer_list<std::vector<std::string>> lists) {
  std::vector<std::string> all;
  for (const std::vector<std::string>& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

}  // namespace

const std::vector<figure_group>& all_groups() {
  static const std::vector<figure_group> groups{{append_figures, measure_append},
                                                {{"append/query"}, measure_query},
                                                {{"bulk/random"}, measure_bulk_random},
                                                {{"bulk/local"}, measure_bulk_local},
                                                {{"bulk/new"}, measure_bulk_new},
                                                {grown_figures, measure_grown},
                                                {{"index"}, measure_index},
                                                {{"project/count", "project/decode"}, measure_project},
                                                {{"project/upcast"}, measure_upcast},
                                                {{"snapshot/load"}, measure_snapshots}};
  return groups;
}

const std::vector<figure_set>& all_sets() {
  static const std::vector<figure_set> sets{
      {"append", all_of({append_figures, {"append/query"}})},
      {"bulk", bulk_figures},
      {"read", {"scan", "load/100", "trace"}},
      {"project", {"project/count", "project/decode", "project/upcast"}},
      {"snapshot", {"snapshot/load"}},
      {"log", all_of({append_figures, {"append/query"}, bulk_figures, grown_figures, {"index"}})}};
  return sets;
}

}  // namespace bench
