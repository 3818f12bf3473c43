#include <whence/cli/background_failures.hpp>

#include <utility>

namespace whence::inline v0::cli {

background_failures::background_failures(std::shared_ptr<executor> executor) : executor_(std::move(executor)) {
  executor_->on_report([kept = kept_](const std::exception_ptr& failure) {
    {
      const auto own = kept->lock();
      if (own->size() < kept_max) return own->push_back(failure);
    }
    executor::report_to_stderr(failure);
  });
}

background_failures::~background_failures() { executor_->on_report({}); }

void background_failures::tell(exit_code ended) {
  const bool has_failed = ended >= exit_code::wrong_usage && ended <= exit_code::our_bug;
  const auto own = kept_->lock();
  if (!has_failed)
    for (const std::exception_ptr& failure : *own) executor::report_to_stderr(failure);
  own->clear();
}

}  // namespace whence::inline v0::cli
