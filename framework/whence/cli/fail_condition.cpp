#include <whence/cli/fail_condition.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>

#include <whence/cli/failure.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/core/name_patterns.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr model_state states[] = {model_state::live,       model_state::lagging,  model_state::stopped,
                                  model_state::building,   model_state::outdated, model_state::damaged,
                                  model_state::unreadable, model_state::foreign};

bool is_state(std::string_view word) {
  return std::any_of(std::begin(states), std::end(states), [word](model_state one) { return name_of(one) == word; });
}

std::string all_states() {
  std::string all;
  for (const model_state one : states) all += (all.empty() ? "" : ", ") + std::string(name_of(one));
  return all;
}

constexpr std::string_view what_there_is = "what is compared is expected here: lag, behind or state";

}  // namespace

fail_condition::fail_condition(std::string_view text) : text_(text) {
  condition_reader in("--fail-if", text_, "'lag>1000', 'behind>=30s' or 'state!=live'");
  in.skip_spaces();
  const std::size_t begin = in.at();
  const std::string what = in.word();
  if (what != "lag" && what != "behind" && what != "state") {
    in.go_to(begin);
    in.fail(what_there_is);
  }
  how_ = in.sign();
  const std::string value = in.value().text;
  if (what == "state") {
    about_ = subject::state;
    state_ = value;
    if (is_of_order(how_)) in.fail_at_value("states have no order: use =, != or ~");
    if (how_ != comparison::like && !is_state(value)) in.fail_at_value("a state is expected here: " + all_states());
    return;
  }
  if (how_ == comparison::like) in.fail_at_value("patterns are for texts: use = != < <= > >=");
  if (what == "lag") {
    const char* const end = value.data() + value.size();
    const auto [rest, failure] = std::from_chars(value.data(), end, events_);
    if (failure != std::errc{} || rest != end) in.fail_at_value("a whole number is expected here");
  } else {
    about_ = subject::behind;
    try {
      time_ = duration_from("--fail-if", value);
    } catch (const usage_error&) {
      in.fail_at_value("a time is expected here, such as 500ms, 2s, 15m or 1h");
    }
  }
}

bool fail_condition::holds(const model_standing& model) const {
  if (about_ == subject::state) {
    const std::string_view state = name_of(model.state);
    return how_ == comparison::like ? matches_pattern(state_, state) : cli::holds(how_, state.compare(state_) <=> 0);
  }
  if (!model.sound() || model.state == model_state::building) return false;
  if (about_ == subject::lag) return cli::holds(how_, model.lag <=> events_);
  if (model.lag > 0 && !model.behind) return false;
  return cli::holds(how_, model.behind.value_or(std::chrono::microseconds{}).count() <=> time_.count());
}

}  // namespace whence::inline v0::cli
