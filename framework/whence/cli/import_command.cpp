#include <whence/cli/import_command.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <whence/cli/display_text.hpp>
#include <whence/cli/event_import.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/input.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

std::string json_of_import(const std::string& log, const import_options& options, const import_result& found) {
  const auto number = [](std::string_view name, std::uint64_t value) {
    return ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  return "{\"log\":" + json_string(visible(log)) + ",\"logId\":\"" + found.begin.log.to_string() + "\"" +
         number("epoch", found.epoch) + ",\"file\":" + json_string(visible(options.file)) + ",\"form\":\"" +
         (found.form == line_form::events ? "events" : "cloudevents") + "\"" +
         number("first", found.begin.first.value()) + number("last", found.begin.last.value()) +
         number("events", found.events) + number("there", found.there) + number("appended", found.appended) +
         ",\"dryRun\":" + (options.dry_run ? "true" : "false") + "}";
}

void print_import(const std::string& log, const import_options& options, const import_result& found, session& session) {
  constexpr std::size_t label_width = 10;
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(log))) + "\n");
  line("log", found.begin.log.to_string() + "   epoch " + std::to_string(found.epoch));
  line("events", found.events == 0 ? "none"
                                   : with_groups(found.events) + ", from " + with_groups(found.begin.first.value()) +
                                         " to " + with_groups(found.begin.last.value()));
  line("there", found.there == 0 ? "none" : with_groups(found.there));
  line(options.dry_run ? "to append" : "appended", found.appended == 0 ? "none" : with_groups(found.appended));
}

/// Null: it is a file, which can be read twice.
std::unique_ptr<input> pipe_of(const import_options& options, const surroundings& around) {
  if (options.file == "-") return around.open_input();
  const std::optional<file_status> status = around.runtime.files->status(options.path);
  return status && !status->regular && !status->directory ? open_input(options.path) : nullptr;
}

/// What an import that did not come to its end has brought so far.
void say_how_far(const import_result& so_far, const import_options& options, session& session) {
  if (options.dry_run || so_far.appended == 0) return;
  session.note(
      "what was appended before that stays, and nobody else writes to the log until an import has come to its end; "
      "the export as it was made goes on behind it, unless what was altered is there already (export.differs): "
      "then move the log away first");
}

exit_code run_import(const request& request, session& session) {
  import_options options;
  options.file = request.argument();
  options.dry_run = request.has("--dry-run");
  const bool here = session.around().directory == "." || std::filesystem::path(options.file).is_absolute();
  options.path = here ? options.file : session.around().directory + "/" + options.file;
  const std::unique_ptr<input> pipe = pipe_of(options, session.around());
  options.pipe = pipe.get();
  if (options.file == "-") options.file = standard_input;
  const log_source& log = session.source();
  import_result found;
  try {
    const std::string unfinished =
        std::string(nothing_known) +
        ". What was appended stays, and nobody else writes to the log until the same command has gone on to the end";
    const auto stopped = carry_out(session, unfinished, [&](std::stop_token stop, const report_progress& report) {
      options.stop = std::move(stop);
      import_events(options, log, session.around().runtime, report, found);
    });
    if (stopped) return *stopped;
  } catch (const error&) {
    say_how_far(found, options, session);
    throw;
  }
  if (session.form() == output_form::table) {
    print_import(session.store(), options, found, session);
  } else {
    session.judged(verdict::pass, json_of_import(session.store(), options, found));
  }
  if (found.unfinished)
    session.warn(session.store() +
                 " has more, of another import that has not come to its end: nobody else writes to it "
                 "until that has");
  if (options.dry_run && found.appended > 0)
    session.note("nothing was written: without --dry-run, what is not there is appended");
  return exit_code::done;
}

constexpr const flag* import_flags[] = {&flags::dry_run};
constexpr example import_examples[] = {
    {"whence import shop.jsonl --dry-run", "what would it append?"},
    {"whence import shop.jsonl --store copy.db", "the same log in another place"},
};
constexpr std::string_view import_text =
    "Makes a log of an export: the same events at the same positions, with the same ids, versions, times and data, and "
    "the same id of the log. --store says where; it need not be there yet. The chain of checksums, which covers each "
    "byte of each event, is compared at the end.\n"
    "What the log has already is recognised, and what follows is appended: so an import that was stopped or killed "
    "goes on when it is repeated, and a copy follows its origin by one export after another. Until one has come to its "
    "end, no application opens the log. Where the log has another event, the import is refused, names it, and appends "
    "nothing: so nobody else may write to a copy that follows, and log archive, log compact and projection rebuild "
    "write, too: the audit event of what was done.\n"
    "A file is read twice: one that was cut or changed is refused before anything is written. FILE may be -, for "
    "standard input, which is looked at as it comes. CloudEvents that export wrote are recognised by themselves.\n"
    "The log gets a new epoch, so that tokens of the old one are refused and nobody runs ahead. It takes the log for "
    "itself: while a service holds it, it is refused.";

constexpr command rows[] = {
    {.name = "import",
     .argument = "FILE",
     .argument_by = completes::file,
     .summary = "make a log of an export, or go on with one",
     .text = import_text,
     .examples = import_examples,
     .flags = import_flags,
     .schema = "import",
     .log = access::writes,
     .run = &run_import},
};

}  // namespace

std::span<const command> import_commands() { return rows; }

}  // namespace whence::inline v0::cli
