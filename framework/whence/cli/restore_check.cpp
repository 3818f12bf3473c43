#include <whence/cli/restore_check.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/projection/runner.hpp>
#include <whence/upcasting/upcasting_log.hpp>

namespace whence::inline v0::cli {
namespace {

/// After so many events it is said how far a model has come, and heard whether that is enough.
constexpr std::uint64_t events_of_step = 16'384;
constexpr std::chrono::seconds patience{60};

constexpr std::string_view name_aside = "whence-restore-";
constexpr std::string_view end_of_lock = ".lock";

/// A folder that only this user may look into, for all that a whole log has is in it. A lock beside it says that somebody is at
/// it: one that was left by a process that was killed is removed by the next check.
class folder_aside {
 public:
  explicit folder_aside(const surroundings& around) : files_(*around.runtime.files) {
    const std::string chosen = around.environment("TMPDIR").value_or("");
    const std::string parent = chosen.empty() ? std::string("/var/tmp") : chosen;
    remove_leftovers(parent);
    path_ = parent + "/" + std::string(name_aside) + around.runtime.make_uuid().to_string();
    lock_ = files_.try_lock(path_ + std::string(end_of_lock)).lock;
    if (::mkdir(path_.c_str(), 0700) != 0) {
      const int refused = errno;
      remove(path_);
      throw file_error("make the directory", path_, refused);
    }
  }
  folder_aside(const folder_aside&) = delete;
  folder_aside& operator=(const folder_aside&) = delete;
  ~folder_aside() { remove(path_); }

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  static void remove(const std::string& path) noexcept {
    std::error_code ignored;  // what stays is in a folder for such things
    std::filesystem::remove_all(path, ignored);
    std::filesystem::remove(path + std::string(end_of_lock), ignored);
  }

  void remove_leftovers(const std::string& parent) noexcept {
    try {
      for (const std::string& name : files_.list(parent))
        if (name.starts_with(name_aside) && name.ends_with(end_of_lock)) remove_if_left_over(parent + "/" + name);
    } catch (const error&) {
      // A folder may let files be made and not be read.
    }
  }

  void remove_if_left_over(const std::string& lock) noexcept {
    const std::string folder = lock.substr(0, lock.size() - end_of_lock.size());
    struct stat found{};
    if (::lstat(lock.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_uid != ::geteuid()) return;
    if (::lstat(folder.c_str(), &found) == 0 && (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid())) return;
    try {
      const lock_attempt attempt = files_.try_lock(lock);
      if (attempt.lock && files_.status(lock)) remove(folder);
    } catch (const error&) {
      // It is no lock.
    }
  }

  files& files_;
  std::string path_;
  std::unique_ptr<file_lock> lock_;
};

void build(const detail::projection_definition& projection, const std::shared_ptr<log_reader>& log,
           const std::string& directory, const surroundings& around, const std::stop_token& stop,
           const report_progress& report) {
  const auto runner = projection_runner::make(projection, nullptr,
                                              {.log = log, .runtime = around.runtime, .models_directory = directory});
  const std::uint64_t head = log->head().value();
  const std::string name(projection.info.name);
  const std::uint64_t epoch = log->identity().epoch;
  // Also of a log without events it is built once: its tables are made.
  for (std::uint64_t at = 0;;) {
    at = std::min(head, at + events_of_step);
    runner->include({epoch, global_position{at}}, patience);
    report(name, at, head);
    if (stop.stop_requested()) throw operation_cancelled();
    if (at == head) return;
  }
}

void build_all(restore_check& check, const std::string& path, const std::string& directory, const surroundings& around,
               const std::stop_token& stop, const report_progress& report) {
  const program_types& types = around.types->known();
  const std::shared_ptr<log_reader> log = upcasting(sqlite(path), types.upcasters()).visit(around.runtime);
  for (const detail::known_projection& known : types.projections()) {
    const detail::projection_definition& projection = *known.definition;
    if (projection.create == nullptr) {
      ++check.in_memory;
      continue;
    }
    rebuilt_model& model = check.models.emplace_back(
        rebuilt_model{.name = std::string(projection.info.name), .version = projection.info.version, .problem = {}});
    try {
      build(projection, log, directory, around, stop, report);
    } catch (const operation_cancelled&) {
      throw;
    } catch (const error&) {
      model.problem = std::current_exception();
    }
  }
  std::ranges::sort(check.models, {}, &rebuilt_model::name);
}

}  // namespace

bool restore_check::passed() const noexcept {
  return verified.sound() &&
         std::ranges::none_of(models, [](const rebuilt_model& model) { return model.problem != nullptr; });
}

restore_check check_restore(const std::string& backup, restore_options options, const surroundings& around,
                            const report_progress& report) {
  const folder_aside aside(around);
  const std::string log = aside.file("restored.db");
  const std::stop_token stop = options.stop;
  options.on_progress = [&](const backup_progress& now) { report(now.doing, now.done, now.of); };
  restore_check check;
  check.restored = restore_log(backup, log, around.runtime, options);
  check.verified = verify_log(sqlite(log), around.runtime,
                              {.scratch_directory = aside.file("."),
                               .on_progress = [&](const verify_progress& now) { report(now.doing, now.done, now.of); },
                               .stop = stop});
  for (log_finding& finding : check.verified.findings)
    if (finding.file == log) finding.file = backup;
  check.has_types = around.types != nullptr;
  if (check.has_types) build_all(check, log, aside.file("models"), around, stop, report);
  return check;
}

}  // namespace whence::inline v0::cli
