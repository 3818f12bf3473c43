/// Commands that belong together: one correlation id, one time and, if the series is named, ids that repeat.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>
#include <whence/modelling/command_context.hpp>

namespace shop {

/// Gives each command of the series its context, in order.
class command_series {
 public:
  /// Of a person at the counter: fresh ids, the time is now, the correlation is the first command's id.
  command_series() = default;

  /// Of something that may be sent again: the n-th command of a series has the same id each time, so it takes effect
  /// once. `correlation` says what the commands are made of: the same name with another correlation is another content.
  command_series(whence::timestamp occurred_at, whence::uuid name, whence::correlation_id correlation)
      : name_(name), correlation_(correlation), occurred_at_(occurred_at) {}

  whence::command_context next() {
    whence::command_context context;
    if (name_) context.id = whence::command_id{whence::derive(*name_, "command", number_++)};
    context.correlation = correlation_;
    context.occurred_at = occurred_at_;
    return context;
  }

  /// The first command went out with a fresh id, and this is the correlation it was recorded with: the others follow
  /// it.
  void follow(whence::correlation_id correlation) {
    if (!correlation_) correlation_ = correlation;
  }
  const std::optional<whence::correlation_id>& correlation() const { return correlation_; }

 private:
  std::optional<whence::uuid> name_;
  std::optional<whence::correlation_id> correlation_;
  std::optional<whence::timestamp> occurred_at_;
  std::uint64_t number_ = 0;
};

}  // namespace shop
