// How fast Whence is, beside SQLite alone in the same minute on the same disk.
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <tests/benchmarks/sets.hpp>
#include <tests/benchmarks/stopwatch.hpp>

using namespace bench;

namespace {

constexpr const char* usage =
    "bench [NAME]... [--dir DIR] [--rounds N] [--json] [--full] [--tiny]\n"
    "  NAME     a set (append, bulk, read, project, snapshot, log) or one of its figures (append/1); all of them if "
    "none is "
    "given\n"
    "  --dir    where files are written: on the disk whose commits are to be measured\n"
    "  --rounds how often each side plays, in turns; what is said is the median (7)\n"
    "  --json   one line of JSON a figure\n"
    "  --cpu    processor time of all threads instead of the clock's: for a machine that is busy\n"
    "  --full   what has grown has 20 million events: an hour or two, and 20 GB of disk\n"
    "  --tiny   so little work that the figures mean nothing, but everything is run\n";

struct request {
  std::set<std::string> figures;
  std::filesystem::path dir = ".";
  bool json = false;
  settings how;
};

/// The figures of that name, or of the set of that name; none if there is neither.
std::set<std::string> figures_named(const std::string& name) {
  std::set<std::string> found;
  for (const figure_set& set : all_sets()) {
    if (name == set.name) found.insert(set.figures.begin(), set.figures.end());
  }
  for (const figure_group& group : all_groups()) {
    if (std::ranges::find(group.figures, name) != group.figures.end()) found.insert(name);
  }
  return found;
}

unsigned rounds_from(const std::string& text) {
  if (text.empty() || text.size() > 4 || text[0] == '0' || text.find_first_not_of("0123456789") != std::string::npos) {
    throw std::invalid_argument("--rounds is a number from 1 to 9999, not " + text);
  }
  return static_cast<unsigned>(std::stoul(text));
}

request parse(int argc, char** argv) {
  request asked;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] {
      if (++i == argc) throw std::invalid_argument(word + " needs a value");
      return std::string(argv[i]);
    };
    if (word == "--dir") {
      asked.dir = value();
    } else if (word == "--rounds") {
      asked.how.rounds = rounds_from(value());
    } else if (word == "--json") {
      asked.json = true;
    } else if (word == "--cpu") {
      measure_processor_time();
    } else if (word == "--full") {
      asked.how.make_full();
    } else if (word == "--tiny") {
      asked.how.make_tiny();
    } else {
      const std::set<std::string> named = figures_named(word);
      if (named.empty()) throw std::invalid_argument("there is no " + word);
      asked.figures.insert(named.begin(), named.end());
    }
  }
  if (asked.figures.empty()) {
    for (const figure_group& group : all_groups()) asked.figures.insert(group.figures.begin(), group.figures.end());
  }
  return asked;
}

/// Removed with all that is in it.
struct folder_of_run {
  explicit folder_of_run(const std::filesystem::path& dir) {
    std::string name = (dir / "whence-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + dir.string());
    path = name;
  }
  folder_of_run(const folder_of_run&) = delete;
  folder_of_run& operator=(const folder_of_run&) = delete;
  ~folder_of_run() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

void warn_of_memory(const std::filesystem::path& dir) {
  struct statfs about{};
  if (::statfs(dir.c_str(), &about) == 0 && about.f_type == TMPFS_MAGIC) {
    std::cerr << "bench: " << dir.string()
              << " is in memory: a commit costs nothing there. --dir names another place.\n";
  }
}

int measure(const request& asked) {
  warn_of_memory(asked.dir);
  std::vector<figure> found;
  const report to{.wants = [&](const std::string& name) { return asked.figures.contains(name); },
                  .add =
                      [&](const figure& each) {
                        if (asked.json) std::cout << to_json(each) << std::endl;
                        found.push_back(each);
                      }};
  for (const figure_group& group : all_groups()) {
    if (std::ranges::none_of(group.figures, to.wants)) continue;
    const folder_of_run folder(asked.dir);
    settings how = asked.how;
    how.folder = folder.path;
    group.measure(how, to);
  }
  if (!asked.json) std::cout << to_table(found);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try { return measure(parse(argc, argv)); } catch (const std::invalid_argument& wrong) {
  std::cerr << "bench: " << wrong.what() << '\n' << usage;
  return 2;
} catch (const std::exception& failure) {
  std::cerr << "bench: " << failure.what() << '\n';
  return 1;
}
