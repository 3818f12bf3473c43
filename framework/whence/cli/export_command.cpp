#include <whence/cli/export_command.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <whence/cli/display_text.hpp>
#include <whence/cli/export_line.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/line_source.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/new_file.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/async.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t chunk_bytes = 256u << 10;
constexpr page_limit page{.events = 1'000};

constexpr std::string_view form_names[] = {"events", "cloudevents"};
constexpr flag as{.name = "--as",
                  .value = "FORM",
                  .text = "events, as on every boundary, or cloudevents; else events",
                  .choices = form_names};

/// Where the lines go.
using sink = std::function<void(std::string_view)>;

/// What is exported, as of the moment in which it begins.
export_begin beginning(const request& request, log_reader& log) {
  const global_position head = log.head();
  export_begin begin;
  begin.log = log.identity().id;
  begin.epoch = log.epoch_of_last_event();  // behind the head: a newer epoch is safe, an older one is not
  begin.first = global_position{request.number("--from").value_or(1)};
  begin.last = global_position{request.number("--to").value_or(head.value())};
  const std::string ends = "the log ends at event " + std::to_string(head.value());
  if (begin.first == global_position{})
    throw usage_error("value", "--from cannot be \"0\"", "give 1 or more: positions begin at 1");
  if (begin.last > head || begin.first > head.next())
    throw usage_error("value", (begin.last > head ? "--to" : "--from") + std::string(" is beyond the log"),
                      "leave it out, or give less", ends);
  if (begin.first > begin.last.next())
    throw usage_error("value", "--to is before --from", "give them the other way round", ends);
  begin.chain = log.chain_at(global_position{begin.first.value() - 1}).value_or(chain_hash{});
  return begin;
}

/// Writes the lines of the events, and returns what is to be said behind them.
export_end write_events(log_reader& log, const std::string& store, const export_begin& begin, line_form form,
                        const sink& out, const std::stop_token& stop, const report_progress& report) {
  export_end end;
  end.chain = begin.chain;
  line_sum sum;
  std::string lines;
  const auto hand_on = [&] {
    sum.add(lines);
    out(lines);
    lines.clear();
  };
  append_line(lines, begin, form);
  const std::uint64_t events = begin.last.value() + 1 - begin.first.value();
  while (end.events < events) {
    const global_position at{begin.first.value() + end.events - 1};
    const event_page read = log.read(at, {}, page);
    if (read.empty()) throw log_damaged(store, at.next(), "it is no longer there");
    for (const recorded_event& event : read) {
      if (event.position > begin.last) break;
      append_line(lines, event, form);
      end.chain = event.chain;
      ++end.events;
      if (lines.size() >= chunk_bytes) hand_on();
    }
    report("events", end.events, events);
    if (stop.stop_requested()) throw operation_cancelled();
  }
  hand_on();
  end.checksum = sum.value();
  append_line(lines, end, begin, form);
  out(lines);
  return end;
}

void print_summary(const std::string& file, const export_begin& begin, const export_end& end, std::uint64_t bytes,
                   session& session) {
  constexpr std::size_t label_width = 9;
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(file))) + "\n");
  line("events", end.events == 0 ? "none"
                                 : with_groups(end.events) + ", from " + with_groups(begin.first.value()) + " to " +
                                       with_groups(begin.last.value()));
  line("log", begin.log.to_string());
  line("size", size_text(bytes));
}

/// Empty: the lines go to standard output.
std::string file_of(const request& request, const session& session) {
  std::string file = request.argument();
  if (file == "-") return {};
  const bool here = file.empty() || session.around().directory == "." || std::filesystem::path(file).is_absolute();
  return here ? file : session.around().directory + "/" + file;
}

void print_lines(std::string_view lines, session& session) {
  if (!session.on_terminal()) return session.print(lines);
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    session.print_json(std::string(lines.substr(0, end)));
    lines.remove_prefix(end + 1);
  }
}

exit_code run_export(const request& request, session& session) {
  const auto form = static_cast<line_form>(request.choice(as).value_or(0));
  log_reader& log = session.log();
  must_be_whole(log.condition(), session.store());
  const export_begin begin = beginning(request, log);
  const std::string file = file_of(request, session);
  export_end end;
  std::uint64_t bytes = 0;
  const std::string unfinished =
      std::string(nothing_known) +
      (file.empty() ? ". What was printed has no end, and an import says so" : ", and no file was made");
  const auto stopped = carry_out(session, unfinished, [&](const std::stop_token& stop, const report_progress& report) {
    if (file.empty()) {
      end = write_events(
          log, session.store(), begin, form, [&](std::string_view lines) { print_lines(lines, session); }, stop,
          report);
      session.around().out->flush();  // while it can be stopped
      return;
    }
    files& files = *session.around().runtime.files;
    new_file made(files, file, access_of(files, session.store()));  // who may read the log may read its export
    end = write_events(
        log, session.store(), begin, form, [&](std::string_view lines) { made.write(lines); }, stop, report);
    bytes = made.size();
    made.finish();  // may take as long as all before it
  });
  if (stopped) return *stopped;
  if (!file.empty()) print_summary(request.argument(), begin, end, bytes, session);
  return exit_code::done;
}

constexpr const flag* export_flags[] = {&as, &flags::from, &flags::to};
constexpr example export_examples[] = {
    {"whence export shop.jsonl", "all of the log, into a new file"},
    {"whence export | gzip >shop.jsonl.gz", "into a pipe"},
    {"whence export --as cloudevents", "for other systems"},
    {"whence export news.jsonl --from 5", "what came since an export up to 4"},
};
constexpr std::string_view export_text =
    "Writes a log as lines of JSON: one that names the log, one for each event with everything that the log has of it, "
    "to the byte, and one that says that the export is whole. An import makes the same log of it again. A service may "
    "write meanwhile: what is appended behind the end as it was is left out.\n"
    "A file is there whole or not at all, and is never written over. Without FILE, or with -, the lines go to standard "
    "output.\n"
    "--as cloudevents writes each line as a CloudEvent (1.0, structured), which other systems read, and which can be "
    "imported as well. --from and --to choose a part: a log that has what comes before can import it.\n"
    "docs/export-and-import.md has both forms, to the member.";

constexpr command rows[] = {
    {.name = "export",
     .argument = "[FILE]",
     .argument_by = completes::file,
     .summary = "write a log as lines of JSON, or as CloudEvents",
     .text = export_text,
     .examples = export_examples,
     .flags = export_flags,
     .forms = text_only,
     .run = &run_export},
};

}  // namespace

std::span<const command> export_commands() { return rows; }

}  // namespace whence::inline v0::cli
