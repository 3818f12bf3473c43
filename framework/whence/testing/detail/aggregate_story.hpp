/// What happens to an aggregate in a test, its type forgotten: the compiled half of `given`.
#pragma once

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include <whence/modelling/decide.hpp>

namespace whence::testing::inline v0::detail {

/// A value: a copy can be told another way.
class aggregate_story {
 public:
  explicit aggregate_story(const whence::detail::aggregate_facts& facts) : facts_(&facts) {}

  void add_given(decided_event event) { past_.push_back(std::move(event)); }

  /// How a command is decided: by that function; of a decision model on what that query finds, else on all.
  struct decider {
    whence::detail::decision (*decide)(const void* state, const void* command);
    whence::detail::query_function query;
  };
  void when(std::string_view command_name, const void* command, decider by, const std::source_location& where);

  // What was decided since the last of these; then it is past.
  void then(const std::vector<decided_event>& expected, const std::source_location& where);
  void then_nothing(const std::source_location& where);
  void then_rejected(const rejected& expected, bool whatever_message, const std::source_location& where);

  using look_function = void (*)(void* look, const void* state);
  void then_state(look_function call, void* look, const std::source_location& where);

 private:
  using state = std::unique_ptr<void, void (*)(void*)>;

  /// The state after what is past, as far as the query finds it. Null if an event cannot be read back: that is reported.
  state fold(const event_query& query, const std::source_location& where);
  bool apply(const state& to, const decided_event& event, const std::source_location& where);
  /// What was decided is looked at.
  void settle();
  /// Whether the last command was rejected, which is reported: `expectation` cannot be met, as `details` say line by line.
  bool was_rejected(const std::string& expectation, const std::string& details, const std::source_location& where);

  const whence::detail::aggregate_facts* facts_;
  std::vector<decided_event> past_;
  std::string commands_;                ///< whose decisions nobody has looked at yet: "PlaceOrder, PayOrder"
  std::vector<decided_event> decided_;  ///< by them
  std::string last_command_;            ///< the last of them
  std::optional<rejected> refusal_;     ///< of it
  bool broken_ = false;                 ///< what follows would only repeat what was reported
};

}  // namespace whence::testing::inline v0::detail
