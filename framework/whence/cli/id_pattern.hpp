/// An id as people give it: whole, or cut to its beginning or end, as tables show it; with its hyphens or without.
#pragma once

#include <string>
#include <string_view>

#include <whence/core/uuid.hpp>

namespace whence::inline v0::cli {

class id_pattern {
 public:
  static constexpr std::size_t characters_min = 8;

  /// `what` is how the message calls it: "--correlation", "the event's id".
  /// Throws   usage_error (`usage.value`): neither an id nor eight or more characters of one.
  id_pattern(std::string_view what, std::string_view text);

  bool whole() const noexcept { return whole_; }
  /// The id itself, if it is whole.
  const uuid& id() const noexcept { return id_; }
  const std::string& text() const noexcept { return text_; }
  bool matches(const uuid& id) const;
  /// Whether the id begins with it.
  bool begins(const uuid& id) const;

 private:
  std::string written_as_here(const uuid& id) const;

  std::string text_;
  bool whole_ = false;
  uuid id_;
};

/// "…8f21c0aa": the end of a UUIDv7 tells more than its beginning, which is the time.
std::string shortened(const uuid& id);

}  // namespace whence::inline v0::cli
