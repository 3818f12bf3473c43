#include <whence/cli/named_event.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <whence/cli/failure.hpp>
#include <whence/cli/id_pattern.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/selection.hpp>

namespace whence::inline v0::cli {
namespace {

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

not_in_log no_event(std::string what, std::string why, std::string remedy) {
  return {"event.missing", {.what = std::move(what), .where = {}, .why = std::move(why), .remedy = std::move(remedy)}};
}

event_page event_at(log_reader& log, std::uint64_t position) {
  if (position > 0) {
    event_page page = log.read(global_position{position - 1}, {}, {.events = 1, .scanned = 1});
    if (!page.empty()) return page;
  }
  const std::uint64_t head = log.head().value();
  throw no_event("there is no event #" + std::to_string(position),
                 head == 0 ? "the log is empty" : "the log has #1 to #" + std::to_string(head),
                 head == 0 ? "whence inspect" : "whence event show @" + std::to_string(head));
}

event_page event_of(log_reader& log, const std::string& stream, std::uint64_t version) {
  require_stream(log, stream);
  if (version > 0) {
    event_page page =
        log.read_stream(stream, stream_version{version}, read_direction::forward, {.events = 1, .scanned = 1});
    if (!page.empty()) return page;
  }
  throw no_event("there is no event " + stream + "@" + std::to_string(version),
                 "the stream has @1 to @" + std::to_string(log.stream_head(stream).value()),
                 "whence stream show " + shell_word(stream));
}

struct place {
  std::string stream;  // empty: in the log
  std::uint64_t number;
};

/// "@4711" or "#4711", "order-12345@3".
std::optional<place> place_in(const std::string& name) {
  if (name.starts_with('@') || name.starts_with('#')) {
    const std::optional<std::uint64_t> position = number_in(std::string_view(name).substr(1));
    if (position) return place{{}, *position};
  }
  if (const std::size_t at = name.rfind('@'); at != std::string::npos && at > 0) {
    const std::optional<std::uint64_t> version = number_in(std::string_view(name).substr(at + 1));
    if (version) return place{name.substr(0, at), *version};
  }
  return std::nullopt;
}

}  // namespace

bool names_a_place(const std::string& name) { return place_in(name).has_value(); }

event_page event_named(log_reader& log, const std::string& name) {
  if (const std::optional<place> place = place_in(name)) {
    return place->stream.empty() ? event_at(log, place->number) : event_of(log, place->stream, place->number);
  }
  try {
    return event_at(log, find_event(log, id_pattern("the event", name), "whence event show").value());
  } catch (const usage_error&) {
    // The likeliest slip: the name of a stream alone.
    const stream_version last = log.stream_head(name);
    if (last == stream_version{}) throw;
    const std::string version = std::to_string(last.value());
    throw usage_error("value", "\"" + name + "\" is a stream, and not one event",
                      "whence event show " + shell_word(name + "@" + version),
                      last == stream_version{1} ? "it has one event, " + name + "@1"
                                                : "it has the events " + name + "@1 to @" + version);
  }
}

}  // namespace whence::inline v0::cli
