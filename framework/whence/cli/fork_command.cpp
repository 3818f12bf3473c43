#include <whence/cli/fork_command.hpp>

#include <optional>
#include <string>
#include <string_view>

#include <whence/cli/display_text.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/foreign_models.hpp>
#include <whence/cli/point_in_log.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/log_fork.hpp>

namespace whence::inline v0::cli {
namespace {

fork_options place_of_fork(const request& request, session& session) {
  const point_in_log point = point_from(request, session.now());
  if (!point.until) return {.at = point.at};
  const global_position beyond = first_recorded(session.log(), *point.until, true);
  if (beyond == global_position{1})
    throw fork_not_in_log(session.store(), "no event that was recorded so early", "its first event is later");
  return {.at = global_position{beyond.value() - 1}};
}

std::string json_of(const forked_log& made) {
  std::string out = "{\"log\":" + json_string(visible(made.path)) + ",\"base\":" + json_string(visible(made.base));
  out += ",\"logId\":\"" + made.log.id.to_string() + "\",\"epoch\":" + std::to_string(made.log.epoch);
  out += ",\"epochOfBase\":" + std::to_string(made.of.epoch);
  out += ",\"head\":" + std::to_string(made.position.value());
  out +=
      ",\"recordedAt\":" + (made.position == global_position{} ? "null" : "\"" + to_rfc3339(made.recorded_at) + "\"");
  return out + "}";
}

void print(const forked_log& made, session& session) {
  constexpr std::size_t label_width = 11;
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(made.path))) + "\n");
  line("base", visible(made.base));
  line("log", made.log.id.to_string() + "   epoch " + std::to_string(made.log.epoch) + ", that of the base " +
                  std::to_string(made.of.epoch));
  line("past", made.position == global_position{}
                   ? "none"
                   : counted(static_cast<std::size_t>(made.position.value()), "event") + ", the last one recorded " +
                         session.cells().time(made.recorded_at));
}

exit_code run_fork(const request& request, session& session) {
  const log_source& source = session.source();
  if (source.models_directory().empty()) throw fork_of_memory(source.name());
  const std::string to = request.argument();
  const forked_log made = fork_log(source.name(), to, session.around().runtime, place_of_fork(request, session));
  if (session.form() == output_form::table) {
    print(made, session);
  } else {
    session.judged(verdict::pass, json_of(made));
  }
  warn_of_foreign_models(to, "the fork's", session);
  return exit_code::done;
}

constexpr const flag* fork_flags[] = {&flags::at};
constexpr example fork_examples[] = {
    {"whence log fork what-if.db", "a sandbox with all that is there now"},
    {"whence log fork yesterday.db --at 5", "with its events up to #5"},
};
constexpr std::string_view fork_text =
    "Makes a log that shares the past of this one and has a future of its own: a sandbox in which \"what if\" is "
    "tried. "
    "Nothing is copied, so it takes milliseconds, whatever the size of the log: up to where it was forked, its events "
    "are "
    "read in this log, which is never written and may have its writer all the while. An application opened on it "
    "(--store what-if.db) appends to it and builds read models beside it.\n"
    "--at takes the position of the last event that is shared, or a time: no event that was recorded later; else all "
    "events are. Nothing is replaced. A new epoch begins, as with a restore: what stands within the shared past goes "
    "on in both, a position token from beyond it is refused by the other.\n"
    "The fork needs this log where it is: it is found from the fork's own folder if it lies in that, below it or "
    "beside "
    "it, so that both can be moved together, else by its whole path. A backup of a fork has every event, and needs "
    "nothing else. To end a sandbox, remove its files.";

constexpr command rows[] = {
    {.group = "log",
     .name = "fork",
     .argument = "NEW.db",
     .argument_by = completes::file,
     .summary = "make a sandbox: a log that shares the past of this one",
     .text = fork_text,
     .examples = fork_examples,
     .flags = fork_flags,
     .schema = "fork",
     .run = &run_fork},
};

}  // namespace

std::span<const command> fork_commands() { return rows; }

std::string base_text(const log_base& base) {
  return visible(base.path) + ", up to #" + std::to_string(base.position.value());
}

std::string json_of_base(const log_base& base) {
  return "{\"log\":" + json_string(visible(base.path)) + ",\"head\":" + std::to_string(base.position.value()) + "}";
}

}  // namespace whence::inline v0::cli
