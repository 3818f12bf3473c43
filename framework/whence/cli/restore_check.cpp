#include <whence/cli/restore_check.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
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

class folder_aside {
 public:
  explicit folder_aside(const surroundings& around) {
    const std::string chosen = around.environment("TMPDIR").value_or("");
    path_ = (chosen.empty() ? std::string("/var/tmp") : chosen) + "/whence-restore-" +
            around.runtime.make_uuid().to_string();
    around.runtime.files->make_directory(path_);
  }
  folder_aside(const folder_aside&) = delete;
  folder_aside& operator=(const folder_aside&) = delete;
  ~folder_aside() {
    std::error_code ignored;  // what stays is in a folder for such things
    std::filesystem::remove_all(path_, ignored);
  }

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
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
