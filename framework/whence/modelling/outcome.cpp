#include <whence/modelling/outcome.hpp>

namespace whence::inline v0::detail {

outcome_parts::outcome_parts() noexcept = default;
outcome_parts::outcome_parts(rejected refusal) noexcept : refusal_(std::move(refusal)), is_rejected_(true) {}
outcome_parts::outcome_parts(const outcome_parts&) = default;
outcome_parts::outcome_parts(outcome_parts&&) noexcept = default;
outcome_parts& outcome_parts::operator=(const outcome_parts&) = default;
outcome_parts& outcome_parts::operator=(outcome_parts&&) noexcept = default;
outcome_parts::~outcome_parts() = default;

void outcome_parts::add(const event_type& type, std::string data) {
  events_.push_back({.type = type, .data = std::move(data), .tags = {}});
}

void outcome_parts::add(const event_type& type, std::string data, std::vector<std::string> tags) {
  events_.push_back({.type = type, .data = std::move(data), .tags = std::move(tags)});
}

}  // namespace whence::inline v0::detail
