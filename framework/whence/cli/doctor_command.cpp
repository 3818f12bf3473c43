#include <whence/cli/doctor_command.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/health.hpp>
#include <whence/cli/json_list.hpp>
#include <whence/cli/log_overview.hpp>
#include <whence/cli/machine.hpp>
#include <whence/cli/new_file.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/projection_commands.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/version.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::uint64_t recent_events = 10'000;
constexpr int bundle_format = 1;

std::string code_of(const health_check& check) {
  if (!check.failure) return {};
  try {
    std::rethrow_exception(check.failure);
  } catch (const error& known) {
    return std::string(known.code());
  }
}

std::string sentence_of(const health_check& check) {
  return visible(check.of.empty() ? check.found : check.of + ": " + check.found);
}

tint tint_of(health what) {
  switch (what) {
    case health::well: return tint::green;
    case health::warning: return tint::yellow;
    case health::problem: return tint::red;
    case health::unknown: return tint::faint;
  }
  return tint::plain;
}

/// The text behind what stands on its line already, or below it.
std::string behind(const std::string& left, std::size_t columns, const std::string& text, const session& session) {
  const std::string broken = session.broken_after(columns, text);
  return (broken.starts_with('\n') ? left.substr(0, left.find_last_not_of(' ') + 1) : left) + broken + "\n";
}

void print(const std::vector<health_check>& checks, session& session) {
  constexpr std::size_t state_width = 9;
  std::size_t title_width = 0;
  for (const health_check& check : checks) title_width = std::max(title_width, check.name.size() + 2);
  const style style = session.out_style();
  session.print(style.paint(tint::strong, session.fitted(visible(session.store()))) + "\n");
  const std::size_t columns = state_width + title_width;
  for (const health_check& check : checks) {
    const std::string state(name_of(check.what));
    std::string rest(state_width - state.size(), ' ');
    rest.append(check.name).append(title_width - check.name.size(), ' ');
    session.print(style.paint(tint_of(check.what), state) + behind(rest, columns, sentence_of(check), session));
    if (check.remedy.empty()) continue;
    const std::string indent = std::string(columns, ' ') + "do: ";
    session.print(behind(indent, indent.size(), as_started(session.program(), check.remedy), session));
  }
}

std::string json_of_figures(const health_check& check) {
  std::string out;
  for (const auto& [name, figure] : check.figures)
    out += (out.empty() ? "\"" : ",\"") + std::string(name) + "\":" + std::to_string(figure);
  return "{" + out + "}";
}

/// What can be told to anybody.
std::string json_of_bare(const health_check& check) {
  std::string out = "\"check\":" + json_string(check.name) + ",\"state\":\"" + std::string(name_of(check.what)) + "\"";
  if (!check.kind.empty()) out += ",\"kind\":" + json_string(check.kind);
  if (const std::string code = code_of(check); !code.empty()) out += ",\"code\":" + json_string(code);
  return out + ",\"figures\":" + json_of_figures(check);
}

std::string json_of(const health_check& check, const std::string& program) {
  std::string out = "{" + json_of_bare(check);
  if (!check.of.empty()) out += ",\"of\":" + json_string(visible(check.of));
  out += ",\"found\":" + json_string(visible(check.found));
  if (!check.remedy.empty()) out += ",\"hint\":" + json_string(as_started(program, check.remedy));
  return out + "}";
}

/// For a bug report: what was found, without a word that says whose log it is.
std::string bundle_of(const std::vector<health_check>& checks, const session& session) {
  std::string program = version_text("whence", output_form::json);
  program.pop_back();
  const auto pages = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page_bytes = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
  return "{\"format\":" + std::to_string(bundle_format) + ",\"madeAt\":\"" + to_rfc3339(session.now()) +
         "\",\"program\":" + program + ",\"system\":" + json_string(system_name()) +
         ",\"processors\":" + std::to_string(std::thread::hardware_concurrency()) +
         ",\"memoryBytes\":" + std::to_string(pages * page_bytes) +
         ",\"checks\":" + json_list(checks, [](const health_check& check) { return "{" + json_of_bare(check) + "}"; }) +
         "}\n";
}

void must_be_new(files& files, const std::string& path) {
  if (path.empty()) throw usage_error("value", "--bundle is empty", "name a file that is not there yet");
  must_not_belong_to_log(files, path);
  if (files.status(path)) throw file_error("write", path, EEXIST);
}

exit_code doctor(const request& request, session& session) {
  const surroundings& around = session.around();
  const std::optional<std::string> bundle = request.value("--bundle");
  const log_source& source = session.source();
  if (bundle) must_be_new(*around.runtime.files, *bundle);

  std::vector<health_check> checks = check_machine(session.store(), around);
  std::optional<log_overview> seen;
  std::exception_ptr unreadable;
  try {
    log_reader& log = session.log();
    seen = look_at_log(source, log, around.runtime, around.types, recent_events);
    for (health_check& check : check_log(*seen, log, around)) checks.push_back(std::move(check));
  } catch (const error& failure) {
    unreadable = std::current_exception();
    checks.push_back({.name = "log",
                      .what = health::problem,
                      .found = "cannot be read: " + failure.text().what,
                      .failure = unreadable});
  }

  if (const std::optional<std::string> named = request.value("--store"))
    for (health_check& check : checks) check.remedy = with_store(check.remedy, *named);
  const bool well =
      std::ranges::none_of(checks, [](const health_check& check) { return check.what == health::problem; });
  if (session.form() == output_form::table) {
    print(checks, session);
  } else {
    session.judged(well ? verdict::pass : verdict::fail,
                   "{\"log\":" + json_string(visible(session.store())) + ",\"checks\":" +
                       json_list(checks, [&](const health_check& check) { return json_of(check, session.program()); }) +
                       "}");
  }
  if (bundle) {
    new_file report(*around.runtime.files, *bundle);
    report.write(bundle_of(checks, session));
    report.finish();
    session.say("written: " + visible(*bundle) + ". No name, id, path or datum of the log is in it: look for yourself");
  }

  if (seen) report_problems(seen->models, session);
  if (seen && !seen->without_archives.empty()) std::rethrow_exception(seen->without_archives.front().problem);
  if (seen && seen->damage) std::rethrow_exception(seen->damage);
  if (unreadable) std::rethrow_exception(unreadable);
  return well ? exit_code::done : exit_code::answer_is_no;
}

constexpr flag bundle{.name = "--bundle",
                      .value = "FILE",
                      .text = "write what was found into this new file, for a bug report",
                      .by = completes::file};
constexpr const flag* doctor_flags[] = {&bundle};
constexpr example doctor_examples[] = {
    {"whence doctor", "how the log is, with all that it depends on"},
    {"whence doctor -o json", "for programs"},
};
constexpr std::string_view doctor_text =
    "Looks at what a log depends on: the program and its SQLite, the file system (those that are shared with other "
    "machines lose logs), the disk, the clock; then at the log: whether it is whole as far as its witness has seen, "
    "who "
    "writes it, its -wal, its last 10 000 events, how far its index has come; and at the read models beside it. Each "
    "has one line: ok, warning, problem, unknown; and what to do, if there is something.\n"
    "It reads little, changes nothing, and can look at a log that is being written. `log verify` reads every event.\n"
    "Exit code 1 says that there is a problem; another one, what is wrong with the log itself. A warning is none.\n"
    "--bundle writes the findings for a bug report into a file, which must not exist yet: versions, figures, the codes "
    "of errors. No name, id, path or datum of the log is in it.";

constexpr command rows[] = {
    {.name = "doctor",
     .summary = "look for what is wrong with a log, or soon will be",
     .text = doctor_text,
     .examples = doctor_examples,
     .flags = doctor_flags,
     .schema = "health",
     .run = &doctor},
};

}  // namespace

std::span<const command> doctor_commands() { return rows; }

}  // namespace whence::inline v0::cli
