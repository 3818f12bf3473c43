/// What receives a subscription's events, and keeps its checkpoint.
#pragma once

#include <string>

#include <whence/core/error.hpp>
#include <whence/store/event_page.hpp>
#include <whence/subscription/checkpoint.hpp>

namespace whence::inline v0 {

/// Receives the pages of a subscription and keeps the checkpoint, in one transaction with the effects.
///
/// Order    pages in log order, one call at a time.
/// Again    after a failure the pages follow from what `load` says: what was kept is not repeated, all else is.
/// Threads  called on executor threads, never two calls at once.
/// Throws   anything: the page is tried again as the subscription's policy says. See `subscription_busy`, `checkpoint_moved`.
class subscription_handler {
 public:
  virtual ~subscription_handler() = default;

  /// Where to go on. Called before the first page, after each wait for new events and after each failure.
  virtual checkpoint load() = 0;

  /// Carries out the effects of the page and keeps `reached`, in one transaction. The page may be empty: then only the
  /// checkpoint moves, past events that the filter doesn't let through.
  virtual void handle(const event_page& page, const checkpoint& reached) = 0;

  /// All there is has been handled.
  virtual void at_head() {}

  /// False while nobody can see the effects yet, as those of a model in the making: whoever waits for a position waits on.
  virtual bool is_seen() const { return true; }

  /// A wait follows, for new events or before another try, or the end: let go of what others may want meanwhile.
  /// `load` is called before the next page.
  virtual void let_go() noexcept {}
};

/// Thrown by a handler: somebody else is at work in its place (another process brings the read model up). No failure.
struct subscription_busy final : error {
  explicit subscription_busy(std::string owner, std::string why);
};

/// Thrown by a handler: its checkpoint was moved by somebody else; it wants to be asked for it, and to go on from there.
struct checkpoint_moved final : error {
  explicit checkpoint_moved(std::string owner);
};

}  // namespace whence::inline v0
