#include <whence/cli/fail_condition.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>

#include <whence/cli/failure.hpp>
#include <whence/cli/time_text.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr model_state states[] = {model_state::live,       model_state::lagging,  model_state::stopped,
                                  model_state::building,   model_state::outdated, model_state::damaged,
                                  model_state::unreadable, model_state::foreign};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

fail_condition::fail_condition(std::string_view text) : text_(text) {
  const std::size_t at = text.find_first_of("<>=!");
  if (at == std::string_view::npos) refuse();
  const std::size_t after = text.find_first_not_of("<>=!", at);
  if (after == std::string_view::npos) refuse();
  const std::string_view name = trimmed(text.substr(0, at));
  const std::string_view sign = text.substr(at, after - at);
  const std::string_view value = trimmed(text.substr(after));

  struct spelling {
    std::string_view sign;
    comparison how;
  };
  constexpr spelling spellings[] = {{">", comparison::more},     {">=", comparison::at_least}, {"<", comparison::less},
                                    {"<=", comparison::at_most}, {"=", comparison::same},      {"==", comparison::same},
                                    {"!=", comparison::other}};
  const auto found = std::find_if(std::begin(spellings), std::end(spellings),
                                  [sign](const spelling& one) { return one.sign == sign; });
  if (found == std::end(spellings)) refuse();
  how_ = found->how;

  if (name == "lag") {
    const auto [rest, failure] = std::from_chars(value.data(), value.data() + value.size(), events_);
    if (failure != std::errc{} || rest != value.data() + value.size()) refuse();
  } else if (name == "behind") {
    about_ = subject::behind;
    time_ = duration_from("--fail-if " + text_ + ": the time", value);
  } else if (name == "state") {
    about_ = subject::state;
    state_ = value;
    const bool known =
        std::any_of(std::begin(states), std::end(states), [&](model_state one) { return name_of(one) == value; });
    if (!known || (how_ != comparison::same && how_ != comparison::other)) refuse();
  } else {
    refuse();
  }
}

void fail_condition::refuse() const {
  throw usage_error("value", "--fail-if cannot be \"" + text_ + "\"",
                    "write what, how and how much: 'lag>1000', 'behind>=30s' or 'state!=live'");
}

template <class Value>
bool fail_condition::compares(const Value& found, const Value& limit) const {
  switch (how_) {
    case comparison::more: return found > limit;
    case comparison::at_least: return found >= limit;
    case comparison::less: return found < limit;
    case comparison::at_most: return found <= limit;
    case comparison::same: return found == limit;
    case comparison::other: return found != limit;
  }
  return false;
}

bool fail_condition::holds(const model_standing& model) const {
  if (about_ == subject::state) return compares(std::string(name_of(model.state)), state_);
  if (!model.sound() || model.state == model_state::building) return false;
  if (about_ == subject::lag) return compares(model.lag, events_);
  if (model.lag > 0 && !model.behind) return false;
  return compares(model.behind.value_or(std::chrono::microseconds{}), time_);
}

}  // namespace whence::inline v0::cli
