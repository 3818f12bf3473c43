#include <whence/modelling/command_outcome.hpp>

#include <exception>
#include <utility>

#include <whence/modelling/command_outcome_access.hpp>
#include <whence/modelling/errors.hpp>

namespace whence::inline v0 {

command_outcome::command_outcome(std::unique_ptr<facts> known) : facts_(std::move(known)) {}

command_outcome::command_outcome(command_outcome&&) noexcept = default;

command_outcome& command_outcome::operator=(command_outcome&& other) noexcept {
  command_outcome taken(std::move(other));
  facts_.swap(taken.facts_);
  return *this;
}

command_outcome::~command_outcome() {
  if (!facts_ || !facts_->refusal || facts_->seen || !facts_->reports_to) return;
  facts_->reports_to->report(
      std::make_exception_ptr(rejection_dropped(facts_->command, facts_->stream, *facts_->refusal)));
}

const rejected* command_outcome::rejection() const noexcept {
  facts_->seen = true;
  return facts_->refusal ? &*facts_->refusal : nullptr;
}

const token& command_outcome::token() const noexcept { return facts_->token; }

std::size_t command_outcome::events() const noexcept { return facts_->events; }

bool command_outcome::repeated() const noexcept { return facts_->repeated; }

const std::optional<metadata>& command_outcome::recorded() const noexcept { return facts_->recorded; }

}  // namespace whence::inline v0
