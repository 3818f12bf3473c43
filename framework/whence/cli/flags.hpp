/// The options that several commands share. One that a single command has stands beside its row.
#pragma once

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli::flags {

inline constexpr flag store{
    "--store", 0, "PATH", "the log; else WHENCE_STORE, else the only log in this folder", false, completes::file};
inline constexpr flag form{
    "--output", 'o', "FORM", "how it is printed, also in a pipe: table unless told otherwise", false, completes::form};
inline constexpr flag json{"--json", 0, "", "the same as -o json"};
inline constexpr flag color{
    "--color", 0, "WHEN", "auto, always or never; auto heeds NO_COLOR and TERM=dumb", false, completes::colour};
inline constexpr flag no_pager{"--no-pager", 0, "",
                               "print at once; else WHENCE_PAGER or PAGER or less shows what is long"};
inline constexpr flag brief{"--brief", 'h', "", "short help"};
inline constexpr flag help{"--help", 0, "", "full help"};
inline constexpr flag version{"--version", 0, "", "the version"};

inline constexpr flag streams{"--stream", 0, "NAME", "of this stream; repeat for several", true, completes::stream};
inline constexpr flag aggregates{
    "--aggregate", 0, "TYPE", "of these aggregate types: A,B or Pay*", true, completes::aggregate_type};
inline constexpr flag types{"--type", 0, "TYPE", "of these event types: A,B or Order*", true, completes::event_type};
inline constexpr flag tags{"--tag", 0, "TAG", "with this tag: customer:42, or channel:*", true};
inline constexpr flag where{"--where", 0, "CLAUSE", "with such a value: '/data/total > 100'; repeat for \"and\"", true};
inline constexpr flag correlation{"--correlation", 0, "ID", "that follow from this first cause", true};
inline constexpr flag causation{"--causation", 0, "ID", "caused by this command or event", true};
inline constexpr flag event{"--event", 0, "ID", "this one event"};
inline constexpr flag from{"--from", 0, "POSITION", "from here on, included"};
inline constexpr flag to{"--to", 0, "POSITION", "up to here, included"};
inline constexpr flag since{"--since", 0, "TIME", "recorded since: 90s, 15m, 2h, 3d, a date, or RFC 3339"};
inline constexpr flag until{"--until", 0, "TIME", "recorded until, included; the same forms"};
inline constexpr flag reverse{"--reverse", 0, "", "the last one first"};
inline constexpr flag columns{"--columns",      0, "NAMES", "these columns, in this order: A,B; not in JSON", true,
                              completes::column};
inline constexpr flag data{"--data", 0, "", "the data too, in tables"};
inline constexpr flag times{"--time", 0, "HOW", "times in tables: utc, local or relative", false, completes::time_form};
inline constexpr flag limit{"--limit", 0, "N", "at most N; 0: all. On a terminal 50, else all"};

}  // namespace whence::inline v0::cli::flags
