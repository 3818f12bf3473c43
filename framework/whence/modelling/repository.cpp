#include <whence/modelling/repository.hpp>

#include <string>

#include <whence/modelling/snapshot_room.hpp>

namespace whence::inline v0 {
namespace {

std::string where(const recorded_event& event) {
  return std::string(event.stream) + " version " + std::to_string(event.version.value()) + ", position " +
         std::to_string(event.position.value());
}

void apply(const recorded_event& event, const detail::aggregate_facts& facts, void* state, json_decoder& decoder) {
  const stored_event stored{.type = event.type, .version = event.type_version, .data = event.data};
  try {
    if (!facts.apply(state, stored, decoder)) throw unlisted_event(facts.name, event.type, where(event));
  } catch (const decode_error& problem) {
    throw decode_error(problem.pointer, problem.problem, std::string(event.type) + " in " + where(event));
  } catch (const unknown_event_version& problem) {
    throw unknown_event_version(problem.event_type, problem.found, problem.known, where(event));
  }
}

}  // namespace

detail::fold_end detail::fold_stream(log_reader& log, std::string_view stream, const aggregate_facts& facts,
                                     void* state, fold_end from,
                                     const std::function<bool(const recorded_event&)>& wanted) {
  json_decoder decoder;
  fold_end end = from;
  for (bool at_end = false; !at_end;) {
    const event_page page = log.read_stream(stream, end.version.next());
    if (page.empty()) break;
    if (page.front().aggregate_type != facts.name)
      throw stream_of_other_type(stream, facts.name, page.front().aggregate_type);
    for (const recorded_event& event : page) {
      if (wanted && !wanted(event)) return end;
      apply(event, facts, state, decoder);
      end = {.version = event.version, .position = event.position, .chain = event.chain};
    }
    at_end = page.at_end();
  }
  return end;
}

void detail::catch_up(log_reader& log, snapshots* from, std::string_view stream, const aggregate_facts& facts,
                      void* state, fold_progress& at) {
  if (from == nullptr || facts.snapshots == nullptr)
    at.end = fold_stream(log, stream, facts, state, at.end);
  else
    snapshot_access::room(*from).catch_up(log, stream, facts, state, at);
}

}  // namespace whence::inline v0
