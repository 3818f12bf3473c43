/// Commands: how `decide` is found, what a command is called, and how the library builds one.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/decision_model.hpp>
#include <whence/modelling/outcome.hpp>

namespace whence::inline v0 {

/// `outcome<Aggregate> decide(const Aggregate&, const Command&)`, a free function beside the aggregate: pure, without clock,
/// randomness or I/O.
template <class Aggregate, class Command>
concept decides = requires(const Aggregate& state, const Command& command) {
  { decide(state, command) } -> std::same_as<outcome<Aggregate>>;
};

template <class Aggregate, class Command>
struct must_decide {
  static_assert(
      decides<Aggregate, Command>,
      "a command needs `whence::outcome<Aggregate> decide(const Aggregate&, const Command&)` beside the aggregate "
      "whose id it is sent to");
};

/// Braces: an argument that would lose something on its way into a member is refused.
template <class Command, class... Arguments>
concept built_from = requires(Arguments&&... arguments) { Command{std::forward<Arguments>(arguments)...}; };

template <class Command, class... Arguments>
struct must_be_built_from {
  static_assert(built_from<Command, Arguments...>,
                "a command is built with braces from what follows the id: these arguments do not fit its members "
                "(their number, a type, or a number that would be narrowed)");
};

namespace detail {

/// "PlaceOrder", of whatever namespace it is in.
template <class Type>
consteval std::string_view type_name() {
  // g++: "… type_name() [with Type = shop::PlaceOrder; std::string_view = …]"; clang: "… [Type = shop::PlaceOrder]".
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("Type = ") + 7);
  name = name.substr(0, name.find_first_of(";]"));
  const std::string_view without_arguments = name.substr(0, name.find('<'));
  const std::size_t scope = without_arguments.rfind("::");
  return scope == std::string_view::npos ? name : name.substr(scope + 2);
}

/// Not one with a member of its own that is called so: that is data.
template <class Command>
concept named_command = requires {
  { Command::name } -> std::convertible_to<std::string_view>;
} && !std::is_member_object_pointer_v<decltype(&Command::name)>;

}  // namespace detail

/// What a command is called where it shows up as a cause: its `static constexpr std::string_view name` if it has one, else
/// the name of the type.
template <class Command>
constexpr std::string_view command_name() {
  if constexpr (detail::named_command<Command>)
    return Command::name;
  else
    return detail::type_name<Command>();
}

namespace detail {

struct decision {
  std::optional<rejected> refusal;
  std::vector<decided_event> events;
};

/// What stands where a rule is broken: the program does not compile, and its first error is the rule.
template <class T>
T never_called();

/// A command whose type is forgotten.
struct erased_command {
  std::string_view name;
  std::unique_ptr<const void, void (*)(const void*)> command;
  decision (*decide)(const void* state, const void* command);
  query_function query = nullptr;  ///< of a decision model
};

template <class Aggregate, class Command>
decision decide_erased(const void* state, const void* command) {
  outcome<Aggregate> decided = decide(*static_cast<const Aggregate*>(state), *static_cast<const Command*>(command));
  if (decided.rejection()) return {.refusal = *decided.rejection(), .events = {}};
  return {.refusal = std::nullopt, .events = std::move(decided).take_events()};
}

template <class Aggregate, class Command, class... Arguments>
erased_command build_command(Arguments&&... arguments) {
  return {command_name<Command>(),
          {new Command{std::forward<Arguments>(arguments)...},
           [](const void* command) { delete static_cast<const Command*>(command); }},
          &decide_erased<Aggregate, Command>,
          query_function_of<Aggregate, Command>()};
}

}  // namespace detail
}  // namespace whence::inline v0
