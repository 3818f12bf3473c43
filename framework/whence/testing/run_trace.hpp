/// What happened in a run, drawn as `whence trace` draws it: causes and effects, and who has handled what.
#pragma once

#include <exception>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <whence/app/application.hpp>
#include <whence/store/log.hpp>
#include <whence/store/trace_tree.hpp>
#include <whence/subscription/subscription.hpp>

namespace whence::testing::inline v0 {

/// Who follows the log in a run, and how far.
struct follower_standing {
  std::string name;
  bool is_projection = false;
  event_filter filter;  ///< what it handles
  subscription_state state = subscription_state::catching_up;
  global_position position;
  std::exception_ptr failure;

  bool handles(const traced_event& event) const;
  /// It handles no further event.
  bool over() const noexcept { return state == subscription_state::failed || state == subscription_state::stopped; }
  /// "letters is at #0, and tries again after: the post is closed".
  std::string text() const;
};

follower_standing standing_of(const projection_standing& projection);

/// A subscription of the test's own.
struct run_follower {
  std::string name;
  event_filter filter;
  subscription running;

  follower_standing standing() const;
};

std::vector<std::string> who_handled(const traced_event& event, const std::vector<follower_standing>& followers);

/// The log of a run, as a trace asks it.
class run_log final : public traced_log {
 public:
  explicit run_log(log_reader& log) : log_(log) {}
  std::optional<traced_event> event(const uuid& id) override;
  bool is_event_type(std::string_view type) override;

 private:
  log_reader& log_;
  global_position looked_to_;
  std::set<std::string, std::less<>> types_;
};

/// A line for each message, indented; of no events nothing.
std::string drawn_trace(std::vector<traced_event> events, traced_log& log,
                        const std::vector<follower_standing>& followers);

}  // namespace whence::testing::inline v0
