#include <filesystem>
#include <memory>
#include <stdexcept>

#include <tests/benchmarks/contenders.hpp>
#include <tests/benchmarks/sets.hpp>

namespace bench {
namespace {

void measure_append(const settings& how, const report& to) {
  whence_appends ours(how.folder / "ours.db", how);
  std::vector<std::unique_ptr<bare_appends>> bare;
  std::vector<contender> single;
  std::vector<contender> batches;
  for (const bare_options& options : {bare_options{4096, 64u << 20}, bare_options{8192, 64u << 20},
                                      bare_options{16384, 64u << 20}, bare_options{4096, 16u << 20}}) {
    const std::string name = "bare-" + std::to_string(bare.size()) + ".db";
    bare_appends& one = *bare.emplace_back(std::make_unique<bare_appends>(how.folder / name, how, options));
    single.push_back({options.name(), [&one, &how] { return one.single(how.single_appends); }});
    batches.push_back({options.name(), [&one, &how] { return one.batches(how.batches); }});
  }
  to.compare({.name = "append/1", .unit = "events/s", .goal = 0.8, .rounds = how.rounds},
             {"", [&] { return ours.blocking(how.single_appends); }}, single);
  to.compare({.name = "append/64-vs-single", .unit = "events/s", .goal = 6, .rounds = how.rounds},
             {"", [&] { return ours.flying(64, how.flying_appends); }}, single);
  to.compare({.name = "append/1000-together", .unit = "events/s", .rounds = how.rounds},
             {"", [&] { return ours.batches(how.batches); }}, batches);
}

using reader = tally (*)(const std::filesystem::path&);

/// Reads a log both ways, and makes sure that both have seen the same.
void compare_readers(const comparison& what, const settings& how, const std::filesystem::path& path, reader ours,
                     reader bare, const std::string& against, const report& to) {
  tally seen;
  tally seen_bare;
  const auto rate = [&](reader read, tally& into) {
    const double time = seconds([&] { into = read(path); });
    return static_cast<double>(how.log_events) / time;
  };
  to.compare(what, {"", [&] { return rate(ours, seen); }}, {{against, [&] { return rate(bare, seen_bare); }}});
  if (seen != seen_bare) throw std::logic_error(what.name + ": the two have not seen the same");
}

void measure_read(const settings& how, const report& to) {
  const std::filesystem::path path = how.folder / "read.db";
  make_log(path, how.log_events);
  compare_readers({.name = "read/all", .unit = "events/s", .rounds = how.rounds}, how, path, whence_read_all,
                  bare_read_all, "SQLite, all columns of all rows", to);
}

void measure_project(const settings& how, const report& to) {
  const std::filesystem::path path = how.folder / "project.db";
  make_log(path, how.log_events);
  compare_readers({.name = "project/count", .unit = "events/s", .goal = 0.3, .rounds = how.rounds}, how, path,
                  whence_count_by_type, bare_count_by_type, "SQLite, type and payload of all rows", to);
  compare_readers({.name = "project/decode", .unit = "events/s", .goal = 0.7, .rounds = how.rounds}, how, path,
                  whence_decode, bare_decode, "the same, decoded by hand with nlohmann/json", to);
}

void measure_log(const settings& how, const report& to) {
  const std::filesystem::path path = how.folder / "log.db";
  make_log(path, how.log_events);
  const auto events = static_cast<double>(how.log_events);
  to.compare({.name = "log/open", .unit = "ms", .direction = better::lower, .rounds = how.rounds},
             {"", [&] { return whence_open_milliseconds(path); }},
             {{"SQLite, opened, last row read", [&] { return bare_open_milliseconds(path); }}});
  to.compare({.name = "log/index", .unit = "events/s", .rounds = how.rounds},
             {"", [&] { return events / whence_index_seconds(path); }},
             {{"SQLite, two keys of each row, sorted into a table",
               [&] { return events / bare_index_seconds(path, how.folder / "bare-index.db"); }}});
  if (!to.wants("log/bytes")) return;
  const auto bytes = static_cast<double>(std::filesystem::file_size(path)) / events;
  const auto bare = static_cast<double>(bare_bytes(how.folder / "bare-bytes.db", how.log_events)) / events;
  to.compare({.name = "log/bytes", .unit = "bytes/event", .direction = better::lower, .rounds = 1},
             {"", [&] { return bytes; }}, {{"SQLite, the payload, its id and five numbers", [&] { return bare; }}});
}

}  // namespace

const std::vector<figure_set>& all_sets() {
  static const std::vector<figure_set> sets{
      {"append", {"append/1", "append/64-vs-single", "append/1000-together"}, measure_append},
      {"read", {"read/all"}, measure_read},
      {"project", {"project/count", "project/decode"}, measure_project},
      {"log", {"log/open", "log/index", "log/bytes"}, measure_log}};
  return sets;
}

}  // namespace bench
