/// The one way from the log to a handler: read a page, hand it over, move on. A subscription, a rebuild and a visitor that
/// brings a read model up all take it, so that catching up and being live are the same thing.
#pragma once

#include <memory>
#include <string>

#include <whence/store/log.hpp>
#include <whence/subscription/checkpoint.hpp>
#include <whence/subscription/subscription_handler.hpp>

namespace whence::inline v0 {

/// A place in the log, and the handler of what follows.
///
/// Threads  one at a time.
class delivery {
 public:
  delivery(std::shared_ptr<log_reader> log, std::string name, event_filter filter, page_limit limit);

  /// Asks the handler where it stands, and verifies that this is a place in this log.
  void begin(subscription_handler& handler);

  enum class progress { handled, at_head };

  /// Hands over the next page, if there is one. `at_head`: nothing was left when the page was read.
  progress step(subscription_handler& handler);

  const checkpoint& at() const noexcept { return at_; }
  log_reader& log() const noexcept { return *log_; }
  const std::string& name() const noexcept { return name_; }

 private:
  checkpoint after(const event_page& page) const;

  std::shared_ptr<log_reader> log_;
  std::string name_;
  event_filter filter_;
  page_limit limit_;
  checkpoint at_;
};

}  // namespace whence::inline v0
