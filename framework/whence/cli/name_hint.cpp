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

#include <whence/cli/flags.hpp>
#include <whence/cli/near_words.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/repeated_line.hpp>
#include <whence/store/log_errors.hpp>

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
  } catch (const log_damaged&) {
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
  const names known = names_in(session.log(), name);
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

}  // namespace whence::inline v0::cli
