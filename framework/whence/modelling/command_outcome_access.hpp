/// How the command bus makes outcomes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <whence/core/executor.hpp>
#include <whence/modelling/command_outcome.hpp>

namespace whence::inline v0 {

struct command_outcome::facts {
  std::optional<rejected> refusal;
  whence::token token;
  std::size_t events = 0;
  bool repeated = false;
  std::optional<metadata> recorded;

  // For the report of a refusal that nobody looked at.
  std::string command;
  std::string stream;
  std::shared_ptr<executor> reports_to;
  bool seen = false;
};

class command_outcome_access {
 public:
  static command_outcome make(command_outcome::facts facts) {
    return command_outcome(std::make_unique<command_outcome::facts>(std::move(facts)));
  }
  using facts = command_outcome::facts;
};

}  // namespace whence::inline v0
