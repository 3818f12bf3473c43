// Backs up logs that are written as fast as a process can, restores each backup, and copies the same logs with cp:
//
//     back_up BACKUPS COPIES [SEED]
//
//   - each restored log is verified, is a prefix of the log event by event, and every read model that is built from it is equal to
//     the one that the log itself gives at that position;
//   - each copy is told from a backup by a restore, and from the log by its witness, or has none; and opened as a log, it is
//     refused by name, or it is a prefix, too.
// Prints `figure: value` lines; exits 1 at the first thing that is wrong.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_origin.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/app/backup_models.hpp>
#include <tests/app/backup_writer.hpp>
#include <tests/temporary_folder.hpp>

namespace {

using namespace whence;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr unsigned threads = 4;
constexpr std::uint64_t events_before = 4'000;
constexpr int backups_of_a_log = 3;  // each is made of a log that has grown by what was written during the one before

struct wrong final : std::runtime_error {
  using runtime_error::runtime_error;
};
void require(bool holds, const std::string& what) {
  if (!holds) throw wrong(what);
}

/// How much was written while something went on.
struct load {
  double seconds = 0;
  std::uint64_t events = 0;
  std::uint64_t longest_us = 0;

  double rate() const { return seconds > 0 ? static_cast<double>(events) / seconds : 0; }
  template <class Work>
  void during(tests::shared_with_writer& writer, Work work) {
    writer.longest_us = 0;
    const std::uint64_t before = writer.events;
    const auto begun = clock_type::now();
    work();
    seconds += std::chrono::duration<double>(clock_type::now() - begun).count();
    events += writer.events - before;
    longest_us = std::max(longest_us, writer.longest_us.load());
  }
};

struct figures {
  std::uint64_t backups = 0, copies = 0, named = 0, without_witness = 0, backed_up = 0, restored = 0, models = 0,
                wal_max = 0;
  std::map<std::string, std::uint64_t> copies_opened;  // by what was said
  load with_backup, without;
};

class trial {
 public:
  explicit trial(figures& counted) : counted_(counted) {}

  void run(int backups, int copies, unsigned seed) {
    tests::writer_process writer(log(), threads, seed);
    runtime_ = runtime::system();
    writer.wait_for_events(events_before);
    for (int i = 0; i < std::max(backups, copies); ++i) {
      counted_.without.during(writer.shared(), [] { std::this_thread::sleep_for(50ms); });
      if (i < backups) counted_.with_backup.during(writer.shared(), [&] { back_up_once(i); });
      counted_.wal_max = std::max<std::uint64_t>(counted_.wal_max, fs::file_size(log() + "-wal"));
      if (i < copies) copy_once(i);
    }
    writer.stop();
    live_ = sqlite(log()).visit(*runtime_);
    require(live_->condition().what == log_condition::kind::whole, "the log itself is not whole");
    look_at_backups();
    for (int i = 0; i < copies; ++i) look_at_copy(i);
  }

 private:
  std::string log() const { return folder_.file("shop.db"); }
  std::string backup(int number) const { return folder_.file("backup-" + std::to_string(number)); }
  std::string copy(int number) const { return folder_.file("copy-" + std::to_string(number) + "/shop.db"); }

  void back_up_once(int number) {
    made_.push_back(whence::back_up(sqlite(log()), backup(number), *runtime_));
    ++counted_.backups;
    counted_.backed_up += made_.back().head.value();
  }

  /// All of the files, as a shell lists them; of each third one the database alone; of each third one the witness first.
  void copy_once(int number) {
    const std::string to = fs::path(copy(number)).parent_path().string();
    fs::create_directory(to);
    const char* const files[] = {"shop.db shop.db-*  shop.db.*", "shop.db", "shop.db.witness shop.db-* shop.db"};
    const std::string line =
        "cd " + folder_.path().string() + " && cp -r " + files[number % 3] + " " + to + " 2>/dev/null";
    static_cast<void>(std::system(line.c_str()));  // what goes while it is copied, as a lock does, is no matter
    ++counted_.copies;
  }

  /// In the order of their heads, so that the log's own models are built once.
  void look_at_backups() {
    std::ranges::sort(made_, {}, &log_backup::head);
    std::vector<std::shared_ptr<projection_runner>> reference;
    for (const auto* const model : tests::all_models())
      reference.push_back(built(*model, live_, {.events = 1, .scanned = 1}));
    for (const log_backup& made : made_) {
      const std::string restored = folder_.file("restored.db");
      const restored_log log = restore_log(made.path, restored, *runtime_);
      require(!is_copied_file(*runtime_->files, restored) && !is_copied_file(*runtime_->files, made.path),
              "a backup or a restored log was taken for a copy");
      require(log.head == made.head, "a restored log ends elsewhere than its backup");
      const log_verification found = verify_log(sqlite(restored), *runtime_);
      require(found.sound(), "a restored log is not sound");
      require(found.events == made.head.value(), "a restored log has not all events");
      const std::shared_ptr<log_reader> reader = sqlite(restored).visit(*runtime_);
      must_be_prefix(*reader);
      for (std::size_t i = 0; i < reference.size(); ++i) {
        const auto rebuilt = built(*tests::all_models()[i], reader, {});
        rebuilt->include({log.log.epoch, log.head}, 600s);
        reference[i]->include({live_->identity().epoch, log.head}, 600s);
        require(tests::contents_of(*rebuilt) == tests::contents_of(*reference[i]),
                "a read model of a restored log is another than that of the log");
        ++counted_.models;
      }
      ++counted_.restored;
      for (const char* const end : {"", "-wal", "-shm", ".witness", ".lock"}) fs::remove(restored + end);
    }
  }

  std::shared_ptr<projection_runner> built(const detail::projection_definition& model, std::shared_ptr<log_reader> log,
                                           page_limit page) const {
    return projection_runner::make(model, nullptr,
                                   {.log = std::move(log), .runtime = *runtime_, .models_directory = "", .page = page});
  }

  /// Whatever it has is what the log has there.
  void must_be_prefix(log_reader& part) const {
    global_position at;
    for (;;) {
      const event_page ours = part.read(at);
      if (ours.empty()) return;
      const event_page theirs = live_->read(at, {}, {.events = ours.size(), .bytes = 1u << 30});
      require(theirs.size() >= ours.size(), "it has events that the log does not have");
      for (std::size_t i = 0; i < ours.size(); ++i)
        require(ours[i].chain == theirs[i].chain && ours[i].data == theirs[i].data && ours[i].id == theirs[i].id,
                "event " + std::to_string(ours[i].position.value()) + " is another one");
      at = ours.scanned_to();
    }
  }

  void look_at_copy(int number) {
    try {
      restore_log(copy(number), folder_.file("never.db"), *runtime_);
      throw wrong("a copy was restored as if it were a backup");
    } catch (const not_a_backup&) {
    } catch (const not_a_log&) {  // it was copied before it had its first bytes
    }
    require(!fs::exists(folder_.file("never.db")), "a log was made of a copy");
    // Before a writer has opened it, which makes it a log like the other.
    if (is_copied_file(*runtime_->files, copy(number))) {
      ++counted_.named;
    } else {
      require(!fs::exists(copy(number) + ".witness"), "a copy was taken for the log that it was made of");
      ++counted_.without_witness;
    }
    require(!is_copied_file(*runtime_->files, log()), "the log was taken for a copy");
    std::string said;
    try {
      const auto opened = sqlite(copy(number)).open(*runtime_);
      must_be_prefix(*opened);
      said = "opened, and a prefix";
    } catch (const error& refused) {
      said = std::string(refused.code());
    }
    ++counted_.copies_opened[said];
    fs::remove_all(fs::path(copy(number)).parent_path());
  }

  const tests::temporary_folder folder_;
  figures& counted_;
  std::optional<runtime> runtime_;  // made when the writer is forked
  std::vector<log_backup> made_;
  std::shared_ptr<log_reader> live_;
};

int run(int backups, int copies, unsigned seed) {
  figures counted;
  while (backups > 0 || copies > 0) {
    const int these = std::min(backups, backups_of_a_log);
    const int those = std::min(copies, backups_of_a_log);
    trial(counted).run(these, those, seed + static_cast<unsigned>(backups));
    backups -= these;
    copies -= those;
  }
  const auto line = [](const std::string& name, std::uint64_t value) {
    std::printf("%s: %ju\n", name.c_str(), std::uintmax_t{value});
  };
  line("backups made under load, each restored, verified, and a prefix of its log", counted.restored);
  line("events in them", counted.backed_up);
  line("read models rebuilt, each equal to that of the log at the position", counted.models);
  line("copies made with cp under load", counted.copies);
  line("copies that a restore took for a backup", 0);
  line("copies told from their log by the note in their witness", counted.named);
  line("copies that have no witness, which is a problem by itself", counted.without_witness);
  for (const auto& [said, count] : counted.copies_opened) line("copies opened as a log: " + said, count);
  std::printf("events appended a second while no backup was made: %.0f\n", counted.without.rate());
  std::printf("events appended a second while one was made: %.0f\n", counted.with_backup.rate());
  std::printf("longest append without, with a backup: %.0f, %.0f ms\n",
              static_cast<double>(counted.without.longest_us) / 1e3,
              static_cast<double>(counted.with_backup.longest_us) / 1e3);
  std::printf("events backed up a second: %.0f\n",
              static_cast<double>(counted.backed_up) / counted.with_backup.seconds);
  std::printf("largest WAL, which is copied at 2 MiB: %.1f MiB\n", static_cast<double>(counted.wal_max) / (1 << 20));
  std::printf("seed: %u\n", seed);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned seed = argc > 3 ? static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10)) : std::random_device{}();
  try {
    if (argc < 3) throw wrong("back_up BACKUPS COPIES [SEED]");
    return run(std::atoi(argv[1]), std::atoi(argv[2]), seed);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "seed %u: %s\n", seed, failure.what());
    return 1;
  }
}
