/// Errors: what every fault of Whence tells its caller and its operator.
///
/// A refusal by the domain is a value (`rejected`); a fault is an exception, a `final` struct right under `whence::error`
/// with its facts as fields. Each has a stable code (`log.tail_missing`), listed in docs/errors.md.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace whence::inline v0 {

/// What the caller of a failed operation can do next.
enum class next_move {
  retry,            ///< Nothing is wrong with the request: the same call may succeed later.
  reload,           ///< The state the request was based on is old: read again, decide again.
  change_request,   ///< The request itself is wrong; repeating it fails again.
  operator_needed,  ///< Something outside the program has to be put right first.
};

/// What an error says to people: one sentence, then where it happened, why (if known) and what to do.
struct error_text {
  std::string what{};    ///< One line, with the thing's name and whether anything was written.
  std::string where{};   ///< File, stream, position, field; empty when `what` says it all.
  std::string why{};     ///< The cause as far as it is known; may be empty.
  std::string remedy{};  ///< The next step: prose, or lines for a shell, commands and `# comments`; may be empty.
};

/// The base of every fault. `what()` is `error_text::what`.
class error : public std::runtime_error {
 public:
  error(std::string_view code, next_move next, error_text text);
  ~error() override;

  /// The stable name, `module.reason`; never changes once released.
  std::string_view code() const noexcept { return code_; }
  next_move next() const noexcept { return next_; }
  const error_text& text() const noexcept { return text_; }

 private:
  std::string code_;
  next_move next_;
  error_text text_;
};

/// A text from outside (an id, a time, an event's JSON) is not of the form it should have.
struct malformed_input final : error {
  malformed_input(std::string_view code, error_text text) : error(code, next_move::change_request, std::move(text)) {}
};

}  // namespace whence::inline v0
