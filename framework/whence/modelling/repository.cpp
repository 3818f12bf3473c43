#include <whence/modelling/repository.hpp>

#include <algorithm>
#include <iterator>
#include <string>

#include <whence/modelling/snapshot_room.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t books_page = 256;  // events that are read at once where the last closing event is looked for

std::string where(const recorded_event& event) {
  return std::string(event.stream) + " version " + std::to_string(event.version.value()) + ", position " +
         std::to_string(event.position.value());
}

void apply(const recorded_event& event, const detail::aggregate_facts& facts, void* state, json_decoder& decoder,
           unlisted_event::found how = unlisted_event::found::in_stream) {
  const stored_event stored{.type = event.type, .version = event.type_version, .data = event.data};
  try {
    if (!facts.apply(state, stored, decoder)) throw unlisted_event(facts.name, event.type, where(event), how);
  } catch (const decode_error& problem) {
    throw decode_error(problem.pointer, problem.problem, std::string(event.type) + " in " + where(event));
  } catch (const unknown_event_version& problem) {
    throw unknown_event_version(problem.event_type, problem.found, problem.known, where(event), event.position);
  }
}

void require_type(const recorded_event& event, const detail::aggregate_facts& facts) {
  if (event.aggregate_type != facts.name) throw stream_of_other_type(event.stream, facts.name, event.aggregate_type);
}

detail::fold_end end_of(const recorded_event& event) {
  return {.version = event.version, .position = event.position, .chain = event.chain};
}

struct last_books {
  detail::fold_end begin;  // behind which the fold goes on
  bool folded = false;     // it is at the end already
};

event_page::const_iterator last_closing(const event_page& downwards, const detail::aggregate_facts& facts) {
  return std::ranges::find_if(downwards, [&](const recorded_event& event) {
    return std::ranges::any_of(facts.closing, [&](const event_type& type) { return type.name == event.type; });
  });
}

/// Looks from there downwards for an event that closes the books. Behind what is returned it is the first.
detail::fold_end find_books(log_reader& log, std::string_view stream, const detail::aggregate_facts& facts,
                            stream_version from) {
  while (from != stream_version{}) {
    const event_page page = log.read_stream(stream, from, read_direction::backward, {.events = books_page});
    const stream_version looked_at = page.last_looked_at().version;
    if (looked_at == stream_version{}) return {};
    if (!page.empty()) require_type(page.front(), facts);
    const auto closing = last_closing(page, facts);
    if (closing != page.end()) return {.version = stream_version{closing->version.value() - 1}, .position = {}};
    from = stream_version{looked_at.value() - 1};
  }
  return {};
}

/// Looks from the end for the event that closed the books last. If it is among the last few, or the stream has no more, they are
/// applied at once.
last_books fold_last_books(log_reader& log, std::string_view stream, const detail::aggregate_facts& facts,
                           void* state) {
  const event_page page =
      log.read_stream(stream, stream_version{UINT64_MAX}, read_direction::backward, {.events = books_page});
  const stream_version looked_at = page.last_looked_at().version;
  if (looked_at == stream_version{}) return {};
  if (!page.empty()) require_type(page.front(), facts);
  const auto closing = last_closing(page, facts);
  const bool is_whole = looked_at == stream_version{1};
  if (!page.empty() && (closing != page.end() || is_whole)) {
    json_decoder decoder;
    auto event = closing == page.end() ? closing : std::next(closing);
    while (event != page.begin()) apply(*--event, facts, state, decoder);
    // Behind it there may be events that are stored, and no longer told.
    const bool is_end = &log.stored() == &log || log.stream_head(stream) == page.front().version;
    return {.begin = end_of(page.front()), .folded = is_end};
  }
  return {.begin = find_books(log, stream, facts, stream_version{looked_at.value() - 1})};
}

}  // namespace

detail::fold_end detail::fold_stream(log_reader& log, std::string_view stream, const aggregate_facts& facts,
                                     void* state, fold_end from,
                                     const std::function<bool(const recorded_event&)>& wanted) {
  json_decoder decoder;
  fold_end end = from;
  for (bool at_end = false; !at_end;) {
    const event_page page = log.read_stream(stream, end.version.next());
    if (!page.empty()) require_type(page.front(), facts);
    for (const recorded_event& event : page) {
      if (wanted && !wanted(event)) return end;
      apply(event, facts, state, decoder);
      end = end_of(event);
    }
    const stream_place last = page.last_looked_at();
    if (last.version > end.version) end = {.version = last.version, .position = last.position, .chain = last.chain};
    at_end = page.at_end() || last.version == stream_version{};
  }
  return end;
}

detail::fold_end detail::begin_of_fold(log_reader& log, std::string_view stream, const aggregate_facts& facts,
                                       stream_version last) {
  return facts.closing.empty() ? fold_end{} : find_books(log, stream, facts, last);
}

global_position detail::fold_matching(log_reader& log, const event_query& query, const aggregate_facts& facts,
                                      void* state, global_position after) {
  json_decoder decoder;
  for (bool at_end = false; !at_end;) {
    const event_page page = log.read_matching(query, after);
    for (const recorded_event& event : page) apply(event, facts, state, decoder, unlisted_event::found::by_query);
    after = page.scanned_to();
    at_end = page.at_end();
  }
  return after;
}

detail::fold_end detail::fold_on(log_reader& log, std::string_view stream, const aggregate_facts& facts, void* state,
                                 fold_end from) {
  if (from.version == stream_version{} && !facts.closing.empty()) {
    const last_books found = fold_last_books(log, stream, facts, state);
    if (found.folded) return found.begin;
    from = found.begin;
  }
  return fold_stream(log, stream, facts, state, from);
}

void detail::catch_up(log_reader& log, snapshots* from, std::string_view stream, const aggregate_facts& facts,
                      void* state, fold_progress& at) {
  if (from == nullptr || facts.snapshots == nullptr)
    at.end = fold_on(log, stream, facts, state, at.end);
  else
    snapshot_access::room(*from).catch_up(log, stream, facts, state, at);
}

}  // namespace whence::inline v0
