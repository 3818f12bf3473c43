#include <whence/cli/command_table.hpp>

#include <algorithm>
#include <vector>

#include <whence/cli/event_commands.hpp>
#include <whence/cli/stream_commands.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr flag store{"--store", 0, "PATH", "the log; else WHENCE_STORE, else the only log in this folder"};
constexpr flag form{"--output", 'o', "FORM", "table (also in a pipe), json or jsonl"};
constexpr flag json{"--json", 0, "", "the same as -o json"};
constexpr flag color{"--color", 0, "WHEN", "auto, always or never; auto heeds NO_COLOR and TERM=dumb"};
constexpr flag no_pager{"--no-pager", 0, "", "print at once; else WHENCE_PAGER or PAGER or less shows what is long"};
constexpr flag brief{"--brief", 'h', "", "short help"};
constexpr flag help{"--help", 0, "", "full help"};
constexpr flag version{"--version", 0, "", "the version"};

constexpr flag streams{"--stream", 0, "NAME", "of this stream; repeat for several", true};
constexpr flag aggregates{"--aggregate", 0, "TYPE", "of these aggregate types: A,B or Pay*", true};
constexpr flag types{"--type", 0, "TYPE", "of these event types: A,B or Order*", true};
constexpr flag correlation{"--correlation", 0, "ID", "that follow from this first cause", true};
constexpr flag causation{"--causation", 0, "ID", "caused by this command or event", true};
constexpr flag event{"--event", 0, "ID", "this one event"};
constexpr flag from{"--from", 0, "POSITION", "from here on, included"};
constexpr flag to{"--to", 0, "POSITION", "up to here, included"};
constexpr flag since{"--since", 0, "TIME", "recorded since: 90s, 15m, 2h, 3d, a date, or RFC 3339"};
constexpr flag until{"--until", 0, "TIME", "recorded until, included; the same forms"};
constexpr flag reverse{"--reverse", 0, "", "the last one first"};
constexpr flag limit{"--limit", 0, "N", "at most N; 0: all. On a terminal 50, else all"};

constexpr const flag* shared[] = {&store, &form, &json, &color, &no_pager, &brief, &help, &version};
constexpr const flag* event_list_flags[] = {&streams, &aggregates, &types, &correlation, &causation, &event,
                                            &from,    &to,         &since, &until,       &reverse,   &limit};
constexpr const flag* stream_list_flags[] = {&aggregates, &from, &to, &since, &until, &limit};
constexpr const flag* stream_show_flags[] = {&types, &from, &to, &since, &until, &reverse, &limit};

constexpr example event_list_examples[] = {
    {"whence event list", "the whole log, oldest first"},
    {"whence event list --reverse --limit 5", "the last five"},
    {"whence event list --stream order-12345", "one stream"},
    {"whence event list --type 'Order*' --since 2h", "by type and time"},
    {"whence event list -o jsonl | wc -l", "one event a line"},
};
constexpr example event_show_examples[] = {
    {"whence event show @1", "by its position in the log"},
    {"whence event show order-12345@1", "by stream and version"},
    {"whence event show @1 -o json", "as it stands on every boundary"},
};
constexpr example stream_list_examples[] = {
    {"whence stream list", "all streams"},
    {"whence stream list --aggregate Order", "those of one type"},
    {"whence stream list --since 1d -o json", "those with an event since"},
};
constexpr example stream_show_examples[] = {
    {"whence stream show order-12345", "from its first event on"},
    {"whence stream show order-12345 --reverse", "from its last"},
    {"whence stream show order-12345 -o jsonl", "one event a line"},
};

constexpr std::string_view event_list_text =
    "Events in the order of the log. Options join by \"and\", values of one by \"or\". An id may be cut to at least 8 "
    "characters of its beginning or end. Times are those of recording. A list ends where the log ended when it began; "
    "one that was cut says in JSON where it goes on: \"next\" is for --from, or for --to if it is reversed.";
constexpr std::string_view event_show_text =
    "One event, named by its position (@4711), by stream and version (order-12345@3), or by its id, which may be cut "
    "to at least 8 characters of its beginning or end.";
constexpr std::string_view stream_list_text =
    "Streams in the order of their first events. EVENTS is how many a stream has, which is its version. --from and "
    "--to are positions of first events; --since and --until choose streams with a time in common.";
constexpr std::string_view stream_show_text =
    "One stream: what it is, and its events. --from and --to are positions in the log.";

constexpr command all_commands[] = {
    {"event", "list", "", "list events", event_list_text, event_list_examples, event_list_flags, access::reads,
     &list_events},
    {"event",
     "show",
     "ID|@POSITION",
     "show one event whole",
     event_show_text,
     event_show_examples,
     {},
     access::reads,
     &show_event},
    {"stream", "list", "", "list streams", stream_list_text, stream_list_examples, stream_list_flags, access::reads,
     &list_streams},
    {"stream", "show", "STREAM", "show the history of a stream", stream_show_text, stream_show_examples,
     stream_show_flags, access::reads, &show_stream},
};

}  // namespace

std::span<const command> commands() { return all_commands; }

std::span<const flag* const> shared_flags() { return shared; }

std::span<const flag* const> all_flags() {
  static const std::vector<const flag*> all = [] {
    std::vector<const flag*> found(std::begin(shared), std::end(shared));
    for (const command& command : all_commands) {
      for (const flag* const one : command.flags) {
        if (std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
      }
    }
    return found;
  }();
  return all;
}

std::string full_name(const command& command) {
  return command.group.empty() ? std::string(command.name)
                               : std::string(command.group) + " " + std::string(command.name);
}

}  // namespace whence::inline v0::cli
