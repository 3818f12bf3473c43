/// How a command ended, as seen by who sent it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include <whence/core/metadata.hpp>
#include <whence/core/position.hpp>
#include <whence/modelling/rejected.hpp>

namespace whence::inline v0 {

/// Accepted (with the token of its events) or rejected by the domain. Faults are exceptions.
///
/// A rejection that nobody looked at (`co_await app.send<X>(…);` as a statement, which g++ 12 does not warn about)
/// is reported through the executor's handler when the outcome is destroyed.
class [[nodiscard]] command_outcome {
 public:
  /// The rejection, or null if the command was accepted:
  /// `if (const auto* refused = outcome.rejection()) …`
  const rejected* rejection() const noexcept;
  bool accepted() const noexcept { return rejection() == nullptr; }

  /// Where a query has to be to include the command's effect. Of a command without events: the state it decided on.
  const whence::token& token() const noexcept;

  /// How many events the command caused.
  std::size_t events() const noexcept;

  /// True if the command's id had taken effect before: this is that first effect, and nothing was written now.
  bool repeated() const noexcept;

  /// The metadata recorded with the first event (of a repeat: then, not now); nothing without events.
  const std::optional<metadata>& recorded() const noexcept;

  command_outcome(command_outcome&&) noexcept;
  command_outcome& operator=(command_outcome&&) noexcept;
  ~command_outcome();

 private:
  friend class command_outcome_access;
  struct facts;
  explicit command_outcome(std::unique_ptr<facts> facts);
  std::unique_ptr<facts> facts_;
};

}  // namespace whence::inline v0
