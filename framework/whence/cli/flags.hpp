/// The options that several commands share. One that a single command has stands beside its row.
#pragma once

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli::flags {

inline constexpr std::string_view colour_choices[] = {"auto", "always", "never"};
inline constexpr std::string_view time_choices[] = {"utc", "local", "relative"};

inline constexpr flag store{.name = "--store",
                            .value = "PATH",
                            .text = "the log; else WHENCE_STORE, whence.toml, the only log in this folder",
                            .by = completes::file};
inline constexpr flag form{.name = "--output",
                           .letter = 'o',
                           .value = "FORM",
                           .text = "how it is printed, also in a pipe: table unless told otherwise",
                           .by = completes::form};
inline constexpr flag json{.name = "--json", .text = "the same as -o json"};
inline constexpr flag color{.name = "--color",
                            .value = "WHEN",
                            .text = "auto, always or never; auto heeds NO_COLOR and TERM=dumb",
                            .choices = colour_choices};
inline constexpr flag no_pager{.name = "--no-pager",
                               .text = "print at once; else WHENCE_PAGER or PAGER or less shows what is long"};
inline constexpr flag quiet{.name = "--quiet", .letter = 'q', .text = "no notes on standard error: only what is wrong"};
inline constexpr flag brief{.name = "--brief", .letter = 'h', .text = "short help"};
inline constexpr flag help{.name = "--help", .text = "full help"};
inline constexpr flag version{.name = "--version", .text = "the version; with --json also the commit and formats"};

// Which items.
inline constexpr flag streams{.name = "--stream",
                              .value = "NAME",
                              .text = "of this stream; repeat for several",
                              .repeats = true,
                              .selects = true,
                              .by = completes::stream};
inline constexpr flag aggregates{.name = "--aggregate",
                                 .value = "TYPE",
                                 .text = "of these aggregate types: A,B or Pay*",
                                 .repeats = true,
                                 .selects = true,
                                 .by = completes::aggregate_type};
inline constexpr flag types{.name = "--type",
                            .value = "TYPE",
                            .text = "of these event types: A,B or Order*",
                            .repeats = true,
                            .selects = true,
                            .by = completes::event_type};
inline constexpr flag tags{.name = "--tag",
                           .value = "TAG",
                           .text = "with this tag: customer:42, or channel:*",
                           .repeats = true,
                           .selects = true};
inline constexpr flag where{.name = "--where",
                            .value = "CLAUSE",
                            .text = "with such a value: '/data/quantity < 0'; repeat for \"and\"",
                            .repeats = true,
                            .selects = true};
inline constexpr flag correlation{.name = "--correlation",
                                  .value = "ID",
                                  .text = "that follow from this first cause",
                                  .repeats = true,
                                  .selects = true};
inline constexpr flag causation{
    .name = "--causation", .value = "ID", .text = "caused by this command or event", .repeats = true, .selects = true};
inline constexpr flag event{.name = "--event", .value = "ID", .text = "this one event", .selects = true};
inline constexpr flag older_than{
    .name = "--older-than", .value = "TIME", .text = "whose last event is older: 30d, a date, or RFC 3339"};
inline constexpr flag from{.name = "--from", .value = "POSITION", .text = "from here on, included", .selects = true};
inline constexpr flag to{.name = "--to", .value = "POSITION", .text = "up to here, included", .selects = true};
inline constexpr flag since{.name = "--since",
                            .value = "TIME",
                            .text = "recorded since: 90s, 15m, 2h, 3d, 1w, a date, or RFC 3339",
                            .selects = true};
inline constexpr flag until{
    .name = "--until", .value = "TIME", .text = "recorded until, included; the same forms", .selects = true};

inline constexpr flag at{
    .name = "--at", .value = "WHEN", .text = "as of this version, position or time: 3, 2h, a date, RFC 3339"};

// What is done.
inline constexpr flag dry_run{.name = "--dry-run", .text = "write nothing: say what would be done"};

inline constexpr flag yes{.name = "--yes", .letter = 'y', .text = "do it without asking: a script cannot be asked"};
inline constexpr flag confirm{
    .name = "--confirm", .value = "NAME", .text = "the same, and only if this is what it is done to"};
inline constexpr flag reason{.name = "--reason", .value = "TEXT", .text = "why, for the audit event in the log"};

// What the answer is judged by.
inline constexpr flag check{.name = "--check", .text = "look at all of it, and say what is wrong"};
inline constexpr flag fail_if{.name = "--fail-if",
                              .value = "CONDITION",
                              .text = "exit code 1 if this holds: '>0' of a count, 'lag>1000' of a read model",
                              .repeats = true};

// How they are shown.
inline constexpr flag raw{.name = "--raw", .text = "as stored, and not as the application's upcasters have it"};
inline constexpr flag reverse{.name = "--reverse", .text = "the last one first"};
inline constexpr flag limit{.name = "--limit", .value = "N", .text = "at most N; 0: all. On a terminal 50, else all"};
inline constexpr flag columns{.name = "--columns",
                              .value = "NAMES",
                              .text = "these columns, in this order: A,B; not in JSON",
                              .repeats = true,
                              .by = completes::column};
inline constexpr flag data{.name = "--data", .text = "the data too, in tables: JSON and CSV have them in any case"};
inline constexpr flag times{
    .name = "--time", .value = "HOW", .text = "times in tables: utc, local or relative", .choices = time_choices};

}  // namespace whence::inline v0::cli::flags
