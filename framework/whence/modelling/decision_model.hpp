/// Decision models: state folded from what a query finds, in whatever streams, for rules that no aggregate can see alone.
///
///     struct Enrolment {
///       static constexpr whence::decision_model type{"Enrolment"};
///       using events = whence::events<CourseDefined, SeatsChanged, StudentSubscribed>;
///       static whence::event_query query(const SubscribeStudent& command) {  // on what this command is decided
///         return {{{.tags = {"course:" + command.course}}, {.tags = {"student:" + command.student}}}};
///       }
///
/// and, as ever, an `apply` for each event, and a `decide` for each command beside it.
///
/// A command is sent to an id, as to an aggregate: its events go to the stream of that name, of the aggregate type `Enrolment`. It
/// is decided on what its query finds, in all streams, and appended under the same query: if another event that it finds came
/// meanwhile, the command is decided again. An item without types means those in `events`; an event is found by its `tags()`.
#pragma once

#include <concepts>

#include <whence/modelling/aggregate.hpp>
#include <whence/serialization/event.hpp>
#include <whence/store/event_query.hpp>

namespace whence::inline v0 {

template <class Model, class Command>
concept queries_for = requires(const Command& command) {
  { Model::query(command) } -> std::same_as<event_query>;
};

template <class Model, class Command>
struct must_query {
  static_assert(queries_for<Model, Command>,
                "a decision model needs `static whence::event_query query(const Command&)` for every command that is "
                "sent to it");
};

template <class Aggregate>
struct must_be_the_fold_of_a_stream {
  static_assert(!is_decision_model<Aggregate>,
                "a decision model is not the fold of a stream: `load_for<Model>(command)` gives what a command is "
                "decided on");
};

namespace detail {

/// What a command that was made is decided on. Null instead: on its aggregate's stream.
using query_function = event_query (*)(const void* command);

template <class Model, class Command>
event_query query_of(const Command& command) {
  event_query query = Model::query(command);
  for (query_item& item : query.items) {
    if (!item.event_types.empty()) continue;
    for (const event_type& type : event_types<typename Model::events>::value) item.event_types.emplace_back(type.name);
  }
  return query;
}

template <class Aggregate, class Command>
constexpr query_function query_function_of() {
  if constexpr (is_decision_model<Aggregate>) {
    static_cast<void>(must_query<Aggregate, Command>{});
    if constexpr (queries_for<Aggregate, Command>)
      return [](const void* command) { return query_of<Aggregate>(*static_cast<const Command*>(command)); };
  }
  return nullptr;
}

}  // namespace detail
}  // namespace whence::inline v0
