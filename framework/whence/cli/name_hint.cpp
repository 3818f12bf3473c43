#include <whence/cli/name_hint.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/display_text.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/near_words.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/repeated_line.hpp>
#include <whence/core/error.hpp>

namespace whence::inline v0::cli {
namespace {

using names = std::set<std::string, std::less<>>;
using name_of_event = std::string_view (*)(const recorded_event&);

/// Of the events at both ends of the log.
names names_in(log_reader& log, name_of_event name) {
  constexpr std::size_t looked_at = 10'000;
  names found;
  const auto look = [&](std::uint64_t after) {
    const page_limit limit{.events = looked_at, .scanned = looked_at};
    for (const recorded_event& event : log.read(global_position{after}, {}, limit)) {
      if (!found.contains(name(event))) found.emplace(name(event));
    }
  };
  try {
    const std::uint64_t head = log.head().value();
    look(0);
    if (head > looked_at) look(head - looked_at);
  } catch (const error&) {
    // A hint is not worth another error.
  }
  return found;
}

/// "Order" of "OrderPlaced".
std::string first_word(std::string_view name) {
  std::size_t end = 1;
  while (end < name.size() && std::isupper(static_cast<unsigned char>(name[end])) == 0) ++end;
  return std::string(name.substr(0, end));
}

/// Empty: nothing that there is comes near.
std::string meant_by(const std::string& typed, const names& known) {
  const std::vector<std::string> all(known.begin(), known.end());
  if (std::string whole = nearest(typed, all); !whole.empty()) return whole;
  std::vector<std::string> words;
  std::transform(all.begin(), all.end(), std::back_inserter(words),
                 [](const std::string& name) { return first_word(name); });
  const std::string word = nearest(typed, words);
  return word.empty() ? word : word + "*";
}

void note_unknown(const request& request, session& session, const flag& flag, name_of_event name) {
  const std::vector<std::string> typed = request.listed(flag.name);
  if (typed.empty()) return;
  const names known = names_in(session.log_asked_for(), name);
  if (known.empty()) return;
  for (const std::string& one : typed) {
    if (one.find('*') != std::string::npos || known.contains(one)) continue;
    const std::string text = "found no event with " + std::string(flag.name) + " " + one;
    const std::string meant = meant_by(one, known);
    if (meant.empty()) {
      session.note(text + "; what there is",
                   session.program() + " event count --by " + std::string(flag.name.substr(2)));
      continue;
    }
    std::string list;
    for (const std::string& other : typed) list += (list.empty() ? "" : ",") + (other == one ? meant : other);
    session.note(text + "; did you mean", repeated_line(request, session.program(), flag.name, shell_word(list)));
  }
}

}  // namespace

void note_unknown_types(const request& request, session& session) {
  note_unknown(request, session, flags::types, [](const recorded_event& event) { return event.type; });
  note_unknown(request, session, flags::aggregates, [](const recorded_event& event) { return event.aggregate_type; });
}

void note_nothing_found(const request& request, session& session, const std::string& looked_at) {
  note_unknown_types(request, session);
  if (!session.on_terminal() || session.form() != output_form::table) return;
  std::string wanted;
  for (const flag* const known : request.what()->flags) {
    if (!known->selects) continue;
    for (const std::string& value : request.values(known->name))
      wanted += " " + std::string(known->name) + " " + shell_word(value);
  }
  session.note("nothing found" + (wanted.empty() ? "" : " with" + wanted) + " in " + looked_at);
}

std::string events_in(const selection& wanted, log_reader& log) {
  const std::uint64_t head = log.head().value();
  const std::uint64_t first = std::max<std::uint64_t>(wanted.from.value(), 1);
  const std::uint64_t last = std::min(wanted.to.value(), head);
  if (head == 0) return "a log without events";
  if (first > last) return "no event: the log has #1 to #" + std::to_string(head);
  if (first == last) return "one event, #" + std::to_string(first);
  return with_groups(last - first + 1) + " events, #" + std::to_string(first) + " to #" + std::to_string(last);
}

}  // namespace whence::inline v0::cli
