#include <utility>

#include <whence/store/log_errors.hpp>
#include <whence/subscription/delivery.hpp>

namespace whence::inline v0 {

delivery::delivery(std::shared_ptr<log_reader> log, std::string name, event_filter filter, page_limit limit)
    : log_(std::move(log)), name_(std::move(name)), filter_(std::move(filter)), limit_(limit) {}

void delivery::begin(subscription_handler& handler) {
  const checkpoint at = handler.load();
  verify(at, *log_, name_);
  at_ = at;
}

delivery::progress delivery::step(subscription_handler& handler) {
  const event_page page = log_->read(at_.position, filter_, limit_);
  if (page.scanned_to() <= at_.position) return progress::at_head;
  const checkpoint reached = after(page);
  handler.handle(page, reached);
  at_ = reached;
  return page.at_end() ? progress::at_head : progress::handled;
}

/// The checkpoint once the page is handled: where the reading ended, which may be past the last event of the page.
checkpoint delivery::after(const event_page& page) const {
  const global_position end = page.scanned_to();
  if (!page.empty() && page.back().position == end) return {log_->identity(), end, page.back().chain};
  const auto chain = log_->chain_at(end);
  if (!chain) throw log_damaged(name_, end, "it was read up to there, and is no part of the log any more");
  return {log_->identity(), end, *chain};
}

}  // namespace whence::inline v0
